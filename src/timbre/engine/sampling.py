"""Choosing the next audio code of every running row, each by its own parameters and its own seed.

The order is the reference's: repetition penalty (Keskar et al., CTRL, 2019), temperature, top_k, top_p (Holtzman et
al., 2020). All rows are worked on at once, but no value of one enters another's.
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

    def throw(self) -> float:
        """The next throw of its dice, in [0, 1)."""
        return float(torch.rand((), generator=self.dice))


def choose(rows: Sequence[Chooser], logits: Tensor, forbidden: Sequence[Sequence[int]]) -> list[int]:
    """The next code of each row from its `logits` [rows, codes]; what is in its `forbidden` cannot be chosen."""
    sampled = [row.sampling for row in rows]
    said = torch.stack([row.said for row in rows])
    scores = penalise(logits.float().cpu(), said, _column([one.repetition_penalty for one in sampled]))
    for place, codes in enumerate(forbidden):
        scores[place, list(codes)] = -torch.inf
    likeliest = scores.argmax(1)
    shares, order = narrow(
        scores / _column([one.temperature for one in sampled]),
        torch.tensor([one.top_k for one in sampled]),
        torch.tensor([one.top_p for one in sampled]),
    )
    drawn = draw(shares, torch.tensor([0.0 if row.greedy else row.throw() for row in rows], dtype=torch.float64))
    drawn = order.gather(1, drawn[:, None])[:, 0]
    chosen = [int(best if row.greedy else code) for row, best, code in zip(rows, likeliest, drawn, strict=True)]
    for row, code in zip(rows, chosen, strict=True):
        row.said[code] = True
    return chosen


def penalise(logits: Tensor, said: Tensor, penalty: Tensor) -> Tensor:
    """Logits [rows, codes] with those already said made less likely, by each row's `penalty` [rows, 1]."""
    lowered = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(said, lowered, logits)


def narrow(scores: Tensor, top_k: Tensor, top_p: Tensor) -> tuple[Tensor, Tensor]:
    """Probabilities [rows, kept], falling, and the codes [rows, kept] that they are of: the best `top_k` [rows], and of
    those the likeliest `top_p` [rows]; what was taken out has none.
    """
    best, order = scores.topk(min(int(top_k.max()), scores.shape[1]), dim=1)
    best = best.masked_fill(torch.arange(best.shape[1]) >= top_k[:, None], -torch.inf)
    shares = best.softmax(1)
    before = shares.cumsum(1) - shares
    return shares.masked_fill(before >= top_p[:, None], 0.0), order


def draw(shares: Tensor, chances: Tensor) -> Tensor:
    """The places [rows] at which the running sums of `shares` [rows, kept] pass each row's part `chances` [rows], in
    [0, 1), of the whole.
    """
    running = shares.double().cumsum(1)
    places = torch.searchsorted(running, (chances * running[:, -1])[:, None], right=True)[:, 0]
    last = (shares > 0).sum(1) - 1  # those that were taken out come last
    return torch.minimum(places, last)


def _column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float32)[:, None]
