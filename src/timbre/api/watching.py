"""Who watches jobs is told when they change. One look at the rows serves all who watch."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import or_, select

from timbre.errors import TimbreError
from timbre.jobs.states import ENDED
from timbre.store.database import Database
from timbre.store.tables import Job, now

log = logging.getLogger("timbre.api")

LOOK_S = 0.3
LATELY = timedelta(seconds=10)
"""Jobs that ended so long ago are looked at no more."""


@dataclass(eq=False)
class Watch:
    """One who watches: a job by its id, or all jobs of an owner (None: everybody's)."""

    job_id: str | None
    owner: str | None
    changed: "asyncio.Queue[Job]" = field(default_factory=lambda: asyncio.Queue(1000))

    def wants(self, job: Job) -> bool:
        if self.job_id is not None:
            return job.id == self.job_id
        return self.owner is None or job.owner == self.owner


class Watcher:
    """Looks at the rows while somebody watches."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watches: set[Watch] = set()
        self._versions: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def watching(self, job_id: str | None = None, owner: str | None = None) -> AsyncIterator[Watch]:
        """From here on each change is put into the watch's queue."""
        watch = Watch(job_id, owner)
        if self._task is None or self._task.done():
            self._versions = {}
            self._task = asyncio.create_task(self._look_on())
        self._watches.add(watch)
        try:
            yield watch
        finally:
            self._watches.discard(watch)

    def close(self) -> None:
        if self._task:
            self._task.cancel()

    async def _look_on(self) -> None:
        while self._watches:
            try:
                self._hand_out(await asyncio.to_thread(self._changed))
            except TimbreError as fault:
                log.warning("the jobs cannot be watched: %s", fault)
            await asyncio.sleep(LOOK_S)

    def _changed(self) -> list[Job]:
        watched = [watch.job_id for watch in self._watches if watch.job_id]
        alive = or_(Job.status.not_in(ENDED), Job.finished_at > now() - LATELY, Job.id.in_(watched))
        query = select(Job.id, Job.version).where(~Job.expired, alive)
        with self._database.reading() as session:
            versions = {row[0]: row[1] for row in session.execute(query)}
            fresh = [id for id, version in versions.items() if self._versions.get(id) != version]
            self._versions = versions
            return list(session.scalars(select(Job).where(Job.id.in_(fresh)))) if fresh else []

    def _hand_out(self, jobs: list[Job]) -> None:
        for job in jobs:
            for watch in self._watches:
                if watch.wants(job):
                    with contextlib.suppress(asyncio.QueueFull):  # who does not read misses what it did not read
                        watch.changed.put_nowait(job)
