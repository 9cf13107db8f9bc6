"""How the rest of Timbre reaches the engine. `blocking.py` has the same for code that waits.

Every request is a connection of its own, so that leaving one early cancels just that one.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from timbre.engine.incoming import Incoming
from timbre.engine.patience import PASSING, Patience, check_ready
from timbre.engine.protocol import (
    PART,
    AdapterRequest,
    Brought,
    Conditioning,
    Role,
    Sampling,
    SpeakRequest,
    read_json,
    read_voices,
    read_words,
    samples_from_bytes,
    samples_to_bytes,
    write_pieces,
)
from timbre.errors import (
    EngineBusy,
    EngineLost,
    EngineRefused,
    EngineUnavailable,
    TimbreError,
    UnknownAdapter,
    from_dict,
)
from timbre.settings import settings
from timbre.text.plan import Piece
from timbre.text.timed import Timed

Result = TypeVar("Result")
Samples = NDArray[np.float32]
OnPiece = Callable[[int, int], object]
"""Is told of each piece that begins to sound: its place in the text, and the sample it begins at."""

OnWords = Callable[[int, list[Timed]], object]
"""Is told of each piece that was said: its place in the text, and its words, in seconds of the whole speech."""

CONNECT_S = 10.0
"""Seconds until a connection has to stand."""

STATS_S = 5.0
"""Seconds that each engine has to say how it is."""


def socket_path(home: Path, place: int = 0) -> Path:
    """The Unix socket of an engine that serves this home folder, the only one or that in its place among several."""
    return home / (f"engine-{place}.sock" if place else "engine.sock")


class AsyncClient:
    """Speaks with an engine: one of those on the sockets, in turn, or the first of `urls` that answers.

    Every method raises errors.EngineUnavailable when nobody answers, errors.EngineLost when the engine goes away in the
    middle, and whatever error the engine itself names. What can be asked again without harm (`ready`, `voices`,
    `condition`, `speak` before its first sample) is, for `patience_s` seconds from when the engine was missed.
    """

    def __init__(
        self, socket: Path | Sequence[Path], urls: Sequence[str] = (), token: str = "", patience_s: float = 0.0
    ) -> None:
        self._sockets = [socket] if isinstance(socket, Path) else list(socket)
        self._urls, self._token, self._patience_s = list(urls), token, patience_s
        self._turn = 0

    @classmethod
    def from_settings(cls) -> Self:
        """The engines of `engine_urls`, or those that listen in the home folder, one for each device."""
        chosen = settings()
        urls = [url for one in chosen.engine_urls.split(",") if (url := one.strip())]
        sockets = [socket_path(chosen.home, place) for place in range(len(chosen.devices))]
        return cls(sockets, urls, chosen.engine_token, chosen.engine_patience_s)

    def impatient(self) -> Self:
        """The same client for an engine that nobody starts again."""
        return type(self)(self._sockets, self._urls, self._token)

    @property
    def address(self) -> str:
        return ", ".join(self._urls or map(str, self._sockets))

    @property
    def is_local(self) -> bool:
        """Whether the engine is meant to be on this machine, so that we may start it."""
        return not self._urls

    async def stats(self) -> dict[str, Any]:
        """What the engine holds and does: `ready`, `model`, `languages`, `limits`, `voices`, `waiting` …"""
        return await self._ask({"op": "stats"})

    async def each(self) -> dict[str, dict[str, Any] | TimbreError]:
        """The stats of every engine, by a name for each, or why one does not answer."""

        async def ask(address: Path | str) -> dict[str, Any] | TimbreError:
            try:
                async with asyncio.timeout(STATS_S):
                    return await self._ask({"op": "stats"}, address)
            except TimeoutError:
                return EngineUnavailable(url=str(address))
            except TimbreError as fault:
                return fault

        addresses: Sequence[Path | str] = self._urls or self._sockets
        names = [address.stem if isinstance(address, Path) else address for address in addresses]
        return dict(zip(names, await asyncio.gather(*map(ask, addresses)), strict=True))

    async def ready(self) -> dict[str, Any]:
        """Its stats once it can speak. Raises errors.EngineStarting when that takes too long, EngineEmpty."""

        async def ask() -> dict[str, Any]:
            stats = await self.stats()
            check_ready(stats)
            return stats

        return await self._patiently(ask)

    async def load(self, model: str) -> dict[str, Any]:
        """Makes the engine load another model. Returns its stats afterwards."""
        return await self._tell({"op": "load", "model": model})

    async def unload(self) -> dict[str, Any]:
        """Makes the engine forget its model. Returns its stats afterwards."""
        return await self._tell({"op": "unload"})

    async def load_adapter(self, path: Path | str, name: str) -> dict[str, Any]:
        """Makes the engine hold an adapter for its model, from a file in its home folder's `adapters`. Returns its
        stats afterwards.
        """
        return await self._tell(AdapterRequest(name, str(path)).as_dict())

    async def hold_adapter(self, adapter: Brought) -> dict[str, Any]:
        """Makes the engine hold an adapter that is not on its machine. Returns its stats afterwards."""
        data, answer = await asyncio.to_thread(adapter.read), {}
        for address in self._sockets if self.is_local else [None]:
            async with self._connected(address) as socket:
                await socket.send(json.dumps(AdapterRequest(adapter.name, follows=True).as_dict()))
                await _send_file(socket, data)
                answer = _done(await socket.recv())
        return answer

    async def unload_adapter(self, name: str) -> dict[str, Any]:
        """Makes the engine forget an adapter; who speaks with it goes on. Returns its stats afterwards."""
        return await self._tell(AdapterRequest(name).as_dict())

    async def voices(self) -> dict[str, Conditioning]:
        """The voices that are built into the loaded model."""

        async def ask() -> dict[str, Conditioning]:
            async with self._connected() as socket:
                await socket.send(json.dumps({"op": "voices"}))
                return read_voices(_binary(await socket.recv()))

        return await self._patiently(ask)

    async def condition(self, clips: Sequence[Samples]) -> Conditioning:
        """The voice of some clips (mono, float32, 22,050 Hz)."""

        async def ask() -> Conditioning:
            async with self._connected() as socket:
                await socket.send(json.dumps({"op": "condition", "clips": len(clips)}))
                for clip in clips:
                    await socket.send(samples_to_bytes(clip))
                return Conditioning.from_bytes(_binary(await socket.recv()))

        return await self._patiently(ask)

    async def speak(
        self,
        pieces: Sequence[Piece] | AsyncIterable[Piece],
        language: str,
        voice: Conditioning | str,
        sampling: Sampling,
        client: str = "",
        on_piece: OnPiece | None = None,
        adapter: Brought | str = "",
        background: bool = False,
        roles: Sequence[Role] = (),
        on_words: OnWords | None = None,
    ) -> AsyncGenerator[Samples, None]:
        """Samples (float32, 24 kHz) as they are made. Leaving early cancels.

        pieces: all of them, or as they come. voice: may name a built-in one. client: for whom it is, where an engine
        counts that; errors.TooManyStreams when they have enough of it. adapter: one that the engine holds, else
        errors.UnknownAdapter; or one that is brought along. background: nobody listens yet, so others go first. roles:
        the other readers, for pieces that name one.
        """
        text = None if isinstance(pieces, Sequence) else Incoming(pieces)
        request = SpeakRequest(
            pieces if isinstance(pieces, Sequence) else (),
            language,
            sampling.seeded(),  # here, so that another try says the same
            voice if isinstance(voice, str) else None,
            more=text is not None,
            events=on_piece is not None,
            client=client,
            adapter=adapter.name if isinstance(adapter, Brought) else adapter,
            brings=isinstance(adapter, Brought),
            background=background,
            roles=roles,
            words=on_words is not None,
        )
        brought = adapter if isinstance(adapter, Brought) else None
        others_bring = [role.adapter for role in roles if isinstance(role.adapter, Brought)]
        voices = [one for one in (voice, *(role.voice for role in roles)) if isinstance(one, Conditioning)]
        opening: list[str | bytes] = [json.dumps(request.as_dict()), *(one.to_bytes() for one in voices)]
        patience, heard, again = Patience(self._patience_s), False, bool(brought or others_bring)
        others = len(self._sockets) - 1 if self.is_local else 0
        try:
            while True:
                try:
                    self._turn = (self._turn + 1) % len(self._sockets)
                    async with contextlib.aclosing(self._speak(opening, brought, text, on_piece, on_words)) as spoken:
                        async for samples in spoken:
                            heard = True
                            yield samples
                    return
                except EngineBusy:
                    if not others:
                        raise
                    others -= 1  # it is another's turn
                except UnknownAdapter:
                    if not again:
                        raise
                    again = False  # it gave way to another just before its turn, or a role's is not held yet
                    for one in others_bring:
                        await self.hold_adapter(one)
                except PASSING as fault:
                    if text is not None and text.fault is not None:
                        raise text.fault from None  # it was us who went away
                    if heard:
                        raise
                    await patience.bear(fault)
        finally:
            if text is not None:
                text.close()

    async def _speak(
        self,
        opening: Sequence[str | bytes],
        brought: Brought | None,
        text: Incoming | None,
        on_piece: OnPiece | None,
        on_words: OnWords | None,
    ) -> AsyncGenerator[Samples, None]:
        """One try."""
        async with self._connected() as socket:
            for message in opening:
                await socket.send(message)
            if brought is not None and _event(await socket.recv()).get("wanted"):
                await _send_file(socket, await asyncio.to_thread(brought.read))
            feeding = asyncio.create_task(_feed(socket, text)) if text is not None else None
            try:
                while True:
                    message = await socket.recv()
                    if isinstance(message, bytes):
                        yield samples_from_bytes(message)
                        continue
                    wire = read_json(message)
                    if wire.get("event") == "piece":
                        if on_piece is not None:
                            on_piece(wire["index"], wire["at"])
                    elif wire.get("event") == "words":
                        if on_words is not None:
                            on_words(wire["index"], read_words(wire["words"]))
                    else:
                        _done(message)
                        return
            finally:
                if feeding is not None:
                    feeding.cancel()

    async def _tell(self, request: dict[str, Any]) -> dict[str, Any]:
        """Told to every engine of ours; of those at URLs to the one that answers, for each may hold what it likes."""
        answer: dict[str, Any] = {}
        for socket in self._sockets if self.is_local else [None]:
            answer = await self._ask(request, socket)
        return answer

    async def _ask(self, request: dict[str, Any], only: Path | str | None = None) -> dict[str, Any]:
        async with self._connected(only) as socket:
            await socket.send(json.dumps(request))
            return _done(await socket.recv())

    async def _patiently(self, ask: Callable[[], Awaitable[Result]]) -> Result:
        patience = Patience(self._patience_s)
        while True:
            try:
                return await ask()
            except PASSING as fault:
                await patience.bear(fault)

    @contextlib.asynccontextmanager
    async def _connected(self, only: Path | str | None = None) -> AsyncIterator[ClientConnection]:
        socket = await self._connect(only)
        try:
            yield socket
        except ConnectionClosed:
            raise EngineLost() from None
        finally:
            await socket.close()

    async def _connect(self, only: Path | str | None) -> ClientConnection:
        # Nothing limits what may lie here unread: an utterance is bounded by the text's limit, and a reader that is
        # slow to take it must not look like a dead one.
        options: dict[str, Any] = {"max_size": None, "max_queue": None, "compression": None, "open_timeout": CONNECT_S}
        headers = {"Authorization": f"Bearer {self._token}"}
        for address in self._addresses(only):
            try:
                if isinstance(address, Path):
                    return await unix_connect(str(address), ping_interval=None, **options)
                return await connect(address, additional_headers=headers, **options)
            except InvalidStatus as answer:
                if answer.response.status_code == HTTPStatus.UNAUTHORIZED:
                    raise EngineRefused(url=str(address)) from None
                continue  # it is about to end
            except (OSError, WebSocketException):
                continue  # the next may answer
        raise EngineUnavailable(url=self.address)

    def _addresses(self, only: Path | str | None) -> Sequence[Path | str]:
        """Where to ask, the next when one does not answer: URLs in order, sockets from the one whose turn it is."""
        if only or self._urls:
            return [only] if only else self._urls
        return self._sockets[self._turn :] + self._sockets[: self._turn]


async def _feed(socket: ClientConnection, text: Incoming) -> None:
    """Sends a text as it comes, from its start. One that breaks off takes the connection with it."""
    with contextlib.suppress(ConnectionClosed):
        async for pieces in text.batches():
            await socket.send(json.dumps(write_pieces(pieces)))
        await (socket.close() if text.fault else socket.send(json.dumps({"end": True})))


async def _send_file(socket: ClientConnection, data: bytes) -> None:
    await socket.send(json.dumps({"bytes": len(data)}))
    for start in range(0, len(data), PART):
        await socket.send(data[start : start + PART])


def _event(message: str | bytes) -> dict[str, Any]:
    """Something that the engine tells on the way. Raises the error that it may name instead."""
    wire = read_json(message)
    if "error" in wire:
        raise from_dict(wire["error"])
    return wire


def _done(message: str | bytes) -> dict[str, Any]:
    """The engine's last word. Raises the error that it names."""
    return dict(_event(message).get("done", {}))


def _binary(message: str | bytes) -> bytes:
    if isinstance(message, str):
        _done(message)
        raise EngineLost()
    return message
