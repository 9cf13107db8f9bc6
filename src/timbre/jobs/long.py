"""Long work: a process of its own, `timbre run JOB`, which keeps the job's lease and writes down what becomes of it.

The worker starts it, passes its lines on, ends it when the job is not wanted any more, and speaks for it where it died.
"""

import asyncio
import contextlib
import logging
import os
import signal

from timbre.engine.child import command
from timbre.errors import LongWorkFailed
from timbre.jobs.hold import Hold
from timbre.jobs.states import CANCEL, PAUSE
from timbre.jobs.tools import Tools
from timbre.store.tables import Job

log = logging.getLogger("timbre.run")

PATIENCE_S = 5.0
"""Seconds that work which was stopped has to put itself in order."""

WINDING_UP_S = {"training": 600.0, "search": 600.0}
"""The same for kinds of work that make something of what they have when they are cancelled or paused."""

LAST_LINES = 3


async def work(job: Job, hold: Hold, tools: Tools) -> None:
    """Runs the process to its end. Raises errors.LongWorkFailed where it ended without a word of its own."""
    hold.renewed_elsewhere = True
    words = command("run", job.id, "--lease", str(hold.number), "--parent", str(os.getpid()))
    process = await asyncio.create_subprocess_exec(
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**20,
        start_new_session=True,
    )
    lines: list[str] = []
    reading = asyncio.create_task(_pass_on(job.id, process, lines))
    try:
        code = await process.wait()
    except asyncio.CancelledError:
        if hold.why in {CANCEL, PAUSE}:  # which it sees by itself
            await _ended(process, WINDING_UP_S.get(job.kind, PATIENCE_S))
        await _end(process)
        raise
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(reading, 2)
    if code:
        raise LongWorkFailed(exit=code, reason=(lines[-1] if lines else "it said nothing").rstrip("."))


async def _pass_on(job_id: str, process: asyncio.subprocess.Process, lines: list[str]) -> None:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        text = line.decode(errors="replace").rstrip()
        lines[:] = [*lines[1 - LAST_LINES :], text]
        log.info("%s | %s", job_id, text)


async def _ended(process: asyncio.subprocess.Process, patience_s: float) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(process.wait()), patience_s)
        return True
    return False


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the process and all that it started."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, kind)
        if await _ended(process, PATIENCE_S):
            return
