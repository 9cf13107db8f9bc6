"""The steps that make a dataset: each a job, how far it is, and its log while it is written."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response, WebSocket

from timbre.access.scopes import TRAIN
from timbre.api.guard import Called, needs
from timbre.api.jobs import shown as shown_job
from timbre.api.jobs import tell
from timbre.api.pipeline import follow
from timbre.api.routers.jobs import IdempotencyKey, seen_by
from timbre.api.schemas_datasets import RunIn, SourcePage, StatsOut, StepIn, figures, shown_source
from timbre.api.schemas_jobs import JobOut
from timbre.api.wiring import Wired, Wiring
from timbre.datasets import pipeline, rows
from timbre.datasets.parameters import Parameters
from timbre.jobs import preparing
from timbre.jobs.submit import Once

router = APIRouter(prefix="/training", tags=["datasets"], dependencies=[needs(TRAIN)])

ABOUT = {
    "download": "Bring the recordings of a dataset here: fetch those that are addresses, and decode all to WAV.",
    "segment": "Cut the recordings at pauses into segments. Those that somebody edited stay as they are.",
    "transcribe": "Recognise what is said in the segments. What somebody wrote stays as it is.",
    "filter": "Measure the segments, and say of each why it is left out, if it is; and write the report.",
    "build": "Make what a model can learn from: the segments that are kept, cut out, levelled and divided.",
}
Dataset = Annotated[str, Query(max_length=40, description="A dataset's id.")]


def _add_step(name: str) -> None:
    async def step(
        asked: StepIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None
    ) -> JobOut:
        return await _begin([name], asked, wired, caller, response, key)

    router.add_api_route(
        f"/dataset/{name}",
        step,
        methods=["POST"],
        status_code=202,
        response_model_exclude_none=True,
        name=name,
        description=f"{ABOUT[name]} A job; what was done before and still stands is passed over.",
    )


for _name in pipeline.NAMES:
    _add_step(_name)


@router.post("/dataset/run", status_code=202, response_model_exclude_none=True)
async def run(asked: RunIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None) -> JobOut:
    """Several steps, or all of them, as one job."""
    return await _begin(list(asked.steps), asked, wired, caller, response, key)


@router.get("/dataset/stats", response_model_exclude_none=True)
async def stats(dataset_id: Dataset, wired: Wired, caller: Called) -> StatsOut:
    """How much there is of a dataset, and what was done on it last."""

    def read() -> StatsOut:
        with wired.database.reading() as session:
            row = rows.get(session, dataset_id, seen_by(caller))
            counts, job = rows.counts(session, dataset_id), preparing.latest(session, dataset_id)
            outdated = pipeline.outdated(session, row, Parameters(row.parameters, wired.settings))
        return StatsOut(
            dataset_id=dataset_id,
            job=shown_job(job) if job else None,
            report=row.report,
            steps=pipeline.states(counts, bool(row.report), outdated),
            outdated=outdated,
            **figures(counts).model_dump(),
        )

    return await asyncio.to_thread(read)


@router.get("/dataset/files", response_model_exclude_none=True)
async def files(
    dataset_id: Dataset,
    wired: Wired,
    caller: Called,
    limit: Annotated[int, Query(ge=1, le=rows.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> SourcePage:
    """A dataset's recordings in the order that they came, and why one of them cannot be used."""

    def read() -> SourcePage:
        with wired.database.reading() as session:
            rows.get(session, dataset_id, seen_by(caller))
            found, following = rows.sources(session, dataset_id, cursor, limit)
        return SourcePage(items=[shown_source(row) for row in found], next=following)

    return await asyncio.to_thread(read)


@router.websocket("/ws/pipeline")
async def follow_pipeline(
    socket: WebSocket, wired: Wired, caller: Called, dataset_id: str = "", run_id: str = "", after: str = "0"
) -> None:
    """The log of a dataset or of a training run: what was said after the event `after`, and whatever is said next."""
    await follow(socket, wired, dataset_id, run_id, after, seen_by(caller))


async def _begin(
    steps: list[str], asked: StepIn, wired: Wiring, caller: Called, response: Response, key: str | None
) -> JobOut:
    once = Once.of(key, asked.model_dump() | {"steps": steps})

    def make() -> tuple[Any, bool]:
        return preparing.prepare(wired.database, asked.dataset_id, steps, caller, asked.parameters, once)

    job, new = await asyncio.to_thread(make)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/jobs/{job.id}"
    return shown_job(job)
