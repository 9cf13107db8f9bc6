"""What is kept no longer: the audio of jobs whose time is over, their rows a month later, and files without a row."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from timbre.jobs.states import ENDED
from timbre.runs import rows, searches
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import Batch, Chore, Job, Login, PieceAudio, Rendition, now

REMEMBERED = timedelta(days=30)
"""How long it is still known that a job was here: its answer is 410, then 404."""

AT_ONCE = 200


def clean_up(database: Database, blobs: Blobs) -> dict[str, Any]:
    """Deletes what is over. Returns what went: jobs, files, bytes."""
    expired = 0
    while count := _expire(database):
        expired += count
    rows.settle(database)
    searches.settle(database)
    _forget(database)
    files, size = blobs.collect()
    blobs.storage.tidy()
    done = {"jobs": expired, "files": files, "bytes": size}
    with database.writing() as session:
        if chore := session.get(Chore, "cleanup"):
            chore.result = done
    return done


def _expire(database: Database) -> int:
    """Takes the audio and the words from some jobs whose time is over."""
    with database.writing() as session:
        over = select(Job).where(Job.status.in_(ENDED), ~Job.expired, Job.expires_at < now()).limit(AT_ONCE)
        jobs = list(session.scalars(over.with_for_update(skip_locked=True)))
        for job in jobs:
            session.execute(delete(PieceAudio).where(PieceAudio.job_id == job.id))
            session.execute(delete(Rendition).where(Rendition.job_id == job.id))
            job.text, job.plan, job.request, job.name = None, None, {}, ""
            job.idempotency_key, job.expired = None, True
            job.version += 1
    return len(jobs)


def _forget(database: Database) -> None:
    """Drops the rows of what nobody will ask for any more."""
    with database.writing() as session:
        session.execute(delete(Job).where(Job.expired, Job.expires_at < now() - REMEMBERED))
        full = select(Job.batch_id).where(Job.batch_id.is_not(None))
        session.execute(delete(Batch).where(Batch.created_at < now() - REMEMBERED, Batch.id.not_in(full)))
        session.execute(delete(Login).where(Login.expires_at < now()))
