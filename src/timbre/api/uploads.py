"""Files that come in: put on disk as they come, worked on a few at a time, and gone when the answer is made."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any, ParamSpec, Self, TypeVar, cast

from fastapi import Depends, Request, Response, UploadFile
from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, HTTPConnection

from timbre.api.errors import InvalidRequest
from timbre.api.forms import Form
from timbre.settings import Settings
from timbre.store.names import shown_name
from timbre.store.room import check_room, is_full, no_room
from timbre.store.spool import Spool

P = ParamSpec("P")
T = TypeVar("T")

LOOKED_EVERY = 8_000_000
"""Bytes that are written before the disk's room is looked at again."""

WHAT = "The upload"


class Uploads:
    """The spool, and the few threads that work on what lies in it: those that speak are others."""

    def __init__(self, settings: Settings) -> None:
        self.spool = Spool(settings.home)
        self._reserve = settings.disk_reserve_mb * 1_000_000
        self._threads = ThreadPoolExecutor(settings.uploads_at_once, "upload")

    def __enter__(self) -> Self:
        self.spool.sweep()
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def work(self, does: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Calls it in one of the threads. It waits for its turn without holding a thread of anybody."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: does(*args, **kwargs))

    @contextlib.asynccontextmanager
    async def received(self, request: Request) -> AsyncIterator[FormData]:
        """The form of a request, its files in a folder that is there as long as the block.

        A body that is no multipart form is an empty one. Raises errors.NoRoom, InvalidRequest, HomeNotWritable.
        """
        if parse_options_header(request.headers.get("content-type"))[0] != b"multipart/form-data":
            yield FormData()
            return
        held = contextlib.ExitStack()
        try:
            folder = await asyncio.to_thread(held.enter_context, self.spool.folder())
            form = Form(request.headers.get("content-type"), folder)
            held.callback(form.close)
            yield await self._read(request, form, folder)
        finally:
            await asyncio.to_thread(held.close)

    async def _read(self, request: Request, form: Form, folder: Path) -> FormData:
        announced = request.headers.get("content-length", "0")
        left = int(announced) if announced.isdigit() else 0
        check_room(WHAT, folder.parent, left, self._reserve)
        written = 0
        try:
            async for chunk in request.stream():
                await asyncio.to_thread(form.write, chunk)
                written += len(chunk)
                if written >= LOOKED_EVERY:
                    check_room(WHAT, folder.parent, LOOKED_EVERY, self._reserve)
                    written = 0
            return await asyncio.to_thread(form.end)
        except ClientDisconnect:
            raise InvalidRequest(field="The body", problem="it ended too early") from None
        except OSError as fault:
            if is_full(fault):
                raise no_room(WHAT, folder.parent, left) from None
            raise


class Uploading(APIRoute):
    """A route that takes files: they are received by `Uploads` before it runs, and gone after it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def receiving(request: Request) -> Response:
            async with _uploads(request).received(request) as form:
                return await handle(_Received(request, form))

        return receiving


class _Received(Request):
    """A request whose form has been read."""

    def __init__(self, request: Request, form: FormData) -> None:
        super().__init__(request.scope, request.receive)
        self._form = form
        if request.headers.get("content-type", "").startswith("multipart/"):
            self._body = b""  # it has been read, and a route may take JSON in its place


def kept(files: Sequence[UploadFile]) -> list[tuple[str, Path]]:
    """Each file's name, for people to read, and where it lies. The name is no part of a path."""
    return [
        (shown_name(file.filename, f"file {number}"), Path(str(file.file.name))) for number, file in enumerate(files, 1)
    ]


def _uploads(request: HTTPConnection) -> Uploads:
    return cast(Uploads, request.app.state.uploads)


Uploaded = Annotated[Uploads, Depends(_uploads)]
"""A route's parameter of this type is given them."""
