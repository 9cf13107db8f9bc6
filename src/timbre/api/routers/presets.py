"""What the page and other clients may offer: the loaded model's own voices, and what this installation can do."""

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from timbre.api import features
from timbre.api.features import Feature, Features
from timbre.api.guard import credentials_of
from timbre.api.schemas import Page
from timbre.api.wiring import Wired
from timbre.engine.patience import check_ready
from timbre.errors import TimbreError

router = APIRouter(tags=["presets"])


class Preset(BaseModel):
    """A voice that came with the loaded model, by the id that a job takes as `voice_preset`."""

    id: str = Field(examples=["ana"])
    name: str = Field(examples=["Ana"])
    language: str | None = Field(None, examples=["en"])
    about: str | None = Field(None, examples=["Low and calm."])
    model: str = Field(examples=["mini"])
    preview: str = Field(description="Where it can be heard.", examples=["/voices/ana/preview"])


class Presets(Page):
    items: list[Preset]


@router.get("/presets", response_model_exclude_none=True)
async def presets(wired: Wired) -> Presets:
    """The voices that came with the loaded model."""
    stats = await wired.engine.stats()
    check_ready(stats)
    voices = await asyncio.to_thread(wired.library.all, stats)
    return Presets(
        items=[
            Preset(
                id=voice.id,
                name=voice.name,
                language=voice.language,
                about=voice.about,
                model=stats["model"],
                preview=f"/voices/{voice.id}/preview",
            )
            for voice in voices
            if voice.kind == "built-in"
        ]
    )


@router.get("/feature-flags", response_model_exclude_none=True)
async def feature_flags(request: Request, wired: Wired) -> Features:
    """What this installation can do, and by which source that is known. What has no route yet is absent."""
    key_needed = not await wired.guard.is_open(credentials_of(request))
    try:
        stats = await wired.engine.stats()
    except TimbreError:
        stats = {}
    paths = request.app.openapi()["paths"]

    def found() -> list[Feature]:
        return [
            *features.of_caller(key_needed, request.url.scheme, request.url.hostname or ""),
            *features.of_engine(stats),
            *features.of_service(wired.settings, wired.database, paths),
        ]

    items = await asyncio.to_thread(found)
    settings = wired.settings
    return Features(items=items, text_limit=settings.text_limit, upload_limit_mb=settings.upload_limit_mb)
