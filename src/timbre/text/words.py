"""The words of a text: what subtitles show one after another, and what is timed."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from timbre.text.languages import resolve

Span = tuple[int, int]

_SPACED = re.compile(r"\S+")
_SIGN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff]|[^\s\u2e80-\u9fff\uf900-\ufaff]+")


def words(text: str, language: str) -> list[Span]:
    """Where each word stands: from, to. Marks belong to the word that they stand at, those by themselves to the one
    before them. Chinese has no blanks: there each sign is a word; in Japanese what the dictionary of its romanisation
    takes for one, or each sign where that is not installed.
    """
    code = resolve(language).code
    if code == "zh-cn":
        found = _spans(_SIGN, text)
    elif code == "ja":
        found = _japanese(text)
    else:
        found = _spans(_SPACED, text)
    return _with_marks(text, found)


def _spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    return [found.span() for found in pattern.finditer(text)]


def _japanese(text: str) -> list[Span]:
    tagger = _tagger()
    if tagger is None:
        return _spans(_SIGN, text)
    found, at = [], 0
    for token in tagger(text):
        start = text.find(token.surface, at)
        if start >= 0:  # what the tagger writes otherwise than it stands stays with the word before
            at = start + len(token.surface)
            found.append((start, at))
    return found


@lru_cache
def _tagger() -> Any:
    try:
        from cutlet import Cutlet
    except ImportError:
        return None
    return Cutlet().tagger


def _with_marks(text: str, spans: Sequence[Span]) -> list[Span]:
    """Spans of which each holds a letter or a digit; those that hold none are joined to a neighbour."""
    joined: list[Span] = []
    first: int | None = None  # where marks before the first word begin
    for start, end in spans:
        if any(mark.isalnum() for mark in text[start:end]):
            joined.append((start if first is None else first, end))
            first = None
        elif joined:
            joined[-1] = joined[-1][0], end
        elif first is None:
            first = start
    return joined
