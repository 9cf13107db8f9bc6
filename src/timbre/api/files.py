"""A kept file as an HTTP answer: whole or in part, with the tag that tells whether it changed."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from timbre.errors import BadRange
from timbre.store.blobs import Blobs


async def kept(request: Request, blobs: Blobs, name: str, mime: str, file_name: str) -> Response:
    """The file, or the part of it that a Range header asks for. Raises errors.FileGone, BadRange."""
    size = await asyncio.to_thread(blobs.storage.size, name)
    part, headers = _asked(request, size, name.rpartition("/")[2].partition(".")[0], file_name)
    if part is None or request.method == "HEAD":
        return Response(status_code=304 if part is None else 200, media_type=mime, headers=headers)
    bytes_of = await asyncio.to_thread(blobs.read, name, *part)
    return StreamingResponse(following(bytes_of), 206 if "Content-Range" in headers else 200, headers, mime)


def made(request: Request, data: bytes, tag: str, mime: str, file_name: str) -> Response:
    """The same for bytes that are no file. tag: the same as long as they are the same. Raises errors.BadRange."""
    part, headers = _asked(request, len(data), tag, file_name)
    if part is None or request.method == "HEAD":
        return Response(status_code=304 if part is None else 200, media_type=mime, headers=headers)
    start, end = part
    return Response(data[start:end], 206 if "Content-Range" in headers else 200, headers, mime)


def _asked(request: Request, size: int, tag: str, file_name: str) -> tuple[tuple[int, int] | None, dict[str, str]]:
    """From where to where is to be sent, None where the client has it already; and the answer's headers."""
    tag = f'"{tag}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": disposition(file_name),
    }
    if request.headers.get("if-none-match") == tag:
        return None, headers
    asked = request.headers.get("range")
    part = _range(asked, size) if asked and request.headers.get("if-range", tag) == tag else None
    start, end = part or (0, size)
    headers["Content-Length"] = str(end - start)
    if part:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return (start, end), headers


def disposition(file_name: str) -> str:
    """How a browser is told to call what it saves, whatever signs are in it."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"


def _range(asked: str, size: int) -> tuple[int, int] | None:
    """From where to where; None where all of it is to be sent. Raises errors.BadRange."""
    if not (found := re.fullmatch(r"bytes=(\d*)-(\d*)", asked.strip())) or asked.strip() == "bytes=-":
        return None  # several parts, or a unit that we do not know: RFC 9110 lets a server send all
    first, last = found.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
    if start >= end:
        raise BadRange(range=asked, bytes=size)
    return start, end


async def following(bytes_of: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (data := await asyncio.to_thread(next, bytes_of, None)) is not None:
        yield data
