"""Searches for the parameters that suit a dataset best: what is tried, how it is judged, and how far each is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.errors import SearchActive, UnknownSearch
from timbre.runs import rows
from timbre.runs.rows import ANYBODY, BY_JOB, ENDED, MOST, SAID
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import Job, new_id, now
from timbre.store.tables_training import RunRow, SearchRow

ID = re.compile(r"x-[0-9a-f]{24}")

WAITING, RUNNING, COMPLETED, PRUNED, FAILED, STOPPED = "waiting", "running", "completed", "pruned", "failed", "stopped"
OVER = (COMPLETED, PRUNED, FAILED)
"""States of a trial that is not gone on with."""

JUDGED = ("similarity", "word_error_rate")
"""The figures of a checkpoint that its score is of."""

WORST = 1.0
"""Word error rate above which it makes no difference: nothing is understood."""

Cell = dict[str, Any]
"""What a trial has of its own: method, rate, batch, and lora_rank where it is an adapter."""


@dataclass(frozen=True, slots=True)
class Space:
    """What is tried of each parameter."""

    methods: tuple[str, ...]
    rates_lora: tuple[float, ...]
    rates_full: tuple[float, ...]
    batches: tuple[int, ...]
    ranks: tuple[int, ...]

    @classmethod
    def of(cls, chosen: Settings, **given: Sequence[Any]) -> "Space":
        """As the settings have it, but for what is given."""
        usual = {
            "methods": (chosen.train_method,),
            "rates_lora": _numbers(chosen.search_rates_lora, float),
            "rates_full": _numbers(chosen.search_rates_full, float),
            "batches": _numbers(chosen.search_batches, int),
            "ranks": _numbers(chosen.search_ranks, int),
        }
        return cls(**{name: tuple(dict.fromkeys(given.get(name) or some)) for name, some in usual.items()})

    def rates(self, method: str) -> tuple[float, ...]:
        return self.rates_lora if method == "lora" else self.rates_full

    def cells(self) -> list[Cell]:
        """All that can be tried. A whole model has no rank."""
        found = []
        for method in self.methods:
            ranks = [{"lora_rank": rank} for rank in self.ranks] if method == "lora" else [{}]
            for rate, batch, rank in product(self.rates(method), self.batches, ranks):
                found.append({"method": method, "rate": rate, "batch": batch, **rank})
        return found

    def as_json(self) -> dict[str, list[Any]]:
        """Without what has no part in it."""
        found: dict[str, list[Any]] = {"methods": list(self.methods), "batches": list(self.batches)}
        for method, rates in (("lora", self.rates_lora), ("full", self.rates_full)):
            found |= {f"rates_{method}": list(rates)} if method in self.methods else {}
        return found | ({"ranks": list(self.ranks)} if "lora" in self.methods else {})


def _numbers(words: str, kind: type) -> tuple[Any, ...]:
    return tuple(kind(word) for word in words.split(","))


def score(figures: Mapping[str, Any]) -> float | None:
    """How good what was said is: its similarity to the person, less the share of words that is not understood where
    somebody listened. None where nothing was measured.
    """
    if "similarity" not in figures:
        return None
    return round(float(figures["similarity"]) - min(float(figures.get("word_error_rate", 0.0)), WORST), 4)


def ranked(trials: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The trials, the best first: those that were completed by their score, and of equals by the validation loss; then
    the others in the order that they were tried in. The first have a rank.
    """

    def place(one: Mapping[str, Any]) -> tuple[float, float, int]:
        return -float(one["score"]), float(one["figures"].get("validation_loss", float("inf"))), int(one["number"])

    done = sorted((one for one in trials if one["state"] == COMPLETED and one.get("score") is not None), key=place)
    others = [one for one in trials if one not in done]
    return [{**one, "rank": rank} for rank, one in enumerate(done, 1)] + [dict(one) for one in others]


@dataclass(frozen=True, slots=True)
class Search:
    """A search, its job where that is still known, and its runs that are still there."""

    row: SearchRow
    job: Job | None
    runs: dict[str, RunRow]

    @property
    def status(self) -> str:
        """Its own word once it has ended, until then its job's."""
        if self.row.status in ENDED:
            return self.row.status
        return BY_JOB.get(self.job.status, rows.FAILED) if self.job else rows.FAILED

    @property
    def error(self) -> dict[str, Any] | None:
        return self.job.error if self.job and self.status == rows.FAILED else None

    @property
    def progress(self) -> float:
        """Of the steps of all trials; those of a trial that was cut short count as made."""
        if self.status == rows.COMPLETED:
            return 1.0
        done = sum(1.0 if one["state"] in OVER else self._share(one) for one in self.row.trials)
        return min(done / max(int(self.row.request["trials"]), 1), 1.0)

    def _share(self, trial: Mapping[str, Any]) -> float:
        run = self.runs.get(str(trial.get("run_id")))
        return min(run.step / run.steps, 1.0) if run and run.steps else 0.0

    def trials(self) -> list[dict[str, Any]]:
        """All that were begun, ranked, each as far as it is by now."""
        found = []
        for one in ranked(self.row.trials):
            run = self.runs.get(str(one.get("run_id")))
            shown = {**one, "step": run.step} if run else {name: one[name] for name in one if name != "run_id"}
            if shown["state"] == RUNNING and self.status != rows.RUNNING:
                shown["state"] = self.status if self.status in (rows.PAUSED, STOPPED, FAILED) else WAITING
            found.append(shown)
        return found


def _found(session: Session, row: SearchRow, job: Job | None) -> Search:
    runs = session.scalars(select(RunRow).where(RunRow.search_id == row.id))
    return Search(row, job, {run.id: run for run in runs})


def get(session: Session, search_id: str, owner: str | None = ANYBODY) -> Search:
    """Raises errors.UnknownSearch, also for one of somebody else's."""
    if not ID.fullmatch(search_id):
        raise UnknownSearch(search=ascii(search_id[:60])[1:-1])
    query = select(SearchRow, Job).outerjoin(Job, Job.id == SearchRow.job_id).where(SearchRow.id == search_id)
    found = session.execute(query).first()
    if found is None or (owner is not ANYBODY and found[0].owner != owner):
        raise UnknownSearch(search=search_id)
    return _found(session, found[0], found[1])


def listed(
    session: Session, owner: str | None = ANYBODY, before: str = "", limit: int = 50
) -> tuple[list[Search], str | None]:
    """Searches from the newest on, and what to ask with for those after them. before: such a mark."""
    query = select(SearchRow, Job).outerjoin(Job, Job.id == SearchRow.job_id)
    if owner is not ANYBODY:
        query = query.where(SearchRow.owner == owner)
    if before:
        query = query.where(SearchRow.id < before)
    limit = min(max(limit, 1), MOST)
    found = [
        _found(session, row, job)
        for row, job in session.execute(query.order_by(SearchRow.id.desc()).limit(limit + 1)).all()
    ]
    return found[:limit], found[limit - 1].row.id if len(found) > limit else None


def begin(session: Session, row: SearchRow, cell: Cell) -> dict[str, Any]:
    """The next trial of a search, with a run of its own."""
    request, number = row.request, len(row.trials)
    run = RunRow(
        id=new_id("r"),
        owner=row.owner,
        name=f"{str(request['name'])[: rows.LONGEST_NAME - 10]} · {number + 1}",
        dataset_id=request["dataset"],
        build_id=request["build"],
        manifest=request["manifest"],
        search_id=row.id,
        job_id=row.job_id,
        base=request["base"],
        method=cell["method"],
        language=request["language"],
        parameters={**request["parameters"], **cell},
        steps=request["steps"],
    )
    session.add(run)
    trial = {"number": number, "run_id": run.id, "chosen": cell, "state": RUNNING, "steps": run.steps}
    row.trials = [*row.trials, trial | {"looks": {}, "figures": {}}]
    return row.trials[-1]


def change(row: SearchRow, number: int, **fields: Any) -> None:
    """Writes down something of a trial."""
    row.trials = [{**one, **fields} if one["number"] == number else one for one in row.trials]


def try_again(row: SearchRow) -> None:
    """Lets the trials that failed be made once more, from their first step."""
    for one in row.trials:
        if one["state"] == FAILED:
            change(row, one["number"], state=STOPPED, looks={})


def remove(database: Database, search_id: str, owner: str | None = ANYBODY) -> list[str]:
    """Deletes a search that has ended, with its runs. Returns the files that nothing names any more, for
    `Blobs.forget`. Raises errors.UnknownSearch, SearchActive, CheckpointInUse.
    """
    with database.writing() as session:
        found = get(session, search_id, owner)
        if found.status not in ENDED:
            raise SearchActive(search=search_id, state=SAID[found.status])
        gone: list[str] = []
        for run_id in found.runs:
            gone += rows.drop(session, run_id)
        session.delete(found.row)
    return gone


def settle(database: Database) -> None:
    """Writes down the end of searches whose job ended without their doing."""
    with database.writing() as session:
        query = select(SearchRow, Job).join(Job, Job.id == SearchRow.job_id).where(SearchRow.status.not_in(ENDED))
        for row, job in session.execute(query.limit(MOST)).all():
            state = BY_JOB[job.status]
            if state in ENDED:
                row.status, row.finished_at = state, job.finished_at or now()
