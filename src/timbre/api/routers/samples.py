"""What checkpoints said, with its figures, to be heard."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from timbre.access.scopes import TRAIN
from timbre.api import files
from timbre.api.guard import Called, needs
from timbre.api.routers.jobs import KEPT, seen_by
from timbre.api.schemas_training import SamplePage, shown_sample
from timbre.api.wiring import Wired
from timbre.runs import checkpoints

router = APIRouter(prefix="/training", tags=["training"], dependencies=[needs(TRAIN)])


@router.get("/samples", response_model_exclude_none=True)
async def listed(
    wired: Wired,
    caller: Called,
    run_id: Annotated[str, Query(max_length=40, description="Absent: of all runs.")] = "",
    checkpoint_id: Annotated[str, Query(max_length=40, description="Absent: of all checkpoints.")] = "",
    limit: Annotated[int, Query(ge=1, le=checkpoints.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> SamplePage:
    """What checkpoints said, the newest first."""

    def read() -> SamplePage:
        with wired.database.reading() as session:
            found, following = checkpoints.samples(session, seen_by(caller), checkpoint_id, run_id, cursor, limit)
            return SamplePage(items=[shown_sample(*one) for one in found], next=following)

    return await asyncio.to_thread(read)


@router.get("/samples/{file}", response_class=Response, responses=KEPT)
async def heard(file: str, request: Request, wired: Wired, caller: Called) -> Response:
    """The sound of a sample, ID.flac, or of the recording that it is compared with, ID.reference.flac."""

    def find() -> str:
        with wired.database.reading() as session:
            return checkpoints.sound(session, file, seen_by(caller))

    blob = await asyncio.to_thread(find)
    return await files.kept(request, wired.blobs, blob, "audio/flac", file)
