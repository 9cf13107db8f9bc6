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
    return {"items": [shown(name, found) for name, found in (await wired.engine.each()).items()], "next": None}


@router.get("/ready")
async def ready(wired: Wired) -> Json:
    """200 once the model has spoken, 503 before."""
    stats = await wired.engine.stats()
    check_ready(stats)
    return {"status": "ready", "model": stats["model"]}


def shown(name: str, found: Json | TimbreError) -> Json:
    """An engine as the API shows it."""
    if isinstance(found, TimbreError):
        return {"engine": name, "ready": False, "error": {"code": found.code, "message": str(found)}}
    return {"engine": name} | {key: value for key, value in found.items() if key not in PRIVATE}
