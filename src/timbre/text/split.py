"""Pieces that a model reads well: whole sentences where they fit, else clauses, else words; never half a number.

Sentences are found by the package sentencex, which knows the abbreviations of all our languages. A sentence that is too
long is cut into parts of nearly equal length, because a model drifts on a long piece and babbles on a tiny one.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from timbre.text.languages import resolve
from timbre.text.numerals import BOUND

# Seconds of silence after a piece, by what it ends with
PAUSE_WORD = 0.05  # cut between two words
PAUSE_CLAUSE = 0.15
PAUSE_SENTENCE = 0.35
PAUSE_PARAGRAPH = 0.7

SHORT = 25  # characters; a shorter sentence is read together with its neighbour

FINAL = ".!?…。！？।؟۔"
CLAUSE = ",;:—–،؛、，；："
CLOSING = "\"'”’»)）」』"
_STOP = {"zh": "。", "ja": "。", "hi": "।"}
_LAST = re.compile(rf"[{re.escape(FINAL)}][{re.escape(CLOSING)}\s]*$")
_CLAUSE_END = re.compile(rf"[{re.escape(CLAUSE)}][{re.escape(CLOSING)}]*$")
_INNER = "!?…" + CLAUSE  # may end a clause inside a sentence; a full stop there belongs to an abbreviation
_WIDE = "。！？、，；："  # of scripts that put no blank after them
_JOINERS = "\u200c\u200d\u094d"  # what follows them is drawn with what comes before


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to speak at once, and the seconds of silence after it.

    before: silence before it, where it is the first. role: who reads it, of those that a speech has.
    """

    text: str
    pause: float
    before: float = 0.0
    role: int = 0


def split(text: str, language: str, limit: int) -> list[Piece]:
    """Pieces of at most `limit` characters (2 at least), each ending in final punctuation.

    A blank that is `numerals.BOUND` is cut at only if nothing else will do; the answer has a plain one. Line ends part
    paragraphs. The pause after the last piece is 0. What has neither letter nor digit is dropped.
    """
    iso = resolve(language).iso
    pieces: list[Piece] = []
    for paragraph in text.split("\n"):
        found = list(_paragraph(paragraph, iso, limit))
        if found:
            pieces += [*found[:-1], Piece(found[-1].text, PAUSE_PARAGRAPH)]
    return [*pieces[:-1], Piece(pieces[-1].text, 0.0)] if pieces else []


def _paragraph(text: str, iso: str, limit: int) -> Iterator[Piece]:
    for sentence in _together(_sentences(text, iso), limit, iso):
        whole = len(sentence) <= limit and _LAST.search(sentence)
        # when it is cut, one character is kept for the mark that closes a part
        parts = [sentence] if whole else _cut(sentence, max(limit - 1, 1))
        for part in parts:
            if any(mark.isalnum() for mark in part):
                yield Piece(
                    _closed(part, iso).replace(BOUND, " "), PAUSE_SENTENCE if part is parts[-1] else _pause(part)
                )


def _sentences(text: str, iso: str) -> list[str]:
    """Sentences in order. A full stop before a small letter ended an abbreviation, not a sentence."""
    import sentencex

    found: list[str] = []
    for sentence in (piece.strip() for piece in sentencex.segment(iso, text)):
        if not sentence:
            continue
        if found and found[-1].endswith(".") and sentence[0].islower():
            found[-1] += " " + sentence
        else:
            found.append(sentence)
    return found


def _together(sentences: list[str], limit: int, iso: str) -> list[str]:
    """Very short sentences join the one before them (the first the one after it), where both fit."""
    blank = "" if iso in ("zh", "ja") else " "
    joined: list[str] = []
    for sentence in sentences:
        short = joined and min(len(sentence), len(joined[-1])) < SHORT
        if short and len(joined[-1]) + len(blank) + len(sentence) <= limit and _LAST.search(joined[-1]):
            joined[-1] += blank + sentence
        else:
            joined.append(sentence)
    return joined


def _cut(text: str, limit: int) -> list[str]:
    """Parts of nearly equal length: cut after clause marks, failing that at blanks, failing that between letters."""
    parts: list[str] = []
    rest = text
    while len(rest) > limit:
        count = -(-len(rest) // limit)
        aim = -(-len(rest) // count)
        at = _place(rest, aim, limit)
        parts.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [part for part in (*parts, rest) if part]


def _place(text: str, aim: int, limit: int) -> int:
    """Where to cut: the best kind of place that stands nearest to `aim`, and not beyond `limit`."""

    def after_clause(at: int) -> bool:
        before = text[max(at - 3, 0) : at].rstrip(CLOSING)
        return text[at - 1] in _WIDE or (text[at] == " " and before.endswith(tuple(_INNER)))

    def after_word(at: int) -> bool:
        return text[at] == " " and text[at - 1] != "."  # the stop of an abbreviation: its word belongs to the next

    def inside_number(at: int) -> bool:
        return text[at] == BOUND  # one that is longer than a piece

    kinds: tuple[Callable[[int], bool], ...] = (after_clause, after_word, inside_number)
    for clear in kinds:
        found = [at for at in range(max(aim // 2, 1), limit + 1) if clear(at)]
        if found:
            return min(found, key=lambda at: abs(at - aim))
    return _between_graphemes(text, aim)


def _between_graphemes(text: str, aim: int) -> int:
    """The last place at or before `aim` that parts no letter from its accents."""
    at = aim
    while at and (unicodedata.category(text[at])[0] == "M" or text[at] in _JOINERS or text[at - 1] in _JOINERS):
        at -= 1
    return at or aim


def _pause(part: str) -> float:
    return PAUSE_CLAUSE if _CLAUSE_END.search(part) else PAUSE_WORD


def _closed(part: str, iso: str) -> str:
    """The part with a final mark, for a model babbles after a text without one; a clause's mark gives way to it."""
    if _LAST.search(part):
        return part
    bare = part.rstrip(CLAUSE + " -")
    return bare + _STOP.get(iso, ".") if bare else part
