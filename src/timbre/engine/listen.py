"""Where the engine listens: a Unix socket that one user can open, or an address that wants a token."""

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from secrets import compare_digest
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.http11 import Request, Response

from timbre.engine.protocol import MAX_MESSAGE
from timbre.errors import CannotListen, EngineRunning, TokenMissing

Handler = Callable[[ServerConnection], Awaitable[None]]


@contextlib.asynccontextmanager
async def listening(handler: Handler, socket: Path, url: str, token: str) -> AsyncIterator[Server]:
    """Listens at `url` (ws://host:port, with a token), or, where that is empty, on the Unix socket.

    Raises errors.TokenMissing for an address without a token, EngineRunning, CannotListen.
    """
    opened = _on_address(handler, url, token) if url else _on_socket(handler, socket)
    async with opened as listener:
        yield listener


@contextlib.asynccontextmanager
async def _on_address(handler: Handler, url: str, token: str) -> AsyncIterator[Server]:
    if not token:
        raise TokenMissing(url=url)
    address = urlsplit(url)
    try:
        listener = await serve(
            handler,
            address.hostname,
            address.port,
            process_request=_gate(token),
            max_size=MAX_MESSAGE,
            compression=None,
        )
    except OSError as fault:
        raise CannotListen(address=url, reason=_reason(fault)) from None
    async with listener:
        yield listener


@contextlib.asynccontextmanager
async def _on_socket(handler: Handler, socket: Path) -> AsyncIterator[Server]:
    socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(socket.with_suffix(".lock")):
        socket.unlink(missing_ok=True)  # left by an engine that was killed
        mask = os.umask(0o177)
        try:
            listener = await unix_serve(
                handler, str(socket), max_size=MAX_MESSAGE, compression=None, ping_interval=None
            )
        except OSError as fault:
            raise CannotListen(address=socket, reason=_reason(fault)) from None
        finally:
            os.umask(mask)
        async with listener:
            try:
                yield listener
            finally:
                socket.unlink(missing_ok=True)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Holds a lock that ends with the process. Raises errors.EngineRunning when another process holds it."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise EngineRunning(home=str(lock.parent)) from None
        yield


def _gate(token: str) -> Callable[[ServerConnection, Request], Response | None]:
    wanted = f"Bearer {token}".encode()

    def check(connection: ServerConnection, request: Request) -> Response | None:
        given = request.headers.get("Authorization", "").encode()
        return None if compare_digest(given, wanted) else connection.respond(HTTPStatus.UNAUTHORIZED, "wrong token\n")

    return check


def _reason(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()
