"""One client: its requests are answered one after the other, while what it says next is read."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Eventable, async_write_event
from wyoming.ping import Pong
from wyoming.tts import SynthesizeStopped

from timbre.audio.encode import Encoder
from timbre.engine.protocol import RATE
from timbre.errors import BadEvent, NotPlainText, TextTooLong, TimbreError, TooManyRequests
from timbre.speech import Asked
from timbre.text.incoming import IncomingText
from timbre.wiring import Wiring
from timbre.wyoming.voices import choose, info
from timbre.wyoming.wire import PLAIN_TEXT, Event, Request, Wish, parsed, read

log = logging.getLogger("timbre.wyoming")

WAITING = 16
"""Requests of a connection that wait for those before them."""

CHUNK = 4096
"""Samples of an event, at most: satellites have little room."""

FAREWELL_S = 2.0
"""Seconds that a client has for hearing what was wrong."""


def event_limit(text_limit: int) -> int:
    """Bytes of an event: a character of a text takes twelve at most. Home Assistant sends an answer whole, too, after
    it was sent in parts, and it may be longer than what is read.
    """
    return 12 * text_limit + 2**20


class Connection:
    """What a client has asked for, and what it has said so far of a text that it brings in parts.

    name: whom its speeches are counted for.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wired: Wiring, name: str) -> None:
        self._reader, self._writer, self._wired, self._name = reader, writer, wired, name
        self._text: IncomingText | None = None
        self._waiting = asyncio.Queue[Callable[[], Awaitable[None]]](WAITING)

    async def run(self) -> None:
        """Until the client has gone; then nothing is spoken for it any more.

        What is wrong with a request is told, and ends the connection: Home Assistant passes over errors and waits.
        """
        reading, answering = asyncio.create_task(self._read()), asyncio.create_task(self._answer())
        try:
            await asyncio.wait({reading, answering}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = reading if reading.done() else answering
            for task in (reading, answering):
                task.cancel()
            await asyncio.gather(reading, answering, return_exceptions=True)
        try:
            ended.result()
        except TimbreError as fault:
            await self.refuse(fault)
        except OSError:
            pass
        except Exception:
            log.exception("%s: failed:", self._name)
            await self.refuse(TimbreError())

    async def refuse(self, fault: TimbreError) -> None:
        """Tells what was wrong, and waits for the client to go: what it still sends would else take our words away."""
        with contextlib.suppress(OSError):
            async with asyncio.timeout(FAREWELL_S):
                await self._tell(fault)
                self._writer.write_eof()
                while await self._reader.read(2**16):
                    pass

    # What comes in

    async def _read(self) -> None:
        """Returns when the client has gone."""
        limit = event_limit(self._wired.settings.text_limit)
        while (event := await read(self._reader, limit)) is not None:
            await self._heed(event)

    async def _heed(self, event: Event) -> None:
        """Takes an event for what it is. Others are passed over, as the protocol wants it."""
        match event.type:
            case "ping":
                text = event.data.get("text")
                await self._write(Pong(text if isinstance(text, str) else None))
            case "describe":
                self._queue(self._describe)
            case "synthesize" if self._text is None:  # else it is the text again that came in parts
                self._synthesize(parsed(Request, event.data))
            case "synthesize-start":
                self._start(parsed(Request, event.data))
            case "synthesize-chunk":
                self._take(parsed(Request, event.data).text)
            case "synthesize-stop":
                self._opened(event.type).take("", end=True)
                self._text = None

    def _synthesize(self, request: Request) -> None:
        _check_plain(request)
        limit = self._wired.settings.text_limit
        if len(request.text) > limit:
            raise TextTooLong(length=len(request.text), limit=limit)
        self._queue(partial(self._speak, request.voice or Wish(), request.text))

    def _start(self, request: Request) -> None:
        _check_plain(request)
        if self._text is not None:
            raise BadEvent(reason="synthesize-start came before the synthesize-stop of another text")
        self._text = IncomingText(self._wired.settings.text_limit)
        self._queue(partial(self._speak_growing, request.voice or Wish(), self._text))

    def _take(self, text: str) -> None:
        """What came before a text became too long is spoken."""
        growing = self._opened("synthesize-chunk")
        try:
            growing.take(text)
        except TextTooLong as fault:
            if not growing.length:
                raise
            growing.end(fault)

    def _opened(self, kind: str) -> IncomingText:
        if self._text is None:
            raise BadEvent(reason=f"{kind} came before any synthesize-start")
        return self._text

    def _queue(self, answer: Callable[[], Awaitable[None]]) -> None:
        try:
            self._waiting.put_nowait(answer)
        except asyncio.QueueFull:
            raise TooManyRequests(limit=WAITING) from None

    # What goes out

    async def _answer(self) -> None:
        while True:
            answer = await self._waiting.get()
            await answer()

    async def _describe(self) -> None:
        stats = await self._wired.engine.ready()
        await self._write(await asyncio.to_thread(info, stats, self._wired.library))

    async def _speak(self, wish: Wish, text: str) -> None:
        utterance = await self._wired.prepare(await self._asked(wish, text))
        await self._send(self._wired.say(utterance, self._name))

    async def _speak_growing(self, wish: Wish, text: IncomingText) -> None:
        utterance, growing = await self._wired.begin(await self._asked(wish))
        await self._send(self._wired.say(utterance, self._name, text.pieces(growing)))
        if text.fault is not None:
            await self._tell(text.fault)
        await self._write(SynthesizeStopped())

    async def _asked(self, wish: Wish, text: str = "") -> Asked:
        stats = await self._wired.engine.ready()
        voice, language = await asyncio.to_thread(choose, wish, stats, self._wired.library)
        return Asked(text, voice, language)

    async def _send(self, spoken: AsyncGenerator[NDArray[np.float32], None]) -> None:
        """A speech, as it is made. It begins with the first of it, so that one that fails at once has no beginning."""
        encoder, begun = Encoder("pcm", RATE), False
        async with contextlib.aclosing(spoken):
            async for samples in spoken:
                if not begun:
                    begun = True
                    await self._write(AudioStart(rate=RATE, width=2, channels=1))
                for at in range(0, len(samples), CHUNK):
                    audio = encoder.feed(samples[at : at + CHUNK])
                    await self._write(AudioChunk(rate=RATE, width=2, channels=1, audio=audio))
        if begun:
            await self._write(AudioStop())

    async def _tell(self, fault: TimbreError) -> None:
        log.warning("%s: %s", self._name, fault)  # Home Assistant keeps it to itself
        await self._write(Error(text=f"{fault} {fault.advice}", code=fault.code))

    async def _write(self, event: Eventable) -> None:
        await async_write_event(event.event(), self._writer)


def _check_plain(request: Request) -> None:
    if request.text_format not in (None, PLAIN_TEXT):
        raise NotPlainText(format=request.text_format)
