"""Jobs: a text that is spoken while nobody waits, followed, fetched, and cancelled."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket

from timbre import subtitles
from timbre.access.scopes import SPEAK, TRAIN, Caller
from timbre.api import files
from timbre.api.following import follow, follow_all
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown, tell
from timbre.api.routers.speech import AUDIO
from timbre.api.schemas_jobs import MOST_TEXTS, FormatOut, JobFormats, JobIn, JobOut, JobPage
from timbre.api.wiring import Wired, Wiring
from timbre.errors import BadBatch, JobHasNoAudio, JobNotReady, JobTimeout, TimbreError, UnknownStatus
from timbre.jobs import audio, rows, words
from timbre.jobs.states import ENDED, SAID, Status
from timbre.jobs.submit import Once, Wish, submit
from timbre.jobs.wishes import Asked, wish_for
from timbre.store.tables import Job

router = APIRouter(tags=["jobs"], dependencies=[needs(SPEAK, TRAIN)])
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", description="Sent again with the same request, it makes no second job.")
]
KEPT = AUDIO | {
    206: AUDIO[200] | {"description": "The part of it that a Range header asks for."},
    304: {"description": "It has not changed since the client's copy, as If-None-Match says."},
}
"""What OpenAPI says of audio that is kept."""

SUBTITLES: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {mime: {"schema": {"type": "string"}} for mime, _ in subtitles.FORMATS.values()},
        "description": "The file. X-Word-Times says by what the times are known: attention, or recognition.",
    }
}
"""What OpenAPI says of subtitles."""

SHORTENED = 60
"""Characters of a job's name that its file is called by."""


@router.post("/jobs", status_code=202, response_model_exclude_none=True)
async def create(wanted: JobIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None) -> JobOut:
    """Speak a text as a job. Answers at once; `GET /jobs/{id}` and `/ws/jobs/{id}` tell how far it is."""
    once = Once.of(key, wanted.model_dump())
    wish = (await wishes(wired, [wanted.asked()]))[0]
    job, new = await asyncio.to_thread(submit, wired.database, wish, caller, once)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown(job)


async def wishes(wired: Wiring, asked: Sequence[Asked], places: Sequence[str] = ()) -> list[Wish]:
    """What is asked for, checked against what the engine holds; where it is away, against what is known without it.

    places: where each stands in a batch; what is wrong with it says so. Raises what `wish_for` raises, errors.BadBatch.
    """
    stats = None
    with contextlib.suppress(TimbreError):
        found = await wired.engine.stats()
        stats = found if found.get("ready") else None

    def checked() -> list[Wish]:
        if not places:
            return [wish_for(one, stats, wired.library, wired.database) for one in asked]
        made = []
        for place, one in zip(places, asked, strict=True):
            try:
                made.append(wish_for(one, stats, wired.library, wired.database, batched=True))
            except TimbreError as fault:
                reason = str(fault).rstrip(".")
                raise BadBatch(reason=f"{place}: {reason[:1].lower()}{reason[1:]}", most=MOST_TEXTS) from None
        return made

    return await asyncio.to_thread(checked)


@router.get("/jobs", response_model_exclude_none=True)
async def many(
    wired: Wired,
    caller: Called,
    search: Annotated[str, Query(max_length=200, description="Words in the text, the name or the voice.")] = "",
    status: Annotated[str, Query(description="One of the states.", examples=["completed"])] = "",
    batch: Annotated[str, Query(max_length=40, description="A batch's id.")] = "",
    limit: Annotated[int, Query(ge=1, le=rows.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> JobPage:
    """The caller's jobs, from the newest on."""
    if status and status not in set(Status):
        raise UnknownStatus(status=status, known=", ".join(Status))

    def read() -> JobPage:
        with wired.database.reading() as session:
            found, following = rows.listed(session, seen_by(caller), search, status, batch, cursor, limit)
            counts = rows.counts(session, seen_by(caller))
        return JobPage(items=[shown(job) for job in found], next=following, counts=counts)

    return await asyncio.to_thread(read)


@router.get("/jobs/{job_id}", response_model_exclude_none=True)
async def one(job_id: str, wired: Wired, caller: Called) -> JobOut:
    """A job."""
    return shown(await found(wired, job_id, seen_by(caller)))


@router.delete("/jobs/{job_id}", status_code=202)
async def remove(job_id: str, wired: Wired, caller: Called) -> dict[str, str]:
    """Cancel a job that has not ended, within a second; delete one that has."""
    done = await asyncio.to_thread(rows.remove, wired.database, job_id, seen_by(caller))
    return {"id": job_id, "status": done}


@router.post("/jobs/{job_id}/pause", response_model_exclude_none=True)
async def pause(job_id: str, wired: Wired, caller: Called) -> JobOut:
    """Put a job aside; what was said of it is kept."""
    return shown(await asyncio.to_thread(rows.pause, wired.database, job_id, seen_by(caller)))


@router.post("/jobs/{job_id}/resume", response_model_exclude_none=True)
async def resume(job_id: str, wired: Wired, caller: Called) -> JobOut:
    """Let a paused job go on from where it was."""
    job = await asyncio.to_thread(rows.resume, wired.database, job_id, seen_by(caller))
    await tell(wired.announcer, job.queue)
    return shown(job)


@router.get("/jobs/{job_id}/formats", response_model_exclude_none=True)
async def formats(job_id: str, wired: Wired, caller: Called) -> JobFormats:
    """What a completed job's audio can be had as."""
    job = await found(wired, job_id, seen_by(caller))
    check_audio(job)
    sizes = await asyncio.to_thread(audio.sizes, wired.database, job_id)
    items = [
        FormatOut(
            format=name, mime=audio.mime(name), url=f"/jobs/{job_id}/download?format={name}", bytes=sizes.get(name)
        )
        for name in audio.DOWNLOADS
    ]
    return JobFormats(items=items)


@router.get("/jobs/{job_id}/download", response_class=Response, responses=KEPT)
@router.head("/jobs/{job_id}/download", response_class=Response, responses=KEPT, name="size")
async def download(
    job_id: str,
    request: Request,
    wired: Wired,
    caller: Called,
    format: Annotated[str, Query(description="Absent: the one that was asked for.")] = "",
    timeout: Annotated[
        int | None, Query(ge=1, le=600, description="Seconds to wait for the job; absent: none.")
    ] = None,
) -> Response:
    """The audio of a completed job, whole or in part."""
    job = await found(wired, job_id, seen_by(caller))
    wanted = audio.check_format(format or job.format or "wav")
    if job.status not in ENDED and timeout:
        job = await ended(wired, job_id, seen_by(caller), timeout)
    check_audio(job)
    made = await asyncio.to_thread(audio.rendition, wired.files, job, wanted)
    return await files.kept(request, wired.blobs, made.blob, audio.mime(wanted), file_name(job, wanted))


@router.get("/jobs/{job_id}/subtitles", response_class=Response, responses=SUBTITLES)
async def shown_words(
    job_id: str,
    wired: Wired,
    caller: Called,
    format: Annotated[str, Query(description=f"{', '.join(subtitles.FORMATS)}.")] = "srt",
) -> Response:
    """When the words of a completed job are said, where it was made with `word_times`: as subtitles, or every word."""
    job = await found(wired, job_id, seen_by(caller))
    wanted = subtitles.format_of(format)
    check_audio(job)

    def read() -> Response:
        said, language, by = words.kept(wired.files, job)
        headers = {
            "Content-Disposition": files.disposition(file_name(job, wanted)),
            "Cache-Control": "no-store",
            "X-Word-Times": by,
        }
        mime = subtitles.FORMATS[wanted][0]
        return Response(subtitles.written(said, language, wanted), media_type=mime, headers=headers)

    return await asyncio.to_thread(read)


@router.websocket("/ws/jobs/{job_id}")
async def follow_one(socket: WebSocket, job_id: str, wired: Wired, caller: Called) -> None:
    """A job's state and progress as they change, until it has ended."""
    await follow(socket, wired, job_id, seen_by(caller))


@router.websocket("/ws/jobs")
async def follow_mine(socket: WebSocket, wired: Wired, caller: Called) -> None:
    """The caller's jobs as they change."""
    await follow_all(socket, wired, seen_by(caller))


def seen_by(caller: Caller) -> str | None:
    """Whose jobs a caller may see: an admin everybody's, anybody else their own."""
    return rows.ANYBODY if caller.is_admin else caller.owner


async def found(wired: Wiring, job_id: str, owner: str | None) -> Job:
    """Raises errors.UnknownJob, JobExpired."""

    def read() -> Job:
        with wired.database.reading() as session:
            return rows.get(session, job_id, owner)

    return await asyncio.to_thread(read)


async def ended(wired: Wiring, job_id: str, owner: str | None, timeout: float) -> Job:
    """The job, once it has ended. Raises errors.JobTimeout."""
    try:
        async with asyncio.timeout(timeout), wired.watcher.watching(job_id) as watch:
            job = await found(wired, job_id, owner)
            while job.status not in ENDED:
                job = await watch.changed.get()
            return job
    except TimeoutError:
        raise JobTimeout(job=job_id, seconds=round(timeout)) from None


def check_audio(job: Job) -> None:
    """Raises errors.JobNotReady, JobHasNoAudio."""
    state = SAID[Status(job.status)]
    if job.status not in ENDED:
        raise JobNotReady(job=job.id, state=state.removeprefix("is "))
    if job.status != Status.COMPLETED or job.kind != "speech":
        raise JobHasNoAudio(job=job.id, state=state)


def file_name(job: Job, format: str) -> str:
    """What a browser saves it as: its name, else its first words."""
    words = re.sub(r"[^\w .-]+", " ", job.name or job.text or job.id)
    plain = " ".join(words.split())[:SHORTENED].strip(" .")
    return f"{plain or job.id}.{format}"
