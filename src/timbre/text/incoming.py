"""A text on its way in: it is taken as it comes, and planned piece by piece beside that."""

import asyncio
from collections.abc import AsyncIterator

from timbre.errors import BadRequest, EmptyText, TextTooLong
from timbre.text.growing import Growing
from timbre.text.plan import Piece


class IncomingText:
    """A text on its way in: taken at its own pace and planned at ours. limit: of its characters."""

    def __init__(self, limit: int) -> None:
        self.length, self.planned = 0, list[Piece]()
        self.fault: TextTooLong | None = None  # what it ended with
        self._limit, self._over = limit, False
        self._new: list[tuple[str, bool]] = []  # fragments, and whether what is there is to be said then
        self._changed = asyncio.Event()

    def take(self, text: str, flush: bool = False, end: bool = False) -> None:
        """What comes next of it. flush: all that is there is to be said now, complete or not. end: that was all.

        Raises errors.TextTooLong, and BadRequest for what comes after the end.
        """
        if self.fault:
            return  # who wrote it could not know yet
        if self._over:
            raise BadRequest(reason="its text had come to an end")
        if self.length + len(text) > self._limit:
            raise TextTooLong(length=self.length + len(text), limit=self._limit)
        self.length += len(text)
        if self._new and not self._new[-1][1]:  # the last is still waiting: they go on together
            self._new[-1] = (self._new[-1][0] + text, flush)
        elif text or (flush and not self._new):
            self._new.append((text, flush))
        if end:
            self.end()
        self._changed.set()

    def end(self, fault: TextTooLong | None = None) -> None:
        """No more of it comes."""
        self.fault, self._over = fault, True
        self._changed.set()

    async def pieces(self, growing: Growing) -> AsyncIterator[Piece]:
        """What is to be said, as soon as it is known. Raises errors.EmptyText at the end when there was nothing."""
        over = False
        while not over:
            await self._changed.wait()
            self._changed.clear()
            over, new, self._new = self._over, self._new, []
            for piece in await asyncio.to_thread(_planned, growing, new, over):
                self.planned.append(piece)
                yield piece
        if not self.planned and not self.fault:
            raise EmptyText()


def _planned(growing: Growing, new: list[tuple[str, bool]], over: bool) -> list[Piece]:
    pieces: list[Piece] = []
    for text, flush in new:
        pieces += growing.add(text)
        if flush:
            pieces += growing.flush()
    return pieces + growing.flush() if over else pieces
