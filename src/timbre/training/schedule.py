"""How the learning rate moves over a run, as a factor of its peak."""

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Schedule:
    """Linear warm-up, then flat, then a fall to `floor` that begins at the fraction `hold` of the run."""

    steps: int
    warmup: int = 50
    hold: float = 0.5
    floor: float = 0.02
    shape: Literal["linear", "cosine"] = "linear"

    def factor(self, step: int) -> float:
        """The factor at a step, counted from 0."""
        if step < self.warmup:
            return (step + 1) / self.warmup
        done = min(1.0, max(0.0, (step / max(self.steps, 1) - self.hold) / max(1 - self.hold, 1e-9)))
        fall = 1 - done if self.shape == "linear" else 0.5 * (1 + math.cos(math.pi * done))
        return self.floor + (1 - self.floor) * fall
