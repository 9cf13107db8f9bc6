"""Voices: who can speak, and how one is mixed of others."""

import asyncio

from fastapi import APIRouter, Request, Response

from timbre.access.scopes import SPEAK, TRAIN, VOICES
from timbre.api import audio
from timbre.api.guard import Called, needs
from timbre.api.routers.speech import AUDIO
from timbre.api.schemas import MixOfVoices, NamedMix, VoiceChange, VoiceOut, Voices
from timbre.api.wiring import Wired
from timbre.speech import Asked
from timbre.voices.library import Voice, preview_text

router = APIRouter(prefix="/voices", tags=["voices"], dependencies=[needs(SPEAK, VOICES, TRAIN, changes=VOICES)])


@router.get("", response_model_exclude_none=True)
async def voices(wired: Wired) -> Voices:
    """All voices: those built into the loaded model, then those cloned and mixed here."""
    found = await asyncio.to_thread(wired.library.all, await wired.engine.stats())
    return Voices(items=[shown(voice) for voice in found])


@router.post("/mix", status_code=201, response_model_exclude_none=True)
async def mix(asked: NamedMix, wired: Wired) -> VoiceOut:
    """Make a voice that lies between others. Answers when it can speak."""
    stats = await wired.engine.ready()
    library, engine = wired.library, wired.waiting_engine
    return shown(await asyncio.to_thread(library.mix, asked.name, asked.wish, stats, asked.language, engine))


@router.post("/mix/preview", response_class=Response, responses=AUDIO)
async def preview_mix(
    asked: MixOfVoices, request: Request, wired: Wired, caller: Called, format: str = "mp3"
) -> Response:
    """Hear a mix read a sentence before it is kept."""
    format = audio.known(format)
    stats = await wired.engine.ready()
    voice = await asyncio.to_thread(wired.library.draft, asked.wish, stats, asked.language)
    return await _read_aloud(voice, request, wired, caller, format)


@router.get("/{voice_id}", response_model_exclude_none=True)
async def voice(voice_id: str, wired: Wired) -> VoiceOut:
    """One voice."""
    return shown(await asyncio.to_thread(wired.library.get, voice_id, await wired.engine.ready()))


@router.patch("/{voice_id}", response_model_exclude_none=True)
async def change(voice_id: str, asked: VoiceChange, wired: Wired) -> VoiceOut:
    """Change the name, the language or the description of a voice that was made here."""
    stats = await wired.engine.ready()
    return shown(await asyncio.to_thread(wired.library.change, voice_id, stats, **asked.model_dump()))


@router.delete("/{voice_id}", status_code=204)
async def remove(voice_id: str, wired: Wired) -> None:
    """Delete a voice that was made here: a cloned one with its recordings, or a mix."""
    await asyncio.to_thread(wired.library.remove, voice_id, await wired.engine.ready())


@router.get("/{voice_id}/preview", response_class=Response, responses=AUDIO)
async def preview(voice_id: str, request: Request, wired: Wired, caller: Called, format: str = "mp3") -> Response:
    """Hear a voice read a sentence in its own language."""
    format = audio.known(format)
    voice = await asyncio.to_thread(wired.library.get, voice_id, await wired.engine.ready())
    return await _read_aloud(voice, request, wired, caller, format)


async def _read_aloud(voice: Voice, request: Request, wired: Wired, caller: Called, format: str) -> Response:
    """A voice with a sentence in its own language, always by the same dice."""
    text = preview_text(voice)
    utterance = await wired.prepare(Asked(text, voice, sampling={"seed": 0}, profile="balanced"))
    async with wired.guard.spending(caller, len(text)):
        return await audio.live(
            request, wired.speak(utterance, request), format, utterance.sampling.seed, wired.marking
        )


def shown(voice: Voice) -> VoiceOut:
    """A voice as the API shows it; what it has no value for is left out."""
    return VoiceOut.model_validate(voice, from_attributes=True)
