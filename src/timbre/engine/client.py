"""How the rest of Timbre reaches the engine: an async client, the same without async, and a way to start an engine.

Every request is a connection of its own, so that leaving one early cancels just that one.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from timbre.engine.protocol import (
    Conditioning,
    Sampling,
    read_json,
    read_voices,
    samples_from_bytes,
    samples_to_bytes,
)
from timbre.errors import EngineDown, EngineLost, EngineRefused, EngineUnavailable, from_dict
from timbre.settings import settings
from timbre.text.plan import Piece

Result = TypeVar("Result")
Samples = NDArray[np.float32]
PATIENCE_S = 10.0
"""Seconds until a connection has to stand."""


def socket_path(home: Path) -> Path:
    """The Unix socket of the engine that serves this home folder."""
    return home / "engine.sock"


class AsyncClient:
    """Speaks with an engine: the one on the socket, or the first of `urls` that answers.

    Every method raises errors.EngineUnavailable when nobody answers, errors.EngineLost when the engine goes away in the
    middle, and whatever error the engine itself names.
    """

    def __init__(self, socket: Path, urls: Sequence[str] = (), token: str = "") -> None:
        self._socket, self._urls, self._token = socket, list(urls), token

    @classmethod
    def from_settings(cls) -> Self:
        """The engines of `engine_urls`, or the one that listens in the home folder."""
        chosen = settings()
        urls = [url for one in chosen.engine_urls.split(",") if (url := one.strip())]
        return cls(socket_path(chosen.home), urls, chosen.engine_token)

    @property
    def address(self) -> str:
        return ", ".join(self._urls) or str(self._socket)

    @property
    def is_local(self) -> bool:
        """Whether the engine is meant to be on this machine, so that we may start it."""
        return not self._urls

    async def stats(self) -> dict[str, Any]:
        """What the engine holds and does: `ready`, `model`, `languages`, `limits`, `voices`, `waiting` …"""
        return await self._ask({"op": "stats"})

    async def load(self, model: str) -> dict[str, Any]:
        """Makes the engine load another model. Returns its stats afterwards."""
        return await self._ask({"op": "load", "model": model})

    async def unload(self) -> dict[str, Any]:
        """Makes the engine forget its model. Returns its stats afterwards."""
        return await self._ask({"op": "unload"})

    async def voices(self) -> dict[str, Conditioning]:
        """The voices that are built into the loaded model."""
        async with self._connected() as socket:
            await socket.send(json.dumps({"op": "voices"}))
            return read_voices(_binary(await socket.recv()))

    async def condition(self, clips: Sequence[Samples]) -> Conditioning:
        """The voice of some clips (mono, float32, 22,050 Hz)."""
        async with self._connected() as socket:
            await socket.send(json.dumps({"op": "condition", "clips": len(clips)}))
            for clip in clips:
                await socket.send(samples_to_bytes(clip))
            return Conditioning.from_bytes(_binary(await socket.recv()))

    async def speak(
        self, pieces: Sequence[Piece], language: str, voice: Conditioning | str, sampling: Sampling
    ) -> AsyncGenerator[Samples, None]:
        """Samples (float32, 24 kHz) as they are made; `voice` may name a built-in one. Leaving early cancels."""
        request: dict[str, Any] = {
            "op": "speak",
            "pieces": [{"text": piece.text, "pause": piece.pause} for piece in pieces],
            "language": language,
            "sampling": sampling.as_dict(),
        }
        if isinstance(voice, str):
            request["voice"] = voice
        async with self._connected() as socket:
            await socket.send(json.dumps(request))
            if isinstance(voice, Conditioning):
                await socket.send(voice.to_bytes())
            while isinstance(message := await socket.recv(), bytes):
                yield samples_from_bytes(message)
            _done(message)

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        async with self._connected() as socket:
            await socket.send(json.dumps(request))
            return _done(await socket.recv())

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientConnection]:
        socket = await self._connect()
        try:
            yield socket
        except ConnectionClosed:
            raise EngineLost() from None
        finally:
            await socket.close()

    async def _connect(self) -> ClientConnection:
        # Nothing limits what may lie here unread: an utterance is bounded by the text's limit, and a reader that is
        # slow to take it must not look like a dead one.
        options: dict[str, Any] = {"max_size": None, "max_queue": None, "compression": None, "open_timeout": PATIENCE_S}
        headers = {"Authorization": f"Bearer {self._token}"}
        for url in self._urls or [""]:
            try:
                if not url:
                    return await unix_connect(str(self._socket), ping_interval=None, **options)
                return await connect(url, additional_headers=headers, **options)
            except InvalidStatus:
                raise EngineRefused(url=url) from None
            except (OSError, WebSocketException):
                continue  # the next may answer
        raise EngineUnavailable(url=self.address)


def _done(message: str | bytes) -> dict[str, Any]:
    """The engine's last word. Raises the error that it names."""
    wire = read_json(message)
    if "error" in wire:
        raise from_dict(wire["error"])
    return dict(wire.get("done", {}))


def _binary(message: str | bytes) -> bytes:
    if isinstance(message, str):
        _done(message)
        raise EngineLost()
    return message


class Client:
    """`AsyncClient` for code that waits: a loop in a thread of its own does the talking."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine client", daemon=True)
        self._thread.start()

    @classmethod
    def from_settings(cls) -> Self:
        return cls(AsyncClient.from_settings())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the thread. The client cannot be used afterwards."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        return self._client.address

    def stats(self) -> dict[str, Any]:
        return self._run(self._client.stats())

    def load(self, model: str) -> dict[str, Any]:
        return self._run(self._client.load(model))

    def unload(self) -> dict[str, Any]:
        return self._run(self._client.unload())

    def voices(self) -> dict[str, Conditioning]:
        return self._run(self._client.voices())

    def condition(self, clips: Sequence[Samples]) -> Conditioning:
        return self._run(self._client.condition(clips))

    def speak(
        self, pieces: Sequence[Piece], language: str, voice: Conditioning | str, sampling: Sampling
    ) -> Generator[Samples, None, None]:
        spoken = self._client.speak(pieces, language, voice, sampling)

        async def following() -> Samples | None:
            return await anext(spoken, None)

        try:
            while (samples := self._run(following())) is not None:
                yield samples
        finally:
            self._run(spoken.aclose())

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        ended = threading.Event()

        async def watched() -> Result:
            try:
                return await work
            finally:
                ended.set()

        future = asyncio.run_coroutine_threadsafe(watched(), self._loop)
        try:
            return future.result()
        except BaseException:  # Ctrl+C while we wait: what runs over there has to end first
            future.cancel()
            ended.wait(PATIENCE_S)
            raise


Say = Callable[[str], None]


@contextlib.contextmanager
def running(say: Say = lambda _: None, model: str = "") -> Iterator[Client]:
    """A client of an engine that is ready to speak. Where none answers one is started, and ended again afterwards.

    say: is told in a sentence what is being waited for. model: what an engine of ours loads (default: as in settings).
    Raises errors.EngineDown when the engine ends instead of getting ready.
    """
    with Client.from_settings() as client, contextlib.ExitStack() as ours:
        child = None
        try:
            ready = client.stats()["ready"]
        except EngineUnavailable:
            if not AsyncClient.from_settings().is_local:
                raise
            say("Starting the engine …")
            child, ready = ours.enter_context(_started(model)), False
        if not ready:
            say("Waiting for the model …")
            _wait(client, child)
        yield client


def command(*arguments: str) -> list[str]:
    """How a `timbre` command of this same installation is run as a process."""
    script = Path(sys.executable).with_name("timbre")
    return [str(script), *arguments] if shutil.which(str(script)) else [sys.executable, "-m", "timbre", *arguments]


@dataclass(frozen=True, slots=True)
class _Child:
    """An engine that we started, and what it wrote to its error stream."""

    process: subprocess.Popen[bytes]
    words: IO[bytes]

    def last_words(self) -> str:
        """Its own sentence, or else the last line that it wrote, as part of a sentence."""
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").strip().splitlines()
        said = next((line for line in lines if line.startswith("timbre: ")), lines[-1] if lines else "it said nothing")
        return said.removeprefix("timbre: ").rstrip(".")


@contextlib.contextmanager
def _started(model: str) -> Iterator[_Child]:
    environment = os.environ | ({"TIMBRE_MODEL": model} if model else {})
    with tempfile.TemporaryFile() as words:
        # A session of its own: Ctrl+C in the terminal reaches us, and we end it in order.
        process = subprocess.Popen(
            command("engine", "--quiet", "--parent", str(os.getpid())),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )
        try:
            yield _Child(process, words)
        finally:
            end(process)


def end(child: subprocess.Popen[bytes], patience_s: float = 10.0) -> None:
    """Asks a process of ours to end, and insists when it does not."""
    child.terminate()
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _wait(client: Client, child: _Child | None) -> None:
    """Returns when the engine is ready."""
    while True:
        ended = child is not None and child.process.poll() is not None
        try:
            if client.stats()["ready"]:
                return
        except EngineUnavailable:
            if child is None:
                raise
            if ended:
                raise EngineDown(reason=child.last_words()) from None
        time.sleep(0.1)
