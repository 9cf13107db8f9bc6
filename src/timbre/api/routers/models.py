"""GET /models: what is here, and what could be."""

from fastapi import APIRouter

from timbre.api.schemas import ModelOut, Models
from timbre.api.wiring import Wired
from timbre.models import catalogue

router = APIRouter(tags=["models"])


@router.get("/models", response_model_exclude_none=True)
async def models(wired: Wired) -> Models:
    """The built-in model, those installed, and those that can be."""
    loaded = (await wired.engine.stats()).get("model")
    return Models(items=[ModelOut(id=name, loaded=name == loaded, installed=True) for name in catalogue.names()])
