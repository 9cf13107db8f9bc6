"""Whether the service lives, and whether it can speak."""

from fastapi import APIRouter

from timbre import __version__
from timbre.api.wiring import Json, Wired
from timbre.engine.patience import check_ready
from timbre.errors import TimbreError

router = APIRouter(tags=["health"])
PRIVATE = {"folder", "pid"}


@router.get("/health")
async def health() -> Json:
    """This process answers."""
    return {"status": "ok", "version": __version__}


@router.get("/health/engines")
async def engines(wired: Wired) -> Json:
    """What each engine holds and does, or why it does not answer."""
    try:
        stats = await wired.engine.stats()
    except TimbreError as fault:
        return {"items": [{"ready": False, "error": {"code": fault.code, "message": str(fault)}}], "next": None}
    return {"items": [{key: value for key, value in stats.items() if key not in PRIVATE}], "next": None}


@router.get("/ready")
async def ready(wired: Wired) -> Json:
    """200 once the model has spoken, 503 before."""
    stats = await wired.engine.stats()
    check_ready(stats)
    return {"status": "ready", "model": stats["model"]}
