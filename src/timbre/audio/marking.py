"""Whether speech that leaves is marked as made by a machine, decided once for a process, and the marking itself."""

import asyncio
import contextlib
import logging
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
            marker = watermark.Marker(self._rate)
            for samples in spoken:
                if len(marked := marker.feed(samples)):
                    yield marked
            if len(marked := marker.finish()):
                yield marked

    async def stream(self, spoken: AsyncGenerator[Samples, None]) -> AsyncGenerator[Samples, None]:
        """The same for a stream that is waited for."""
        async with contextlib.aclosing(spoken):
            if not await asyncio.to_thread(lambda: self.is_on):
                async for samples in spoken:
                    yield samples
                return
            marker = watermark.Marker(self._rate)
            async for samples in spoken:
                if len(marked := await asyncio.to_thread(marker.feed, samples)):
                    yield marked
            if len(marked := await asyncio.to_thread(marker.finish)):
                yield marked
