"""Words and when they are said; and those that were spoken as the user wrote them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from timbre.text.words import words

WINDOW = 80
"""Words in which what was read is looked for in what was written: no number and no date takes so many."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A word and the seconds that it begins and ends at."""

    text: str
    begin: float
    end: float


def as_written(spoken: Sequence[Timed], text: str, language: str) -> list[Timed]:
    """The words of a text at the times at which they were said, where it was read otherwise than it is written.

    What both have in common is told one to one. What was read otherwise (two reais for R$ 2) is shown as it is
    written, over all the time that it took; what was not read at all goes with a neighbour.
    """
    written = [text[start:end] for start, end in words(text, language)]
    if not spoken:
        return []
    differences = _differences([_key(word.text) for word in spoken], [_key(word) for word in written])
    shown: list[Timed] = []
    unread: list[str] = []  # written words that wait for a word that was read
    for kind, first, end, other, other_end in differences:
        if kind == "equal":
            found = [
                Timed(word, one.begin, one.end)
                for one, word in zip(spoken[first:end], written[other:other_end], strict=True)
            ]
        elif kind == "replace":
            found = _in_groups(spoken[first:end], written[other:other_end])
        elif kind == "delete":  # said, but written nowhere
            if shown:
                shown[-1] = Timed(shown[-1].text, shown[-1].begin, spoken[end - 1].end)
            continue
        elif shown:
            shown[-1] = Timed(" ".join((shown[-1].text, *written[other:other_end])), shown[-1].begin, shown[-1].end)
            continue
        else:
            unread += written[other:other_end]
            continue
        if unread:
            found[0] = Timed(" ".join((*unread, found[0].text)), found[0].begin, found[0].end)
            unread = []
        shown += found
    return shown


def _differences(spoken: Sequence[str], written: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """What is equal, replaced, deleted and inserted, as `SequenceMatcher.get_opcodes` has it, found within a window
    that moves on: over all of a long text the time would grow with its square and more.
    """
    at = other = 0
    while at < len(spoken) or other < len(written):
        window, beside = spoken[at : at + WINDOW], written[other : other + WINDOW]
        found = SequenceMatcher(None, window, beside, autojunk=False).get_opcodes()
        if at + WINDOW < len(spoken) or other + WINDOW < len(written):  # its end may fit better with what follows
            equal = [place for place, one in enumerate(found) if one[0] == "equal"]
            early = [place for place in equal if found[place][1] < WINDOW // 2] or equal
            found = found[: early[-1] + 1] if early else found
        for kind, first, end, other_first, other_end in found:
            yield kind, at + first, at + end, other + other_first, other + other_end
        at, other = at + found[-1][2], other + found[-1][4]


def _in_groups(spoken: Sequence[Timed], written: Sequence[str]) -> list[Timed]:
    """What was read otherwise than it is written: between marks that both have, such as the comma after an amount."""
    said, shown = _marked([word.text for word in spoken]), _marked(written)
    if [mark for _, mark in said] != [mark for _, mark in shown]:
        said, shown = [], []
    ends = [*(zip((at for at, _ in said), (at for at, _ in shown), strict=True)), (len(spoken), len(written))]
    found, first, other = [], 0, 0
    for end, other_end in ends:
        if first < end and other < other_end:
            found.append(Timed(" ".join(written[other:other_end]), spoken[first].begin, spoken[end - 1].end))
            first, other = end, other_end
    if first < len(spoken) or other < len(written):  # what is left on one side alone
        last = found.pop()
        found.append(Timed(" ".join((last.text, *written[other:])), last.begin, spoken[-1].end))
    return found


def _marked(texts: Sequence[str]) -> list[tuple[int, str]]:
    """After which words a mark stands, and which; full stops are left out, for many belong to abbreviations."""
    return [(at, text[-1]) for at, text in enumerate(texts, 1) if not text[-1].isalnum() and text[-1] != "."]


def _key(word: str) -> str:
    """What makes two words the same: their letters and digits."""
    return "".join(mark for mark in word.casefold() if mark.isalnum())
