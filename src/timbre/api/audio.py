"""From the engine's samples to an HTTP answer, and an end to the work when its reader has gone."""

import asyncio
import base64
import contextlib
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, TypeVar

import anyio
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from timbre import subtitles
from timbre.api.errors import openai_shape
from timbre.api.schemas import TimedSpeech
from timbre.audio.encode import FORMATS, Encoder, encode
from timbre.audio.marking import Marking
from timbre.engine.protocol import RATE
from timbre.errors import TimbreError, UnknownFormat
from timbre.text.timed import Timed
from timbre.timing import Clock

log = logging.getLogger("timbre.api")
Result = TypeVar("Result")
Samples = NDArray[np.float32]


def known(name: str) -> str:
    """The format's name as FORMATS has it. Raises errors.UnknownFormat."""
    if (format := name.lower()) not in FORMATS:
        raise UnknownFormat(format=name, known=", ".join(FORMATS))
    return format


class Gone(Exception):
    """The client hung up before there was an answer; nobody reads what we say now."""


async def whole(
    request: Request, spoken: AsyncGenerator[Samples, None], format: str, seed: int | None, marking: Marking
) -> Response:
    """One answer with all of the audio."""

    async def gathered() -> bytes:
        samples = await _all_of(spoken)
        headers["X-Audio-Seconds"] = f"{len(samples) / RATE:.3f}"
        return await asyncio.to_thread(encode, samples, format, RATE, marking.tags)

    headers = _headers(format, seed, marking)
    try:
        body = await _while_there(request, gathered())
    except Gone:
        return Response(status_code=499)
    return Response(body, media_type=FORMATS[format].mime, headers=headers)


async def timed(
    request: Request,
    spoken: AsyncGenerator[Samples, None],
    format: str,
    seed: int | None,
    marking: Marking,
    clock: Clock,
) -> Response:
    """JSON: all of the audio, and when each word is said in it."""

    async def gathered() -> TimedSpeech:
        samples = await _all_of(spoken)
        clock.hear(samples)
        data = await asyncio.to_thread(encode, samples, format, RATE, marking.tags)
        words = await asyncio.to_thread(clock.words)
        return TimedSpeech(
            audio=base64.b64encode(data).decode(),
            format=format,
            duration_s=round(len(samples) / RATE, 3),
            seed=seed,
            language=clock.language,
            by=clock.by,
            **subtitles.table(words, clock.language),
        )

    headers = _headers(format, seed, marking)
    headers.pop("Content-Disposition")
    try:
        body = (await _while_there(request, gathered())).model_dump_json(exclude_none=True)
    except Gone:
        return Response(status_code=499)
    return Response(body, media_type="application/json", headers=headers)


async def _all_of(spoken: AsyncGenerator[Samples, None]) -> Samples:
    async with contextlib.aclosing(spoken):
        return np.concatenate([part async for part in spoken] or [np.zeros(0, np.float32)])


async def live(
    request: Request, spoken: AsyncGenerator[Samples, None], format: str, seed: int | None, marking: Marking
) -> Response:
    """The audio as it is made. What goes wrong before the first of it is still an error with a status of its own."""
    return await _begun(
        request, encoded(spoken, format, marking), FORMATS[format].mime, _headers(format, seed, marking)
    )


async def events(
    request: Request,
    spoken: AsyncGenerator[Samples, None],
    format: str,
    seed: int | None,
    marking: Marking,
    told: Sequence[Timed] = (),
) -> Response:
    """The same as OpenAI's events: `speech.audio.delta`, with base64, and `speech.audio.done`. What is `told` of words
    meanwhile is an event of ours, `speech.audio.words`.
    """
    headers = {"Cache-Control": "no-cache"} | _headers(format, seed, marking)
    headers.pop("Content-Disposition")
    return await _begun(request, _as_events(encoded(spoken, format, marking), told), "text/event-stream", headers)


async def encoded(spoken: AsyncGenerator[Samples, None], format: str, marking: Marking) -> AsyncGenerator[bytes, None]:
    """Bytes of a format as the samples come. Encoding runs in a thread: the loop has others to serve."""
    encoder = Encoder(format, RATE, marking.tags)
    async with contextlib.aclosing(spoken):
        async for samples in spoken:
            if data := await asyncio.to_thread(encoder.feed, samples):
                yield data
    if data := await asyncio.to_thread(encoder.finish):
        yield data


async def _as_events(chunks: AsyncGenerator[bytes, None], told: Sequence[Timed] = ()) -> AsyncGenerator[bytes, None]:
    begun, known = False, 0

    def more() -> bytes:
        nonlocal known
        words = [{"word": one.text, "start": one.begin, "end": one.end} for one in told[known:]]
        known = len(told)
        return _event({"type": "speech.audio.words", "words": words}) if words else b""

    try:
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                yield more() + _event({"type": "speech.audio.delta", "audio": base64.b64encode(chunk).decode()})
                begun = True
        yield more() + _event({"type": "speech.audio.done"})
    except TimbreError as fault:
        if not begun:  # it can still be an answer of its own
            raise
        yield _event({"type": "error", "error": openai_shape(fault)})


def _event(wire: Mapping[str, Any]) -> bytes:
    return f"data: {json.dumps(wire)}\n\n".encode()


async def _begun(
    request: Request, chunks: AsyncGenerator[bytes, None], mime: str, headers: Mapping[str, str]
) -> Response:
    """An answer that starts with its first bytes."""
    try:
        first = await _while_there(request, anext(chunks, b""))
    except Gone:
        await chunks.aclose()
        return Response(status_code=499)
    return LiveResponse(first, chunks, mime, headers)


class LiveResponse(Response):
    """Sends chunks as they come, and closes their source as soon as the reader hangs up."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None], mime: str, headers: Mapping[str, str]) -> None:
        self.first, self.rest = first, rest
        self.status_code, self.media_type, self.background = 200, mime, None
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_when_gone, receive, tasks.cancel_scope)
            async with contextlib.aclosing(self.rest):
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                try:
                    async for chunk in _chain(self.first, self.rest):
                        await send(_body(chunk, more=True))
                    await send(_body(b"", more=False))
                except TimbreError as fault:
                    # The status is out. An answer without its end tells the reader that something is missing.
                    log.error("an answer was cut short: %s", fault)
            tasks.cancel_scope.cancel()


async def _chain(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for chunk in rest:
        yield chunk


def _body(chunk: bytes, more: bool) -> Message:
    return {"type": "http.response.body", "body": chunk, "more_body": more}


async def _cancel_when_gone(receive: Receive, work: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    work.cancel()


async def _while_there(request: Request, work: Awaitable[Result]) -> Result:
    """The result of some work, which ends when the client hangs up. Raises Gone then."""
    result: list[Result] = []
    fault: Exception | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_cancel_when_gone, request.receive, tasks.cancel_scope)
        try:
            result.append(await work)
        except Exception as raised:  # a task group would wrap it
            fault = raised
        tasks.cancel_scope.cancel()
    if fault is not None:
        raise fault
    if not result:
        raise Gone
    return result[0]


def _headers(format: str, seed: int | None, marking: Marking) -> dict[str, str]:
    headers = {
        "Content-Disposition": f'inline; filename="speech.{format}"',
        "Cache-Control": "no-store",
        "X-Watermark": marking.name,
    }
    return headers if seed is None else headers | {"X-Seed": str(seed)}
