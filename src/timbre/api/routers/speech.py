"""POST /synthesize-direct: one request, one answer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from timbre.access.scopes import SPEAK
from timbre.api import audio
from timbre.api.guard import Called, needs
from timbre.api.schemas import SynthesizeDirect
from timbre.api.wiring import Wired

router = APIRouter(tags=["speech"], dependencies=[needs(SPEAK)])
AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}, "description": "The audio."}
}
"""What OpenAPI says of an answer that is audio."""


@router.post("/synthesize-direct", response_class=Response, responses=AUDIO)
async def synthesize_direct(wanted: SynthesizeDirect, request: Request, wired: Wired, caller: Called) -> Response:
    """Speak a text: the whole audio in one answer, or with `stream` as it is made."""
    format = audio.known(wanted.format)
    utterance = await wired.prepare(wanted.asked())
    answer = audio.live if wanted.stream else audio.whole
    async with wired.guard.spending(caller, len(wanted.text)):
        return await answer(request, wired.speak(utterance, request), format, utterance.sampling.seed, wired.marking)
