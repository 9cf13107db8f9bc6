"""A training run as a job: its build is laid out, the trainer trains, and what it tells is kept as rows."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from sqlalchemy import select

from timbre.datasets import whisper
from timbre.engine.folder import fingerprint
from timbre.errors import MissingExtra, TimbreError, TrainingOutOfMemory, UnknownRun
from timbre.models import catalogue
from timbre.runs import builds, events
from timbre.runs.rows import COMPLETED, FAILED, PAUSED, QUEUED, RUNNING, STOPPED
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import now
from timbre.store.tables_training import RunRow, SearchRow
from timbre.training.finetune import Ending, Hearing, train
from timbre.training.keeping import STAGE, Keeper, Run
from timbre.training.options import Options

NICENESS = 10
"""A run gives way to whoever waits for speech."""


def work(run: Run) -> dict[str, Any]:
    """Trains the job's run to its end, from where it was. Raises what `train` raises, and what ends a job's work."""
    run_id = str(run.job.request["run"])
    give_way()
    sweep(run.tools.settings.home, run.tools.database)
    row = begin(run, run_id)
    folder = home_of(run.tools.settings.home, run_id)
    options = options_of(row.parameters)
    keeper = Keeper(run, run_id, options.keep)
    try:
        with within_memory(options.device):
            base = catalogue.folder(row.base)
            know_base(run, run_id, fingerprint(base))
            lay_out(run, str(row.manifest), folder / "data", keeper)
            ending = train(base, folder / "data", folder, options, keeper, hearing(run.tools.settings, options.threads))
    except TimbreError as fault:
        if fault.status < 500:
            end(run, run_id, FAILED, f"Failed: {fault}", fault.as_dict())
        raise
    return _ended(run, run_id, ending, keeper)


def home_of(home: Path, run_id: str) -> Path:
    """Where all lies that a run needs to be taken on."""
    folder = home / "runs" / run_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def give_way() -> None:
    """Lets whoever speaks go first on the processor."""
    with contextlib.suppress(OSError):
        os.nice(max(NICENESS - os.nice(0), 0))


def options_of(parameters: dict[str, Any]) -> Options:
    """Every parameter of a run, as the trainer takes them."""
    threads = parameters["threads"] or max(1, (os.cpu_count() or 1) // 2)
    return Options(**{**parameters, "texts": tuple(parameters["texts"]), "threads": threads})


def hearing(chosen: Settings, threads: int) -> Hearing | None:
    """What recognises speech, where a Whisper is here: nothing is fetched for that."""
    from timbre.evaluation.intelligibility import Recogniser

    folder = whisper.found(chosen.whisper, chosen.home)
    if folder is None:
        return None
    try:
        return Recogniser(folder, threads)
    except MissingExtra:
        return None


def lay_out(run: Run, manifest: str, data: Path, keeper: Keeper | None = None) -> None:
    """The build's clips in a folder. Raises what ends a job's work."""
    noted = False

    def told(done: int, count: int) -> None:
        nonlocal noted
        run.check()
        if not noted and keeper:
            keeper.note(f"Laying out {count} clips")
            noted = True
        if done % 50 == 0:
            run.progress(0.0, f"{done} of {count} clips are laid out")

    builds.lay_out(run.tools.blobs, manifest, data, told)


@contextlib.contextmanager
def within_memory(where: str) -> Iterator[None]:
    """Says in our words that memory was not enough. Raises errors.TrainingOutOfMemory."""
    try:
        yield
    except torch.OutOfMemoryError as fault:
        words = str(fault).partition(". ")[0].lower()
        raise TrainingOutOfMemory(where="the GPU", reason=words) from None
    except MemoryError as fault:
        raise TrainingOutOfMemory(where="this machine", reason=str(fault).lower() or "none is left") from None
    except RuntimeError as fault:
        if "not enough memory" not in str(fault) and "can't allocate memory" not in str(fault):
            raise
        raise TrainingOutOfMemory(where="this machine", reason="it could not be allocated") from None


def sweep(home: Path, database: Database) -> None:
    """Removes the folders of runs and searches that were deleted."""
    parent = home / "runs"
    if not parent.is_dir():
        return
    with database.reading() as session:
        known = {*session.scalars(select(RunRow.id)), *session.scalars(select(SearchRow.id))}
    for path in parent.iterdir():
        if path.is_dir() and path.name[:2] in {"r-", "x-"} and path.name not in known:
            shutil.rmtree(path, ignore_errors=True)


def begin(run: Run, run_id: str) -> RunRow:
    """Writes down that it runs. Raises errors.UnknownRun."""
    with run.writing() as session:
        row = session.get(RunRow, run_id)
        if row is None:
            raise UnknownRun(run=run_id)
        row.status, row.error, row.finished_at = RUNNING, None, None
        row.job_id = run.job.id
        row.started_at = row.started_at or now()
        return row


def know_base(run: Run, run_id: str, found: str) -> None:
    """Writes down which weights it begins with."""
    with run.writing() as session:
        if row := session.get(RunRow, run_id):
            row.base_fingerprint = found


ENDINGS = {
    "completed": (COMPLETED, "Completed"),
    "early": (COMPLETED, "Ended early: the validation loss got no better"),
    "stopped": (STOPPED, "Stopped"),
    "paused": (PAUSED, "Paused"),
}


def _ended(run: Run, run_id: str, ending: Ending, keeper: Keeper) -> dict[str, Any]:
    """Writes down the end. Raises what `Run.check` raises where the job has not come to its own end."""
    status, line = ENDINGS[ending]
    if ending == "paused" and run.wish != "pause":
        status, line = QUEUED, "Put down, to be taken on"
    end(run, run_id, status, f"{line} at step {keeper.step_reached}" if keeper.step_reached else line)
    if ending in {"stopped", "paused"}:
        run.check()
    return {"run": run_id, "ending": ending, "step": keeper.step_reached}


def end(run: Run, run_id: str, status: str, line: str, error: dict[str, Any] | None = None) -> None:
    """Writes down what it has come to, with the last line of its log."""
    with run.writing() as session:
        row = session.get(RunRow, run_id)
        if row is None:
            return
        row.status, row.error = status, error
        row.figures = {**row.figures, "eta_s": 0.0} if status == COMPLETED else row.figures
        row.finished_at = now() if status in {COMPLETED, FAILED, STOPPED} else None
        share = row.step / row.steps if row.steps else 0.0
        events.add(session, run_id, STAGE, line, share, job_id=run.job.id)
