"""Which clips a model learns from, which choose a checkpoint and which give its figures: none that knows the others.

With ten sources or more, whole sources are held out. With fewer, stretches of time are, and what lies nearer to them
than a gap is left out, for it may be the same breath or the same sentence.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

TRAIN, VALIDATION, TEST = "train", "validation", "test"
BY_SOURCE = 10
"""Sources from which whole ones are held out."""

LEAST = 4
"""Clips that a stretch of time to be held out has, at least: two that choose and two that judge."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip as far as its place matters: where it is from, and from which to which second."""

    id: str
    source: str
    begin_s: float
    end_s: float

    @property
    def seconds(self) -> float:
        return self.end_s - self.begin_s


def divide(pieces: Sequence[Piece], share: float, gap_s: float, seed: int) -> dict[str, str]:
    """The split of each clip, by its id. One that is in none is left out for the sake of a gap.

    share: of the speech, held out; one half of it chooses checkpoints, the other gives the figures.
    """
    sources: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        sources[piece.source].append(piece)
    ordered = {source: sorted(of, key=lambda piece: piece.begin_s) for source, of in sorted(sources.items())}
    dice = random.Random(seed)
    if len(ordered) >= BY_SOURCE:
        return _by_source(ordered, share, dice)
    return _by_time(ordered, share, gap_s, dice)


def _by_source(sources: dict[str, list[Piece]], share: float, dice: random.Random) -> dict[str, str]:
    """Whole sources, at least one to choose and one to judge by, until the share is reached."""
    names = list(sources)
    dice.shuffle(names)
    seconds = {name: sum(piece.seconds for piece in sources[name]) for name in names}
    wanted = share * sum(seconds.values())
    held = {VALIDATION: 0.0, TEST: 0.0}
    split: dict[str, str] = {}
    for name in names:
        emptier = VALIDATION if held[VALIDATION] <= held[TEST] else TEST
        room = wanted - sum(held.values())
        if not held[emptier] or seconds[name] / 2 < room:
            split[name] = emptier
            held[emptier] += seconds[name]
        else:
            split[name] = TRAIN
    return {piece.id: split[name] for name, of in sources.items() for piece in of}


def _by_time(sources: dict[str, list[Piece]], share: float, gap_s: float, dice: random.Random) -> dict[str, str]:
    """A stretch of each source that is long enough; where none is, a stretch of the longest."""
    wanted = {name: _count(of, share) for name, of in sources.items()}
    if sources and not any(wanted.values()):
        longest = max(sources, key=lambda name: len(sources[name]))
        wanted[longest] = min(LEAST, max(len(sources[longest]) // 2, 1))
    split: dict[str, str] = {}
    for name, of in sources.items():
        split |= _stretch(of, wanted[name], gap_s, dice)
    return split


def _count(pieces: Sequence[Piece], share: float) -> int:
    """How many clips in a row come to the share of a source's speech; 0 where they are too few."""
    count = round(share * len(pieces))
    return count if count >= LEAST else 0


def _stretch(pieces: Sequence[Piece], count: int, gap_s: float, dice: random.Random) -> dict[str, str]:
    """So many clips in a row held out, somewhere; the first half of their speech chooses, the second judges."""
    if not count:
        return {piece.id: TRAIN for piece in pieces}
    first = dice.randint(0, len(pieces) - count)
    held = pieces[first : first + count]
    told = list(accumulate(piece.seconds for piece in held))
    half = sum(1 for so_far in told if so_far <= told[-1] / 2) or 1
    parts = {VALIDATION: held[:half], TEST: held[half:]}
    learnt = {TRAIN: [*pieces[:first], *pieces[first + count :]]}
    kept = {TEST: [piece for piece in parts[TEST] if _far(piece, parts[VALIDATION], gap_s)] or parts[TEST]}
    split = {piece.id: VALIDATION for piece in parts[VALIDATION]} | {piece.id: TEST for piece in kept[TEST]}
    return split | {piece.id: TRAIN for piece in learnt[TRAIN] if _far(piece, held, gap_s)}


def _far(piece: Piece, others: Sequence[Piece], gap_s: float) -> bool:
    """Whether a clip lies no nearer than the gap to any of the others, of the same source."""
    return all(piece.begin_s - other.end_s >= gap_s or other.begin_s - piece.end_s >= gap_s for other in others)
