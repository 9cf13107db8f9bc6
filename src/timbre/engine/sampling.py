"""Choosing the next audio code of every running row, each by its own parameters and its own seed.

The order is the reference's: repetition penalty (Keskar et al., CTRL, 2019), temperature, top_k, top_p (Holtzman et
al., 2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from timbre.engine.protocol import Sampling

PLACEHOLDER = 1  # the reference fills the prefix with this code, and so counts it as said


@dataclass(slots=True)
class Chooser:
    """One row's way of choosing: its parameters, its dice, and what it has said."""

    sampling: Sampling
    dice: torch.Generator
    said: Tensor  # [codes] bool
    greedy: bool = False

    @classmethod
    def start(cls, sampling: Sampling, seed: int, codes: int, start_code: int, greedy: bool = False) -> "Chooser":
        """A row that has said nothing but what the reference counts as said from the first step."""
        said = torch.zeros(codes, dtype=torch.bool)
        said[[PLACEHOLDER, start_code]] = True
        return cls(sampling, torch.Generator().manual_seed(seed), said, greedy)

    def choose(self, logits: Tensor, forbidden: Sequence[int] = ()) -> int:
        """The next code from its logits [codes]; what is in `forbidden` cannot be chosen."""
        scores = penalise(logits.float(), self.said, self.sampling.repetition_penalty)
        for code in forbidden:
            scores[code] = -torch.inf
        if self.greedy:
            code = int(scores.argmax())
        else:
            shares = narrow(scores / self.sampling.temperature, self.sampling.top_k, self.sampling.top_p)
            code = draw(shares, float(torch.rand((), generator=self.dice)))
        self.said[code] = True
        return code


def penalise(logits: Tensor, said: Tensor, penalty: float) -> Tensor:
    """Logits [codes] with those already said made less likely."""
    lowered = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(said, lowered, logits)


def narrow(scores: Tensor, top_k: int, top_p: float) -> Tensor:
    """Probabilities [codes] after all but the best `top_k`, and of those all but the likeliest `top_p`, were taken
    out.
    """
    best, order = scores.topk(min(top_k, len(scores)))
    shares = best.softmax(0)
    before = shares.cumsum(0) - shares
    shares = shares.masked_fill(before >= top_p, 0.0)
    return torch.zeros_like(scores).scatter(0, order, shares / shares.sum())


def draw(shares: Tensor, chance: float) -> int:
    """The code at which the running sum of probabilities [codes] passes `chance` in [0, 1)."""
    running = shares.double().cumsum(0)
    place = int(torch.searchsorted(running, torch.tensor(chance * float(running[-1]), dtype=torch.float64), right=True))
    return min(place, int(shares.nonzero()[-1]))
