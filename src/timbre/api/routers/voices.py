"""Voices: who can speak, and how a new one is made."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from timbre.api import audio
from timbre.api.routers.speech import AUDIO
from timbre.api.schemas import VoiceOut, Voices
from timbre.api.uploads import kept
from timbre.api.wiring import Wired
from timbre.speech import Asked
from timbre.voices.library import Voice, preview_text

router = APIRouter(prefix="/voices", tags=["voices"])


@router.get("", response_model_exclude_none=True)
async def voices(wired: Wired) -> Voices:
    """All voices: those built into the loaded model, then the cloned ones."""
    found = await asyncio.to_thread(wired.library.all, await wired.engine.stats())
    return Voices(items=[shown(voice) for voice in found])


@router.post("/clone", status_code=201, response_model_exclude_none=True)
async def clone(
    wired: Wired,
    files: Annotated[list[UploadFile], File(description="1 to 10 recordings of one person.")],
    name: Annotated[str, Form(examples=["Grandmother"])],
    consent: Annotated[str, Form(description="What the person agreed to.", examples=["She agreed on 3 May."])],
    language: Annotated[str, Form(examples=["en"])] = "en",
) -> VoiceOut:
    """Make a voice from recordings. Answers when it can speak."""
    with tempfile.TemporaryDirectory(prefix="timbre-") as folder:
        clips = await kept(files, Path(folder))
        voice = await asyncio.to_thread(wired.library.add, name, clips, language, consent, wired.waiting_engine)
    return shown(voice)


@router.get("/{voice_id}", response_model_exclude_none=True)
async def voice(voice_id: str, wired: Wired) -> VoiceOut:
    """One voice."""
    return shown(await asyncio.to_thread(wired.library.get, voice_id, await wired.engine.ready()))


@router.delete("/{voice_id}", status_code=204)
async def remove(voice_id: str, wired: Wired) -> None:
    """Delete a cloned voice with its recordings."""
    await asyncio.to_thread(wired.library.remove, voice_id, await wired.engine.ready())


@router.get("/{voice_id}/preview", response_class=Response, responses=AUDIO)
async def preview(voice_id: str, request: Request, wired: Wired, format: str = "mp3") -> Response:
    """Hear a voice read a sentence in its own language."""
    format = audio.known(format)
    voice = await asyncio.to_thread(wired.library.get, voice_id, await wired.engine.ready())
    utterance = await wired.prepare(Asked(preview_text(voice), voice_id, sampling={"seed": 0}))
    return await audio.live(request, wired.speak(utterance, request), format, utterance.sampling.seed)


def shown(voice: Voice) -> VoiceOut:
    """A voice as the API shows it; what it has no value for is left out."""
    return VoiceOut(**{name: getattr(voice, name) for name in VoiceOut.model_fields})
