"""Speech for a text that is still being written: what the client writes comes in while what is spoken goes out."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from timbre.access.scopes import Caller
from timbre.api.audio import encoded, known
from timbre.api.errors import InvalidMessage, invalid, native_shape
from timbre.api.messages import StreamOpening, StreamText
from timbre.api.wiring import Json, Wiring
from timbre.engine.protocol import RATE
from timbre.errors import TextStopped, TextTooLong, TimbreError
from timbre.subtitles import word_row
from timbre.text.incoming import IncomingText
from timbre.text.plan import Piece
from timbre.text.timed import Timed

log = logging.getLogger("timbre.api")
Message = TypeVar("Message", bound=BaseModel)

OPENING_S = 60.0
"""Seconds until a client has to say what it wants."""

GONE = (WebSocketDisconnect, RuntimeError)
"""What the server raises for a word to a client that has just left: which of them hangs on who noticed first."""

DONE, GOING, REFUSED, BROKEN, LATER = 1000, 1001, 1008, 1011, 1013
"""How a socket is closed, by the numbers of RFC 6455 and IANA: LATER where asking again helps."""


async def converse(socket: WebSocket, wired: Wiring, caller: Caller) -> None:
    """One speech with one client, from what it wants to the last of the audio; what goes wrong is told to it."""
    await socket.accept()
    try:
        fault = await _speech(socket, wired, caller)
    except WebSocketDisconnect:
        return
    except TimbreError as raised:
        fault = raised
        await _tell_fault(socket, fault)
    except Exception:
        fault = TimbreError()
        log.exception("request %s, %s, failed:", _request_id(socket), socket.url.path)
        await _tell_fault(socket, fault)
    with contextlib.suppress(*GONE):
        await socket.close(_close_code(fault), fault.code if fault else None)


async def _speech(socket: WebSocket, wired: Wiring, caller: Caller) -> TimbreError | None:
    """Reads and speaks side by side, until either is done. Returns what was wrong with the end of the text."""
    try:
        opening = await asyncio.wait_for(_next(socket, StreamOpening), OPENING_S)
    except TimeoutError:
        raise TextStopped(seconds=round(OPENING_S)) from None
    text = IncomingText(wired.settings.text_limit)
    speaker = Speaker(socket, wired, caller, opening, text)
    speaking = asyncio.create_task(speaker.run())
    reading = asyncio.create_task(_read(socket, text))
    try:
        await asyncio.wait({speaking, reading}, return_when=asyncio.FIRST_COMPLETED)
        if not speaking.done():  # and so the client wants no more, or has gone, or said what cannot be read
            speaking.cancel()
            await asyncio.wait({speaking})
            reading.result()
            await speaker.tell_done(cancelled=True)
        else:
            speaking.result()
    finally:
        for task in (speaking, reading):
            task.cancel()
        await asyncio.gather(speaking, reading, return_exceptions=True)
    return text.fault


async def _read(socket: WebSocket, text: IncomingText) -> None:
    """Takes what the client writes, until it cancels. What came before a text became too long is spoken."""
    while not (message := await _next(socket, StreamText)).cancel:
        try:
            text.take(message.text, message.flush, message.end)
        except TextTooLong as fault:
            if text.fault or not text.length:
                raise
            text.end(fault)
            await _tell_fault(socket, fault)


class Speaker:
    """Sends the audio of a text, and says where in it each sentence begins."""

    def __init__(
        self, socket: WebSocket, wired: Wiring, caller: Caller, opening: StreamOpening, text: IncomingText
    ) -> None:
        self._socket, self._wired, self._caller, self._opening, self._text = socket, wired, caller, opening, text
        self._starts: dict[int, int] = {}  # the sample that each sentence begins at
        self._words: list[tuple[int, list[Timed]]] = []  # of sentences that were said, until they are told
        self._told, self._samples, self._paid_for = 0, 0, 0

    async def run(self) -> None:
        """Until the last of the audio is sent."""
        format = known(self._opening.response_format)
        utterance, growing = await self._wired.begin(self._opening.asked())
        await self._socket.send_json(
            {
                "event": "started",
                "language": utterance.language,
                "seed": utterance.sampling.seed,
                "response_format": format,
                "sample_rate": RATE,
                "request_id": _request_id(self._socket),
            }
        )
        pieces = self._paid(self._text.pieces(growing))
        on_words = (lambda *said: self._words.append(said)) if self._opening.word_times else None
        spoken = self._wired.speak(utterance, self._socket, pieces, self._starts.__setitem__, on_words)
        try:
            async with contextlib.aclosing(encoded(self._counted(spoken), format, self._wired.marking)) as chunks:
                async for chunk in chunks:
                    await self._tell_sentences()
                    await self._tell_words()
                    await self._socket.send_bytes(chunk)
        except TimbreError:
            if self._paid_for and not self._samples:
                await self._wired.guard.give_back(self._caller, self._paid_for)
            raise
        await self._tell_words()
        await self.tell_done()

    async def tell_done(self, cancelled: bool = False) -> None:
        """The last word about the speech."""
        facts: Json = {"event": "done", "sentences": self._told, "audio_s": round(self._samples / RATE, 3)}
        await self._socket.send_json(facts | ({"cancelled": True} if cancelled else {}))

    async def _tell_sentences(self) -> None:
        """Before the audio that they begin in."""
        while (at := self._starts.get(self._told)) is not None:
            text = self._text.planned[self._told].text
            event = {"event": "sentence", "index": self._told, "text": text, "at_s": round(at / RATE, 3)}
            await self._socket.send_json(event)
            self._told += 1

    async def _tell_words(self) -> None:
        """Once the sentence that they stand in was said."""
        said, self._words = self._words, []
        for index, words in said:
            rows = [word_row(word) for word in words]
            await self._socket.send_json({"event": "words", "index": index, "words": rows})

    async def _paid(self, pieces: AsyncIterable[Piece]) -> AsyncIterator[Piece]:
        """Each piece once its characters are counted for the caller. Raises errors.QuotaSpent."""
        async for piece in pieces:
            length, is_first = self._text.length, not self._paid_for
            await self._wired.guard.spend(self._caller, length - self._paid_for, requests=int(is_first))
            self._paid_for = length
            yield piece

    async def _counted(self, spoken: AsyncGenerator[NDArray[np.float32], None]) -> AsyncGenerator[NDArray[np.float32]]:
        async with contextlib.aclosing(spoken):
            async for samples in spoken:
                self._samples += len(samples)
                yield samples


async def _next(socket: WebSocket, kind: type[Message]) -> Message:
    """The client's next message. Raises errors.InvalidMessage, WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", GOING))
    try:
        return kind.model_validate_json(message.get("text") or b"")
    except ValidationError as found:
        raise invalid(dict(found.errors()[0]), InvalidMessage) from None


async def _tell_fault(socket: WebSocket, fault: TimbreError) -> None:
    with contextlib.suppress(*GONE):
        await socket.send_json({"error": native_shape(fault, _request_id(socket))})


def _request_id(socket: WebSocket) -> str:
    return str(socket.scope.get("state", {}).get("request_id", ""))


def _close_code(fault: TimbreError | None) -> int:
    if fault is None:
        return DONE
    if fault.retry_after is not None:
        return LATER
    return BROKEN if fault.status >= 500 else REFUSED
