"""Who works on a job. The row's lease has a holder, an end, and a number that goes up each time it changes hands.

Everything that a worker writes carries the number that it was given: once somebody else has taken the job on, the
number has gone up, and the write is refused (`LeaseLost`). So nothing is ever written twice, whoever was thought dead.
"""

import contextlib
import os
import socket
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true, update
from sqlalchemy.orm import Session

from timbre.errors import TimbreError, WorkLost
from timbre.jobs.states import CANCEL, PAUSE, Status
from timbre.settings import settings
from timbre.store.database import Database
from timbre.store.tables import Job, Key, now

LEASE = timedelta(seconds=30)
"""How long a job stays with a holder who says nothing."""

COUNTING = 8_005_002
"""The number of the lock that whoever counts jobs in hand holds on Postgres."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(seconds=60)
"""Before a job that could not be done is begun again: doubled each time."""


class LeaseLost(Exception):
    """Somebody else has the job now, or it is gone."""


def holder_name() -> str:
    """This process, so that another one on this machine can tell whether it still lives."""
    return f"{socket.gethostname()}/{_namespace()}/{os.getpid()}/{_started(os.getpid())}"


def claim(database: Database, queue: str, holder: str, model: str | None = None, most: int | None = None) -> Job | None:
    """Takes the job that is next, if any is: of those with the best priority, from whoever has the fewest in hand.

    model: the one that is loaded; jobs for others wait for their turn. most: how many of the queue may be in hand in
    the whole service. A job that was begun too often without a word counts as failed.
    """
    while True:
        with database.writing() as session:
            if most is not None and _count_in_hand(session, queue) >= most:
                return None
            job: Job | None = session.scalars(_next(queue, model).with_for_update(skip_locked=True, of=Job)).first()
            if job is None:
                return None
            if job.status == Status.PROCESSING:  # its holder ended without a word
                job.attempts += 1
            job.version += 1
            if job.wish == CANCEL:
                end(job, Status.CANCELLED)
                continue
            if job.attempts >= settings().job_attempts:
                end(job, Status.FAILED, error=WorkLost(attempts=job.attempts).as_dict())
                continue
            job.status, job.lease_holder = Status.PROCESSING, holder
            job.lease_number += 1
            job.lease_until = now() + LEASE
            job.started_at = job.started_at or now()
            job.note = ""
            return job


def _count_in_hand(session: Session, queue: str) -> int:
    """How many jobs of a queue somebody has in hand. Until the transaction ends nobody else counts them."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
        session.execute(select(func.pg_advisory_xact_lock(COUNTING)))
    return session.scalar(select(func.count()).select_from(Job).where(Job.queue == queue, in_hand())) or 0


def in_hand() -> ColumnElement[bool]:
    """Jobs that somebody works on."""
    return and_(Job.status == Status.PROCESSING, Job.lease_until >= now())


def fresh() -> ColumnElement[bool]:
    """Jobs that wait and may be begun."""
    return and_(Job.status == Status.QUEUED, or_(Job.not_before.is_(None), Job.not_before <= now()))


def due(queue: str) -> ColumnElement[bool]:
    """Jobs that somebody could take now: those that wait, and those whose holder let the lease run out."""
    left = and_(Job.status == Status.PROCESSING, Job.lease_until < now())
    return and_(Job.queue == queue, or_(fresh(), left))


def able_to_speak(model: str | None) -> ColumnElement[bool]:
    """Jobs for the loaded model, or for any."""
    return or_(Job.model.is_(None), Job.model == model) if model else true()


def _next(queue: str, model: str | None) -> Any:
    running = select(Job.owner, func.count().label("count")).where(in_hand()).group_by(Job.owner).subquery()
    count = func.coalesce(running.c.count, 0)
    return (
        select(Job)
        .outerjoin(running, running.c.owner == Job.owner)
        .outerjoin(Key, Key.id == Job.owner)
        .where(due(queue), able_to_speak(model), or_(Key.jobs_at_once.is_(None), count < Key.jobs_at_once))
        .order_by(Job.priority, count, Job.id)
        .limit(1)
    )


@contextlib.contextmanager
def fenced(database: Database, job_id: str, number: int) -> Iterator[tuple[Session, Job]]:
    """A transaction in which the job is ours. Raises LeaseLost."""
    with database.writing() as session:
        job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).first()
        if job is None or job.lease_number != number or job.status != Status.PROCESSING:
            raise LeaseLost(job_id)
        job.version += 1
        yield session, job


def renew(database: Database, held: Sequence[tuple[str, int]]) -> None:
    """Keeps jobs for another while. Those that were lost stay lost."""
    with database.writing() as session:
        for job_id, number in held:
            session.execute(
                update(Job)
                .where(Job.id == job_id, Job.lease_number == number, Job.status == Status.PROCESSING)
                .values(lease_until=now() + LEASE)
            )


def complete(job: Job, **values: Any) -> None:
    """Ends a job well, inside `fenced`."""
    for name, value in values.items():
        setattr(job, name, value)
    job.progress = 1.0
    end(job, Status.COMPLETED)


def fail(database: Database, job_id: str, number: int, fault: TimbreError) -> None:
    """Ends a job that cannot be done. Raises LeaseLost."""
    with fenced(database, job_id, number) as (_, job):
        end(job, Status.FAILED, error=fault.as_dict())


def cancelled(database: Database, job_id: str, number: int) -> None:
    """Ends a job that nobody wants any more. Raises LeaseLost."""
    with fenced(database, job_id, number) as (_, job):
        end(job, Status.CANCELLED)


def paused(database: Database, job_id: str, number: int) -> None:
    """Puts a job aside until it is resumed. Raises LeaseLost."""
    with fenced(database, job_id, number) as (_, job):
        _release(job, Status.PAUSED)


def put_back(database: Database, job_id: str, number: int, note: str = "", wait: timedelta | None = None) -> None:
    """Lets somebody else, or us later, go on with a job. wait: not before that. Raises LeaseLost."""
    with fenced(database, job_id, number) as (_, job):
        _let_go(job, note, wait)


def retry(database: Database, job_id: str, number: int, fault: TimbreError) -> bool:
    """Puts a job back after a fault that may pass, later each time. False: that was once too often, and it failed.

    Raises LeaseLost.
    """
    with fenced(database, job_id, number) as (_, job):
        job.attempts += 1
        if job.attempts >= settings().job_attempts:
            end(job, Status.FAILED, error=fault.as_dict())
            return False
        _let_go(job, str(fault)[:200], pause_after(job.attempts))
        return True


def pause_after(attempts: int) -> timedelta:
    """How long a job waits that failed so often."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def _let_go(job: Job, note: str, wait: timedelta | None) -> None:
    """Puts a job back into its queue, unless something else was wished of it that nobody has heard yet."""
    if job.wish == CANCEL:
        end(job, Status.CANCELLED)
    else:
        _release(job, Status.PAUSED if job.wish == PAUSE else Status.QUEUED, note, wait)


def _release(job: Job, status: Status, note: str = "", wait: timedelta | None = None) -> None:
    job.status, job.wish, job.note = status, "", note[:200]
    job.lease_holder, job.lease_until = "", None
    job.not_before = now() + wait if wait else None
    job.announced_at = None


def end(job: Job, status: Status, error: dict[str, Any] | None = None) -> None:
    """Ends a job: one that is ours, inside `fenced`, or one that nobody holds."""
    _release(job, status)
    job.error = error
    job.finished_at = now()
    job.expires_at = now() + timedelta(hours=settings().job_kept_hours)


def give_up_dead(database: Database) -> int:
    """Ends the leases of processes of this machine that are no more. Returns how many there were."""
    here, count = f"{socket.gethostname()}/{_namespace()}/", 0
    with database.writing() as session:
        rows = session.scalars(select(Job).where(Job.status == Status.PROCESSING, Job.lease_holder.startswith(here)))
        for job in rows:
            pid, started = job.lease_holder.removeprefix(here).split("/")[:2]
            if _started(int(pid)) != started and (job.lease_until or now()) > now():
                job.lease_until = now() - timedelta(seconds=1)
                count += 1
    return count


def _namespace() -> str:
    """Where process ids mean the same."""
    try:
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return "0"


def _started(pid: int) -> str:
    """When a process was started, in ticks of the kernel; empty where there is none."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
