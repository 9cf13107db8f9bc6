"""Words that a segment's edge cuts through are left out of it, where that leaves enough."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from timbre.audio.dsp import level
from timbre.datasets.hearing import Word
from timbre.datasets.work import RATE

EDGE_S, FRAME_S, SOFT_S = 0.03, 0.02, 0.01
LOUD_DB = 15.0
"""An edge is in a word where it is nowhere so much softer than the whole: a word that is whole begins after some quiet,
however sudden its sound is.
"""

AROUND_S = 0.12
"""Where the times of two words meet is known to about this."""


def without_cut_words(
    samples: NDArray[np.float32], words: Sequence[Word], least_s: float
) -> tuple[int, int, tuple[Word, ...]]:
    """From where to where a segment is to go, in its own samples, and its words. least_s: how short it may become."""
    begin, end, kept = 0, len(samples), tuple(words)
    if _cut(samples[: int(EDGE_S * RATE)], samples) and len(kept) > 2:
        at = _quietest(samples, kept[0].end_s, kept[1].begin_s)
        if (end - at) / RATE >= least_s:
            begin, kept = at, kept[1:]
    if _cut(samples[len(samples) - int(EDGE_S * RATE) :], samples) and len(kept) > 2:
        at = _quietest(samples, kept[-2].end_s, kept[-1].begin_s)
        if (at - begin) / RATE >= least_s:
            end, kept = at, kept[:-1]
    return begin, end, kept


def _cut(edge: NDArray[np.float32], samples: NDArray[np.float32]) -> bool:
    frame = int(SOFT_S * RATE)
    softest = min(level(edge[at : at + frame]) for at in range(0, len(edge) - frame + 1, frame // 2))
    return softest > level(samples) - LOUD_DB


def _quietest(samples: NDArray[np.float32], from_s: float, to_s: float) -> int:
    """The middle of the softest frame about where one word ends and the next begins."""
    frame = int(FRAME_S * RATE)
    first = max(int((min(from_s, to_s) - AROUND_S) * RATE), 0)
    last = min(int((max(from_s, to_s) + AROUND_S) * RATE), len(samples) - frame)
    places = range(first, max(last, first + 1), frame // 2)
    return min(places, key=lambda place: float(np.square(samples[place : place + frame]).sum())) + frame // 2
