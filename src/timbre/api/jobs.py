"""Jobs for the routes: as they are shown, and a word to the workers when there is a new one."""

import asyncio
import logging
from datetime import datetime
from typing import Any

from timbre.api.schemas_jobs import BatchOut, JobOut
from timbre.errors import TimbreError
from timbre.jobs.broker import Announcer
from timbre.jobs.rows import eta_s
from timbre.jobs.states import Status
from timbre.store.tables import Batch, Job

log = logging.getLogger("timbre.api")


def shown(job: Job) -> JobOut:
    """A job as the API shows it; what it has no value for is left out."""
    speech, result = job.kind == "speech", job.result or {}
    eta, sampling = eta_s(job), job.request.get("sampling", {})
    return JobOut(
        id=job.id,
        kind=job.kind,
        status=Status(job.status),
        progress=round(job.progress, 4),
        note=job.note or None,
        pieces=job.pieces,
        pieces_done=job.pieces_done,
        eta_s=None if eta is None else round(eta, 1),
        name=job.name or None,
        text=job.text,
        language=job.language,
        voice_id=job.voice_id,
        model=job.model or result.get("model"),
        profile_id=job.profile_id,
        format=job.format,
        seed=sampling.get("seed"),
        sampling={name: value for name, value in sampling.items() if name != "seed"} or None,
        markup=job.request.get("markup"),
        dialogue_voice=job.request.get("dialogue"),
        word_times=job.request.get("word_times"),
        duration_s=None if job.duration_s is None else round(job.duration_s, 3),
        batch_id=job.batch_id,
        voice=job.request.get("voice"),
        result=None if speech else job.result,
        created_at=moment(job.created_at) or "",
        started_at=moment(job.started_at),
        finished_at=moment(job.finished_at),
        expires_at=moment(job.expires_at),
        error=fault(job.error, job.id),
    )


def shown_batch(batch: Batch, jobs: list[Job]) -> BatchOut:
    """A batch as the API shows it."""
    ended = [1.0 if job.finished_at else job.progress for job in jobs]
    return BatchOut(
        id=batch.id,
        name=batch.name or None,
        created_at=moment(batch.created_at) or "",
        progress=round(sum(ended) / max(len(ended), 1), 4),
        counts={status.value: sum(job.status == status for job in jobs) for status in Status},
        zip=f"/jobs/batch/{batch.id}.zip",
        items=[shown(job) for job in jobs],
    )


def fault(error: dict[str, Any] | None, job_id: str) -> Any:
    """A job's error in the shape of every other; its request is the job."""
    if error is None:
        return None
    return {key: error.get(key, "") for key in ("code", "message", "hint")} | {"request_id": job_id}


def moment(at: datetime | None) -> str | None:
    """A time as ISO 8601 in UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


async def tell(announcer: Announcer, queue: str, count: int = 1) -> None:
    """Says that there is work. Where the broker is away, the workers find it once it is back."""
    try:
        await asyncio.to_thread(announcer.announce, queue, count)
    except TimbreError as away:
        log.warning("%s %s", away, away.advice)
