"""A text as its parts: who reads each, in which language, how fast, and the silence after it.

Every way to write for several voices comes to this one form: tags in brackets (`text/script.py`), SSML
(`text/ssml.py`), and quotation marks (`text/dialogue.py`).
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from timbre.errors import BadScript
from timbre.text import numerals
from timbre.text.split import CLAUSE, CLOSING, FINAL, PAUSE_CLAUSE, PAUSE_PARAGRAPH, PAUSE_SENTENCE, PAUSE_WORD

LONGEST_PAUSE_S = 10.0
"""Seconds of the longest silence that may be asked for at one place."""

SPEEDS = (0.25, 4.0)
"""The lowest and the highest speed."""

_TIME = re.compile(r"\+?(\d+(?:[.,]\d+)?|[.,]\d+)\s*(ms|s)", re.IGNORECASE)
_FINAL_END = re.compile(rf"[{re.escape(FINAL)}][{re.escape(CLOSING)}]*$")
_CLAUSE_END = re.compile(rf"[{re.escape(CLAUSE)}][{re.escape(CLOSING)}]*$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a text, both counted from one."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Run:
    """Some text, and how it is to be taken: "" as it stands, else one of `KINDS`."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Text that one voice reads. What is None is as for the text as a whole.

    speed: a factor of that of the whole. pause: seconds of silence after it that were asked for; None: what fits its
    end. place: of what chose voice, language or speed.
    """

    runs: tuple[Run, ...]
    voice: str | None = None
    language: str | None = None
    speed: float | None = None
    pause: float | None = None
    place: Place = Place(1, 1)

    @property
    def text(self) -> str:
        """As it was written."""
        return "".join(run.text for run in self.runs)

    def said(self, language: str) -> str:
        """As a reader of the language finds it: what is to be spelt is spelt."""
        return "".join(KINDS[run.kind](run.text, language) if run.kind else run.text for run in self.runs)


def tidied(parts: Iterable[Part]) -> list[Part]:
    """Without parts that say nothing: their silence and their line ends go to the part before. Raises errors.BadScript
    where silences at one place come to more than `LONGEST_PAUSE_S`.
    """
    kept: list[Part] = []
    for part in parts:
        if part.text.strip() or not kept:
            kept.append(part)
            continue
        last = kept[-1]
        pauses = [one for one in (last.pause, part.pause) if one is not None]
        if sum(pauses) > LONGEST_PAUSE_S:
            raise BadScript(**at(part.place), reason=f"silence lasts at most {LONGEST_PAUSE_S:g} s at one place")
        kept[-1] = replace(last, runs=(*last.runs, *part.runs), pause=sum(pauses) if pauses else None)
    return kept


def pause_between(part: Part, after: Part) -> float:
    """Seconds of silence between two parts."""
    if part.pause is not None:
        return part.pause
    text, rest = part.text, after.text
    if "\n" in text[len(text.rstrip()) :] or "\n" in rest[: len(rest) - len(rest.lstrip())]:
        return PAUSE_PARAGRAPH
    if _FINAL_END.search(text.rstrip()):
        return PAUSE_SENTENCE
    other = part.voice != after.voice
    return PAUSE_CLAUSE if other or _CLAUSE_END.search(text.rstrip()) else PAUSE_WORD


def seconds(value: str) -> float | None:
    """A duration such as 500ms or 1.5s; None where it is none."""
    found = _TIME.fullmatch(value.strip())
    if not found:
        return None
    return float(found[1].replace(",", ".")) / (1000 if found[2].lower() == "ms" else 1)


class Places:
    """Where the characters of a text stand."""

    def __init__(self, text: str) -> None:
        self._ends = [at for at, mark in enumerate(text) if mark == "\n"]

    def of(self, at: int) -> Place:
        """The line and column of a character."""
        line = bisect_left(self._ends, at)
        return Place(line + 1, at - (self._ends[line - 1] if line else -1))


def at(place: Place) -> dict[str, int]:
    """A place as facts of an error."""
    return {"line": place.line, "column": place.column}


def _characters(text: str, language: str) -> str:
    letters: Sequence[str] = [one for one in text.upper() if not one.isspace()]
    return ", ".join(letters)


def _digits(text: str, language: str) -> str:
    return " ".join(" ".join(one) if one.isdigit() else one for one in re.split(r"(\d+)", text) if one.strip())


def _cardinal(text: str, language: str) -> str:
    number = _number(text)
    return text if number is None else numerals.cardinal(number, language)


def _ordinal(text: str, language: str) -> str:
    number = _number(text)
    return text if number is None else numerals.ordinal(number, language) or text


def _number(text: str) -> int | None:
    bare = text.strip()
    return int(bare) if bare.isascii() and bare.isdigit() and len(bare) <= numerals.LONGEST else None


KINDS = {"characters": _characters, "digits": _digits, "cardinal": _cardinal, "ordinal": _ordinal}
"""What a run may be said as, each by its text and its language."""
