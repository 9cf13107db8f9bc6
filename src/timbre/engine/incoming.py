"""A text that comes piece by piece, kept from its start: a try that lost its engine sends it again."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator

from timbre.text.plan import Piece


class Incoming:
    """Reads a source to its end, once, whoever sends it on and however often. Made inside a running loop."""

    def __init__(self, source: AsyncIterable[Piece]) -> None:
        self.fault: Exception | None = None  # what the source ended with
        self._pieces: list[Piece] = []
        self._over = False
        self._changed = asyncio.Event()
        self._reading = asyncio.create_task(self._read(source))

    def close(self) -> None:
        """Reads no further."""
        self._reading.cancel()

    async def batches(self) -> AsyncIterator[list[Piece]]:
        """All pieces from the first: those that are here at once, then each as it comes."""
        sent = 0
        while True:
            self._changed.clear()
            if new := self._pieces[sent:]:
                sent += len(new)
                yield new
            elif self._over:
                return
            else:
                await self._changed.wait()

    async def _read(self, source: AsyncIterable[Piece]) -> None:
        try:
            async for piece in source:
                self._pieces.append(piece)
                self._changed.set()
        except Exception as fault:
            self.fault = fault
        finally:
            self._over = True
            self._changed.set()
