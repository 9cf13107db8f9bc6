"""Training runs as people ask for them: one, many, how far, their curves; and what is deleted of them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select
from sqlalchemy.orm import Session

from timbre.errors import LongName, RunActive, RunOfSearch, UnknownRun
from timbre.runs import checkpoints
from timbre.store.database import Database
from timbre.store.tables import Job, now
from timbre.store.tables_training import CheckpointRow, EventRow, PointRow, RunRow, SearchRow

ANYBODY = None
"""The owner to ask for where everybody's runs may be seen."""

ID = re.compile(r"r-[0-9a-f]{24}")
LONGEST_NAME = 200
MOST = 200
"""Runs of one page of a list."""

QUEUED, RUNNING, PAUSED, COMPLETED, FAILED, STOPPED = "queued", "running", "paused", "completed", "failed", "stopped"
STATES = (QUEUED, RUNNING, PAUSED, COMPLETED, FAILED, STOPPED)
ENDED = (COMPLETED, FAILED, STOPPED)

SAID = {
    QUEUED: "is waiting",
    RUNNING: "is running",
    PAUSED: "is paused",
    COMPLETED: "was completed",
    FAILED: "failed",
    STOPPED: "was stopped",
}

BY_JOB = {
    "queued": QUEUED,
    "processing": RUNNING,
    "paused": PAUSED,
    "completed": COMPLETED,
    "failed": FAILED,
    "cancelled": STOPPED,
}
"""What the state of a job is called of the run or the search that it is the job of."""


def _status() -> ColumnElement[str]:
    """What a run is at: its own word once it has ended, until then its job's, whose worker may have died."""
    by_job = ((Job.status == word, state) for word, state in BY_JOB.items())
    return case((RunRow.status.in_(ENDED), RunRow.status), *by_job, else_=FAILED)


@dataclass(frozen=True, slots=True)
class Run:
    """A run, and its job where that is still known."""

    row: RunRow
    status: str
    job: Job | None

    @property
    def error(self) -> dict[str, Any] | None:
        """Why it failed."""
        return (self.row.error or (self.job.error if self.job else None)) if self.status == FAILED else None

    @property
    def note(self) -> str:
        """What it waits for, or is at."""
        return self.job.note if self.job and self.status not in ENDED else ""

    @property
    def wish(self) -> str:
        """What it was asked to do and has not done yet: cancel, pause."""
        return self.job.wish if self.job and self.status not in ENDED else ""

    @property
    def progress(self) -> float:
        if self.status == COMPLETED:
            return 1.0
        return min(self.row.step / self.row.steps, 1.0) if self.row.steps else 0.0


def _runs() -> Any:
    return select(RunRow, Job, _status()).outerjoin(Job, Job.id == RunRow.job_id)


def get(session: Session, run_id: str, owner: str | None = ANYBODY) -> Run:
    """Raises errors.UnknownRun, also for one of somebody else's."""
    if not ID.fullmatch(run_id):
        raise UnknownRun(run=ascii(run_id[:60])[1:-1])
    query = _runs().where(RunRow.id == run_id)
    found = session.execute(query).first()
    if found is None or (owner is not ANYBODY and found[0].owner != owner):
        raise UnknownRun(run=run_id)
    return Run(found[0], found[2], found[1])


def listed(
    session: Session,
    owner: str | None = ANYBODY,
    status: Collection[str] = (),
    dataset_id: str = "",
    search_id: str = "",
    before: str = "",
    limit: int = 50,
    search: str = "",
) -> tuple[list[Run], str | None]:
    """Runs from the newest on, and what to ask with for those after them. before: such a mark; search: in
    the name.
    """
    query = _runs()
    if owner is not ANYBODY:
        query = query.where(RunRow.owner == owner)
    if status:
        query = query.where(_status().in_(status))
    if dataset_id:
        query = query.where(RunRow.dataset_id == dataset_id)
    if search_id:
        query = query.where(RunRow.search_id == search_id)
    if search:
        query = query.where(RunRow.name.icontains(search, autoescape=True))
    if before:
        query = query.where(RunRow.id < before)
    limit = min(max(limit, 1), MOST)
    found = [
        Run(row, state, job) for row, job, state in session.execute(query.order_by(RunRow.id.desc()).limit(limit + 1))
    ]
    return found[:limit], found[limit - 1].row.id if len(found) > limit else None


def current(session: Session, owner: str | None = ANYBODY) -> Run | None:
    """The run that is under way, else the newest; none where there has been none."""
    for states in ((RUNNING,), (QUEUED, PAUSED), ()):
        found, _ = listed(session, owner, states, limit=1)
        if found:
            return found[0]
    return None


def rename(database: Database, run_id: str, name: str, owner: str | None = ANYBODY) -> Run:
    """Calls a run something else. Raises errors.UnknownRun, LongName."""
    with database.writing() as session:
        found = get(session, run_id, owner)
        found.row.name = checked_name(name)
        return found


def checked_name(name: str) -> str:
    """The name on one line. Raises errors.LongName."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in name).split())
    if len(plain) > LONGEST_NAME:
        raise LongName(longest=LONGEST_NAME)
    return plain


def remove(database: Database, run_id: str, owner: str | None = ANYBODY) -> list[str]:
    """Deletes a run that has ended, with its checkpoints and samples. Returns the files that nothing names any more,
    for `Blobs.forget`. Raises errors.UnknownRun, RunActive, RunOfSearch, CheckpointInUse.
    """
    with database.writing() as session:
        found = get(session, run_id, owner)
        if found.status not in ENDED:
            raise RunActive(run=run_id, state=SAID[found.status])
        _check_search(session, found.row)
        return drop(session, run_id)


def _check_search(session: Session, row: RunRow) -> None:
    """The first trial of a search names the build for those that are to come. Raises errors.RunOfSearch."""
    search = session.get(SearchRow, row.search_id) if row.search_id else None
    job = session.get(Job, search.job_id) if search and search.job_id else None
    if search and search.status not in ENDED and job and BY_JOB[job.status] not in ENDED:
        raise RunOfSearch(run=row.id, search=search.id)


def drop(session: Session, run_id: str) -> list[str]:
    """Deletes a run with its checkpoints and samples. Returns their files. Raises errors.CheckpointInUse."""
    ids = list(session.scalars(select(CheckpointRow.id).where(CheckpointRow.run_id == run_id)))
    gone = checkpoints.drop(session, ids)
    manifest = session.scalar(select(RunRow.manifest).where(RunRow.id == run_id))
    session.execute(delete(PointRow).where(PointRow.run_id == run_id))
    session.execute(delete(EventRow).where(EventRow.subject == run_id))
    session.execute(delete(RunRow).where(RunRow.id == run_id))
    return [*gone, manifest] if manifest else gone


def settle(database: Database) -> None:
    """Writes down the end of runs whose job ended without their doing: jobs are forgotten, runs are not."""
    with database.writing() as session:
        query = _runs().where(RunRow.status.not_in(ENDED), _status().in_(ENDED)).limit(MOST)
        for row, job, state in session.execute(query).all():
            row.status, row.error = state, job.error if job else None
            row.finished_at = (job.finished_at if job else None) or now()


def points(
    session: Session, run_id: str, kind: str = "", after: int = -1, most: int = 500
) -> dict[str, list[PointRow]]:
    """A run's curves, by their kind, each thinned to at the most so many points; the last one is always among them."""
    query = select(PointRow).where(PointRow.run_id == run_id, PointRow.step > after)
    if kind:
        query = query.where(PointRow.kind == kind)
    found: dict[str, list[PointRow]] = {}
    for point in session.scalars(query.order_by(PointRow.kind, PointRow.step)):
        found.setdefault(point.kind, []).append(point)
    return {name: _thinned(some, most) for name, some in found.items()}


def _thinned(some: list[PointRow], most: int) -> list[PointRow]:
    if len(some) <= most:
        return some
    every = -(-len(some) // most)
    return some[(len(some) - 1) % every :: every]
