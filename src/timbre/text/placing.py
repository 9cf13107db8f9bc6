"""Which of the ids that a model reads a text by read which of its words."""

import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from timbre.text.tokenizer import Tokenizer
from timbre.text.words import Span, words

Spell = Callable[[str], str]
"""A text as a model sees it."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A word as it stands in the text, and the ids that read it: those from `first` on and before `end`, of all that
    `Tokenizer.encode` gives. None where the model has no sign for any of it.
    """

    text: str
    first: int
    end: int


def placed(tokenizer: Tokenizer, text: str, language: str) -> list[Placed]:
    """The words of a text. The marks around a word are not among its ids, for they are its pauses."""
    spans = words(text, language)
    reading = tokenizer.reading(text, language)
    written = [text[start:end] for start, end in spans]
    ranges = _ranges(written, reading.symbols, lambda word: tokenizer.reading(word, language).symbols)
    found = []
    for word, (start, end) in zip(written, ranges, strict=True):
        first = bisect_left(reading.starts, start)
        found.append(Placed(word, first, max(first, bisect_left(reading.starts, end))))
    return found


def _ranges(written: Sequence[str], symbols: str, spell: Spell) -> list[Span]:
    """Where each word stands among the symbols: one after another where there are as many groups of them as words;
    else as the words are spelled one by one, for a model's front end may join and part them.
    """
    groups = _groups(symbols)
    if len(groups) == len(written):
        return groups
    return _by_spelling(written, symbols, spell)


def _groups(symbols: str) -> list[Span]:
    """What stands between blanks, without the marks at both ends; what is marks alone is none."""
    found, at = [], 0
    for group in symbols.split(" "):
        if span := _bare(symbols, at, at + len(group)):
            found.append(span)
        at += len(group) + 1
    return found


def _bare(symbols: str, start: int, end: int) -> Span | None:
    """A range without the marks at its ends; None where nothing is left."""
    while start < end and _is_mark(symbols[start]):
        start += 1
    while start < end and _is_mark(symbols[end - 1]):
        end -= 1
    return (start, end) if start < end else None


def _is_mark(symbol: str) -> bool:
    return symbol == " " or unicodedata.category(symbol)[0] == "P"


def _by_spelling(written: Sequence[str], symbols: str, spell: Spell) -> list[Span]:
    """Where the words, each spelled by itself, lie in what the text is spelled as."""
    alone = ["".join(symbol for symbol in spell(word) if not _is_mark(symbol)) for word in written]
    kept = [at for at, symbol in enumerate(symbols) if not _is_mark(symbol)]
    whole = "".join(symbols[at] for at in kept)
    matches = SequenceMatcher(None, "".join(alone), whole, autojunk=False).get_opcodes()
    found, at = [], 0
    for one in alone:
        start, end = _mapped(matches, at), _mapped(matches, at + len(one))
        at += len(one)
        first = kept[start] if start < len(kept) else len(symbols)
        found.append((first, kept[end - 1] + 1 if start < end else first))
    return found


def _mapped(matches: Sequence[tuple[str, int, int, int, int]], at: int) -> int:
    """Where a place in the one spelling lies in the other: within what differs, in proportion."""
    for kind, start, end, other, other_end in matches:
        if start <= at < end:
            return other + (at - start if kind == "equal" else (at - start) * (other_end - other) // (end - start))
    return matches[-1][4] if matches else 0
