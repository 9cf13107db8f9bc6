"""A search as a job: one run after another, by what those before were worth; the losers are cut short.

What is known of a search stands in its row. Optuna is told all of it anew each time the search is taken on, so that
there is no second account of it that a kill could leave behind.
"""

import importlib.util
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.engine.folder import fingerprint
from timbre.errors import MissingExtra, TimbreError, UnknownSearch
from timbre.models import catalogue
from timbre.runs import rows, searches
from timbre.runs.searches import COMPLETED, FAILED, JUDGED, OVER, PRUNED, RUNNING, STOPPED, Cell
from timbre.store.tables import now
from timbre.store.tables_training import CheckpointRow, SearchRow
from timbre.training import job
from timbre.training.finetune import Ending, Hearing, device_of, forget_peak, train
from timbre.training.keeping import Keeper, Run
from timbre.training.watching import Kept

if TYPE_CHECKING:
    from timbre.training.study import Judged, Study

KNOWN = (*JUDGED, "validation_loss")


def work(run: Run) -> dict[str, Any]:
    """Goes through what is left of a search. Raises errors.MissingExtra, what ends a job's work, and the fault of the
    last trial where none came to its end.
    """
    if importlib.util.find_spec("optuna") is None:
        raise MissingExtra(what="A search", extra="train")
    job.give_way()
    job.sweep(run.tools.settings.home, run.tools.database)
    return Searching(run).work()


class Searching:
    """A search that is worked on."""

    def __init__(self, run: Run) -> None:
        self._run, self._id = run, str(run.job.request["search"])
        with run.writing() as session:
            row = self._row(session)
            row.status, row.finished_at = rows.RUNNING, None
            self._request = row.request
        self._folder = job.home_of(run.tools.settings.home, self._id)
        self._base = catalogue.folder(self._request["base"])
        self._hearing: Hearing | None = None
        self._laid_out = False

    def work(self) -> dict[str, Any]:
        """See `work`."""
        fault: TimbreError | None = None
        while (trial := self._next()) is not None:
            try:
                self._try(*trial)
            except TimbreError as found:
                if found.status >= 500:
                    raise
                fault = found
                self._failed(trial[0], found)
        with self._run.writing() as session:
            row = self._row(session)
            best = searches.ranked(row.trials)[0]
            if fault is None or "rank" in best:
                row.status, row.finished_at = rows.COMPLETED, now()
        if fault is not None and "rank" not in best:
            raise fault
        shutil.rmtree(self._folder, ignore_errors=True)
        return {"search": self._id, "trials": len(row.trials), "best": best["run_id"]}

    def _next(self) -> "tuple[dict[str, Any], Study] | None":
        """The trial that was begun and has not ended, else a new one; none once there were enough. Raises what
        `Run.check` raises.
        """
        from timbre.training.study import Study

        self._run.check()
        with self._run.writing() as session:
            row = self._row(session)
            study = Study(self._request, [one for one in row.trials if one["state"] in OVER])
            for one in row.trials:
                if one["state"] not in OVER:
                    searches.change(row, one["number"], state=RUNNING)
                    return one, study
            if len(row.trials) >= self._request["trials"]:
                return None
            return searches.begin(session, row, study.propose()), study

    def _try(self, trial: dict[str, Any], study: "Study") -> None:
        """Trains a trial's run as far as it is worth it. Raises what `train` raises, and what ends a job's work."""
        run, number, run_id = self._run, int(trial["number"]), str(trial["run_id"])
        row = job.begin(run, run_id)
        options, count = job.options_of(row.parameters), int(self._request["trials"])
        judged = study.take_on(trial)
        share = (number / count, (number + 1) / count)
        keeper = TrialKeeper(run, run_id, options.keep, share, judged, self._looked(number))
        keeper.note(f"Trial {number + 1} of {count}: {told(trial['chosen'])}")
        folder, data = job.home_of(run.tools.settings.home, run_id), self._folder / "data"
        job.know_base(run, run_id, fingerprint(self._base))
        if not self._laid_out:
            job.lay_out(run, str(row.manifest), data)
            self._hearing, self._laid_out = job.hearing(run.tools.settings, options.threads), True
        _share_codes(self._folder, folder)
        forget_peak(device_of(options))
        with job.within_memory(options.device):
            ending = train(self._base, data, folder, options, keeper, self._hearing)
        _share_codes(folder, self._folder)
        self._ended(trial, ending, keeper, judged)

    def _ended(self, trial: dict[str, Any], ending: Ending, keeper: "TrialKeeper", judged: "Judged") -> None:
        """Writes down what became of a trial. Raises what `Run.check` raises where the search is to be left."""
        keeper.flush()
        run, number, run_id, step = self._run, trial["number"], trial["run_id"], keeper.step_reached
        if ending == "completed":
            job.end(run, run_id, rows.COMPLETED, f"Completed at step {step}")
            self._judge(number, run_id, COMPLETED)
        elif ending == "paused" and judged.pruned and not run.wish:
            job.end(run, run_id, rows.STOPPED, f"Cut short at step {step} of {trial['steps']}: {judged.why}")
            self._judge(number, run_id, PRUNED)
        elif ending == "stopped":
            job.end(run, run_id, rows.STOPPED, f"Stopped with the search at step {step}")
            with run.writing() as session:
                row = self._row(session)
                searches.change(row, number, state=STOPPED)
                row.status, row.finished_at = rows.STOPPED, now()
            run.check()
        else:
            paused = run.wish == "pause"
            line = "Paused with the search" if paused else "Put down, to be taken on"
            job.end(run, run_id, rows.PAUSED if paused else rows.QUEUED, f"{line} at step {step}")
            run.check()
            return
        _tidy(job.home_of(run.tools.settings.home, run_id))

    def _judge(self, number: int, run_id: str, state: str) -> None:
        """Keeps of a trial that has ended what its best checkpoint was worth."""
        with self._run.writing() as session:
            best = session.scalars(
                select(CheckpointRow).where(CheckpointRow.run_id == run_id, CheckpointRow.best)
            ).first()
            figures = best.figures if best else {}
            found = {name: figures[name] for name in KNOWN if name in figures}
            row = self._row(session)
            checkpoint = {"checkpoint_id": best.id, "checkpoint_step": best.step} if best else {}
            searches.change(row, number, state=state, figures=found, score=searches.score(found), **checkpoint)
        self._run.progressed()

    def _failed(self, trial: dict[str, Any], fault: TimbreError) -> None:
        job.end(self._run, trial["run_id"], rows.FAILED, f"Failed: {fault}", fault.as_dict())
        with self._run.writing() as session:
            searches.change(self._row(session), trial["number"], state=FAILED, error=fault.as_dict())
        _tidy(job.home_of(self._run.tools.settings.home, trial["run_id"]))

    def _looked(self, number: int) -> Callable[[int, float], None]:
        """What writes down the score that a trial has at a look."""

        def write(look: int, score: float) -> None:
            with self._run.writing() as session:
                row = self._row(session)
                searches.change(row, number, looks={**row.trials[number]["looks"], str(look): score})

        return write

    def _row(self, session: Session) -> SearchRow:
        row = session.get(SearchRow, self._id)
        if row is None:
            raise UnknownSearch(search=self._id)
        return row


class TrialKeeper(Keeper):
    """Keeps a trial's run, has each checkpoint judged, and puts it down where it is not worth going on with."""

    def __init__(
        self,
        run: Run,
        run_id: str,
        keep: int,
        share: tuple[float, float],
        judged: "Judged",
        looked: Callable[[int, float], None],
    ) -> None:
        super().__init__(run, run_id, keep, share)
        self._judged, self._looked = judged, looked

    def checkpoint(self, kept: Kept) -> None:
        """See `Watcher`."""
        super().checkpoint(kept)
        if (found := self._judged.look(kept)) is not None:
            self._looked(*found)

    def wish(self) -> Literal["", "stop", "pause"]:
        """See `Watcher`."""
        return super().wish() or ("pause" if self._judged.pruned else "")


def _share_codes(where: Path, to: Path) -> None:
    """The clips are written as audio codes once, for all trials."""
    for path in where.glob("codes-*.npz"):
        if not (to / path.name).exists():
            beside = to / f"{path.stem}.new.npz"
            shutil.copyfile(path, beside)
            beside.replace(to / path.name)


def told(cell: Cell) -> str:
    """What a trial has of its own, in words."""
    rank = f", rank {cell['lora_rank']}" if "lora_rank" in cell else ""
    return f"{cell['method']}, rate {cell['rate']:g}, batch {cell['batch']}{rank}"


def _tidy(folder: Path) -> None:
    """Leaves a run's curves of all that it needed to be taken on: no trial is that has ended."""
    for path in [*folder.iterdir(), *(folder / "state").glob("*")]:
        if path.name in {"state", "tensorboard", "metrics.jsonl"}:
            continue
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
