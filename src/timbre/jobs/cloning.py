"""The work on a voice that was just cloned: the loaded model hears its clips, so that it can speak at once.

The clips were checked when they came. A voice that the model cannot use after all goes again.
"""

import asyncio
import contextlib

from timbre.errors import TimbreError, UnknownVoice
from timbre.jobs.hold import Hold
from timbre.jobs.lease import complete, fenced
from timbre.jobs.tools import Tools
from timbre.store.tables import Job


async def work(job: Job, hold: Hold, tools: Tools) -> None:
    """Makes what the model needs of the voice. Raises LeaseLost, errors.UnknownVoice where it was deleted meanwhile,
    and what the engine raises.
    """
    stats = await tools.engine.ready()
    try:
        await asyncio.to_thread(_hear, job, tools, stats)
    except TimbreError as fault:
        if fault.status < 500 and not isinstance(fault, UnknownVoice):
            with contextlib.suppress(UnknownVoice):
                await asyncio.to_thread(tools.library.remove, str(job.voice_id), stats)
        raise
    await asyncio.to_thread(_finish, job, hold, tools, str(stats["model"]))


def _hear(job: Job, tools: Tools, stats: dict[str, object]) -> None:
    voice = tools.library.get(str(job.voice_id), stats)
    tools.library.conditioning(voice, stats, tools.waiting_engine)


def _finish(job: Job, hold: Hold, tools: Tools, model: str) -> None:
    with fenced(tools.database, job.id, hold.number) as (_, row):
        complete(row, result={"voice": job.request.get("voice"), "model": model})
