"""How long an engine is waited for that is just started again."""

import asyncio
import time
from typing import Any

from timbre.errors import EngineEmpty, EngineLost, EngineStarting, EngineUnavailable, TimbreError

PASSING = (EngineUnavailable, EngineStarting, EngineLost)
"""What an engine that is started again looks like from here."""

LOSSES = 2
"""Engines that a request may lose: what takes each down with it must not go on to do so."""


class Patience:
    """How long a request waits for an engine that is not there, counted from when that was first met."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._until = seconds, 0.0
        self._pause, self._losses = 0.05, 0

    async def bear(self, fault: TimbreError) -> None:
        """Waits a moment before another try. Raises the fault when there should be none."""
        now = time.monotonic()
        self._until = self._until or now + self._seconds
        self._losses += isinstance(fault, EngineLost)
        if now >= self._until or self._losses > LOSSES:
            raise fault
        await asyncio.sleep(min(self._pause, self._until - now))
        self._pause = min(2 * self._pause, 0.5)


def check_ready(stats: dict[str, Any]) -> None:
    """Raises errors.EngineStarting, EngineEmpty when an engine cannot speak."""
    if not stats["ready"]:
        raise EngineStarting() if stats["loading"] else EngineEmpty()
