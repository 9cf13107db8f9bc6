"""The engine as a process: a WebSocket server around one model.

The model's work is done by one thread, which speaks for all who asked at once; the event loop stays free to answer
`stats` meanwhile, and to notice that a client has gone.
"""

import asyncio
import contextlib
import json
import logging
import os
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from timbre.engine.conversation import Conversation
from timbre.engine.holder import Holder, Load
from timbre.engine.protocol import (
    MAX_ADAPTER,
    MAX_CLIPS,
    RATE,
    AdapterRequest,
    Conditioning,
    SpeakRequest,
    adapters_folder,
    read_json,
    samples_from_bytes,
    write_voices,
)
from timbre.engine.worker import Spoken, Worker
from timbre.errors import BadRequest, EngineBusy, LanguageNotSpoken, TimbreError, TooManyStreams
from timbre.settings import settings

log = logging.getLogger("timbre.engine")


class EngineServer:
    """One model, one thread that works with it, and the requests that it speaks for.

    `queue` is how many of them may wait for a place in the batch, `per_client` how many one client may have at once
    (0: as many as there is room for).
    """

    def __init__(self, load: Load, model: str, queue: int, per_client: int = 0) -> None:
        self._model, self._queue, self._per_client = model, queue, per_client
        self._worker = Worker()
        self._holder = Holder(load, self._worker)
        self._speeches: Counter[str] = Counter()
        self._started = time.monotonic()
        self._utterances, self._audio_s = 0, 0.0

    async def start(self) -> None:
        """Loads the model and lets it speak once. Raises what the loading raises."""
        await self._holder.take(self._model)

    def close(self) -> None:
        """Ends the thread after the step it is in; what still waits is dropped."""
        self._worker.close()

    async def handle(self, socket: ServerConnection) -> None:
        """Answers one connection: one request. Ends its work when the client goes."""
        answer = asyncio.create_task(self._answer(socket))
        gone = asyncio.create_task(socket.wait_closed())
        try:
            await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            answer.cancel()
            gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
            await answer

    async def _answer(self, socket: ServerConnection) -> None:
        try:
            request = read_json(await socket.recv())
            op = OPS.get(str(request.get("op")))
            if op is None:
                raise BadRequest(reason=f"there is no op '{request.get('op')}'")
            await op(self, socket, request)
        except ConnectionClosed:
            raise
        except TimbreError as fault:
            await _send(socket, {"error": fault.as_dict()})
        except Exception:
            log.exception("a request failed")
            await _send(socket, {"error": TimbreError().as_dict()})

    # What can be asked

    async def _speak(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        engine = self._holder.loaded()
        request = SpeakRequest.from_dict(wire)
        for language in (request.language, *(role.language for role in request.roles)):
            if language not in engine.languages:
                advice = f"It speaks: {', '.join(engine.languages)}."
                raise LanguageNotSpoken(model=engine.name, language=language, advice=advice)
        voice = await self._voice(socket, request.voice)
        roles = [replace(one, voice=await self._voice(socket, one.voice)) for one in request.roles]
        brought = await self._brought(socket, request) if request.adapter and request.brings else None

        def begin() -> Spoken:
            nonlocal engine
            engine = self._holder.loaded()  # which may have gone, or have become another, since the request came
            if not request.background and engine.waiting >= self._queue:
                raise EngineBusy(waiting=engine.waiting)
            if brought is not None:
                engine.adapters.hold(brought)
            return engine.begin(
                request.pieces,
                request.language,
                voice,
                request.sampling,
                request.more,
                request.adapter,
                request.background,
                roles,
                request.words,
            )

        with self._counted(request.client):
            stream = await self._worker.begin(begin)
            conversation = Conversation(socket, self._worker, engine, stream, request)
            told = await conversation.run()
        self._utterances += 1
        self._audio_s += conversation.samples / RATE
        await _send(socket, {"done": told})

    async def _voice(self, socket: ServerConnection, name: Any) -> Conditioning:
        """A built-in voice by its name, or the one that the client sends."""
        if name is None:
            return Conditioning.from_bytes(_binary(await socket.recv()))
        return self._holder.voice(name)

    async def _brought(self, socket: ServerConnection, request: SpeakRequest) -> Any:
        """The adapter of a speech, which the client sends where it is not held; None where it is."""
        wanted = request.adapter not in self._holder.loaded().adapters.names
        await _send(socket, {"event": "adapter", "wanted": wanted})
        return await self._sent(socket, request.adapter) if wanted else None

    async def _sent(self, socket: ServerConnection, name: str) -> Any:
        """An adapter that comes over the wire, read but not held. Raises errors.BadRequest, and what reading raises."""
        data = await _file(socket)
        return await asyncio.to_thread(lambda: self._holder.loaded().adapters.read(data, name))

    async def _condition(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        engine = self._holder.loaded()
        count = wire.get("clips")
        if not isinstance(count, int) or not 1 <= count <= MAX_CLIPS:
            raise BadRequest(reason=f"a voice is made from 1 to {MAX_CLIPS} clips")
        clips = [samples_from_bytes(_binary(await socket.recv())) for _ in range(count)]
        voice = await self._worker.run(lambda: engine.condition(clips))
        await socket.send(voice.to_bytes())

    async def _voices(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        self._holder.loaded()
        await socket.send(write_voices(self._holder.voices))

    async def _load(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        await self._holder.take(str(wire.get("model", "")))
        await self._stats(socket, wire)

    async def _unload(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        await self._holder.drop()
        await self._stats(socket, wire)

    async def _adapter(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        request = AdapterRequest.from_dict(wire)
        sent = await self._sent(socket, request.name) if request.follows else None
        file = None if request.path is None else request.file(adapters_folder(settings().home))

        def change() -> None:
            adapters = self._holder.loaded().adapters
            if sent is not None:
                adapters.hold(sent)
            elif file is not None:
                adapters.load(file, request.name)
            else:
                adapters.unload(request.name)

        await self._worker.run(change)
        await self._stats(socket, wire)

    async def _stats(self, socket: ServerConnection, wire: Mapping[str, Any]) -> None:
        await _send(socket, {"done": self.stats()})

    def stats(self) -> dict[str, Any]:
        """What the engine holds and what it does at this moment."""
        return self._holder.stats() | {
            "queue": self._queue,
            "utterances": self._utterances,
            "audio_s": round(self._audio_s, 3),
            "work_s": round(self._worker.busy_s, 3),
            "up_s": round(time.monotonic() - self._started, 3),
            "resident_mb": round(resident_bytes() / 2**20, 1),
            "pid": os.getpid(),
        }

    @contextlib.contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        """Counts a client's speech while it lasts. Raises errors.TooManyStreams."""
        if client and self._per_client and self._speeches[client] >= self._per_client:
            raise TooManyStreams(limit=self._per_client)
        self._speeches[client] += 1
        try:
            yield
        finally:
            self._speeches[client] -= 1
            if not self._speeches[client]:
                del self._speeches[client]


OPS: dict[str, Callable[..., Any]] = {
    "speak": EngineServer._speak,
    "condition": EngineServer._condition,
    "voices": EngineServer._voices,
    "stats": EngineServer._stats,
    "load": EngineServer._load,
    "unload": EngineServer._unload,
    "adapter": EngineServer._adapter,
}


def resident_bytes() -> int:
    """The memory that this process has at this moment; where /proc does not tell, the most that it ever had."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


async def _file(socket: ServerConnection) -> bytes:
    """A file as it travels. Raises errors.BadRequest."""
    count = read_json(await socket.recv()).get("bytes")
    if not isinstance(count, int) or not 0 < count <= MAX_ADAPTER:
        raise BadRequest(reason=f"an adapter has 1 to {MAX_ADAPTER} bytes")
    data = bytearray()
    while len(data) < count:
        data += _binary(await socket.recv())
    return bytes(data)


def _binary(message: str | bytes) -> bytes:
    if isinstance(message, str):
        raise BadRequest(reason="a binary message was expected")
    return message


async def _send(socket: ServerConnection, wire: Mapping[str, Any]) -> None:
    await socket.send(json.dumps(wire, default=str))
