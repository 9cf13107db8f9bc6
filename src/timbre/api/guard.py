"""Where a request is let in or not: before a byte of its body is read, and on every route that is not named here."""

import asyncio
import contextlib
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timbre.access.guard import Credentials, Guard
from timbre.access.scopes import Caller
from timbre.api import boards
from timbre.api.errors import answer
from timbre.errors import ScopeMissing, TimbreError
from timbre.settings import Settings

OPEN_PATHS = {"/", "/session", "/health", "/ready", "/openapi.json"}
"""What anybody may ask for: the page, who one is, whether the service lives, and how to speak with it."""

OPEN_FOLDERS = ("/static/", boards.TICKETS)
"""Below these, too: files, and what asks for a ticket itself."""

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""By any of these headers a request came through a proxy."""

ADMITTED_ANEW_S = 5.0
"""An open WebSocket's caller is asked for again so often."""

NO_MORE = 1008
"""What a WebSocket is closed with whose caller may not come in any more."""

QUESTIONS = {"GET", "HEAD", "OPTIONS"}

SHOWN = ["Content-Disposition", "Content-Range", "Location", "Retry-After", "X-Audio-Seconds", "X-Request-ID", "X-Seed"]
"""Headers that pages of the origins named in the settings may read."""

KEY = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key. Not needed while the service has none and is this machine's alone.",
}


def install(app: FastAPI, settings: Settings) -> None:
    """Puts the guard before all of an app's routes, and tells so in their description."""
    app.add_middleware(Guarded)
    described = app.openapi

    def openapi() -> dict[str, Any]:
        schema = described()
        schema["components"].setdefault("securitySchemes", {})["key"] = KEY
        for path, routes in schema["paths"].items():
            for route in routes.values() if not is_open(path) else ():
                route["security"] = [{"key": []}]
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way
    if allowed := origins(settings):  # before the guard: those pages are to read its refusals too
        app.add_middleware(
            CORSMiddleware,
            allow_origins=allowed,
            allow_methods=["GET", "HEAD", "POST", "PATCH", "DELETE"],
            allow_headers=["*"],  # OpenAI's client has many of its own; none of them opens anything
            expose_headers=SHOWN,
        )


def origins(settings: Settings) -> list[str]:
    """Whose pages may use the API besides ours: with a key, never with our page's cookie."""
    return [origin for one in settings.cors_origins.split(",") if (origin := one.strip())]


class Guarded:
    """Finds out who calls, and refuses whom the guard refuses. Answers of guarded routes are kept by no cache."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            scope.setdefault("state", {})["caller"] = await guard_of(connection).admit(credentials_of(connection))
        except TimbreError as fault:
            await answer(fault, scope)(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._while_admitted(connection, receive, send)
            return

        async def uncached(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, uncached)

    async def _while_admitted(self, connection: HTTPConnection, receive: Receive, send: Send) -> None:
        """A socket may be open for days: it is closed when its caller's key is revoked, or the session ends."""
        work = asyncio.ensure_future(self.app(connection.scope, receive, send))
        refusal = asyncio.ensure_future(_refusal(connection))
        try:
            await asyncio.wait({work, refusal}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await work
                return
            await _ended(work)
            with contextlib.suppress(RuntimeError, OSError):  # it was being closed already
                await send({"type": "websocket.close", "code": NO_MORE, "reason": refusal.result().code})
        finally:
            await _ended(work, refusal)


async def _refusal(connection: HTTPConnection) -> TimbreError:
    """Waits until a caller who was admitted is not any more, and says why."""
    guard, given = guard_of(connection), credentials_of(connection)
    while True:
        await asyncio.sleep(ADMITTED_ANEW_S)
        try:
            await guard.identify(given)
        except TimbreError as fault:
            if fault.status < 500:  # the database may be away for a while
                return fault


async def _ended(*tasks: "asyncio.Future[Any]") -> None:
    """Cancels what is not done, and waits for it."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def is_open(path: str) -> bool:
    """Whether a path needs no key."""
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


def guard_of(connection: HTTPConnection) -> Guard:
    return cast(Guard, connection.app.state.wiring.guard)


def credentials_of(connection: HTTPConnection) -> Credentials:
    """What a request brings along to be judged by."""
    headers, socket = connection.headers, connection.scope["type"] == "websocket"
    kind, _, key = headers.get("authorization", "").partition(" ")
    origin = headers.get("origin")
    # A browser says where a WebSocket was opened, and can send no header with it: so that is what its cookie needs.
    own_page = not socket if origin is None else origin.partition("://")[2] == headers.get("host")
    own_page = own_page and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    return Credentials(
        key=key.strip() if kind.lower() == "bearer" else "",
        cookie=_cookie(headers, connection.app.state.wiring.settings.port),
        csrf=headers.get("x-csrf-token", ""),
        address=connection.client.host if connection.client else "",
        own_page=own_page,
        is_change=not socket and connection.scope["method"] not in QUESTIONS,
        direct=not any(name in headers for name in FORWARDED),
    )


def cookie_name(port: int, secure: bool) -> str:
    """Browsers keep cookies by host and not by port: two services on one machine must not sign each other out."""
    return f"{'__Host-' if secure else ''}timbre-{port}"


def _cookie(headers: Headers, port: int) -> str:
    found: SimpleCookie = SimpleCookie()
    for line in headers.getlist("cookie"):
        for part in line.split(";"):  # one at a time: a stranger's that cannot be read hides none of ours
            try:
                found.load(part)
            except CookieError:
                continue
    names = (cookie_name(port, secure) for secure in (True, False))
    return next((found[name].value for name in names if name in found), "")


def _caller(connection: HTTPConnection) -> Caller:
    return cast(Caller, connection.scope["state"]["caller"])


Called = Annotated[Caller, Depends(_caller)]
"""A route's parameter of this type is given who calls."""


def needs(*scopes: str, changes: str = "") -> Any:
    """For a route's or a router's `dependencies`: refuses a caller who has none of these scopes.

    changes: the scope that all but questions need instead, where that is another.
    """

    async def check(caller: Called, connection: HTTPConnection) -> None:
        wanted = (changes,) if changes and connection.scope.get("method", "GET") not in QUESTIONS else scopes
        if not caller.may(*wanted):
            raise ScopeMissing(name=caller.name, scope=" or ".join(wanted))

    return Depends(check)
