"""For those who run the service: how it is, what it wrote, a cleanup, and figures for Prometheus."""

import asyncio
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any, cast

from fastapi import APIRouter, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from timbre import __version__
from timbre.access.scopes import ADMIN
from timbre.api import logs, overview
from timbre.api.guard import needs
from timbre.api.metrics import Metrics, Moment
from timbre.api.routers.health import shown as shown_engine
from timbre.api.schemas_admin import (
    BrokerOut,
    CleanupOut,
    DatabaseOut,
    DiskOut,
    Log,
    ProcessOut,
    QueueOut,
    StatsOut,
    StorageOut,
    UsageOut,
)
from timbre.api.wiring import Wired, Wiring
from timbre.errors import TimbreError
from timbre.jobs import recovery
from timbre.jobs.cleanup import clean_up
from timbre.jobs.states import QUEUES
from timbre.models.catalogue import home_folder
from timbre.models.remove import bytes_of
from timbre.store.tables import now

router = APIRouter(tags=["admin"])
ADMINS = [needs(ADMIN)]


@router.get("/admin/stats", response_model_exclude_none=True, dependencies=ADMINS)
async def stats(wired: Wired) -> StatsOut:
    """Jobs, files, processes, and what each part of the service says of itself."""
    engines, broker = await asyncio.gather(wired.engine.each(), asyncio.to_thread(_broker, wired))
    return await asyncio.to_thread(_stats, wired, engines, broker)


@router.post("/admin/cleanup", response_model_exclude_none=True, dependencies=ADMINS)
async def cleanup(wired: Wired) -> CleanupOut:
    """Remove at once what is kept no longer: jobs whose time is over, and files that nothing names."""

    def clean() -> CleanupOut:
        recovery.take_chore(wired.database, "cleanup", timedelta(0))
        return CleanupOut(at=now(), **clean_up(wired.database, wired.blobs))

    return await asyncio.to_thread(clean)


@router.get("/admin/logs", response_model_exclude_none=True, dependencies=ADMINS)
async def log(
    wired: Wired,
    lines: Annotated[int, Query(ge=1, le=logs.MOST)] = 200,
    role: Annotated[str, Query(description="Only what this one wrote.", examples=["engine"])] = "",
    search: Annotated[str, Query(max_length=200, description="Only lines with these words.")] = "",
) -> Log:
    """The last lines that `timbre serve` wrote; none, where the roles run by themselves and log elsewhere."""
    return Log(items=await asyncio.to_thread(logs.tail, wired.settings.home, lines, role, search))


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request, wired: Wired) -> Response:
    """Figures in Prometheus's text format. Any key may ask for them."""
    engines = await wired.engine.each()

    def written() -> bytes:
        rows = overview.attempted(lambda: overview.rows(wired.database))
        free, _ = overview.disk(wired.settings.home)
        moment = Moment(None if isinstance(rows, TimbreError) else rows, engines, free, overview.up_s())
        return cast(Metrics, request.app.state.metrics).written(moment)

    return Response(await asyncio.to_thread(written), media_type=CONTENT_TYPE_LATEST)


def _stats(wired: Wiring, engines: dict[str, dict[str, Any] | TimbreError], broker: BrokerOut) -> StatsOut:
    rows = overview.rows(wired.database)
    free, total = overview.disk(wired.settings.home)
    ready = next((one for one in engines.values() if not isinstance(one, TimbreError) and one.get("ready")), {})
    cleaned = overview.last_cleanup(wired.database)
    return StatsOut(
        version=__version__,
        up_s=overview.up_s(),
        queues={
            queue: QueueOut(
                jobs={status: count for (one, status), count in rows.jobs.items() if one == queue},
                oldest_s=round(rows.oldest_s[queue], 1),
            )
            for queue in QUEUES
        },
        storage=_storage(wired, rows),
        database=DatabaseOut(kind=wired.database.url.get_backend_name(), bytes=overview.database_bytes(wired.database)),
        disk=DiskOut(free_bytes=free, total_bytes=total),
        models_bytes=bytes_of(home_folder()),
        voices=Counter(voice.kind for voice in wired.library.all(ready)),
        engines=[shown_engine(name, found) for name, found in engines.items()],
        broker=broker,
        processes=[ProcessOut(**asdict(one)) for one in overview.processes()],
        usage_today=[UsageOut(**one) for one in overview.usage_today(wired.database)],
        cleanup=CleanupOut(at=cleaned[0], **cleaned[1]) if cleaned else None,
    )


def _storage(wired: Wiring, rows: overview.Rows) -> StorageOut:
    free = overview.attempted(wired.blobs.storage.check)
    return StorageOut(
        where=wired.blobs.storage.where,
        files=rows.files,
        bytes=rows.bytes,
        free_bytes=None if isinstance(free, TimbreError) else free,
        error=str(free) if isinstance(free, TimbreError) else None,
    )


def _broker(wired: Wiring) -> BrokerOut:
    fault = overview.attempted(wired.announcer.check)
    error = str(fault) if isinstance(fault, TimbreError) else None
    return BrokerOut(reachable=error is None, own=not wired.settings.broker_url, error=error)
