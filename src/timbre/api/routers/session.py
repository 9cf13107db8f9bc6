"""How the page signs in: with a key once, from then on with a cookie that no script can read."""

import contextlib
from dataclasses import replace

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from timbre.api.guard import cookie_name, credentials_of
from timbre.api.schemas_access import SessionOut, SignIn
from timbre.api.wiring import Wired
from timbre.errors import InvalidKey, KeyExpired, KeyMissing, KeyRevoked, SessionEnded

router = APIRouter(prefix="/session", tags=["session"])
DAY_S = 24 * 60 * 60
NOBODY = (KeyMissing, InvalidKey, KeyExpired, KeyRevoked, SessionEnded)


@router.get("", response_model_exclude_none=True)
async def who(request: Request, response: Response, wired: Wired) -> SessionOut:
    """Who one is, what one may do, and whether a key is needed at all. Exchanges an old cookie for a new one."""
    given = credentials_of(request)
    response.headers["Cache-Control"] = "no-store"
    key_needed = not await wired.guard.is_open(given)
    try:
        found = await wired.guard.identify(given)
    except NOBODY:
        return SessionOut.of(None, key_needed)
    if found.login and (renewed := await to_thread.run_sync(wired.guard.logins.renew, found.login)):
        token, login = renewed
        found = replace(found, login=login)
        _set_cookie(request, response, wired, token)
    return SessionOut.of(found, key_needed)


@router.post("", status_code=201, response_model_exclude_none=True)
async def sign_in(asked: SignIn, request: Request, response: Response, wired: Wired) -> SessionOut:
    """Sign a browser in with a key. The cookie is for this page alone; changes need the `csrf` of the answer too."""
    token, found = await wired.guard.sign_in(asked.key)
    _set_cookie(request, response, wired, token)
    response.headers["Cache-Control"] = "no-store"
    return SessionOut.of(found, key_needed=True)


@router.delete("", status_code=204)
async def sign_out(request: Request, response: Response, wired: Wired) -> None:
    """Sign this browser out."""
    given = credentials_of(request)
    with contextlib.suppress(*NOBODY):  # who is not signed in any more need not be signed out
        await wired.guard.identify(replace(given, key=""))
        await to_thread.run_sync(wired.guard.logins.end, given.cookie)
    for secure in (True, False):
        response.delete_cookie(
            cookie_name(wired.settings.port, secure), secure=secure, httponly=True, samesite="strict"
        )


def _set_cookie(request: Request, response: Response, wired: Wired, token: str) -> None:
    """Sent over https only where there is https: to us, to a proxy in front, or by what the page's address says."""
    secure = request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
    response.set_cookie(
        cookie_name(wired.settings.port, secure),
        token,
        max_age=round(wired.settings.session_days * DAY_S),
        secure=secure,
        httponly=True,
        samesite="strict",
    )
