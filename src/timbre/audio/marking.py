"""Whether speech that leaves is marked as made by a machine, decided once for a process, and the marking itself."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Generator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from timbre.audio import watermark
from timbre.audio.encode import Tags, generated
from timbre.errors import TimbreError

log = logging.getLogger(__name__)

Samples = NDArray[np.float32]
PERTH, NONE = "perth", "none"

IN_HAND_S, TOGETHER_S = 0.5, 1.5
"""Marking a little at a time costs several times as much: while a listener has more than so many seconds in hand that
were not played yet, what comes is kept until it is so long."""


class Marking:
    """setting: auto, on, or off, as `settings.watermark` has it; rate: of the speech.

    Raises errors.MissingExtra, BrokenWatermark when it has to be and cannot be; with auto speech then leaves unmarked,
    and says so.
    """

    def __init__(self, setting: str, rate: int) -> None:
        self._setting, self._rate = setting, rate

    @cached_property
    def is_on(self) -> bool:
        try:
            return watermark.wanted(self._setting)
        except TimbreError as fault:
            if self._setting != "auto":
                raise
            log.warning("speech is not marked: %s %s", fault, fault.advice)
            return False

    @property
    def name(self) -> str:
        """Whose mark is in what leaves."""
        return PERTH if self.is_on else NONE

    @property
    def tags(self) -> Tags:
        """What a file says of itself."""
        return generated(PERTH if self.is_on else "")

    def whole(self, samples: Samples) -> Samples:
        """A whole speech, marked: as many samples."""
        return watermark.mark(samples, self._rate) if self.is_on and len(samples) else samples

    def over(self, spoken: Generator[Samples, None, None]) -> Generator[Samples, None, None]:
        """A stream, marked as it comes, some hundredths of a second later."""
        with contextlib.closing(spoken):
            if not self.is_on:
                yield from spoken
                return
            marker, together = watermark.Marker(self._rate), Together(self._rate)
            for samples in spoken:
                if together.add(samples) and len(marked := marker.feed(together.taken())):
                    yield marked
            for marked in (marker.feed(together.taken()), marker.finish()):
                if len(marked):
                    yield marked

    async def stream(self, spoken: AsyncGenerator[Samples, None]) -> AsyncGenerator[Samples, None]:
        """The same for a stream that is waited for."""
        async with contextlib.aclosing(spoken):
            if not await asyncio.to_thread(lambda: self.is_on):
                async for samples in spoken:
                    yield samples
                return
            marker, together = watermark.Marker(self._rate), Together(self._rate)
            async for samples in spoken:
                if together.add(samples) and len(marked := await asyncio.to_thread(marker.feed, together.taken())):
                    yield marked
            rest = together.taken()
            for last in (lambda: marker.feed(rest), marker.finish):
                if len(marked := await asyncio.to_thread(last)):
                    yield marked


class Together:
    """Samples that wait to be marked together, as long as whoever plays them as they come does not miss them."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._waiting: list[Samples] = []
        self._count = self._given = 0
        self._began = 0.0

    def add(self, samples: Samples) -> bool:
        """One more stretch. Whether all that wait are due."""
        self._waiting.append(samples)
        self._count += len(samples)
        in_hand = self._given / self._rate - (time.monotonic() - self._began)
        return not self._given or in_hand < IN_HAND_S or self._count >= TOGETHER_S * self._rate

    def taken(self) -> Samples:
        """Those that wait; none do after it."""
        samples = np.concatenate([np.zeros(0, np.float32), *self._waiting])
        self._began = self._began or time.monotonic()
        self._given += self._count
        self._waiting, self._count = [], 0
        return samples
