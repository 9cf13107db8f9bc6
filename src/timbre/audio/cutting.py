"""A stream of several pieces, cut where each begins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@dataclass(slots=True, eq=False)
class Cutter:
    """Cuts a stream where its pieces begin."""

    buffer: Samples
    cuts: list[int]
    taken: int = 0  # samples that were cut off

    def __init__(self) -> None:
        self.buffer, self.cuts, self.taken = np.zeros(0, np.float32), [], 0

    def begins(self, index: int, at: int) -> None:
        """A piece begins at that sample of the stream; the one before has ended."""
        if index:
            self.cuts.append(at)

    def feed(self, samples: Samples) -> list[Samples]:
        """The pieces that are whole now."""
        self.buffer = np.concatenate([self.buffer, samples])
        whole = []
        while self.cuts and self.cuts[0] - self.taken <= len(self.buffer):
            length = self.cuts.pop(0) - self.taken
            whole.append(self.buffer[:length])
            self.buffer, self.taken = self.buffer[length:], self.taken + length
        return whole

    def rest(self) -> Samples:
        """The last piece, once no more comes."""
        return self.buffer
