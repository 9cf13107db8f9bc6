"""Finding work that nobody was told of: jobs whose message was lost with the broker, and those whose worker died."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from timbre.jobs.lease import due
from timbre.store.database import Database
from timbre.store.tables import Chore, Job, now

ANNOUNCED = timedelta(seconds=10)
"""A job that was announced so long ago and that nobody has begun is announced again."""


def unannounced(database: Database, queue: str, most: int) -> list[str]:
    """Jobs of a queue, at the most so many, that somebody could take and that nobody was told of lately."""
    old = or_(Job.announced_at.is_(None), Job.announced_at < now() - ANNOUNCED)
    with database.reading() as session:
        return list(session.scalars(select(Job.id).where(due(queue), old).limit(most)))


def announced(database: Database, ids: list[str]) -> None:
    """Notes that a message was sent for these."""
    with database.writing() as session:
        session.execute(update(Job).where(Job.id.in_(ids)).values(announced_at=now()))


def count(database: Database, *those: ColumnElement[bool]) -> int:
    """How many jobs there are of which all this holds."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job).where(*those)) or 0


def take_chore(database: Database, name: str, every: timedelta) -> bool:
    """Whether this process is the one to do it now: the first that comes when the time is over."""
    moment = now()
    with database.writing() as session:
        taken = session.execute(
            update(Chore).where(Chore.name == name, Chore.taken_at < moment - every).values(taken_at=moment)
        )
        if taken.rowcount:  # type: ignore[attr-defined]
            return True
        if session.get(Chore, name) is not None:
            return False
    try:
        with database.writing() as session:
            session.add(Chore(name=name, taken_at=moment))
    except IntegrityError:
        return False
    return True
