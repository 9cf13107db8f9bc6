"""When each word of an utterance is said, by the heads of the GPT that look at the symbol which is being said.

At each code those heads look at the symbols that the code sounds like. The way of most attention that never goes back
through all of that (Viterbi, 1967) says of each symbol from which code to which it is said. How well that fits, and the
numbers here, are measured by `benchmarks/word_times.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from timbre.text.placing import Placed
from timbre.text.timed import Timed

STEP = 4  # text positions that the way moves on at the most with a code
SKIPPED = 0.05  # what a position that is passed over costs, of the one that a symbol's whole attention is worth
FAINT = 1e-3  # attention to a position in all that is none: it may not be made much of
LAG = 0.5  # codes: attention is still with the code that was said while the next one is chosen
FLUENT = 2  # codes between two words that no mark parts, at the most, in which nobody pauses: a blank has no sound

Looks = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Timing:
    """What the aligning heads saw, a code at a time. `positions`: of the text, START and STOP counted; `code_s`: the
    seconds that a code sounds for.
    """

    words: Sequence[Placed]
    positions: int
    code_s: float
    looks: list[Looks] = field(default_factory=list)  # one [positions] for each code but the first

    def hear(self, attention: Tensor) -> None:
        """Keep where the heads look [positions] as the next code is chosen."""
        self.looks.append(attention[: self.positions].float().cpu().numpy().copy())  # its memory may be used again

    def times(self, codes: int) -> list[Timed]:
        """The words and when in the utterance they are said, which has so many codes: from its first sample, in
        seconds. One that the model has no sign for is told as a moment.
        """
        at = way(np.stack(self.looks[: codes - 1])) if codes > 1 and self.looks else np.zeros(0, np.int64)
        at = np.concatenate((np.zeros(1, np.int64), at))  # the first code is chosen before anybody looks
        places = [place for word in self.words for place in (word.first, word.end)]
        edges = [float(np.searchsorted(at, place + 1)) for place in places]
        for place, (word, following) in enumerate(pairwise(self.words)):
            end, begin = edges[2 * place + 1 : 2 * place + 3]
            if following.first - word.end <= 1 and begin - end <= FLUENT:
                edges[2 * place + 1 : 2 * place + 3] = [(begin + end) / 2] * 2
        seconds = [round(max(edge - LAG, 0.0) * self.code_s, 3) for edge in edges]
        return [Timed(word.text, *seconds[2 * place : 2 * place + 2]) for place, word in enumerate(self.words)]


def way(looks: Looks) -> NDArray[np.int64]:
    """The position [codes] that each code sounds like, by attention [codes, positions].

    Each position's attention is measured by all that it gets, or the way would rest where many look and hurry past
    the rest. It begins at the text's start and ends at its end, where the codes are enough for that.
    """
    shares = looks / (looks.sum(0) + FAINT)
    codes, positions = shares.shape
    costs = SKIPPED * np.maximum(np.arange(STEP + 1) - 1, 0)[:, None]
    reached = np.where(np.arange(positions) <= STEP, shares[0], -np.inf)
    moves = np.zeros((codes, positions), np.int64)
    for code in range(1, codes):
        padded = np.concatenate((np.full(STEP, -np.inf), reached))
        before = np.stack([padded[STEP - move : STEP - move + positions] for move in range(STEP + 1)]) - costs
        moves[code] = before.argmax(0)
        reached = before.max(0) + shares[code]
    ends = np.where(np.arange(positions) >= positions - 1 - STEP, reached, -np.inf)
    at = int((ends if np.isfinite(ends).any() else reached).argmax())
    found = [at]
    for code in range(codes - 1, 0, -1):
        at -= int(moves[code, at])
        found.append(at)
    return np.array(found[::-1])
