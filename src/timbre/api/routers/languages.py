"""GET /languages: those that the loaded model speaks."""

from fastapi import APIRouter

from timbre.api.schemas import LanguageOut, Languages
from timbre.api.wiring import Wired
from timbre.errors import EngineStarting
from timbre.text.languages import LANGUAGES

router = APIRouter(tags=["languages"])


@router.get("/languages")
async def languages(wired: Wired) -> Languages:
    """What can be read, and how long a text may be."""
    stats = await wired.engine.stats()
    if "languages" not in stats:
        raise EngineStarting()
    spoken = [LANGUAGES[code] for code in stats["languages"]]
    items = [LanguageOut(code=one.code, name=one.name, own_name=one.own_name) for one in spoken]
    return Languages(items=items, text_limit=wired.settings.text_limit)
