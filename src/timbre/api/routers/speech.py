"""POST /synthesize-direct: one request, one answer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from timbre.access.scopes import SPEAK
from timbre.api import audio
from timbre.api.guard import Called, needs
from timbre.api.schemas import SynthesizeDirect, TimedSpeech
from timbre.api.wiring import Wired
from timbre.errors import NoRoomForWords

router = APIRouter(tags=["speech"], dependencies=[needs(SPEAK)])
AUDIO: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}, "description": "The audio."}
}
"""What OpenAPI says of an answer that is audio."""

TIMED: dict[int | str, dict[str, Any]] = {
    200: AUDIO[200] | {"model": TimedSpeech, "description": "The audio, or with `word_times` JSON that has it."}
}


@router.post("/synthesize-direct", response_class=Response, responses=TIMED)
async def synthesize_direct(wanted: SynthesizeDirect, request: Request, wired: Wired, caller: Called) -> Response:
    """Speak a text: the whole audio in one answer, with `word_times` as JSON, or with `stream` as it is made."""
    format = audio.known(wanted.format)
    if wanted.word_times and wanted.stream:
        raise NoRoomForWords()
    utterance = await wired.prepare(wanted.asked())
    if wanted.word_times:
        clock = await wired.clock(wanted.asked(), utterance.language)
        async with wired.guard.spending(caller, len(wanted.text)):
            spoken = wired.speak(utterance, request, on_words=clock.on_words)
            return await audio.timed(request, spoken, format, utterance.sampling.seed, wired.marking, clock)
    answer = audio.live if wanted.stream else audio.whole
    async with wired.guard.spending(caller, len(wanted.text)):
        return await answer(request, wired.speak(utterance, request), format, utterance.sampling.seed, wired.marking)
