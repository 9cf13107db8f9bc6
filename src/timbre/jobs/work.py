"""From a job that was taken to its end: done, put back, or failed with a reason."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from timbre.errors import (
    DatabaseAway,
    DatabaseFull,
    DatabaseLocked,
    EngineBusy,
    EngineEmpty,
    EngineLost,
    EngineStarting,
    EngineUnavailable,
    LongWorkFailed,
    ModelNotLoaded,
    StorageAway,
    StorageFull,
    StorageUnreadable,
    TimbreError,
    TooManyStreams,
)
from timbre.jobs import cloning, lease, speaking
from timbre.jobs import long as long_work
from timbre.jobs.hold import Hold, put_down
from timbre.jobs.lease import LeaseLost
from timbre.jobs.states import LONG, SHORT
from timbre.jobs.tools import Tools
from timbre.store.tables import Job

log = logging.getLogger(__name__)

WAITED_FOR: tuple[type[TimbreError], ...] = (
    EngineBusy, EngineEmpty, EngineStarting, EngineUnavailable, TooManyStreams,
    ModelNotLoaded, DatabaseAway, DatabaseFull, DatabaseLocked, StorageAway, StorageFull, StorageUnreadable,
)  # fmt: skip
"""What passes by itself, or once somebody has seen to it: the job waits, however long that takes."""

SOON = timedelta(seconds=2)


async def do(job: Job, hold: Hold, tools: Tools) -> None:
    """Works on a job until it is done or has to be left, and writes down what became of it."""
    work = asyncio.ensure_future(_worker_of(job).work(job, hold, tools))
    try:
        await hold.until_stopped(work)
        if hold.why:
            await asyncio.to_thread(put_down, hold, tools.database)
        else:
            log.info("%s is done", job.id)
    except LeaseLost:
        log.info("%s is somebody else's now", job.id)
    except Exception as fault:
        await _after(fault, job, hold, tools)


def _worker_of(job: Job) -> Any:
    """The module that knows this kind of work."""
    if job.queue in (LONG, SHORT):
        return long_work
    return cloning if job.kind == "clone" else speaking


async def _after(fault: Exception, job: Job, hold: Hold, tools: Tools) -> None:
    """Writes down what a fault means for the job. Where that cannot be, its lease runs out and somebody looks again."""
    try:
        await asyncio.to_thread(_faulted, fault, job, hold, tools)
    except LeaseLost:
        log.info("%s is somebody else's now", job.id)
    except TimbreError as again:
        log.warning("%s could not be put back: %s", job.id, again)


def _faulted(fault: Exception, job: Job, hold: Hold, tools: Tools) -> None:
    if isinstance(fault, WAITED_FOR):
        lease.put_back(tools.database, job.id, hold.number, str(fault), SOON)
    elif isinstance(fault, EngineLost | LongWorkFailed):  # killed, it may be; or it is the job's own doing
        lease.retry(tools.database, job.id, hold.number, fault)
    elif isinstance(fault, TimbreError):
        lease.fail(tools.database, job.id, hold.number, fault)
    else:
        log.error("%s failed", job.id, exc_info=fault)
        lease.retry(tools.database, job.id, hold.number, TimbreError())
