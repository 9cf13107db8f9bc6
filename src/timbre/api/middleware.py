"""What every request passes through, outermost first: an id, safe headers, the right host, and bounds on its size."""

import asyncio
import ipaddress
import re
import socket
import uuid
from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timbre.api.errors import HeadTooLarge, TooLarge, TooSlow, WrongHost, WrongOrigin, answer
from timbre.errors import TimbreError

MEGABYTE = 1_000_000
JSON_LIMIT_MB = 1
HEADERS, HEAD_BYTES = 100, 16_384
STALLED_S = 30
"""Seconds that the next part of a body is waited for."""

CONNECTIONS = {"http", "websocket"}
ANSWERS = {"http.response.start", "websocket.accept", "websocket.http.response.start"}
"""What begins an answer, and has its headers."""

SAFE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
}

HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Where we serve https ourselves, and so know that it is there."""


class RequestId:
    """Names each request, by the client's X-Request-ID where that is a plain word, and says so in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if re.fullmatch(r"[\w.-]{1,64}", given, re.ASCII) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        await self.app(scope, receive, _with_headers(send, {"X-Request-ID": request_id}))


class SafeHeaders:
    """Tells browsers to run our own scripts alone, to show us in nobody's frame, and to come back by https only."""

    def __init__(self, app: ASGIApp, is_https: bool = False) -> None:
        self.app = app
        self.headers = SAFE_HEADERS | (HTTPS_ONLY if is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _with_headers(send, self.headers))


class OnlyOurHost:
    """Answers only to names we go by, and takes changes, and WebSockets, only from our own page and those allowed; but
    below the folders that are open to whoever knows of them, from everywhere.

    Else a page anywhere could point its own name at 127.0.0.1 and use this service from a visitor's browser. Addresses
    in figures cannot be pointed elsewhere, so all of them are taken.
    """

    def __init__(
        self, app: ASGIApp, names: str, origins: Collection[str] = (), secret_folders: tuple[str, ...] = ()
    ) -> None:
        self.app = app
        self.origins, self.secret_folders = origins, secret_folders
        self.names = {"localhost", socket.gethostname().lower()} | {name.strip().lower() for name in names.split(",")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in CONNECTIONS:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin", "")
        if not self._is_ours(_name(host)):
            await answer(WrongHost(host=host), scope)(scope, receive, send)
            return
        changes = scope["type"] == "websocket" or scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        changes = changes and not scope["path"].startswith(self.secret_folders)
        if changes and origin and origin.partition("://")[2] != host and origin not in self.origins:
            await answer(WrongOrigin(origin=origin), scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, name: str) -> bool:
        return name in self.names or "*" in self.names or _is_address(name)


class BoundedHead:
    """Refuses a request with more headers than any honest one has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope.get("headers", ())
        if len(headers) > HEADERS or sum(len(name) + len(value) for name, value in headers) > HEAD_BYTES:
            await answer(HeadTooLarge(count=HEADERS, bytes=HEAD_BYTES), scope)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class BoundedBody:
    """Refuses a body that is larger than its path may take, also one that does not say how large it is, and one that
    stops to come.
    """

    def __init__(self, app: ASGIApp, limit_mb: Callable[[str], int]) -> None:
        self.app = app
        self.limit_mb = limit_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit_mb = self.limit_mb(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit_mb * MEGABYTE:
            await answer(TooLarge(limit_mb=limit_mb), scope)(scope, receive, send)
            return
        got, whole, begun = 0, False, False
        fault: TimbreError | None = None

        async def counted() -> Message:
            nonlocal got, whole, fault
            try:
                message = await asyncio.wait_for(receive(), None if whole else STALLED_S)
            except TimeoutError:
                fault = TooSlow(seconds=STALLED_S)
                raise fault from None
            whole = not message.get("more_body", False)
            got += len(message.get("body", b""))
            if got > limit_mb * MEGABYTE:
                fault = TooLarge(limit_mb=limit_mb)
                raise fault
            return message

        async def watched(message: Message) -> None:
            # Whatever the framework makes of a body that ends in an error, the client hears the reason.
            nonlocal begun
            if fault:
                if not begun:
                    begun = True
                    await answer(fault, scope)(scope, receive, send)
                return
            begun = True
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except TimbreError:
            if not fault or begun:
                raise
            await answer(fault, scope)(scope, receive, send)


def _with_headers(send: Send, headers: dict[str, str]) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in ANSWERS:
            message.setdefault("headers", [])
            present = MutableHeaders(scope=message)
            for name, value in headers.items():
                present.setdefault(name, value)
        await send(message)

    return sending


def _name(host: str) -> str:
    """The name in a Host header, without the port and without an IPv6 address's brackets."""
    return re.sub(r":\d+$", "", host).strip("[]").lower()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
