"""TensorBoard behind our own door: an entrance for who may train, and what the frame that it is shown in asks for."""

from collections.abc import AsyncIterator
from typing import cast

import httpx
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from timbre.access.scopes import TRAIN
from timbre.api.boards import PREFIX, TICKETS, Board, Boards
from timbre.api.guard import Called, credentials_of, needs
from timbre.api.routers.jobs import seen_by
from timbre.api.routers.pages import WEB
from timbre.errors import TensorboardFailed

router = APIRouter(tags=["training"])

POLICY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self' data:; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
"""What TensorBoard's own page may do: run its scripts, as nobody's page, and ask its own address."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",  # to a page that is nobody's its own address is another's
    "Cache-Control": "no-store",
}
PASSED_ON = ("accept", "accept-encoding", "content-type", "x-tensorboard-feature-flags")
PASSED_BACK = ("content-type", "content-encoding", "content-length")

STORAGE = WEB / "js" / "tensorboard" / "storage.js"


class BoardUrl(BaseModel):
    """Where TensorBoard is."""

    url: str = Field(examples=[f"{PREFIX}/"])


@router.get("/training/tensorboard-url", dependencies=[needs(TRAIN)])
async def where(request: Request, caller: Called) -> BoardUrl:
    """Where TensorBoard shows the curves of your runs. Starts it, where it does not run."""
    await _boards(request).board(seen_by(caller))
    return BoardUrl(url=f"{PREFIX}/")


@router.get("/training/tensorboard/", dependencies=[needs(TRAIN)], include_in_schema=False)
async def entrance(request: Request, caller: Called) -> Response:
    """Hands out a ticket, and leads there."""
    owner = seen_by(caller)
    await _boards(request).board(owner)
    ticket = _boards(request).ticket(credentials_of(request), owner)
    return RedirectResponse(f"{TICKETS}{ticket}/", 303, {"Cache-Control": "no-store"})


@router.options(TICKETS + "{ticket}/{path:path}", include_in_schema=False)
async def preflight(ticket: str, path: str) -> Response:
    """What a page that is nobody's may send."""
    allowed = {"Access-Control-Allow-Methods": "GET, POST", "Access-Control-Allow-Headers": "*"}
    return Response(status_code=204, headers=HEADERS | allowed)


@router.get(TICKETS + "{ticket}/" + STORAGE.name, include_in_schema=False)
async def storage(ticket: str) -> Response:
    """What TensorBoard keeps its settings in while it is shown."""
    return FileResponse(STORAGE, media_type="text/javascript", headers=HEADERS)


@router.get(TICKETS + "{ticket}/{path:path}", include_in_schema=False)
@router.post(TICKETS + "{ticket}/{path:path}", include_in_schema=False, name="passed_on_too")
async def passed_on(ticket: str, path: str, request: Request) -> Response:
    """What TensorBoard answers."""
    board = await _boards(request).shown(ticket)
    answer = await _ask(board, request, path)
    if answer.headers.get("content-type", "").startswith("text/html"):
        page = _ours(await answer.aread())
        await answer.aclose()
        return Response(page, answer.status_code, HEADERS, "text/html")
    headers = {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
    return StreamingResponse(
        _bytes(answer), answer.status_code, HEADERS | headers, background=BackgroundTask(answer.aclose)
    )


async def _ask(board: Board, request: Request, path: str) -> httpx.Response:
    """Raises errors.TensorboardFailed."""
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    url = httpx.URL(path=f"{PREFIX}/{path}", query=request.url.query.encode())
    asked = board.http.build_request(request.method, url, headers=headers, content=await request.body() or None)
    try:
        return await board.http.send(asked, stream=True)
    except httpx.TransportError as fault:
        raise TensorboardFailed(reason=f"it does not answer ({type(fault).__name__})") from None


def _ours(page: bytes) -> bytes:
    """TensorBoard's page for where it is shown: with a storage, and its fonts below its own address."""
    page = page.replace(b"<head>", f'<head><script src="{STORAGE.name}"></script>'.encode(), 1)
    return page.replace(b"url(/font-roboto/", b"url(font-roboto/")


async def _bytes(answer: httpx.Response) -> AsyncIterator[bytes]:
    async for part in answer.aiter_raw():
        yield part


def _boards(request: Request) -> Boards:
    return cast(Boards, request.app.state.boards)
