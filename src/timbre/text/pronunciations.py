"""How words are to be read that nobody would guess: a dictionary of words and patterns, applied before all else.

A word is found as a whole, whatever its case; in scripts that put no blank between words, wherever it stands. A pattern
is a regular expression of RE2's syntax, which takes time in proportion to the text, whatever its writer thought of.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from timbre.errors import BadPronunciation
from timbre.text.languages import resolve

LONGEST = 200
"""Characters of what is written, and of how it is said."""

Spell = Callable[[str], str]
"""Puts into a text how its words are said."""

Dictionary = Callable[[str], Spell]
"""What does so for a language."""

_JOINED = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_GROUP = re.compile(r"\\(\d)")


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """What stands in a text, and what is read in its place. language: XTTS's code; None: in all of them."""

    written: str
    said: str
    language: str | None = None
    pattern: bool = False


def as_it_stands(text: str) -> str:
    """The text without any dictionary."""
    return text


def nothing_of(language: str) -> Spell:
    """The empty dictionary."""
    return as_it_stands


def check(one: Pronunciation) -> Pronunciation:
    """The same in its one form. Raises errors.BadPronunciation, UnknownLanguage."""
    written, said = one.written.strip(), one.said.strip()
    if not any(mark.isalnum() for mark in said):
        raise BadPronunciation(reason="nothing can be read in its place")
    if not written:
        raise BadPronunciation(reason="there is no word")
    if max(len(written), len(said)) > LONGEST:
        raise BadPronunciation(reason=f"it is longer than {LONGEST} characters")
    if one.pattern:
        _check_pattern(written, said)
    language = resolve(one.language).code if one.language else None
    return Pronunciation(written, said, language, one.pattern)


def speller(entries: Iterable[Pronunciation], language: str) -> Spell:
    """What puts in how words are said in that language: patterns in their order, then words, the longest first."""
    code = resolve(language).code
    meant = [one for one in entries if one.language in (None, code)]
    own_last = sorted(meant, key=lambda one: bool(one.language))  # it goes before one of all languages
    words = {one.written.lower(): one.said for one in own_last if not one.pattern}
    return _speller(tuple(words.items()), tuple((one.written, one.said) for one in meant if one.pattern))


@lru_cache(maxsize=64)
def _speller(words: tuple[tuple[str, str], ...], patterns: tuple[tuple[str, str], ...]) -> Spell:
    if not words and not patterns:
        return as_it_stands
    compiled = [(_compiled(written), said) for written, said in patterns]
    table = dict(words)
    any_word = _any_of(table) if table else None

    def spell(text: str) -> str:
        for pattern, said in compiled:
            text = pattern.sub(partial(_expanded, said), text)
        if any_word:
            text = any_word.sub(lambda found: table.get(found[0].lower(), found[0]), text)
        return text

    return spell


def _expanded(said: str, found: Any) -> str:
    """What is said for a match, its groups put in: RE2 itself does so in bytes, which breaks accents."""
    return _GROUP.sub(lambda group: found.group(int(group[1])) or "", said)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern of all words, told apart by their first letters, so that many are found as quickly as few."""
    by_first: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        ends = r"(?!\w)" if _is_bounded(word[-1]) else ""
        by_first.setdefault(word[0], []).append(re.escape(word[1:]) + ends)
    groups = (
        (r"(?<!\w)" if _is_bounded(first) else "") + f"{re.escape(first)}(?:{'|'.join(rests)})"
        for first, rests in by_first.items()
    )
    return re.compile("|".join(groups), re.IGNORECASE)


def _is_bounded(mark: str) -> bool:
    """Whether a word with this at its edge ends there."""
    return mark.isalnum() and not _JOINED.match(mark)


def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options=options)


def _check_pattern(written: str, said: str) -> None:
    import re2

    try:
        pattern = _compiled(written)
    except re2.error as fault:
        reason = fault.args[0].decode() if isinstance(fault.args[0], bytes) else str(fault)
        raise BadPronunciation(reason=f"the pattern is none: {reason}") from None
    if pattern.fullmatch(""):
        raise BadPronunciation(reason="the pattern fits where nothing is written")
    if any(int(group) > pattern.groups for group in _GROUP.findall(said)):
        raise BadPronunciation(reason="what is said names a group that the pattern does not have")
