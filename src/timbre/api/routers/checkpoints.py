"""Checkpoints: what runs kept and people brought along, and all that is known of one."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from timbre.access.scopes import TRAIN
from timbre.api.guard import Called, needs
from timbre.api.routers.jobs import seen_by
from timbre.api.schemas_training import (
    CheckpointDetails,
    CheckpointOut,
    CheckpointPage,
    DatasetOf,
    shown_checkpoint,
    shown_run,
    shown_sample,
)
from timbre.api.wiring import Wired
from timbre.runs import checkpoints, rows
from timbre.store.tables_training import CheckpointRow, DatasetRow

router = APIRouter(tags=["training"], dependencies=[needs(TRAIN)])


@router.get("/training/checkpoints", response_model_exclude_none=True)
async def listed(
    wired: Wired,
    caller: Called,
    run_id: Annotated[
        str, Query(max_length=40, description="Absent: those of all runs, and those brought along.")
    ] = "",
    kind: Annotated[Literal["adapter", "model"] | None, Query(description="Absent: both.")] = None,
    limit: Annotated[int, Query(ge=1, le=checkpoints.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> CheckpointPage:
    """The checkpoints, the newest first."""

    def read() -> CheckpointPage:
        with wired.database.reading() as session:
            found, following = checkpoints.listed(session, seen_by(caller), run_id, kind or "", cursor, limit)
            return CheckpointPage(items=_shown(session, found), next=following)

    return await asyncio.to_thread(read)


@router.get("/training/checkpoint/{checkpoint_id}/details", response_model_exclude_none=True)
@router.get("/checkpoint/{checkpoint_id}/details", response_model_exclude_none=True, name="details_too")
async def details(checkpoint_id: str, wired: Wired, caller: Called) -> CheckpointDetails:
    """A checkpoint with its run, its parameters, its dataset and what it said."""

    def read() -> CheckpointDetails:
        with wired.database.reading() as session:
            row = checkpoints.get(session, checkpoint_id, seen_by(caller))
            [shown] = _shown(session, [row])
            run = rows.get(session, row.run_id) if row.run_id else None
            dataset = session.get(DatasetRow, run.row.dataset_id) if run else None
            said = checkpoints.samples_of(session, row.id)
            return CheckpointDetails(
                **dict(shown),
                run=shown_run(run) if run else None,
                parameters=run.row.parameters if run else None,
                dataset=DatasetOf(id=dataset.id, name=dataset.name, language=dataset.language) if dataset else None,
                samples=[shown_sample(one, row) for one in said],
            )

    return await asyncio.to_thread(read)


@router.delete("/training/checkpoints/{checkpoint_id}", status_code=204)
async def delete(checkpoint_id: str, wired: Wired, caller: Called) -> None:
    """Delete a checkpoint with what it said. It may not be promoted."""

    def work() -> None:
        wired.blobs.forget(checkpoints.remove(wired.database, checkpoint_id, seen_by(caller)))

    await asyncio.to_thread(work)


def _shown(session: Session, found: list[CheckpointRow]) -> list[CheckpointOut]:
    ids = [row.id for row in found]
    languages, standing = checkpoints.languages(session, ids), checkpoints.standing(session, ids)
    return [shown_checkpoint(row, languages.get(row.id), standing.get(row.id, [])) for row in found]
