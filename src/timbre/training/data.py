"""Batches of about one size, from recordings of about one length, the same for the same step whatever was run
before.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Buckets:
    """Deals recordings into batches: every epoch anew, neighbours in length together, `budget` units a batch with
    padding.
    """

    def __init__(self, lengths: Sequence[int], budget: int, seed: int, width: int = 64) -> None:
        self.lengths, self.budget, self.seed, self.width = np.asarray(lengths), budget, seed, width
        self._epoch = lru_cache(maxsize=2)(self._deal)
        self.per_epoch = min(len(self._epoch(epoch)) for epoch in range(2)) - 2  # a number that every epoch reaches

    def batch(self, step: int) -> list[int]:
        """Positions of the recordings that make the batch of a step."""
        epoch, place = divmod(step, self.per_epoch)
        return self._epoch(epoch)[place]

    def _deal(self, epoch: int) -> list[list[int]]:
        draw = np.random.default_rng([self.seed, epoch])
        order = draw.permutation(len(self.lengths))
        size = max(1, int(self.width * self.budget / self.lengths.mean()))
        batches: list[list[int]] = []
        for begin in range(0, len(order), size):
            window = order[begin : begin + size]
            batches += self._pack(window[np.argsort(self.lengths[window], kind="stable")])
        return [batches[place] for place in draw.permutation(len(batches))]

    def _pack(self, ascending: "np.ndarray[Any, np.dtype[np.int64]]") -> list[list[int]]:
        batches: list[list[int]] = [[]]
        for one in ascending:
            if batches[-1] and (len(batches[-1]) + 1) * self.lengths[one] > self.budget:
                batches.append([])
            batches[-1].append(int(one))
        return batches


class Groups:
    """Deals recordings into batches of `count`, neighbours in length together; every epoch anew, each recording once.

    What is left over at an epoch's end makes a smaller batch.
    """

    def __init__(self, lengths: Sequence[int], count: int, seed: int, width: int = 16) -> None:
        self.lengths, self.count, self.seed, self.width = np.asarray(lengths), count, seed, width
        self.per_epoch = -(-len(lengths) // count)
        self._epoch = lru_cache(maxsize=2)(self._deal)

    def batch(self, number: int) -> list[int]:
        """Positions of the recordings that make a batch."""
        epoch, place = divmod(number, self.per_epoch)
        return self._epoch(epoch)[place]

    def _deal(self, epoch: int) -> list[list[int]]:
        draw = np.random.default_rng([self.seed, epoch])
        order = draw.permutation(len(self.lengths))
        ordered: list[int] = []
        for begin in range(0, len(order), self.width * self.count):
            window = order[begin : begin + self.width * self.count]
            ordered += window[np.argsort(self.lengths[window], kind="stable")].tolist()
        batches = [ordered[begin : begin + self.count] for begin in range(0, len(ordered), self.count)]
        return [batches[place] for place in draw.permutation(len(batches))]


def pad(rows: Sequence[Tensor], value: float = 0.0) -> tuple[Tensor, Tensor]:
    """Rows of different lengths, the length first → [rows, longest, …] filled up with `value`, and the lengths
    [rows].
    """
    lengths = torch.tensor([len(row) for row in rows])
    return torch.nn.utils.rnn.pad_sequence(list(rows), batch_first=True, padding_value=value), lengths


def mask(lengths: Tensor, longest: int) -> Tensor:
    """True where a row still has content, [rows, longest]."""
    return torch.arange(longest)[None] < lengths[:, None]
