"""WS /v1/audio/stream: a text goes in as it is written, and audio comes out as it is made."""

from fastapi import APIRouter, WebSocket

from timbre.access.scopes import SPEAK
from timbre.api.guard import Called, needs
from timbre.api.streaming import converse
from timbre.api.wiring import Wired

router = APIRouter(prefix="/v1", dependencies=[needs(SPEAK)])


@router.websocket("/audio/stream")
async def stream(socket: WebSocket, wired: Wired, caller: Called) -> None:
    """OpenAPI has no place for it: `docs/api.md` says what goes over it."""
    await converse(socket, wired, caller)
