"""The pipeline as data: its steps in order, and how some of them are run one after the other."""

import importlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from timbre.datasets.work import Teller, Work
from timbre.errors import BadDataset


@dataclass(frozen=True, slots=True)
class Step:
    """A step: where its function is, and how long it takes beside the others."""

    name: str
    module: str
    function: str
    weight: float

    def run(self, work: Work) -> None:
        """Imports it only now: some need much."""
        step: Callable[[Work], None] = getattr(importlib.import_module(self.module), self.function)
        step(work)


STEPS = (
    Step("download", "timbre.datasets.sources", "download", 2.0),
    Step("segment", "timbre.datasets.segment", "segment", 1.0),
    Step("transcribe", "timbre.datasets.transcribe", "transcribe", 10.0),
    Step("filter", "timbre.datasets.filter", "filter_", 1.0),
    Step("build", "timbre.datasets.build", "build", 1.0),
)
NAMES = tuple(step.name for step in STEPS)


def chosen(names: Sequence[str]) -> tuple[Step, ...]:
    """These steps in their own order; all of them where none is named. Raises errors.BadDataset."""
    if unknown := [name for name in names if name not in NAMES]:
        raise BadDataset(reason=f"there is no step '{ascii(unknown[0][:40])[1:-1]}'; there are {', '.join(NAMES)}")
    return tuple(step for step in STEPS if step.name in names or not names)


Heard = Callable[[str, float, float | None, float, str], None]
"""Told of a step: its name, its share, the seconds that it will still take, the share of the whole, and a line."""


def run_steps(work: Work, names: Sequence[str], heard: Heard) -> None:
    """Runs steps in their order. Raises what they raise; what was kept stays, and is passed over the next time."""
    steps = chosen(names)
    whole = sum(step.weight for step in steps)
    before = 0.0
    for step in steps:
        teller = _Teller(work.tell, step.name, before / whole, step.weight / whole, heard)
        teller.progress(0.0)
        step.run(replace(work, tell=teller))
        work.tell.kept()
        teller.progress(1.0)
        before += step.weight


class _Teller:
    """Hears one step, and passes on how far the whole is."""

    def __init__(self, whole: Teller, step: str, before: float, part: float, heard: Heard) -> None:
        self._whole, self._step, self._before, self._part, self._heard = whole, step, before, part, heard
        self._share, self._began = 0.0, time.monotonic()

    def progress(self, share: float, line: str = "") -> None:
        self._share = max(self._share, min(share, 1.0))
        self._whole.progress(self._before + self._part * self._share)
        self._heard(self._step, self._share, self._eta_s(), self._before + self._part * self._share, line)

    def _eta_s(self) -> float | None:
        """As long as the rest of the step will take if it goes on so; None while that cannot be said."""
        passed = time.monotonic() - self._began
        if not 0.01 < self._share < 1 or passed < 1:
            return None
        return passed / self._share * (1 - self._share)

    def check(self) -> None:
        self._whole.check()

    def kept(self) -> None:
        self._whole.kept()
