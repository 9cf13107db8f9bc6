"""The engine as a process: a WebSocket server around one model.

The model's work is done by one thread, which speaks for all who asked at once; the event loop stays free to answer
`stats` meanwhile, and to notice that a client has gone.
"""

import asyncio
import contextlib
import json
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from timbre.engine.protocol import (
    CLIP_RATE,
    MAX_CLIPS,
    RATE,
    Conditioning,
    Sampling,
    read_json,
    samples_from_bytes,
    samples_to_bytes,
    write_voices,
)
from timbre.engine.worker import Spoken, Worker
from timbre.errors import (
    BadRequest,
    EngineBusy,
    EngineStarting,
    LanguageNotSpoken,
    TimbreError,
    UnknownVoice,
)
from timbre.text.languages import LANGUAGES
from timbre.text.plan import Piece

log = logging.getLogger("timbre.engine")


class Speaker(Protocol):
    """What the server asks of a model: `timbre.engine.engine.Engine` is one."""

    name: str
    folder: Path
    fingerprint: str
    languages: tuple[str, ...]

    def character_limit(self, language: str) -> int: ...
    def voices(self) -> dict[str, Conditioning]: ...
    def condition(self, clips: list[NDArray[np.float32]]) -> Conditioning: ...
    def sampling(self) -> Sampling: ...
    def begin(self, pieces: Sequence[Piece], language: str, voice: Conditioning, sampling: Sampling) -> Spoken: ...
    def step(self) -> None: ...
    def cancel(self, speech: Any) -> None: ...
    @property
    def waiting(self) -> int: ...
    @property
    def running(self) -> int: ...


Load = Callable[[str], Speaker]
"""Loads a model by its name."""


@dataclass(slots=True)
class Counts:
    """What the engine has done since it started."""

    started: float = field(default_factory=time.monotonic)
    utterances: int = 0
    audio_s: float = 0.0


class EngineServer:
    """One model, one thread that works with it, and the requests that it speaks for.

    `queue` is how many of them may wait for a place in the batch.
    """

    def __init__(self, load: Load, model: str, queue: int) -> None:
        self._load_model = load
        self._model = model
        self._queue = queue
        self._engine: Speaker | None = None
        self._voices: dict[str, Conditioning] = {}
        self._cards: dict[str, dict[str, str]] = {}
        self._ready = False
        self._worker = Worker()
        self._counts = Counts()

    # Life

    async def start(self) -> None:
        """Loads the model and lets it speak once. Raises what the loading raises."""
        await self._worker.run(lambda: self._take(self._model), alone=True)

    def close(self) -> None:
        """Ends the thread after the step it is in; what still waits is dropped."""
        self._worker.close()

    def _take(self, model: str) -> None:
        """Loads a model and lets it speak. Where that fails, the one that was loaded goes on."""
        began = time.monotonic()
        self._ready = False
        try:
            engine = self._load_model(model)
            voices = engine.voices()
            _warm(engine, voices)
        except BaseException:
            self._ready = self._engine is not None
            raise
        self._worker.batch = engine
        self._engine, self._voices, self._cards = engine, voices, _cards(engine.folder, voices)
        self._model, self._ready = model, True
        log.info("%s is ready after %.1f s: %s", model, time.monotonic() - began, ", ".join(engine.languages))

    def _drop(self) -> None:
        self._ready, self._engine, self._voices, self._worker.batch = False, None, {}, None

    # Requests

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

    async def _speak(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        engine = self._loaded()
        pieces, language, sampling = _read_speak(request)
        if language not in engine.languages:
            raise LanguageNotSpoken(
                model=engine.name, language=language, advice=f"It speaks: {', '.join(engine.languages)}."
            )
        voice = await self._voice(socket, request)

        def begin() -> Spoken:
            engine = self._loaded()  # which may have gone, or have become another, since the request came
            if engine.waiting >= self._queue:
                raise EngineBusy(waiting=engine.waiting)
            return engine.begin(pieces, language, voice, sampling)

        began, first, count = time.monotonic(), None, 0
        async for samples in self._worker.speak(begin):
            first = first if first is not None else time.monotonic() - began
            count += len(samples)
            await socket.send(samples_to_bytes(samples))
        self._counts.utterances += 1
        self._counts.audio_s += count / RATE
        await _send(socket, {"done": {"samples": count, "first_audio_s": first, "took_s": time.monotonic() - began}})

    async def _condition(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        engine = self._loaded()
        count = request.get("clips")
        if not isinstance(count, int) or not 1 <= count <= MAX_CLIPS:
            raise BadRequest(reason=f"a voice is made from 1 to {MAX_CLIPS} clips")
        clips = [samples_from_bytes(_binary(await socket.recv())) for _ in range(count)]
        voice = await self._worker.run(lambda: engine.condition(clips))
        await socket.send(voice.to_bytes())

    async def _list_voices(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        self._loaded()
        await socket.send(write_voices(self._voices))

    async def _load(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        model = str(request.get("model", ""))
        if not (self._ready and model == self._model):
            await self._worker.run(lambda: self._take(model), alone=True)
        await _send(socket, {"done": self.stats()})

    async def _unload(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        await self._worker.run(self._drop, alone=True)
        await _send(socket, {"done": self.stats()})

    async def _stats(self, socket: ServerConnection, request: Mapping[str, Any]) -> None:
        await _send(socket, {"done": self.stats()})

    def stats(self) -> dict[str, Any]:
        """What the engine holds and what it does at this moment. The model's part is absent until it is loaded."""
        counts, engine = self._counts, self._engine
        wire: dict[str, Any] = {
            "ready": self._ready,
            "pid": os.getpid(),
            "waiting": engine.waiting if engine else 0,
            "running": engine.running if engine else 0,
            "utterances": counts.utterances,
            "audio_s": round(counts.audio_s, 3),
            "work_s": round(self._worker.busy_s, 3),
            "up_s": round(time.monotonic() - counts.started, 3),
        }
        if engine is not None:
            wire |= {
                "model": engine.name,
                "folder": str(engine.folder),
                "fingerprint": engine.fingerprint,
                "languages": list(engine.languages),
                "limits": {language: engine.character_limit(language) for language in engine.languages},
                "voices": self._cards,
                "sampling": engine.sampling().as_dict(),
            }
        return wire

    def _loaded(self) -> Speaker:
        if self._engine is None or not self._ready:
            raise EngineStarting()
        return self._engine

    async def _voice(self, socket: ServerConnection, request: Mapping[str, Any]) -> Conditioning:
        """The voice that a request names, or sends after it."""
        name = request.get("voice")
        if name is None:
            return Conditioning.from_bytes(_binary(await socket.recv()))
        if name not in self._voices:
            raise UnknownVoice(voice=name, known=", ".join(sorted(self._voices)))
        return self._voices[name]


OPS: dict[str, Callable[..., Any]] = {
    "speak": EngineServer._speak,
    "condition": EngineServer._condition,
    "voices": EngineServer._list_voices,
    "stats": EngineServer._stats,
    "load": EngineServer._load,
    "unload": EngineServer._unload,
}


def _warm(engine: Speaker, voices: Mapping[str, Conditioning]) -> None:
    """Lets a model speak once: memory is touched and kernels are chosen before the first user waits for them."""
    noise = np.random.default_rng(0).normal(0, 0.01, 3 * CLIP_RATE).astype(np.float32)
    voice = next(iter(voices.values()), None) or engine.condition([noise])
    language = engine.languages[0]
    words = [Piece(f"{LANGUAGES[language].own_name}.", 0.0)]
    speech, spoken = engine.begin(words, language, voice, replace(engine.sampling(), seed=0)), 0
    while not speech.finished:
        engine.step()
        spoken += sum(len(samples) for samples in speech.take())
    if not spoken:
        raise RuntimeError(f"the model {engine.name} said nothing")


def _cards(folder: Path, voices: Mapping[str, Conditioning]) -> dict[str, dict[str, str]]:
    """What people are told of the built-in voices: name, language, about. From `voices.json` beside the model."""
    path = folder / "voices.json"
    told = json.loads(path.read_text()) if path.exists() else {}
    return {name: {"name": name.replace("-", " ").title(), **told.get(name, {})} for name in voices}


def _read_speak(request: Mapping[str, Any]) -> tuple[list[Piece], str, Sampling]:
    try:
        pieces = [Piece(str(piece["text"]), min(max(float(piece["pause"]), 0.0), 10.0)) for piece in request["pieces"]]
        language, sampling = str(request["language"]), dict(request.get("sampling", {}))
    except (KeyError, TypeError, ValueError):
        raise BadRequest(reason="it has no pieces with text and pause, or no language") from None
    return pieces, language, Sampling.from_dict(sampling)


def _binary(message: str | bytes) -> bytes:
    if isinstance(message, str):
        raise BadRequest(reason="a binary message was expected")
    return message


async def _send(socket: ServerConnection, wire: Mapping[str, Any]) -> None:
    await socket.send(json.dumps(wire, default=str))
