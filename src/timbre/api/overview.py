"""How the whole service is at this moment: rows, files, processes. What cannot be looked at says why."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from timbre.errors import TimbreError
from timbre.jobs.lease import fresh
from timbre.jobs.states import QUEUES, Status
from timbre.store.database import Database
from timbre.store.tables import Blob, Chore, Job, Key, Usage, now

Result = TypeVar("Result")
BEGUN = time.monotonic()

ROLES = ("serve", "engine", "worker", "api", "wyoming", "run")
"""Processes of ours, by the word of their command line."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What the database says. oldest_s: how long the job has waited that waits longest and could be begun, by queue."""

    jobs: dict[tuple[str, str], int]
    oldest_s: dict[str, float]
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Process:
    """A process of this machine that belongs to the service."""

    role: str
    pid: int
    bytes: int
    up_s: float


def rows(database: Database) -> Rows:
    """Counts of jobs and files. Raises what the database raises."""
    with database.reading() as session:
        counted = session.execute(
            select(Job.queue, Job.status, func.count()).where(~Job.expired).group_by(Job.queue, Job.status)
        )
        jobs = {(queue, status.value): 0 for queue in QUEUES for status in Status}
        jobs |= {(queue, status): count for queue, status, count in counted}
        files, size = session.execute(select(func.count(), func.coalesce(func.sum(Blob.bytes), 0))).one()
        return Rows(jobs, {queue: _oldest_s(session, queue) for queue in QUEUES}, files, int(size))


def usage_today(database: Database) -> list[dict[str, Any]]:
    """What was asked for with each key today (in UTC)."""
    with database.reading() as session:
        found = session.execute(
            select(Usage, Key.name)
            .outerjoin(Key, Key.id == Usage.key_id)
            .where(Usage.day == now().date().isoformat())
            .order_by(Usage.characters.desc())
        )
        return [
            {"key_id": row.key_id, "name": name, "requests": row.requests, "characters": row.characters}
            for row, name in found
        ]


def last_cleanup(database: Database) -> tuple[datetime, dict[str, Any]] | None:
    """When it was, and what went."""
    with database.reading() as session:
        chore = session.get(Chore, "cleanup")
        return (chore.taken_at, chore.result or {}) if chore else None


def database_bytes(database: Database) -> int:
    """What it takes of its disk."""
    if database.is_sqlite:
        path = str(database.url.database)
        files = [Path(path + ending) for ending in ("", "-wal", "-shm")]
        return sum(file.stat().st_size for file in files if file.exists())
    with database.reading() as session:
        return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def disk(folder: Path) -> tuple[int, int]:
    """Bytes that are free on a folder's disk, and all of them."""
    found = shutil.disk_usage(folder)
    return found.free, found.total


def processes() -> list[Process]:
    """This process, and where `timbre serve` started it all that it started."""
    import psutil

    here = psutil.Process()
    parent = here.parent()
    family = [here]
    if parent is not None and "serve" in _words(parent):
        family = [parent, *parent.children(recursive=True)]
    found = []
    for one in family:
        words = _words(one)
        role = next((role for role in ROLES if role in words[1:4]), None)
        role = role or (
            "broker" if any("valkey-server" in word or "redis-server" in word for word in words[:1]) else ""
        )
        try:
            if role or one.pid == os.getpid():
                up_s = round(time.time() - one.create_time(), 1)
                found.append(Process(role or "api", one.pid, one.memory_info().rss, up_s))
        except psutil.Error:
            continue  # it has just ended
    return found


def attempted(look: Callable[[], Result]) -> Result | TimbreError:
    """What is found, or why it cannot be looked at."""
    try:
        return look()
    except TimbreError as fault:
        return fault


def up_s() -> float:
    """Seconds that this process has lived."""
    return round(time.monotonic() - BEGUN, 1)


def _oldest_s(session: Session, queue: str) -> float:
    first = session.scalar(select(func.min(Job.created_at)).where(Job.queue == queue, fresh()))
    return max(0.0, (now() - first).total_seconds()) if first else 0.0


def _words(process: Any) -> list[str]:
    import psutil

    try:
        return list(process.cmdline())
    except psutil.Error:
        return []
