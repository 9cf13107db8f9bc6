"""Batches: many texts at once, from JSON or from a sheet, and all their audio in one archive."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from starlette.responses import StreamingResponse

from timbre.access.scopes import SPEAK
from timbre.api.files import disposition, following
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown_batch, tell
from timbre.api.routers.jobs import IdempotencyKey, ended, file_name, seen_by, wishes
from timbre.api.schemas_jobs import MOST_TEXTS, BatchIn, BatchOut
from timbre.api.wiring import Wired, Wiring
from timbre.errors import JobNotReady
from timbre.jobs import audio, rows, sheet
from timbre.jobs.bundle import bundled
from timbre.jobs.states import ENDED, SPEECH
from timbre.jobs.submit import Once, submit_batch
from timbre.jobs.wishes import Asked
from timbre.store.tables import Batch, Job

router = APIRouter(prefix="/jobs/batch", tags=["jobs"], dependencies=[needs(SPEAK)])
ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.post("", status_code=202, response_model_exclude_none=True)
async def create(
    wanted: BatchIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None
) -> BatchOut:
    """Speak 1 to 100 texts. All of them are taken, or none."""
    once = Once.of(key, wanted.model_dump())
    return await _submitted(wired, caller, [job.asked() for job in wanted.jobs], wanted.name, once, response)


@router.post("/csv", status_code=202, response_model_exclude_none=True)
async def create_from_sheet(
    wired: Wired,
    caller: Called,
    response: Response,
    file: Annotated[UploadFile, File(description="CSV in UTF-8 with a column `text`; also voice, language, name.")],
    voice: Annotated[str, Form(description="For rows that name none.")] = "",
    language: Annotated[str, Form(description="For rows that name none.")] = "",
    format: Annotated[str, Form(examples=["mp3"])] = "wav",
    quality_profile_id: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    key: IdempotencyKey = None,
) -> BatchOut:
    """Speak the rows of a sheet. All of them are taken, or none; what is wrong names the line."""
    data = await file.read()
    found = await asyncio.to_thread(sheet.read, data, MOST_TEXTS)
    asked = [
        Asked(
            row.text,
            voice=row.voice or voice or None,
            language=row.language or language or None,
            format=format,
            profile=quality_profile_id or None,
            name=row.name,
        )
        for row in found
    ]
    once = Once.of(key, [data.decode("utf-8-sig"), voice, language, format, quality_profile_id, name])
    lines = [f"line {row.number}" for row in found]
    return await _submitted(wired, caller, asked, name, once, response, lines)


@router.get("/{batch_id}.zip", response_class=Response, responses=ZIP)
async def archive(
    batch_id: str,
    wired: Wired,
    caller: Called,
    format: Annotated[str, Query(description="Absent: the one that each was asked for in.")] = "",
    timeout: Annotated[int | None, Query(ge=1, le=600, description="Seconds to wait for the last of them.")] = None,
) -> Response:
    """All audio of a batch in one archive, once each of its jobs has ended."""
    wanted = audio.check_format(format) if format else None
    batch, jobs = await _found(wired, batch_id, seen_by(caller))
    for job in jobs:
        if job.status not in ENDED:
            if not timeout:
                raise JobNotReady(job=job.id, state="waiting" if job.status == "queued" else "not done")
            await ended(wired, job.id, seen_by(caller), timeout)
    batch, jobs = await _found(wired, batch_id, seen_by(caller))
    names = [file_name(job, "").rstrip(".") for job in jobs]
    numbered = [f"{place + 1:03d} {name}" for place, name in enumerate(names)]
    parts = bundled(wired.files, jobs, numbered, wanted)
    called = disposition(f"{batch.name or batch.id}.zip")
    return StreamingResponse(following(parts), headers={"Content-Disposition": called}, media_type="application/zip")


@router.get("/{batch_id}", response_model_exclude_none=True)
async def one(batch_id: str, wired: Wired, caller: Called) -> BatchOut:
    """How far a batch is."""
    return shown_batch(*await _found(wired, batch_id, seen_by(caller)))


@router.delete("/{batch_id}", status_code=202)
async def remove(batch_id: str, wired: Wired, caller: Called) -> dict[str, str]:
    """Cancel what has not ended of a batch, and delete the rest."""
    await asyncio.to_thread(rows.remove_batch, wired.database, batch_id, seen_by(caller))
    return {"id": batch_id, "status": "deleted"}


async def _submitted(
    wired: Wiring,
    caller: Called,
    asked: Sequence[Asked],
    name: str,
    once: Once | None,
    response: Response,
    places: Sequence[str] = (),
) -> BatchOut:
    checked = await wishes(wired, list(asked), places or [f"text {place + 1}" for place in range(len(asked))])
    batch, new = await asyncio.to_thread(submit_batch, wired.database, checked, caller, name, once)
    if new:
        await tell(wired.announcer, SPEECH, len(checked))
    response.headers["Location"] = f"/jobs/batch/{batch.id}"
    return shown_batch(*await _found(wired, batch.id, batch.owner))


async def _found(wired: Wiring, batch_id: str, owner: str | None) -> tuple[Batch, list[Job]]:
    def read() -> tuple[Batch, list[Job]]:
        with wired.database.reading() as session:
            return rows.batch(session, batch_id, owner)

    return await asyncio.to_thread(read)
