"""The pipeline as data: its steps in order, and how some of them are run one after the other."""

import importlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.datasets.digest import digest
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import Teller, Work
from timbre.errors import BadDataset
from timbre.store.tables_training import DatasetRow, SourceRow


@dataclass(frozen=True, slots=True)
class Step:
    """A step: where its function is, how long it takes beside the others, and the parameters that it goes by."""

    name: str
    module: str
    function: str
    weight: float
    goes_by: tuple[str, ...]

    def of(self, language: str, parameters: Parameters, before: str) -> str:
        """A digest of what it is done with. before: that of the step before it, or of the recordings."""
        facts = parameters.as_dict() | {"language": language}
        return digest(self.name, [facts[name] for name in self.goes_by], before)

    def run(self, work: Work) -> None:
        """Imports it only now: some need much."""
        step: Callable[[Work], None] = getattr(importlib.import_module(self.module), self.function)
        step(work)


_GATES = (
    "language", "sure", "differs", "min_words", "max_words", "max_characters", "snr_db", "silence", "clipped",
    "slowest", "fastest",
)  # fmt: skip
_CLIPS = ("pad_s", "fade_s", "lufs", "validation", "gap_s", "seed")

STEPS = (
    Step("download", "timbre.datasets.sources", "download", 2.0, ("denoise",)),
    Step("segment", "timbre.datasets.segment", "segment", 1.0, ("min_s", "max_s", "pause_s")),
    Step("transcribe", "timbre.datasets.transcribe", "transcribe", 10.0, ("language", "unsure")),
    Step("filter", "timbre.datasets.filter", "filter_", 1.0, _GATES),
    Step("build", "timbre.datasets.build", "build", 1.0, _CLIPS),
)
NAMES = tuple(step.name for step in STEPS)


State = Literal["open", "done", "outdated"]


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
        _note_done(work, step)
        work.tell.kept()
        teller.progress(1.0)
        before += step.weight


def outdated(session: Session, row: DatasetRow, parameters: Parameters) -> list[str]:
    """The steps of a dataset that were done, but with another language, parameters or recordings than those of now."""
    found, before = [], _recordings(session, row.id)
    for step in STEPS:
        before = step.of(row.language, parameters, before)
        if row.done.get(step.name, before) != before:
            found.append(step.name)
    return found


def states(counts: Mapping[str, Any], filtered: bool, outdated: Sequence[str]) -> dict[str, State]:
    """How each step stands. counts: of `rows.counts`; filtered: whether there is a report."""
    sources, segments = counts["sources"], counts["segments"]
    done = {
        "download": sources["here"] > 0 and not sources["waiting"],
        "segment": segments > 0,
        "transcribe": 0 < segments <= counts["transcribed"],
        "filter": filtered,
        "build": counts["builds"] > 0,
    }
    return {name: "open" if not done[name] else "outdated" if name in outdated else "done" for name in NAMES}


def _note_done(work: Work, step: Step) -> None:
    """Keeps what a step was done with: its own parameters, and what the one before it was done with. The first one may
    have found more recordings than there were.
    """
    place = STEPS.index(step)
    with work.database.writing() as session:
        row = session.get(DatasetRow, work.dataset, with_for_update=True)
        if row is None:
            return
        done: Mapping[str, str] = row.done
        before = done.get(STEPS[place - 1].name, "") if place else _recordings(session, row.id)
        row.done = {**done, step.name: step.of(work.language, work.parameters, before)}


def _recordings(session: Session, dataset: str) -> str:
    """A digest of which recordings there are."""
    return digest(
        list(session.scalars(select(SourceRow.id).where(SourceRow.dataset_id == dataset).order_by(SourceRow.id)))
    )


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
