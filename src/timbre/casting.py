"""Who reads what of a text: its parts, each with a voice, a language and a speed that the engine can speak, and planned
into pieces. All of it is checked before anything is spoken.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
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
from timbre.text.languages import LANGUAGES, resolve
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


def laid_out(parts: Sequence[Part], planned: Callable[[Part], list[Piece]]) -> list[Piece]:
    """The pieces of all parts, with the silences between them. planned: makes those of one, none where nothing in it
    can be read. Raises errors.EmptyText where that is so of all.
    """
    found: list[Piece] = []
    silence = 0.0
    for part, after in zip(parts, [*parts[1:], None], strict=False):
        if pieces := planned(part):
            pause = pause_between(part, after) if after is not None else 0.0
            first = pieces[0] if found else replace(pieces[0], before=silence)
            pieces = [first, *pieces[1:]]
            found += [*pieces[:-1], replace(pieces[-1], pause=pause)]
        elif found and part.pause is not None:
            found[-1] = replace(found[-1], pause=part.pause)
        elif not found:
            silence += part.pause or 0.0
    if not found:
        raise EmptyText()
    return [*found[:-1], replace(found[-1], pause=0.0)]


def read_through(
    parts: Sequence[Part],
    language: str,
    limits: Mapping[str, int],
    dictionary: Dictionary,
    find: Callable[[str], object] = str,
) -> tuple[list[Piece], list[Part]]:
    """The same without an engine: pieces in any of the languages, and for each role a part that it is read as.

    limits: characters of a piece by language, where they are other than the language's own. find: raises what is wrong
    with a voice. Raises errors.BadScript, EmptyText.
    """
    roles = [Part(())]

    def planned(part: Part) -> list[Piece]:
        role = Part((), part.voice, part.language, part.speed)
        with _placed(part):
            code = resolve(part.language or language).code
            if part.voice and role not in roles:
                find(part.voice)
        if role not in roles:
            roles.append(role)
        pieces = _planned(part, code, limits.get(code, LANGUAGES[code].limit), dictionary)
        return [replace(piece, role=roles.index(role)) for piece in pieces]

    return laid_out(parts, planned), roles


def _planned(part: Part, language: str, limit: int, dictionary: Dictionary) -> list[Piece]:
    try:
        return plan(part.said(language), language, limit, dictionary(language))
    except EmptyText:  # a full stop by itself, say
        return []


@contextlib.contextmanager
def _placed(part: Part) -> Iterator[None]:
    """What is wrong with a part's voice, language or speed is said with its place."""
    try:
        yield
    except TimbreError as fault:
        raise BadScript(**at(part.place), reason=str(fault).rstrip(".")) from None


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
        numbers = {id(part): self._number(part) for part in parts}  # first: a long text takes long to be planned

        def planned(part: Part) -> list[Piece]:
            number = numbers[id(part)]
            language = self.readers[number].language
            pieces = _planned(part, language, self._stats["limits"][language], dictionary)
            return [replace(piece, role=number) for piece in pieces]

        return laid_out(parts, planned)

    def _number(self, part: Part) -> int:
        """The place of a part's reader among the readers. Raises errors.BadScript."""
        if (part.voice, part.language, part.speed) == (None, None, None):
            return 0
        with _placed(part):
            reader = self._reader(part)
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
