"""GET /models: what is here, and what could be."""

import asyncio

from fastapi import APIRouter

from timbre.api.schemas import ModelOut, Models
from timbre.api.wiring import Wired
from timbre.models import catalogue

router = APIRouter(tags=["models"])


@router.get("/models", response_model_exclude_none=True)
async def models(wired: Wired) -> Models:
    """The built-in model, those installed, and those that can be."""
    loaded = (await wired.engine.stats()).get("model")
    entries = await asyncio.to_thread(catalogue.entries)
    return Models(items=[shown(entry, loaded) for entry in entries])


def shown(entry: catalogue.Entry, loaded: str | None) -> ModelOut:
    """A model as the API shows it."""
    languages = list(entry.languages) if entry.languages else None
    installed = entry.installed
    return ModelOut(
        id=entry.id, loaded=entry.id == loaded, installed=installed, languages=languages, licence=entry.licence
    )
