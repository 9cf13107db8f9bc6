"""Characters a day and jobs at once: kept in rows, so that neither a restart nor a second process forgets them."""

from datetime import datetime, time, timedelta

from sqlalchemy import CursorResult, func, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timbre.access.scopes import Caller
from timbre.errors import QuotaSpent, TooManyOwnJobs
from timbre.store.tables import Job, Key, Usage, now


def spend(session: Session, caller: Caller, characters: int, requests: int = 1) -> None:
    """Counts what is about to be spoken for a key. Raises errors.QuotaSpent; nothing is counted then."""
    if not caller.owner or _added(session, caller, characters, requests):
        return
    row = session.get(Usage, (caller.owner, _today()), populate_existing=True)
    limit = caller.limits.characters_per_day
    if row is None and (limit is None or characters <= limit):
        try:
            with session.begin_nested():
                session.add(Usage(key_id=caller.owner, day=_today(), requests=requests, characters=characters))
            return
        except IntegrityError:  # another process was quicker to begin the day
            if _added(session, caller, characters, requests):
                return
            row = session.get(Usage, (caller.owner, _today()), populate_existing=True)
    left = max(0, (limit or 0) - (row.characters if row else 0))
    raise QuotaSpent(name=caller.name, limit=limit, left=left, wanted=characters, retry_after=_until_midnight())


def give_back(session: Session, caller: Caller, characters: int) -> None:
    """Takes back what was counted for a request that got nothing."""
    counted = update(Usage).where(Usage.key_id == caller.owner, Usage.day == _today(), Usage.characters >= characters)
    session.execute(counted.values(characters=Usage.characters - characters, requests=Usage.requests - 1))


def check_jobs(session: Session, caller: Caller, new: int = 1) -> None:
    """Raises errors.TooManyOwnJobs when so many new jobs are more than the key may have at once.

    For the transaction that makes them: until it ends, nobody else makes jobs for the same key.
    """
    limit = caller.limits.jobs_at_once
    if limit is None:
        return
    session.get(Key, caller.owner, with_for_update=True)
    alive = select(func.count()).select_from(Job).where(Job.owner == caller.owner, Job.finished_at.is_(None))
    if (count := session.scalar(alive) or 0) + new > limit:
        raise TooManyOwnJobs(name=caller.name, limit=limit, count=count)


def _added(session: Session, caller: Caller, characters: int, requests: int) -> bool:
    """Adds to today's row where there is one and room in it: in one statement, so that nobody comes between."""
    limit = caller.limits.characters_per_day
    room = true() if limit is None else Usage.characters + characters <= limit
    added = session.execute(
        update(Usage)
        .where(Usage.key_id == caller.owner, Usage.day == _today(), room)
        .values(characters=Usage.characters + characters, requests=Usage.requests + requests)
    )
    assert isinstance(added, CursorResult)
    return added.rowcount > 0


def _today() -> str:
    return now().date().isoformat()


def _until_midnight() -> int:
    moment = now()
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), moment.tzinfo)
    return max(1, round((midnight - moment).total_seconds()))
