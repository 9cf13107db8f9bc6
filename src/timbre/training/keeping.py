"""A run's figures, lines, checkpoints and samples, kept as rows and files while it is trained."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.runs import checkpoints, events
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import Job, new_id, now
from timbre.store.tables_training import CheckpointRow, PointRow, RunRow, SampleRow
from timbre.training.watching import Kept, Said

TOLD_S = 1.0
"""Seconds between two writings of figures."""

POINTS = 5_000
"""Of a curve, about: of a longer run not every step is kept."""

STAGE = "train"


class Tools(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def blobs(self) -> Blobs: ...


class Run(Protocol):
    """What does the job: `timbre.jobs.run.Run` is one. `writing` raises when the job is somebody else's by now."""

    @property
    def job(self) -> Any: ...
    @property
    def tools(self) -> Tools: ...
    @property
    def wish(self) -> str: ...
    def writing(self) -> AbstractContextManager[Session]: ...
    def check(self) -> None: ...
    def progress(self, share: float, note: str = "") -> None: ...
    def progressed(self) -> None: ...


WISHES: dict[str, Literal["", "stop", "pause"]] = {"": "", "cancel": "stop"}
"""What is wished of a job, as a run hears it; anything else is a pause."""

LOST = "lost"


class Keeper:
    """A watcher that writes down what it is told. share: from where to where of its job's progress it goes."""

    def __init__(self, run: Run, run_id: str, keep: int, share: tuple[float, float] = (0.0, 1.0)) -> None:
        self._run, self._id, self._keep, self._share = run, run_id, keep, share
        self._steps, self._eta_s, self._told = 0, 0.0, 0.0
        self._points: list[tuple[int, dict[str, float]]] = []
        self._latest: dict[str, float] | None = None
        self._begun, self._before = time.monotonic(), self._elapsed_before()
        self.step_reached = 0

    def note(self, line: str) -> None:
        """See `Watcher`."""
        self._write(line)

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        """See `Watcher`."""
        figures = _finite(figures)
        self.step_reached, self._steps, self._eta_s = step, steps, figures.get("eta_s", 0.0)
        if step % max(1, steps // POINTS) == 0 or step == steps:
            self._points.append((step, figures))
        self._latest = figures
        if time.monotonic() - self._told >= TOLD_S or step == steps:
            self.flush()

    def flush(self) -> None:
        """See `Watcher`: writes the steps that were not written yet."""
        self._told = time.monotonic()
        if self._latest is None:
            return
        with self._run.writing() as session:
            row = self._row(session)
            row.step, row.steps = self.step_reached, self._steps
            row.figures = {**row.figures, **self._latest, **self._elapsed()}
            for step, figures in self._points:
                _point(session, self._id, "train", step, figures)
            self._progress(session)
        self._points = []

    def validated(self, step: int, figures: dict[str, float]) -> None:
        """See `Watcher`."""
        self.flush()
        known = _finite(figures)
        with self._run.writing() as session:
            _point(session, self._id, "validation", step, known)
            row = self._row(session)
            judged = {f"validation_{name}": value for name, value in known.items()}
            row.figures = {**row.figures, **judged, **self._elapsed()}
            self._line(session, f"Step {step}: validation loss {figures['loss']:.4f}")
        self._run.progressed()

    def checkpoint(self, kept: Kept) -> None:
        """See `Watcher`."""
        self.flush()
        blobs = self._run.tools.blobs
        weights = blobs.put(kept.weights, "safetensors", "weights")
        sounds = [(one, blobs.put(one.audio, "flac"), blobs.put(one.reference, "flac")) for one in kept.samples]
        with self._run.writing() as session:
            row = self._row(session)
            gone = _forget_same(session, self._id, kept.step)
            made = _checkpoint(row, kept, weights)
            if kept.best:
                for other in _of_run(session, self._id):
                    other.best = False
            row.figures = {**row.figures, **self._elapsed()}
            session.add(made)
            session.flush()
            session.add_all(_samples(made.id, row.language, sounds))
            gone += _drop_old(session, self._id, self._keep)
            self._line(session, f"Checkpoint at step {kept.step}: {told(kept.figures)}")
        blobs.forget(gone)
        self._run.progressed()

    def wish(self) -> Literal["", "stop", "pause"]:
        """See `Watcher`. Raises what `Run.check` raises where the job is somebody else's."""
        if self._run.wish == LOST:
            self._run.check()
        return WISHES.get(self._run.wish, "pause")

    def _elapsed_before(self) -> float:
        """Seconds that were worked on the run before it was taken on."""
        with self._run.tools.database.reading() as session:
            return float(self._row(session).figures.get("elapsed_s", 0.0))

    def _elapsed(self) -> dict[str, float]:
        """Seconds that were worked on it in all: pauses are none of them."""
        return {"elapsed_s": round(self._before + time.monotonic() - self._begun, 1)}

    def _write(self, line: str) -> None:
        with self._run.writing() as session:
            self._line(session, line)

    def _line(self, session: Session, line: str) -> None:
        share = self.step_reached / self._steps if self._steps else 0.0
        events.add(session, self._id, STAGE, line, share, self._eta_s or None, self._run.job.id)

    def _progress(self, session: Session) -> None:
        """What the job says. Not by `Run.progress`, for whoever wishes something is heard before the next step."""
        job = session.get(Job, self._run.job.id)
        if job is not None:
            begin, end = self._share
            job.progress = min(begin + self.step_reached / self._steps * (end - begin), 0.999)
            job.note = f"Step {self.step_reached} of {self._steps}"

    def _row(self, session: Session) -> RunRow:
        row = session.get(RunRow, self._id)
        assert row is not None, "a run is not deleted while its job goes on"
        return row


def told(figures: dict[str, Any]) -> str:
    """A checkpoint's figures in words."""
    names = {"validation_loss": "validation loss", "similarity": "similarity", "word_error_rate": "word error rate"}
    parts = [f"{words} {figures[name]:.4f}" for name, words in names.items() if name in figures]
    return ", ".join(parts) or "no figures"


def _finite(figures: dict[str, Any]) -> dict[str, Any]:
    """Those that are numbers at all: JSON knows no others."""
    return {name: value for name, value in figures.items() if not isinstance(value, float) or math.isfinite(value)}


def _point(session: Session, run_id: str, kind: str, step: int, figures: dict[str, float]) -> None:
    """A run that was taken on makes some steps a second time, to the same figures."""
    session.merge(PointRow(run_id=run_id, kind=kind, step=step, figures=dict(figures)))


def _checkpoint(row: RunRow, kept: Kept, weights: str) -> CheckpointRow:
    return CheckpointRow(
        id=new_id("c"),
        owner=row.owner,
        run_id=row.id,
        name=row.name,
        kind=kept.kind,
        step=kept.step,
        base=row.base,
        base_fingerprint=row.base_fingerprint,
        blob=weights,
        bytes=kept.weights.stat().st_size,
        figures=_finite(kept.figures),
        best=kept.best,
        created_at=now(),
    )


def _samples(checkpoint_id: str, language: str, sounds: Sequence[tuple[Said, str, str]]) -> Iterator[SampleRow]:
    for place, (said, audio, reference) in enumerate(sounds):
        yield SampleRow(
            id=new_id("p"),
            checkpoint_id=checkpoint_id,
            place=place,
            text=said.text,
            language=language,
            blob=audio,
            reference=reference,
            figures=_finite(said.figures),
        )


def _of_run(session: Session, run_id: str) -> list[CheckpointRow]:
    query = select(CheckpointRow).where(CheckpointRow.run_id == run_id).order_by(CheckpointRow.step)
    return list(session.scalars(query))


def _forget_same(session: Session, run_id: str, step: int) -> list[str]:
    """Deletes what was kept of this step before a kill. Returns the files."""
    same = [row.id for row in _of_run(session, run_id) if row.step == step]
    free = [one for one in same if one not in checkpoints.promoted(session, same)]
    return checkpoints.drop(session, free) if free else []


def _drop_old(session: Session, run_id: str, keep: int) -> list[str]:
    """Deletes all but the best checkpoint, the last few and those that are promoted. Returns the files."""
    session.flush()
    rows = _of_run(session, run_id)
    old = [row.id for row in rows[: max(len(rows) - keep, 0)] if not row.best]
    used = checkpoints.promoted(session, old) if old else {}
    free = [one for one in old if one not in used]
    return checkpoints.drop(session, free) if free else []
