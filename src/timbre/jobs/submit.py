"""Jobs that begin to exist: all of a request's or none, and the same ones again for the same Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timbre.access import quota
from timbre.access.scopes import Caller
from timbre.errors import BadIdempotencyKey, KeyReused, TooManyJobs
from timbre.jobs.states import SPEECH, Status
from timbre.settings import settings
from timbre.store.database import Database
from timbre.store.tables import Batch, Job, new_id, now

LONGEST_KEY = 200
SHORT = 300
"""Characters up to which a text is a short one; it goes before longer ones."""

LONGER, BATCHED = 5, 7


@dataclass(frozen=True, slots=True)
class Wish:
    """A job that is asked for. request: what its work needs to know beside the columns."""

    kind: str
    queue: str = SPEECH
    priority: int = 0
    name: str = ""
    text: str | None = None
    language: str | None = None
    voice_id: str | None = None
    model: str | None = None
    profile_id: str | None = None
    format: str | None = None
    request: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Once:
    """A request that must not count twice: the client's key for it, and what was asked, as a digest."""

    key: str
    digest: str

    @classmethod
    def of(cls, key: str | None, asked: Any) -> "Once | None":
        """None where no key was sent. asked: the request as JSON. Raises errors.BadIdempotencyKey."""
        if key is None:
            return None
        if not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
            raise BadIdempotencyKey()
        whole = json.dumps(asked, sort_keys=True, ensure_ascii=False, default=str)
        return cls(key, hashlib.sha256(whole.encode()).hexdigest())


def priority_of(text: str, batched: bool = False) -> int:
    """Lower goes first: a short text before a long one, and both before one of a batch."""
    return BATCHED if batched else 0 if len(text) <= SHORT else LONGER


def submit(
    database: Database,
    wish: Wish,
    caller: Caller,
    once: Once | None = None,
    beside: Callable[[Session, Job], object] | None = None,
) -> tuple[Job, bool]:
    """Makes a job, or finds the one that this key made before. Returns it, and whether it is new.

    beside: makes what belongs to a new job in the same transaction. Its characters count towards the caller's day.
    Raises errors.KeyReused, TooManyJobs, TooManyOwnJobs, QuotaSpent.
    """

    def make(session: Session) -> Job:
        job = _row(wish, caller.owner)
        if once:
            job.idempotency_key, job.digest = once.key, once.digest
        session.add(job)
        if beside:
            beside(session, job)
        return job

    made, new = _once(database, Job, caller, once, make, [wish])
    assert isinstance(made, Job)
    return made, new


def submit_batch(
    database: Database, wishes: Sequence[Wish], caller: Caller, name: str = "", once: Once | None = None
) -> tuple[Batch, bool]:
    """Makes a batch with its jobs, or finds the one that this key made before.

    Raises what `submit` raises; no job was made then.
    """

    def make(session: Session) -> Batch:
        batch = Batch(id=new_id("b"), owner=caller.owner, name=name)
        if once:
            batch.idempotency_key, batch.digest = once.key, once.digest
        session.add(batch)
        session.flush()
        for place, wish in enumerate(wishes):
            job = _row(wish, caller.owner)
            job.batch_id, job.place = batch.id, place
            session.add(job)
        return batch

    made, new = _once(database, Batch, caller, once, make, wishes)
    assert isinstance(made, Batch)
    return made, new


def _row(wish: Wish, owner: str) -> Job:
    return Job(
        id=new_id("j"),
        owner=owner,
        kind=wish.kind,
        queue=wish.queue,
        status=Status.QUEUED,
        priority=wish.priority,
        name=wish.name,
        text=wish.text,
        language=wish.language,
        voice_id=wish.voice_id,
        model=wish.model,
        profile_id=wish.profile_id,
        format=wish.format,
        request=wish.request,
        announced_at=now(),  # whoever submits says so at once
    )


def _once(
    database: Database,
    table: Any,
    caller: Caller,
    once: Once | None,
    make: Callable[[Session], Any],
    wishes: Sequence[Wish],
) -> tuple[Any, bool]:
    """Runs `make` unless its key was used before."""
    try:
        with database.writing() as session:
            if once and (known := _known(session, table, caller.owner, once)):
                return known, False
            _check_room(session, caller, wishes)
            return make(session), True
    except IntegrityError:
        if once is None:
            raise
    with database.reading() as session:  # another request with the same key was quicker
        known = _known(session, table, caller.owner, once)
    assert known is not None
    return known, False


def _check_room(session: Session, caller: Caller, wishes: Sequence[Wish]) -> None:
    """Raises errors.TooManyJobs, TooManyOwnJobs, QuotaSpent."""
    waiting = session.scalar(select(func.count()).where(Job.status == Status.QUEUED)) or 0
    if waiting + len(wishes) > settings().jobs_waiting:
        raise TooManyJobs(count=waiting, limit=settings().jobs_waiting)
    quota.check_jobs(session, caller, len(wishes))
    quota.spend(session, caller, sum(len(wish.text or "") for wish in wishes), len(wishes))


def _known(session: Session, table: Any, owner: str, once: Once) -> Any:
    found = session.scalars(select(table).where(table.owner == owner, table.idempotency_key == once.key)).first()
    if found is not None and found.digest != once.digest:
        raise KeyReused(key=once.key)
    return found
