"""What OpenAI's clients ask for, under /v1."""

import asyncio
import time
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from timbre.access.scopes import SPEAK
from timbre.api import audio
from timbre.api.guard import Called, needs
from timbre.api.routers.speech import AUDIO
from timbre.api.schemas import OPENAI_MODELS, OpenAIFaultAnswer, OpenAISpeech, ours
from timbre.api.wiring import Json, Wired
from timbre.audio.marking import Marking
from timbre.engine.protocol import RATE
from timbre.errors import EmptyText, NoRoomForWords, UnknownFormat, UnknownModel
from timbre.text.split import PAUSE_SENTENCE
from timbre.text.timed import Timed

FAULTS: dict[int | str, dict[str, Any]] = {"4XX": {"model": OpenAIFaultAnswer}, "5XX": {"model": OpenAIFaultAnswer}}
router = APIRouter(prefix="/v1", tags=["openai"], responses=FAULTS, dependencies=[needs(SPEAK)])
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
STARTED = int(time.time())
EVENTS = {"text/event-stream": {"schema": {"type": "string"}, "example": 'data: {"type": "speech.audio.done"}\n\n'}}
SPOKEN: dict[int | str, dict[str, Any]] = {
    200: {"content": AUDIO[200]["content"] | EVENTS, "description": "The audio, or with `stream_format: sse` events."}
}


@router.post("/audio/speech", response_class=Response, responses=SPOKEN)
async def speech(wanted: OpenAISpeech, request: Request, wired: Wired, caller: Called) -> Response:
    """Speak a text, sent from its first samples on: as bare audio, or as events."""
    if wanted.response_format not in FORMATS:
        raise UnknownFormat(format=wanted.response_format, known=", ".join(FORMATS))
    told: list[Timed] = []
    answer = partial(audio.events, told=told) if wanted.stream_format == "sse" else audio.live
    if wanted.timestamp_granularities and wanted.stream_format != "sse":
        raise NoRoomForWords()
    try:
        utterance = await wired.prepare(wanted.asked())
    except EmptyText:
        if not wanted.input.strip():
            raise
        # Clients that take a text apart send the full stop behind a quotation by itself, and stumble over a refusal.
        return await answer(request, _pause(), wanted.response_format, None, Marking("off", RATE))
    async with wired.guard.spending(caller, len(wanted.input)):
        on_words = (lambda _, words: told.extend(words)) if wanted.timestamp_granularities else None
        spoken = wired.speak(utterance, request, on_words=on_words)
        return await answer(request, spoken, wanted.response_format, utterance.sampling.seed, wired.marking)


@router.get("/models")
async def models(wired: Wired) -> Json:
    """The loaded model, by its own name and by those that OpenAI's clients know."""
    return {"object": "list", "data": [_model(name) for name in await _names(wired)]}


@router.get("/models/{model}")
async def model(model: str, wired: Wired) -> Json:
    """One of them."""
    names = await _names(wired)
    if not names or ours(model) not in {None, names[0]}:
        raise UnknownModel(model=model, known=", ".join(names) or "none yet")
    return _model(model)


@router.get("/audio/voices")
async def voices(wired: Wired) -> Json:
    """All voices of the loaded model, as clients that offer a choice read them."""
    stats = await wired.engine.stats()
    found = await asyncio.to_thread(wired.library.all, stats)
    return {"voices": [{"id": voice.id, "name": voice.name} for voice in found if voice.speaks(stats)]}


async def _pause() -> AsyncGenerator[NDArray[np.float32], None]:
    yield np.zeros(round(PAUSE_SENTENCE * RATE), np.float32)


async def _names(wired: Wired) -> list[str]:
    loaded = (await wired.engine.stats()).get("model")
    return [loaded, *OPENAI_MODELS] if loaded else []


def _model(name: str) -> Json:
    return {"id": name, "object": "model", "created": STARTED, "owned_by": "timbre"}
