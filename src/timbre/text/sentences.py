"""Where sentences end: what the library finds, and what it cannot know of quotations, dialogue, lists and initials.

The library is shown a text without its quotation marks and brackets, for it cuts nowhere between two of them; what is
inside them is kept together here. Every pattern takes time in proportion to the text: a run of marks is tried once.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial

from timbre.text import numerals
from timbre.text.languages import resolve

QUOTED = 400
"""Characters of the longest quotation or bracket that is taken for one: a mark without its partner opens nothing."""

PAIRS = {
    '"': '"', "“": "”", "„": "“”", "”": "”", "«": "»", "»": "«", "‘": "’", "‚": "‘’", "‹": "›", "›": "‹", "'": "'",
    "「": "」", "『": "』", "(": ")", "（": "）", "[": "]", "{": "}", "<": ">",
}  # fmt: skip
"""What opens a quotation or a bracket, and what closes it."""

_DEEPEST = 8  # quotations and brackets in one another
_ENDING = set("".join(PAIRS.values()))
_EITHER = "\"'”»›«‹"  # may open as well as close: an opening one stands after a blank and before none
_DASH = "—–―"
_CLOSE = re.escape("\"'”“’‘»«›‹)）」』]}")
_OPEN = re.escape("\"'“„«‘‚‹»›([¿¡")
_CAPITAL = "A-ZÀ-ÖØ-ÞĄĆČĎĘĚĞİŁŃŇŐŒŘŚŠŞŤŮŰŹŻŽА-ЯЁ"
_BEFORE = _DASH + "([{“„«‘‚¿¡-"  # what an opening mark may touch
_STARTING = "\"'“„«‘‚‹»›(（[¿¡" + _DASH
_NEXT = rf"(?=[\s{_OPEN}{_DASH}]*+[{_CAPITAL}0-9])"

_MARKS = re.compile(r"[\"“”„«»‹›‚‘「」『』()（）\[\]{}]|(?<![\w.,!?…])'|(?<=[.,!?…])[’'](?!\w)")
_FOLLOWING = re.compile(rf"[\s{_CLOSE}{_OPEN}{_DASH}-]*+(?s:.)")
_GOES_ON = re.compile("[」』”][とっなのがはをにもで]")  # Japanese, after what somebody says
# no abbreviation ends so: other marks than one full stop, or a closing mark after it; Spanish puts one after a dash
_SURE = re.compile(
    rf"(?:(?<![.!?…])(?:\.\.++|[!?…][.!?…]*+)(?:\s?[{_CLOSE}])*+|(?<!\.)\.(?:\s?[{_CLOSE}])++|(?<=\w)[{_DASH}]\.)\s++{_NEXT}"
)
_TURN = re.compile(rf"(?<=[.!?…])\s++(?=[{_DASH}]\s?[{_OPEN}]*+[{_CAPITAL}])")  # the next one speaks
_ASIAN_TURN = re.compile("(?:(?<=[。！？])|(?<=[。！？][”」』]))(?=[「『“])")
_SMALL = re.compile(r"(?<=[^\W\d_]{4}[.!?])\s++(?=[a-z]{1,2}[A-Z][a-z]|['’][stnk]\s[A-Z])")  # iPhone; Dutch 't
# a number or letter in front of an item, or that number as it is read
_ITEM = re.compile(r"(?:(?:(?<=[.!?…;:])|(?<=[.!?…][\"'”’»]))\s++|^)(?:\d{1,3}[.)]|[a-zA-Z]\))\s++(?=[^\W\d_])")
_ITEM_READ = re.compile(rf"(?:(?<=[.!?…])[ \t]++|^)((?:[^\W\d_]++[\u00a0-]?+){{1,4}})\.\s++(?=[{_CAPITAL}])")
_AND_SO_ON = re.compile(rf"(?<!\w)(?i:etc|usw|etcétera)\.\s++{_NEXT}")
_INITIAL = re.compile(rf"(?<![^\W_])[{_CAPITAL}]\.\s++{_NEXT}")
# a letter that is a name of its own, or the last of an acronym, is no initial
_LETTERED = (
    "vitamin[ae]?|plano?|punkt|point|punto|ponto|grupp[eo]|groupe?|grupo|klasse|classe?|type?|tipo|teil|part[ei]?"
)
_LETTER = re.compile(rf"(?:\b(?i:{_LETTERED})\s[A-Z]|\band\sI|(?<![^\W_])[A-Z]\s[A-Z])$")


def sentences(text: str, language: str, limit: int = QUOTED) -> list[str]:
    """The sentences of a paragraph, in order. A quotation or a bracket of at most `limit` characters stays in one.

    Raises errors.UnknownLanguage.
    """
    inside = within(text, limit)
    cuts = sorted(at for at in _begins(text, resolve(language).iso) if not inside[at])
    parts = [text[start:end].strip() for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    return [part for part in parts if part]


def within(text: str, limit: int) -> bytearray:
    """For each place whether a cut there would part a quotation or a bracket of at most `limit` characters."""
    inside = bytearray(len(text) + 1)
    done = len(text)
    for start, end in sorted(_spans(text), key=lambda span: (-span[1], span[0])):
        if end - start <= limit and start < done:
            end = min(end, done)
            inside[start + 1 : end] = b"\1" * (end - start - 1)
            done = start
    return inside


def opened(text: str) -> int | None:
    """Where the first quotation or bracket was opened that is not closed yet; None where all are."""
    open_: list[int] = []
    for _ in _spans(text, open_):
        pass
    return open_[0] if open_ else None


def _spans(text: str, left: list[int] | None = None) -> Iterator[tuple[int, int]]:
    """Beginning and end of each quotation and bracket; what is left open is put into `left`."""
    begun: list[tuple[int, str]] = []
    for at, mark in enumerate(text):
        if mark not in PAIRS and mark not in _ENDING:
            continue
        before, after = text[at - 1 : at] if at else " ", text[at + 1 : at + 2] or " "
        if begun and at - begun[0][0] > QUOTED:
            begun = [one for one in begun if at - one[0] <= QUOTED]
        if mark in _ENDING and not (mark in "'’" and (before.isalnum() or before.isspace() or after.isalnum())):
            depth = next((depth for depth in range(len(begun) - 1, -1, -1) if mark in begun[depth][1]), None)
            if depth is not None:
                yield begun[depth][0], at + 1
                del begun[depth:]
                continue
        may_open = mark not in _EITHER or ((before.isspace() or before in _BEFORE) and not after.isspace())
        if mark in PAIRS and (may_open or mark in "«‹"):
            begun = [*begun[1 - _DEEPEST :], (at, PAIRS[mark])]
    if left is not None:
        left += [start for start, _ in begun]


def _begins(text: str, iso: str) -> set[int]:
    """Where a next sentence begins, quotations or not."""
    found = {at for at in _by_library(_MARKS.sub(" ", text), iso) if _may_begin(text, at)}
    for match in _INITIAL.finditer(text):
        if _LETTER.search(text, max(match.start() - 20, 0), match.start() + 1):
            found.add(match.end())
        else:
            found.discard(match.end())
    for pattern in (_SURE, _TURN, _ASIAN_TURN, _SMALL, _AND_SO_ON):
        found |= {match.end() for match in pattern.finditer(text)}
    items = [*_ITEM.finditer(text), *(one for one in _ITEM_READ.finditer(text) if one[1] in _numbers(iso))]
    for match in items:
        found.discard(match.end())
        start = match.end() - len(match[0].lstrip())
        if start and text[match.start() - 1] not in ";:":
            found.add(start)
    return {_with_opener(text, at) for at in found}


@lru_cache
def _numbers(iso: str) -> frozenset[str]:
    """What stands in front of the items of a list, as it is read."""
    kinds = (numerals.cardinal, partial(numerals.spelt, ruleset="spellout-numbering"))
    return frozenset(say(number, iso) for number in range(1, 100) for say in kinds)


def _by_library(text: str, iso: str) -> Iterator[int]:
    """Where the library lets a sentence begin."""
    import sentencex

    at = 0
    for piece in sentencex.segment(iso, text):
        bare = piece.strip()
        if bare:
            at = text.index(bare, at)
            yield at
            at += len(bare)


def _may_begin(text: str, at: int) -> bool:
    """Not so within a token, nor before a small letter or a mark."""
    if at and (text[at - 1] == "." or _GOES_ON.match(text, at - 1)):
        return False
    following = _FOLLOWING.match(text, at)
    return not following or not (following[0][-1].islower() or following[0][-1] in ",;:.!?…%")


def _with_opener(text: str, at: int) -> int:
    """Before the marks that open what begins there."""
    start = at
    while start and (text[start - 1].isspace() or text[start - 1] in _STARTING):
        start -= 1
        opens = text[start] in _STARTING and (not start or text[start - 1].isspace() or text[start - 1] in _STARTING)
        opens = opens or (text[start] in "“‘「『（" and text[start - 1] in "。！？…")
        if opens and not (text[start] in "»›”\"'" and text[start + 1].isspace()):
            at = start
    return at
