"""Pieces that a model reads well: whole sentences where they fit, else clauses, else words; never half a number.

A sentence that is too long is cut into parts of nearly equal length, because a model drifts on a long piece and babbles
on a tiny one. A quotation or a bracket that fits into a piece is not cut, nor is a title parted from its name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from timbre.text.languages import resolve
from timbre.text.numerals import BOUND
from timbre.text.sentences import sentences, within

# Seconds of silence after a piece, by what it ends with
PAUSE_WORD = 0.05  # cut between two words
PAUSE_CLAUSE = 0.15
PAUSE_LONG_CLAUSE = 0.22  # a semicolon, a colon, a dash
PAUSE_SENTENCE = 0.35
PAUSE_ELLIPSIS = 0.5
PAUSE_PARAGRAPH = 0.7

SHORT = 25  # characters; a shorter sentence is read together with its neighbour

FINAL = ".!?…。！？।؟۔"
CLAUSE = ",;:—–،؛、，；："
CLOSING = "\"'”’»)）」』"
_STOP = {"zh": "。", "ja": "。", "hi": "।"}
_LAST = re.compile(rf"[{re.escape(FINAL)}][{re.escape(CLOSING)}\s]*$")
_CLAUSE_END = re.compile(rf"[{re.escape(CLAUSE)}][{re.escape(CLOSING)}]*$")
_LONG_CLAUSE_END = re.compile(rf"[;:—–؛；：][{re.escape(CLOSING)}]*$")
_ELLIPSIS_END = re.compile(rf"(?:…|\.\.)[{re.escape(CLOSING)}\s]*$")
_INNER = "!?…" + CLAUSE  # may end a clause inside a sentence; a full stop there belongs to an abbreviation
_WIDE = "。！？、，；："  # of scripts that put no blank after them
_OPENING = "“„«‘‚‹「『([{（¿¡"
_NAMED = """
    mister missus miss misses doctor professor saint sir lady lord captain colonel general reverend mr mrs ms dr prof st
    senhor senhora doutor doutora dom dona professora padre frei são santo santa sr sra
    señor señora señorita doctora don doña profesor profesora fray sor san
    herr herrn frau fräulein doktor sankt monsieur messieurs madame mesdames mademoiselle docteur professeur maître
    monseigneur père sœur signor signore signora signorina dottor dottore dottoressa professore suor
    meneer mevrouw mejuffrouw dokter pan pani profesor господин госпожа доктор профессор
    sayın bay bayan श्री श्रीमती डॉक्टर السيد السيدة الدكتور
"""
_TITLES = frozenset(_NAMED.split())  # after which no piece ends: a name follows
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
    for sentence in _together(sentences(text, iso, limit), limit, iso):
        whole = len(sentence) <= limit and _LAST.search(sentence)
        # when it is cut, one character is kept for the mark that closes a part
        parts = [sentence] if whole else _cut(sentence, max(limit - 1, 1))
        for part in parts:
            if any(mark.isalnum() for mark in part):
                yield Piece(_closed(part, iso).replace(BOUND, " "), _pause(part, last=part is parts[-1]))


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
    """Parts of nearly equal length, each cut at the best kind of place that there is."""
    parts: list[str] = []
    inside = within(text, limit)
    start = 0
    while len(text) - start > limit:
        count = -(-(len(text) - start) // limit)
        aim = -(-(len(text) - start) // count)
        at = _place(text, inside, start, aim, limit)
        parts.append(text[start:at].strip())
        start = at
        while start < len(text) and text[start].isspace():
            start += 1
    return [part for part in (*parts, text[start:].strip()) if part]


def _place(text: str, inside: bytearray, start: int, aim: int, limit: int) -> int:
    """Where to cut: the best kind of place that stands nearest to `start + aim`, and not beyond `start + limit`."""
    earlier = range(start + max(aim // 2, 1) - 1, start, -1)  # too short a piece, if that keeps a quotation whole
    nearest = sorted(range(earlier.start + 1, start + limit + 1), key=lambda at: abs(at - start - aim))
    outside = [at for at in nearest if not inside[at]]
    before = [at for at in earlier if not inside[at]] if any(inside[start : start + limit]) else []
    kinds: tuple[tuple[Callable[[str, int], bool], list[int]], ...] = (
        (_after_clause, outside),
        (_after_word, outside),
        (_after_clause, before),
        (_after_word, before),
        (_after_sentence, nearest),
        (_after_clause, nearest),
        (_after_word, nearest),
        (_in_number, nearest),  # of one that is longer than a piece
    )
    for clear, places in kinds:
        for at in places:
            if clear(text, at):
                return at
    return _between_graphemes(text, start + aim, start)


def _after_sentence(text: str, at: int) -> bool:
    return _blank(text, at) and text[max(at - 4, 0) : at].rstrip(CLOSING + " ").endswith(tuple(FINAL))


def _after_clause(text: str, at: int) -> bool:
    if text[max(at - 3, 0) : at].rstrip(CLOSING).endswith(tuple(_WIDE)):
        return text[at] not in CLOSING
    if not _blank(text, at):
        return False
    before = text[max(at - 3, 0) : at].rstrip(CLOSING)
    return before.endswith(tuple(_INNER)) or (text[at + 1 : at + 2] in tuple("—–") and text[at + 2 : at + 3] not in " ")


def _after_word(text: str, at: int) -> bool:
    """Not after the full stop of an abbreviation or after a title, whose word belongs to the next."""
    return _blank(text, at) and text[at - 1] != "." and _word_before(text, at).casefold() not in _TITLES


def _in_number(text: str, at: int) -> bool:
    return text[at] == BOUND


def _blank(text: str, at: int) -> bool:
    """Whether there is a blank that does not belong to the mark on one side of it, as in « Où ? »."""
    if text[at] != " " or text[at - 1] in _OPENING:
        return False
    following = text[at + 1 : at + 2]
    return following not in tuple(FINAL + CLAUSE + "”’）」』)»") or following in tuple("—–") or text[at - 1] in "—–"


def _word_before(text: str, at: int) -> str:
    return re.split(r"\W+", text[max(at - 20, 0) : at])[-1]


def _between_graphemes(text: str, aim: int, start: int) -> int:
    """The last place at or before `aim` that parts no letter from its accents."""
    at = aim
    while at > start and (unicodedata.category(text[at])[0] == "M" or text[at] in _JOINERS or text[at - 1] in _JOINERS):
        at -= 1
    return at if at > start else aim


def _pause(part: str, last: bool) -> float:
    """The silence after a part of a sentence, or after its last."""
    if _ELLIPSIS_END.search(part):
        return PAUSE_ELLIPSIS if last else PAUSE_LONG_CLAUSE
    if last:
        return PAUSE_SENTENCE
    if _LONG_CLAUSE_END.search(part) or _LAST.search(part):
        return PAUSE_LONG_CLAUSE
    return PAUSE_CLAUSE if _CLAUSE_END.search(part) else PAUSE_WORD


def _closed(part: str, iso: str) -> str:
    """The part with a final mark, for a model babbles after a text without one; a clause's mark gives way to it."""
    if _LAST.search(part):
        return part
    bare = part.rstrip(CLAUSE + " -")
    return bare + _STOP.get(iso, ".") if bare else part
