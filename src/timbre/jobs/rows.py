"""Jobs as people ask for them: one, many, how far, and what may be done with them from outside."""

import re

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from timbre.errors import JobEnded, JobExpired, UnknownBatch, UnknownJob
from timbre.jobs import lease
from timbre.jobs.states import CANCEL, ENDED, PAUSE, SAID, Status
from timbre.store.database import Database
from timbre.store.tables import Batch, Job, now

MOST = 200
"""Jobs of one page of a list."""

ID = re.compile(r"j-[0-9a-f]{24}")
"""What our ids look like."""

ANYBODY = None
"""The owner to ask for where everybody's jobs may be seen."""


def get(session: Session, job_id: str, owner: str | None = ANYBODY, locked: bool = False) -> Job:
    """Raises errors.UnknownJob, also for one of somebody else's, and JobExpired."""
    if not ID.fullmatch(job_id):  # what no database need be asked for: a client may send anything
        raise UnknownJob(job=ascii(job_id[:60])[1:-1])
    query = select(Job).where(Job.id == job_id)
    job = session.scalars(query.with_for_update() if locked else query).first()
    if job is None or (owner is not ANYBODY and job.owner != owner):
        raise UnknownJob(job=job_id)
    if job.expired:
        until = f"{job.expires_at:%Y-%m-%d %H:%M} UTC" if job.expires_at else "their end"
        raise JobExpired(job=job_id, until=until)
    return job


def listed(
    session: Session,
    owner: str | None = ANYBODY,
    search: str = "",
    status: str = "",
    batch: str = "",
    before: str = "",
    limit: int = 50,
) -> tuple[list[Job], str | None]:
    """Jobs from the newest on, and what to ask with for those after them. before: such a mark."""
    query = select(Job).where(~Job.expired)
    if owner is not ANYBODY:
        query = query.where(Job.owner == owner)
    if search:
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        words = f"%{escaped}%"
        fields = (Job.text, Job.name, Job.voice_id, Job.id)
        query = query.where(or_(*(field.ilike(words, escape="\\") for field in fields)))
    if status:
        query = query.where(Job.status == status)
    if batch:
        query = query.where(Job.batch_id == batch)
    if before:
        query = query.where(Job.id < before)
    limit = min(max(limit, 1), MOST)
    found = list(session.scalars(query.order_by(Job.id.desc()).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def counts(session: Session, owner: str | None = ANYBODY) -> dict[str, int]:
    """How many jobs are in each state."""
    query = select(Job.status, func.count()).where(~Job.expired).group_by(Job.status)
    if owner is not ANYBODY:
        query = query.where(Job.owner == owner)
    found = {row[0]: row[1] for row in session.execute(query)}
    return {status.value: found.get(status.value, 0) for status in Status}


def eta_s(job: Job) -> float | None:
    """Seconds until it is done, if it goes on as it did since it was begun; None where that cannot be said yet."""
    if job.status != Status.PROCESSING or job.started_at is None or not 0 < job.progress < 1:
        return None
    passed = (now() - job.started_at).total_seconds()
    return passed / job.progress * (1 - job.progress)


def remove(database: Database, job_id: str, owner: str | None = ANYBODY) -> str:
    """Cancels a job that has not ended, deletes one that has. Returns which: cancelled, cancelling or deleted."""
    with database.writing() as session:
        job = get(session, job_id, owner, locked=True)
        if job.status in ENDED:
            session.execute(delete(Job).where(Job.id == job_id))
            return "deleted"
        return _wish(job, CANCEL)


def pause(database: Database, job_id: str, owner: str | None = ANYBODY) -> Job:
    """Puts a job aside. Raises errors.JobEnded."""
    with database.writing() as session:
        job = _live(session, job_id, owner)
        if job.status != Status.PAUSED:
            _wish(job, PAUSE)
        return job


def resume(database: Database, job_id: str, owner: str | None = ANYBODY) -> Job:
    """Lets a paused job go on from where it was. Raises errors.JobEnded."""
    with database.writing() as session:
        job = _live(session, job_id, owner)
        job.wish, job.version = "", job.version + 1
        if job.status == Status.PAUSED:
            job.status, job.not_before, job.announced_at = Status.QUEUED, None, None
        return job


def batch(session: Session, batch_id: str, owner: str | None = ANYBODY) -> tuple[Batch, list[Job]]:
    """A batch and its jobs in order. Raises errors.UnknownBatch."""
    found = session.get(Batch, batch_id)
    if found is None or (owner is not ANYBODY and found.owner != owner):
        raise UnknownBatch(batch=batch_id)
    jobs = list(session.scalars(select(Job).where(Job.batch_id == batch_id).order_by(Job.place)))
    return found, jobs


def remove_batch(database: Database, batch_id: str, owner: str | None = ANYBODY) -> None:
    """Cancels what has not ended of a batch, deletes the rest. Raises errors.UnknownBatch."""
    with database.writing() as session:
        _, jobs = batch(session, batch_id, owner)
        for job in jobs:
            if job.status in ENDED:
                session.delete(job)
            else:
                _wish(job, CANCEL)


def _live(session: Session, job_id: str, owner: str | None) -> Job:
    job = get(session, job_id, owner, locked=True)
    if job.status in ENDED:
        raise JobEnded(job=job_id, state=SAID[Status(job.status)])
    return job


def _wish(job: Job, wish: str) -> str:
    """Does it at once with a job that nobody has in hand, else asks whoever has it."""
    job.version += 1
    held = job.status == Status.PROCESSING and job.lease_until is not None and job.lease_until > now()
    if held:
        job.wish = wish
        return "cancelling" if wish == CANCEL else "pausing"
    if wish == CANCEL:
        lease.end(job, Status.CANCELLED)
        return "cancelled"
    job.status, job.wish = Status.PAUSED, ""
    job.lease_number += 1  # whoever had it once has it no longer
    return "paused"
