"""What will be read, before anything is spoken; and how words are to be read that nobody would guess."""

import asyncio
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query

from timbre import pronunciations
from timbre.access.scopes import SCOPES, SPEAK, VOICES
from timbre.api.guard import needs
from timbre.api.schemas_text import (
    NewPronunciation,
    PieceOut,
    Preview,
    PreviewIn,
    PronunciationChange,
    PronunciationOut,
    Pronunciations,
)
from timbre.api.wiring import Wired
from timbre.casting import parts_of, read_through
from timbre.errors import EngineStarting
from timbre.text.languages import resolve
from timbre.text.pronunciations import Pronunciation

router = APIRouter(tags=["text"])
reading = [needs(*SCOPES, changes=VOICES)]


@router.post("/text/preview", response_model_exclude_none=True, dependencies=[needs(SPEAK)])
async def preview(asked: PreviewIn, wired: Wired) -> Preview:
    """What will be read, piece by piece, in any of the seventeen languages: nothing is spoken and nothing counted."""
    stats = await wired.engine.stats()
    if asked.language is None and "languages" not in stats:
        raise EngineStarting()
    code = resolve(asked.language or stats["languages"][0]).code

    def planned() -> list[PieceOut]:
        # while no model is loaded nobody knows its voices
        find = partial(wired.library.get, stats=stats) if "voices" in stats else str
        if asked.dialogue_voice:
            find(asked.dialogue_voice)
        parts = parts_of(asked.text, asked.markup, asked.dialogue_voice)
        pieces, roles = read_through(parts, code, stats.get("limits", {}), wired.dictionary, find)
        return [PieceOut.of(piece, roles[piece.role]) for piece in pieces]

    return Preview(language=code, pieces=await asyncio.to_thread(planned))


@router.get("/pronunciations", response_model_exclude_none=True, dependencies=reading)
async def listed(
    wired: Wired,
    language: Annotated[
        str | None, Query(max_length=20, description="Only what is put into texts of this language.")
    ] = None,
) -> Pronunciations:
    """The dictionary, by what is written."""
    code = resolve(language).code if language else None
    found = await asyncio.to_thread(pronunciations.listed, wired.database, code)
    return Pronunciations(items=[PronunciationOut.of(one) for one in found])


@router.post("/pronunciations", status_code=201, response_model_exclude_none=True, dependencies=reading)
async def create(asked: NewPronunciation, wired: Wired) -> PronunciationOut:
    """Keep how a word, or what fits a pattern, is read from now on, in all speech of this service."""
    entry = Pronunciation(asked.written, asked.said, asked.language, asked.pattern)
    return PronunciationOut.of(await asyncio.to_thread(pronunciations.create, wired.database, entry))


@router.patch("/pronunciations/{pronunciation_id}", response_model_exclude_none=True, dependencies=reading)
async def change(pronunciation_id: str, asked: PronunciationChange, wired: Wired) -> PronunciationOut:
    """Change an entry."""
    language = (asked.language or "") if "language" in asked.model_fields_set else None
    new = (asked.written, asked.said, language)
    return PronunciationOut.of(await asyncio.to_thread(pronunciations.change, wired.database, pronunciation_id, *new))


@router.delete("/pronunciations/{pronunciation_id}", status_code=204, dependencies=reading)
async def delete(pronunciation_id: str, wired: Wired) -> None:
    """Delete an entry."""
    await asyncio.to_thread(pronunciations.delete, wired.database, pronunciation_id)
