"""Searches for the parameters that suit a dataset best: begun, followed, paused, stopped, and deleted."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from timbre.access.scopes import TRAIN
from timbre.api.guard import Called, needs
from timbre.api.jobs import tell
from timbre.api.routers.jobs import IdempotencyKey, seen_by
from timbre.api.schemas_search import SearchIn, SearchOut, SearchPage, shown_search
from timbre.api.wiring import Wired, Wiring
from timbre.jobs import searching, training
from timbre.jobs.searching import Asked
from timbre.jobs.states import LONG
from timbre.jobs.submit import Once
from timbre.jobs.training import Store
from timbre.runs import rows, searches

router = APIRouter(prefix="/training", tags=["training"], dependencies=[needs(TRAIN)])

OF_RUN = ("dataset_id", "build_id", "base", "name", "parameters")


@router.post("/search", status_code=202, response_model_exclude_none=True)
async def start(
    asked: SearchIn, wired: Wired, caller: Called, response: Response, key: IdempotencyKey = None
) -> SearchOut:
    """Try some runs, one after another, and rank them by what they said. Those that are behind are cut short."""
    once = Once.of(key, asked.model_dump() | {"of": "search"})
    run = training.Asked(**{name: getattr(asked, name) for name in OF_RUN})
    wish = Asked(run, asked.space(), asked.trials or 0, asked.looks or 0)
    search, job, new = await asyncio.to_thread(searching.start, _store(wired), wish, caller, once)
    if new:
        await tell(wired.announcer, job.queue)
    response.headers["Location"] = f"/training/search/{search.row.id}"
    return shown_search(search)


@router.get("/searches", response_model_exclude_none=True)
async def listed(
    wired: Wired,
    caller: Called,
    limit: Annotated[int, Query(ge=1, le=rows.MOST)] = 50,
    cursor: Annotated[str, Query(max_length=40, description="`next` of the page before.")] = "",
) -> SearchPage:
    """The searches, the newest first."""

    def read() -> SearchPage:
        with wired.database.reading() as session:
            found, following = searches.listed(session, seen_by(caller), cursor, limit)
        return SearchPage(items=[shown_search(one) for one in found], next=following)

    return await asyncio.to_thread(read)


@router.get("/search/{search_id}", response_model_exclude_none=True)
async def one(search_id: str, wired: Wired, caller: Called) -> SearchOut:
    """A search with its trials, the best first."""

    def read() -> SearchOut:
        with wired.database.reading() as session:
            return shown_search(searches.get(session, search_id, seen_by(caller)))

    return await asyncio.to_thread(read)


@router.post("/search/{search_id}/stop", response_model_exclude_none=True)
async def stop(search_id: str, wired: Wired, caller: Called) -> SearchOut:
    """End a search within a step. The trial that is running keeps a last checkpoint; the search can be resumed."""
    return shown_search(await asyncio.to_thread(searching.stop, _store(wired), search_id, caller))


@router.post("/search/{search_id}/pause", response_model_exclude_none=True)
async def pause(search_id: str, wired: Wired, caller: Called) -> SearchOut:
    """Put a search aside within a step, until it is resumed."""
    return shown_search(await asyncio.to_thread(searching.pause, _store(wired), search_id, caller))


@router.post("/search/{search_id}/resume", response_model_exclude_none=True)
async def resume(search_id: str, wired: Wired, caller: Called) -> SearchOut:
    """Go on with a search that is paused, was stopped or failed: with the trial that it was at."""
    search, work = await asyncio.to_thread(searching.resume, _store(wired), search_id, caller)
    if work:
        await tell(wired.announcer, LONG)
    return shown_search(search)


@router.delete("/search/{search_id}", status_code=204)
async def delete(search_id: str, wired: Wired, caller: Called) -> None:
    """Delete a search that has ended, with its runs and their checkpoints. None of them may be promoted."""

    def forget() -> None:
        wired.blobs.forget(searches.remove(wired.database, search_id, seen_by(caller)))

    await asyncio.to_thread(forget)


def _store(wired: Wiring) -> Store:
    return Store(wired.database, wired.blobs, wired.settings)
