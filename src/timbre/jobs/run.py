"""What a process of long work does: keeps its lease, tells how far it is, and writes down the end."""

import contextlib
import importlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from timbre.errors import TimbreError, UnknownJob
from timbre.jobs import lease
from timbre.jobs.hold import HAND_BACK, Hold, Keeper, put_down
from timbre.jobs.lease import LeaseLost
from timbre.jobs.tools import Tools
from timbre.store.tables import Job, Rendition

log = logging.getLogger(__name__)

KINDS = {
    "install": "timbre.models.job",
    "dataset": "timbre.datasets.job",
    "training": "timbre.training.job",
    "estimate": "timbre.training.estimate_job",
    "search": "timbre.training.search_job",
    "promote": "timbre.training.promote_job",
    "export": "timbre.training.export_job",
    "listen": "timbre.training.listen_job",
    "compare": "timbre.training.compare_job",
    "receive": "timbre.training.receive_job",
}
"""The module of each kind of long work; its `work(run)` does it, and may return what is kept as the job's result."""

TOLD_S = 0.5
"""Seconds between two notes of progress."""


class Stopped(Exception):
    """The work is to be left now: the job is cancelled, paused, handed back, or somebody else's."""


class Run:
    """A job of long work, for the code that does it."""

    def __init__(self, job: Job, hold: Hold, tools: Tools) -> None:
        self.job, self.tools, self._hold = job, tools, hold
        self._told = 0.0

    @property
    def wish(self) -> str:
        """Why the work is to be left, empty while it is not: cancel, pause, hand back, or lost."""
        return self._hold.why

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction in which the job is ours. Raises LeaseLost."""
        with lease.fenced(self.tools.database, self.job.id, self._hold.number) as (session, _):
            yield session

    def check(self) -> None:
        """Raises Stopped when the work is to be left. To be called often."""
        if self._hold.why:
            raise Stopped(self._hold.why)

    def progress(self, share: float, note: str = "") -> None:
        """Tells how far it is, 0 to 1, and what is being done; not oftener than is read. Raises Stopped, LeaseLost."""
        self.check()
        if time.monotonic() - self._told < TOLD_S and share < 1:
            return
        self._told = time.monotonic()
        with lease.fenced(self.tools.database, self.job.id, self._hold.number) as (_, row):
            row.progress, row.note = min(max(share, 0.0), 1.0), note[:200]

    def keep(self, format: str, blob: str, size: int) -> None:
        """Lets the job have a file, for as long as the job is kept. Raises LeaseLost."""
        with lease.fenced(self.tools.database, self.job.id, self._hold.number) as (session, _):
            session.merge(Rendition(job_id=self.job.id, format=format, blob=blob, bytes=size))

    def progressed(self) -> None:
        """Tells that a piece of the work is kept: a fault after it does not count with those before."""
        with lease.fenced(self.tools.database, self.job.id, self._hold.number) as (_, row):
            row.attempts = 0


def main(job_id: str, number: int, tools: Tools, parent: int | None) -> int:
    """Does the work of a job whose lease the caller was given. Returns the process's exit code."""
    with tools.database.reading() as session:
        job = session.get(Job, job_id)
    if job is None or job.kind not in KINDS:
        raise UnknownJob(job=job_id)
    hold, keeper = Hold(job_id, number), Keeper(tools.database)
    keeper.take(hold)
    keeper.start()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent, hold), daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: hold.stop(HAND_BACK))
    try:
        work: Callable[[Run], dict[str, Any] | None] = importlib.import_module(KINDS[job.kind]).work
        result = work(Run(job, hold, tools))
        with lease.fenced(tools.database, job_id, number) as (_, row):
            lease.complete(row, result=result)
    except LeaseLost:
        log.info("%s is somebody else's now", job_id)
    except Stopped:
        put_down(hold, tools.database)
    except TimbreError as fault:
        (lease.retry if fault.status >= 500 else lease.fail)(tools.database, job_id, number, fault)
    finally:
        keeper.close()
    return 0


def _watch(parent: int, hold: Hold) -> None:
    """Ends the work when the worker that started it has ended: whoever takes the job on must not meet us."""
    while os.getppid() == parent:
        time.sleep(0.5)
    hold.stop(HAND_BACK)
    time.sleep(5)
    os._exit(1)
