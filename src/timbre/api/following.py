"""The WebSockets on which jobs are followed."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from timbre.api.errors import native_shape
from timbre.api.jobs import shown
from timbre.api.watching import Watch
from timbre.api.wiring import Wiring
from timbre.errors import TimbreError
from timbre.jobs import rows
from timbre.jobs.states import ENDED, Status
from timbre.store.tables import Job

DONE, REFUSED = 1000, 1008


async def follow(socket: WebSocket, wired: Wiring, job_id: str, owner: str | None) -> None:
    """Sends a job now, and each time it changes, until it has ended or is deleted."""
    await socket.accept()
    async with wired.watcher.watching(job_id) as watch:
        try:
            job = await asyncio.to_thread(_read, wired, job_id, owner)
        except TimbreError as fault:
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # who has gone need not be told
                await socket.send_json({"error": native_shape(fault, socket.scope["state"].get("request_id", ""))})
                await socket.close(REFUSED, fault.code)
            return
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await _send(socket, job)
        await until_gone(socket, _follow_one(socket, wired, watch, job, owner))


async def follow_all(socket: WebSocket, wired: Wiring, owner: str | None) -> None:
    """Sends each of somebody's jobs that has not ended, and each that changes."""
    await socket.accept()
    async with wired.watcher.watching(owner=owner) as watch:
        await until_gone(socket, _follow_many(socket, watch))


async def _follow_one(socket: WebSocket, wired: Wiring, watch: Watch, job: Job, owner: str | None) -> None:
    version = job.version
    while job.status not in ENDED:
        try:
            job = await asyncio.wait_for(watch.changed.get(), 30)
        except TimeoutError:  # it may have been deleted meanwhile
            job = await asyncio.to_thread(_read, wired, job.id, owner)
        if job.version != version:
            version = job.version
            await _send(socket, job)
    await socket.close(DONE, Status(job.status).value)


async def _follow_many(socket: WebSocket, watch: Watch) -> None:
    while True:
        await _send(socket, await watch.changed.get())


async def until_gone(socket: WebSocket, sending: Coroutine[Any, Any, None]) -> None:
    """Sends until that is done or the client has gone; what the client says is not listened to."""
    task = asyncio.create_task(sending)
    gone = asyncio.create_task(_gone(socket))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError, TimbreError):
            await task


async def _gone(socket: WebSocket) -> None:
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _send(socket: WebSocket, job: Job) -> None:
    await socket.send_text(shown(job).model_dump_json(exclude_none=True))


def _read(wired: Wiring, job_id: str, owner: str | None) -> Job:
    with wired.database.reading() as session:
        return rows.get(session, job_id, owner)
