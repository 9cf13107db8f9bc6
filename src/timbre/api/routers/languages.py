"""GET /languages: those that the loaded model speaks, or all that texts can be in."""

from typing import Annotated

from fastapi import APIRouter, Query

from timbre.api.schemas import LanguageOut, Languages
from timbre.api.wiring import Wired
from timbre.errors import EngineStarting
from timbre.text.languages import LANGUAGES

router = APIRouter(tags=["languages"])


@router.get("/languages")
async def languages(
    wired: Wired,
    all: Annotated[
        bool, Query(description="Also those that the loaded model does not speak: what recordings can be in.")
    ] = False,
) -> Languages:
    """What can be read, and how long a text may be."""
    codes = list(LANGUAGES)
    if not all:
        stats = await wired.engine.stats()
        if "languages" not in stats:
            raise EngineStarting()
        codes = stats["languages"]
    found = [LANGUAGES[code] for code in codes]
    items = [LanguageOut(code=one.code, name=one.name, own_name=one.own_name) for one in found]
    return Languages(items=items, text_limit=wired.settings.text_limit)
