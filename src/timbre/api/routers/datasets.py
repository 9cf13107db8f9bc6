"""Datasets: recordings of a person, sent or named, on their way to something that a model can learn from."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response, UploadFile
from starlette.datastructures import UploadFile as Sent

from timbre.access.scopes import TRAIN, Caller
from timbre.api import files
from timbre.api.errors import InvalidRequest
from timbre.api.guard import Called, needs
from timbre.api.routers.jobs import KEPT, seen_by
from timbre.api.schemas_datasets import (
    Added,
    DatasetChange,
    DatasetIn,
    DatasetOut,
    DatasetPage,
    ParametersOut,
    SourceChange,
    SourceOut,
    SourcesIn,
    parameters,
    shown,
    shown_source,
)
from timbre.api.uploads import Uploaded, Uploading, Uploads, kept
from timbre.api.wiring import Wired, Wiring
from timbre.datasets import rows, taking
from timbre.datasets.addresses import checked
from timbre.errors import FolderRefused, UnknownSource
from timbre.jobs import preparing
from timbre.store.tables import new_id
from timbre.store.tables_training import SourceRow

router = APIRouter(prefix="/training/datasets", tags=["datasets"], dependencies=[needs(TRAIN)])
uploading = APIRouter(
    prefix="/training/datasets", tags=["datasets"], dependencies=[needs(TRAIN)], route_class=Uploading
)

FORM = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["files"],
            "properties": {
                "files": {
                    "type": "array",
                    "items": {"type": "string", "contentMediaType": "application/octet-stream"},
                    "description": "Audio, video, ZIP or .tar.gz of them; a metadata.csv says what is said in them.",
                }
            },
        }
    }
}


@router.get("", response_model_exclude_none=True)
async def many(
    wired: Wired,
    caller: Called,
    search: Annotated[str, Query(max_length=200, description="Words in the name.")] = "",
    limit: Annotated[int, Query(ge=1, le=rows.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> DatasetPage:
    """The caller's datasets, from the newest on."""

    def read() -> DatasetPage:
        with wired.database.reading() as session:
            found, following = rows.listed(session, seen_by(caller), search, cursor, limit)
            jobs = preparing.under_way(session, [row.id for row in found])
            items = [shown(row, rows.counts(session, row.id), jobs.get(row.id)) for row in found]
        return DatasetPage(items=items, next=following)

    return await asyncio.to_thread(read)


@router.post("", status_code=201, response_model_exclude_none=True)
async def create(asked: DatasetIn, wired: Wired, caller: Called) -> DatasetOut:
    """Make a dataset, still without recordings."""

    def make() -> DatasetOut:
        return shown(rows.create(wired.database, asked.name, asked.language, asked.parameters, caller.owner))

    return await asyncio.to_thread(make)


@router.get("/parameters", response_model_exclude_none=True)
async def list_parameters(wired: Wired) -> ParametersOut:
    """What can be set for a dataset, with its limits; and the steps of the pipeline."""
    return parameters(wired.settings)


@router.get("/{dataset_id}", response_model_exclude_none=True)
async def one(dataset_id: str, wired: Wired, caller: Called) -> DatasetOut:
    """A dataset, how much there is of it, and the job that works on it."""

    def read() -> DatasetOut:
        with wired.database.reading() as session:
            row = rows.get(session, dataset_id, seen_by(caller))
            return shown(row, rows.counts(session, row.id), preparing.under_way(session, [row.id]).get(row.id))

    return await asyncio.to_thread(read)


@router.patch("/{dataset_id}", response_model_exclude_none=True)
async def change(dataset_id: str, asked: DatasetChange, wired: Wired, caller: Called) -> DatasetOut:
    """Change the name, the language or the parameters of a dataset. What was made by others is made anew by a run."""

    def work() -> DatasetOut:
        return shown(
            rows.change(wired.database, dataset_id, seen_by(caller), asked.name, asked.language, asked.parameters)
        )

    return await asyncio.to_thread(work)


@router.delete("/{dataset_id}", status_code=204)
async def remove(dataset_id: str, wired: Wired, caller: Called) -> None:
    """Delete a dataset with its recordings, segments and builds; a job that works on it is cancelled."""
    await asyncio.to_thread(preparing.remove, wired.database, wired.blobs, dataset_id, seen_by(caller))


@uploading.post(
    "/{dataset_id}/sources",
    status_code=201,
    response_model_exclude_none=True,
    openapi_extra={"requestBody": {"required": True, "content": FORM}},
)
async def add(
    dataset_id: str,
    request: Request,
    wired: Wired,
    uploads: Uploaded,
    caller: Called,
    asked: SourcesIn | None = None,
) -> Added:
    """Add recordings: files and archives as a form, addresses or a folder of the service's machine as JSON.

    All are taken, or none. They are brought here and decoded by the step `download`.
    """
    await asyncio.to_thread(_check_owner, wired, dataset_id, caller)
    if asked is not None:
        return await asyncio.to_thread(_named, asked, wired, dataset_id, caller)
    form = await request.form()
    sent = [cast(UploadFile, one) for one in form.getlist("files") if isinstance(one, Sent)]
    if not sent:
        raise InvalidRequest(field="files", problem="field required")
    return await uploads.work(_sent, kept(sent), wired, uploads, dataset_id, caller)


@router.patch("/{dataset_id}/sources/{source_id}", response_model_exclude_none=True)
async def change_source(
    dataset_id: str, source_id: str, asked: SourceChange, wired: Wired, caller: Called
) -> SourceOut:
    """Call a recording something else, or say what is said in it."""

    def work() -> SourceOut:
        return shown_source(
            rows.change_source(wired.database, dataset_id, source_id, seen_by(caller), asked.name, asked.text)
        )

    return await asyncio.to_thread(work)


@router.delete("/{dataset_id}/sources/{source_id}", status_code=204)
async def remove_source(dataset_id: str, source_id: str, wired: Wired, caller: Called) -> None:
    """Delete a recording with its segments. Builds that were made of it stay as they are."""
    await asyncio.to_thread(rows.remove_source, wired.database, wired.blobs, dataset_id, source_id, seen_by(caller))


@router.get("/{dataset_id}/sources/{source_id}/audio", response_class=Response, responses=KEPT)
@router.head("/{dataset_id}/sources/{source_id}/audio", response_class=Response, responses=KEPT, name="whole_size")
async def audio(
    dataset_id: str,
    source_id: str,
    request: Request,
    wired: Wired,
    caller: Called,
    original: Annotated[bool, Query(description="As it came, before noise was removed.")] = False,
) -> Response:
    """A whole recording as WAV, or the part of it that a Range header asks for."""

    def read() -> tuple[str, str]:
        with wired.database.reading() as session:
            rows.get(session, dataset_id, seen_by(caller))
            row = rows.source(session, dataset_id, source_id)
        blob = row.original if original and row.original else row.blob
        if blob is None:
            raise UnknownSource(source=source_id)
        return blob, f"{Path(row.name).stem or row.id}.wav"

    blob, name = await asyncio.to_thread(read)
    return await files.kept(request, wired.blobs, blob, "audio/wav", name)


def _check_owner(wired: Wiring, dataset_id: str, caller: Caller) -> None:
    with wired.database.reading() as session:
        rows.get(session, dataset_id, seen_by(caller))


def _sent(sent: list[tuple[str, Path]], wired: Wiring, uploads: Uploads, dataset_id: str, caller: Caller) -> Added:
    with uploads.spool.folder() as folder:
        found = rows.rows_of(wired.blobs, dataset_id, taking.taken(sent, folder, wired.settings))
    return _added(wired, dataset_id, found, caller)


def _named(asked: SourcesIn, wired: Wiring, dataset_id: str, caller: Caller) -> Added:
    if not asked.urls and asked.folder is None:
        raise InvalidRequest(field="urls", problem="there is neither an address nor a folder")
    found: list[dict[str, Any]] = [
        {"kind": "url", "name": address[:300], "address": address} for address in map(checked, asked.urls)
    ]
    if asked.folder is not None:
        if not caller.is_admin:
            raise FolderRefused(folder=asked.folder[:80], reason="only admins may")
        found += [
            {"kind": "folder", "name": one.name, "address": str(one.path), "text": one.text}
            for one in taking.in_folder(asked.folder, wired.settings)
        ]
    ids = sorted(new_id("s") for _ in found)
    made = [SourceRow(id=id, dataset_id=dataset_id, **one) for id, one in zip(ids, found, strict=True)]
    return _added(wired, dataset_id, made, caller)


def _added(wired: Wiring, dataset_id: str, made: list[SourceRow], caller: Caller) -> Added:
    fresh, known = rows.add(wired.database, dataset_id, made, seen_by(caller))
    return Added(items=[shown_source(row) for row in fresh], known=known)
