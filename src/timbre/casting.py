"""Who reads what of a text: its parts, each with a voice, a language and a speed that the engine can speak, and planned
into pieces. All of it is checked before anything is spoken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from timbre.errors import (
    BadParameter,
    BadScript,
    EmptyText,
    LanguageNotSpoken,
    ModelChanged,
    TextTooLong,
    TimbreError,
    VoiceNeedsModel,
)
from timbre.models import catalogue
from timbre.settings import settings
from timbre.text import dialogue, script, ssml
from timbre.text.languages import resolve
from timbre.text.parts import SPEEDS, Part, at, pause_between
from timbre.text.plan import Piece, plan
from timbre.text.pronunciations import Dictionary
from timbre.voices.library import Library, Voice

AUTO, NONE, TAGS, SSML = MARKUPS = ("auto", "none", "tags", "ssml")
"""How a text may say who reads it: SSML where it looks like that and else tags; not at all; tags; SSML."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads parts of a text."""

    voice: Voice
    language: str
    speed: float = 1.0  # a factor of the speed that was asked for


def parts_of(text: str, markup: str = AUTO, aloud: str | None = None) -> list[Part]:
    """The parts of a text. aloud: the voice that reads what is said in quotation marks. Raises errors.TextTooLong,
    BadScript.
    """
    allowed = settings().text_limit
    if len(text) > allowed:
        raise TextTooLong(length=len(text), limit=allowed)
    if markup == SSML or (markup == AUTO and ssml.looks_like(text)):
        found = ssml.parse(text)
    else:
        found = script.parse(text) if markup in (AUTO, TAGS) else script.untagged(text)
    return dialogue.told_apart(found, aloud) if aloud else found


class Cast:
    """The readers of a text, the first of whom reads what names nobody else. stats: of a ready engine.

    wanted: the language that was asked for; None: each voice reads in its own.
    """

    def __init__(
        self, own: Voice, wanted: str | None, speed: float, stats: Mapping[str, Any], library: Library
    ) -> None:
        self._wanted, self._speed, self._stats, self._library = wanted, speed, stats, library
        self.readers = [Reader(own, choose_language(wanted, own, stats))]

    def pieces(self, parts: Sequence[Part], dictionary: Dictionary) -> list[Piece]:
        """All parts as pieces, each with its reader's number as its role. Raises errors.BadScript, EmptyText."""
        numbers = [self._number(part) for part in parts]  # first: what is wrong is said before a long text is planned
        found: list[Piece] = []
        silence = 0.0
        for part, number, after in zip(parts, numbers, [*parts[1:], None], strict=True):
            pause = pause_between(part, after) if after is not None else 0.0
            pieces = self._planned(part, number, dictionary)
            if pieces:
                first = replace(pieces[0], before=silence if not found else 0.0)
                pieces = [first, *pieces[1:]]
                found += [*pieces[:-1], replace(pieces[-1], pause=pause)]
            elif not found:
                silence += part.pause or 0.0
        if not found:
            raise EmptyText()
        return [*found[:-1], replace(found[-1], pause=0.0)]

    def _planned(self, part: Part, number: int, dictionary: Dictionary) -> list[Piece]:
        language = self.readers[number].language
        try:
            pieces = plan(part.said(language), language, self._stats["limits"][language], dictionary(language))
        except EmptyText:  # a full stop by itself, say
            return []
        return [replace(piece, role=number) for piece in pieces]

    def _number(self, part: Part) -> int:
        """The place of a part's reader among the readers. Raises errors.BadScript."""
        if (part.voice, part.language, part.speed) == (None, None, None):
            return 0
        try:
            reader = self._reader(part)
        except TimbreError as fault:
            raise BadScript(**at(part.place), reason=str(fault).rstrip(".")) from None
        if reader not in self.readers:
            self.readers.append(reader)
        return self.readers.index(reader)

    def _reader(self, part: Part) -> Reader:
        own = self.readers[0]
        voice = self._library.get(part.voice, self._stats) if part.voice else own.voice
        check_voice(voice, self._stats)
        low, high = SPEEDS
        speed = part.speed or 1.0
        if not low <= speed * self._speed <= high:
            raise BadParameter(parameter="speed", value=round(speed * self._speed, 3), low=low, high=high)
        if part.language:
            return Reader(voice, choose_language(part.language, voice, self._stats), speed)
        return Reader(voice, choose_language(self._wanted, voice, self._stats) if part.voice else own.language, speed)


def check_voice(voice: Voice, stats: Mapping[str, Any]) -> None:
    """Refuses a fine-tuned voice that the loaded model cannot speak as. Raises errors.VoiceNeedsModel, ModelChanged."""
    if voice.speaks(stats):
        return
    if voice.model == stats["model"]:
        raise ModelChanged(voice=voice.name, model=voice.model)
    raise VoiceNeedsModel(voice=voice.name, model=voice.model, loaded=stats["model"])


def choose_language(wanted: str | None, voice: Voice, stats: Mapping[str, Any]) -> str:
    """The language to read in: the one asked for, else the voice's own, else the model's first."""
    spoken: list[str] = stats["languages"]
    if wanted is None:
        return voice.language if voice.language in spoken else spoken[0]
    language = resolve(wanted)
    if language.code in spoken:
        return language.code
    speakers = [name for name in catalogue.names() if language.code in catalogue.languages(name)]
    # what can be installed speaks every language of the table, which is XTTS-v2's own
    verb, name = ("load", speakers[0]) if speakers else ("install", catalogue.INSTALLABLE[0])
    advice = f"{name} does: timbre models {verb} {name}"
    raise LanguageNotSpoken(model=stats["model"], language=language.name, advice=advice)
