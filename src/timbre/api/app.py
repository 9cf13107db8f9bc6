"""The application: its routes, and what every request passes through."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from fastapi import FastAPI
from starlette.types import ASGIApp

from timbre import __version__
from timbre.access import start
from timbre.access.guard import Guard
from timbre.api import boards, errors, guard
from timbre.api.metrics import Measured, Metrics
from timbre.api.middleware import JSON_LIMIT_MB, BoundedBody, BoundedHead, OnlyOurHost, RequestId, SafeHeaders
from timbre.api.routers import (
    admin,
    batches,
    checkpoints,
    cloning,
    datasets,
    health,
    jobs,
    keys,
    languages,
    models,
    openai,
    pages,
    pipeline,
    presets,
    profiles,
    promotion,
    samples,
    search,
    segments,
    session,
    speech,
    stream,
    tensorboard,
    text,
    training,
    voices,
)
from timbre.api.schemas import FaultAnswer
from timbre.api.uploads import Uploads
from timbre.api.watching import Watcher
from timbre.api.wiring import Wiring
from timbre.audio.marking import Marking
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.protocol import RATE
from timbre.errors import TimbreError
from timbre.jobs.broker import Announcer
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.voices.library import Library

log = logging.getLogger(__name__)

ROUTERS = (
    speech,
    openai,
    stream,
    text,
    cloning,
    voices,
    batches,
    jobs,
    languages,
    models,
    profiles,
    presets,
    promotion,
    training,
    search,
    tensorboard,
    checkpoints,
    samples,
    datasets,
    pipeline,
    segments,
    keys,
    session,
    admin,
    health,
)  # each path goes to the first that knows it

THREADS = 32
UPGRADE_S = 5.0
"""Seconds that the first request waits for the tables; while there are none, requests are refused."""

ABOUT = """Text in, speech out, in a voice of your own. Every error is
`{"error": {"code", "message", "hint", "request_id"}}`, under `/v1` in OpenAI's own shape."""


def routes(settings: Settings) -> FastAPI:
    """The routes alone, as OpenAPI describes them."""

    @contextlib.asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        # Most of these threads wait for the engine: those that clone must not keep those that speak from starting.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        engine, database = AsyncClient.from_settings(), Database.of(settings)
        blobs = Blobs.of(settings, database)
        upgrading = asyncio.create_task(_upgrade(database))
        await asyncio.wait({upgrading}, timeout=UPGRADE_S)
        with Client(engine) as waiting, contextlib.closing(database), Uploads(settings) as app.state.uploads:
            app.state.wiring = Wiring(
                settings,
                engine,
                waiting,
                Library.of(database, blobs),
                Marking(settings.watermark, RATE),
                database,
                blobs,
                Announcer(settings),
                watcher := Watcher(database),
                judge := Guard(settings, database),
            )
            async with boards.Boards(settings.home, database, judge).open() as app.state.boards:
                yield
            watcher.close()
        upgrading.cancel()

    app = FastAPI(
        title="Timbre",
        version=__version__,
        description=ABOUT,
        lifespan=life,
        docs_url=None,  # its page loads scripts from elsewhere
        redoc_url=None,
        responses={"4XX": {"model": FaultAnswer}, "5XX": {"model": FaultAnswer}},
    )
    for router in ROUTERS:
        app.include_router(router.router)
    app.include_router(promotion.uploading)
    app.include_router(datasets.uploading)
    pages.install(app)
    errors.install(app)
    guard.install(app, settings)
    app.state.metrics = Metrics()
    app.add_middleware(Measured, metrics=app.state.metrics)  # outermost: what is refused counts too
    return app


async def _upgrade(database: Database) -> None:
    """Brings the tables up to date, as soon as the database answers."""
    while True:
        try:
            return await asyncio.to_thread(database.upgrade)
        except TimbreError as fault:
            log.warning("%s %s", fault, fault.advice)
            await asyncio.sleep(2)


def create(settings: Settings) -> ASGIApp:
    """The whole application."""

    def limit_mb(path: str) -> int:
        if path == "/training/checkpoints":
            return settings.checkpoint_limit_mb + JSON_LIMIT_MB
        if path.startswith("/training/datasets/") and path.endswith("/sources"):
            return settings.source_mb + JSON_LIMIT_MB
        return settings.upload_limit_mb + JSON_LIMIT_MB if path == "/voices/clone" else JSON_LIMIT_MB

    bounded = BoundedBody(routes(settings), limit_mb)
    names = f"{settings.allowed_hosts},{settings.host}"
    ours = OnlyOurHost(bounded, names, guard.origins(settings), (boards.TICKETS,))
    return RequestId(SafeHeaders(BoundedHead(ours), start.check_tls(settings)))
