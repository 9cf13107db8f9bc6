"""One speech on its way to one client: what is made goes out, and what the client adds meanwhile comes in."""

import asyncio
import json
import time
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from timbre.engine.holder import Speaker
from timbre.engine.protocol import RATE, SpeakRequest, read_json, read_pieces, samples_to_bytes, write_words
from timbre.engine.worker import Made, Said, Start, Stream, Worker
from timbre.errors import BadRequest, TextStopped

SILENT_S = 60.0
"""Seconds that a text may stay open with nothing more of it to say."""


class Conversation:
    """A speech that was begun, with the client that asked for it."""

    def __init__(
        self, socket: ServerConnection, worker: Worker, engine: Speaker, stream: Stream, request: SpeakRequest
    ) -> None:
        self._socket, self._worker, self._engine, self._stream = socket, worker, engine, stream
        self._open, self._events = request.more, request.events
        self._began = time.monotonic()
        self._first_audio_s: float | None = None
        self.samples = 0

    async def run(self) -> dict[str, Any]:
        """Sends all that is made, until its end or until it is cancelled. Returns what there is to tell of it."""
        hearing = asyncio.create_task(self._hear())
        try:
            async for made in self._stream:
                if not self._stream.left:  # or what is still on its way is not wanted any more
                    await self._send(made)
            cancelled = {"cancelled": True} if self._stream.left else {}
        finally:
            self._worker.leave(self._stream)
            hearing.cancel()
        took_s = time.monotonic() - self._began
        return {"samples": self.samples, "first_audio_s": self._first_audio_s, "took_s": took_s} | cancelled

    async def _send(self, made: Made) -> None:
        if isinstance(made, Said):
            words = write_words(made.words, made.at / RATE)
            await self._socket.send(json.dumps({"event": "words", "index": made.index, "words": words}))
        elif not isinstance(made, Start):
            self._first_audio_s = self._first_audio_s or time.monotonic() - self._began
            self.samples += len(made)
            await self._socket.send(samples_to_bytes(made))
        elif self._events:
            await self._socket.send(json.dumps({"event": "piece", "index": made.index, "at": made.at}))

    async def _hear(self) -> None:
        """Takes what the client adds. What is wrong with it ends the speech."""
        try:
            while not self._stream.left:
                await self._heed(await self._next())
        except ConnectionClosed:
            pass  # whoever runs us sees that too
        except Exception as fault:
            self._stream.put(fault)

    async def _next(self) -> str | bytes:
        """The client's next message. Raises errors.TextStopped when an open text gets no end."""
        while True:
            try:
                return await asyncio.wait_for(self._socket.recv(), SILENT_S if self._open else None)
            except TimeoutError:
                if self._stream.speech.hungry:
                    raise TextStopped(seconds=round(SILENT_S)) from None

    async def _heed(self, message: str | bytes) -> None:
        wire, speech = read_json(message), self._stream.speech
        if wire.get("cancel"):
            self._worker.leave(self._stream)
            return
        if not self._open:
            raise BadRequest(reason="its text had come to an end")
        if "pieces" in wire:
            pieces = read_pieces(wire)
            await self._worker.run(lambda: self._engine.extend(speech, pieces), at_once=True)
        if wire.get("end"):
            self._open = False
            await self._worker.run(lambda: self._engine.close(speech), at_once=True)
