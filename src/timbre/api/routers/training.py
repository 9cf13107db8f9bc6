"""Training runs: what one would take, begun, paused, stopped, followed, and deleted."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query, Response

from timbre.access.scopes import TRAIN, Caller
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown as shown_job
from timbre.api.jobs import tell
from timbre.api.routers.jobs import IdempotencyKey, seen_by
from timbre.api.schemas_jobs import JobOut
from timbre.api.schemas_training import (
    LogPage,
    ParameterOut,
    Parameters,
    PointsOut,
    RunChange,
    RunOut,
    RunPage,
    StartIn,
    State,
    StatusOut,
    TrainingIn,
    WhichRunIn,
    shown_line,
    shown_points,
    shown_run,
    shown_sample,
)
from timbre.api.wiring import Wired, Wiring
from timbre.jobs import training
from timbre.jobs.states import LONG
from timbre.jobs.submit import Once
from timbre.jobs.training import Asked, Store
from timbre.runs import checkpoints, events, parameters, rows
from timbre.runs.rows import Run

router = APIRouter(prefix="/training", tags=["training"], dependencies=[needs(TRAIN)])

MOST_POINTS = 1_000
"""Of a curve, at a time."""

Limit = Annotated[int, Query(ge=1, le=rows.MOST)]
Cursor = Annotated[str, Query(max_length=40, description="`next` of the page before.")]
RunId = Annotated[str, Query(max_length=40, description="A run's id; absent: the one under way, else the newest.")]


@router.get("/parameters", response_model_exclude_none=True)
async def described(wired: Wired) -> Parameters:
    """What can be set for a run, with its default and its limits."""
    return Parameters(items=[ParameterOut(**one) for one in parameters.described(wired.settings)])


@router.post("/estimate", status_code=202, response_model_exclude_none=True)
async def estimate(
    asked: TrainingIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None
) -> JobOut:
    """Measure what such a run would take, by making some of its steps: time, memory and steps, in the job's result."""
    once = Once.of(key, asked.model_dump() | {"of": "estimate"})
    wish = Asked(**asked.model_dump())
    job, new = await asyncio.to_thread(training.estimate, _store(wired), wish, caller, once)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown_job(job)


@router.post("/start", status_code=202, response_model_exclude_none=True)
async def start(asked: StartIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None) -> RunOut:
    """Begin to train. The answer is the run; what it comes to is at `GET /training/status`."""
    once = Once.of(key, asked.model_dump())
    wish = Asked(**asked.model_dump())
    run, job, new = await asyncio.to_thread(training.start, _store(wired), wish, caller, once)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/training/runs/{run.row.id}"
    return shown_run(run)


@router.post("/stop", response_model_exclude_none=True)
async def stop(which: WhichRunIn, wired: Wired, caller: Called) -> RunOut:
    """End a run within a step. Where it is running it keeps a last checkpoint; it can be resumed."""
    return shown_run(await asyncio.to_thread(training.stop, _store(wired), which.run_id, caller))


@router.post("/pause", response_model_exclude_none=True)
async def pause(which: WhichRunIn, wired: Wired, caller: Called) -> RunOut:
    """Put a run aside within a step, until it is resumed."""
    return shown_run(await asyncio.to_thread(training.pause, _store(wired), which.run_id, caller))


@router.post("/resume", response_model_exclude_none=True)
async def resume(which: WhichRunIn, wired: Wired, caller: Called) -> RunOut:
    """Go on with a run that is paused, was stopped or failed, from where it was."""
    run, work = await asyncio.to_thread(training.resume, _store(wired), which.run_id, caller)
    if work:
        await tell(wired.announcer, LONG)
    return shown_run(run)


@router.get("/status", response_model_exclude_none=True)
async def status(wired: Wired, caller: Called, run_id: RunId = "") -> StatusOut:
    """How a run is, with its figures and what it said last."""

    def read() -> StatusOut:
        with wired.database.reading() as session:
            run = rows.get(session, run_id, seen_by(caller)) if run_id else rows.current(session, caller.owner)
            if run is None:
                return StatusOut(state="idle")
            found, _ = checkpoints.samples(session, run_id=run.row.id, limit=1)
            last = shown_sample(*found[0]) if found else None
        return StatusOut(state=run.status, run=shown_run(run), last_sample=last)

    return await asyncio.to_thread(read)


@router.get("/runs", response_model_exclude_none=True)
async def listed(
    wired: Wired,
    caller: Called,
    status: Annotated[State | None, Query(description="Absent: all.")] = None,
    search: Annotated[str, Query(max_length=200, description="Words in the name.")] = "",
    dataset_id: Annotated[str, Query(max_length=40)] = "",
    search_id: Annotated[str, Query(max_length=40, description="The trials of a search.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> RunPage:
    """The runs, the newest first."""

    def read() -> RunPage:
        states = (status,) if status else ()
        with wired.database.reading() as session:
            found, following = rows.listed(
                session, seen_by(caller), states, dataset_id, search_id, cursor, limit, search
            )
        return RunPage(items=[shown_run(run) for run in found], next=following)

    return await asyncio.to_thread(read)


@router.get("/runs/{run_id}", response_model_exclude_none=True)
async def one(run_id: str, wired: Wired, caller: Called) -> RunOut:
    """A run."""
    return await asyncio.to_thread(_one, wired, run_id, caller)


@router.patch("/runs/{run_id}", response_model_exclude_none=True)
async def rename(run_id: str, change: RunChange, wired: Wired, caller: Called) -> RunOut:
    """Call a run something else."""
    return shown_run(await asyncio.to_thread(rows.rename, wired.database, run_id, change.name, seen_by(caller)))


@router.delete("/runs/{run_id}", status_code=204)
async def delete(run_id: str, wired: Wired, caller: Called) -> None:
    """Delete a run that has ended, with its checkpoints and samples. None of them may be promoted."""
    await asyncio.to_thread(_forget, wired, rows.remove, run_id, seen_by(caller))


@router.get("/runs/{run_id}/points")
async def points(
    run_id: str,
    wired: Wired,
    caller: Called,
    after: Annotated[int, Query(ge=-1, le=1_000_000_000, description="Only the steps after this one.")] = -1,
) -> PointsOut:
    """A run's curves. Of a long one not every step is there: at most 1,000 of each."""

    def read() -> PointsOut:
        with wired.database.reading() as session:
            rows.get(session, run_id, seen_by(caller))
            return shown_points(rows.points(session, run_id, after=after, most=MOST_POINTS))

    return await asyncio.to_thread(read)


@router.get("/logs")
async def logs(
    wired: Wired,
    caller: Called,
    run_id: Annotated[str, Query(max_length=40, description="Absent: the newest 200 runs.")] = "",
    lines: Annotated[int, Query(ge=1, le=1_000)] = 100,
    after: Annotated[
        int | None, Query(ge=0, le=10**15, description="A line's id: the lines after it. Absent: the last ones.")
    ] = None,
) -> LogPage:
    """What runs said, the oldest line first."""

    def read() -> LogPage:
        with wired.database.reading() as session:
            if run_id:
                subjects = [rows.get(session, run_id, seen_by(caller)).row.id]
            else:
                found, _ = rows.listed(session, seen_by(caller), limit=rows.MOST)
                subjects = [run.row.id for run in found]
            if after is None:
                told, more = events.last(session, subjects, lines), None
            else:
                told = events.after(session, subjects, after, lines)
                more = str(told[-1].id) if len(told) == lines else None
        return LogPage(items=[shown_line(row) for row in told], next=more)

    return await asyncio.to_thread(read)


def _one(wired: Wiring, run_id: str, caller: Caller) -> RunOut:
    with wired.database.reading() as session:
        found: Run = rows.get(session, run_id, seen_by(caller))
        return shown_run(found)


def _forget(wired: Wiring, remove: Callable[..., list[str]], one: str, owner: str | None) -> None:
    wired.blobs.forget(remove(wired.database, one, owner))


def _store(wired: Wiring) -> Store:
    return Store(wired.database, wired.blobs, wired.settings)
