"""Events as they come in. The protocol's own package reads them too, but believes any length that it is told."""

import asyncio
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import from_json

from timbre.errors import BadEvent, EventTooLarge, EventUnfinished

Kind = TypeVar("Kind", bound=BaseModel)

EVENT_S = 30.0
"""Seconds that an event may take from its first byte to its last."""

PAYLOAD_LIMIT = 2**20
"""Bytes of sound or the like after an event. We have no use for any, but another's event may carry some."""

PLAIN_TEXT = "text"


class Event(BaseModel):
    """The line that an event begins with. What it may say beside that is of no use to us."""

    type: str = Field(max_length=64)
    data: dict[str, Any] = {}
    data_length: int | None = Field(None, ge=0)
    payload_length: int | None = Field(None, ge=0)


class Wish(BaseModel):
    """Whose voice is asked for. What is None is for us to choose."""

    name: str | None = Field(None, max_length=200)
    language: str | None = Field(None, max_length=40)
    speaker: str | None = Field(None, max_length=200)


class Request(BaseModel):
    """The data of `synthesize` and of those events that bring a text in parts. Each has some of it."""

    text: str = ""
    voice: Wish | None = None
    text_format: str | None = Field(None, max_length=40)


async def read(reader: asyncio.StreamReader, limit: int) -> Event | None:
    """The next event, with all of its data; None when the client has gone.

    limit: of its data, in bytes; the reader's own holds for its line.
    Raises errors.BadEvent, EventTooLarge, EventUnfinished.
    """
    try:
        first = await reader.read(1)  # for ever: a client may keep a connection and say nothing
        async with asyncio.timeout(EVENT_S):
            return await _event(first, reader, limit) if first else None
    except TimeoutError:
        raise EventUnfinished(seconds=round(EVENT_S)) from None
    except asyncio.LimitOverrunError:
        raise EventTooLarge(limit=limit) from None
    except (asyncio.IncompleteReadError, OSError):
        return None


async def _event(first: bytes, reader: asyncio.StreamReader, limit: int) -> Event:
    line = first + await reader.readuntil(b"\n")
    event = parsed(Event, _json(line))
    length, payload = event.data_length or 0, event.payload_length or 0
    for size, allowed in ((length, limit), (payload, PAYLOAD_LIMIT)):
        if size > allowed:
            raise EventTooLarge(limit=allowed)
    if length:
        event.data |= _json(await reader.readexactly(length))
    while payload:
        payload -= len(await reader.readexactly(min(payload, 2**16)))
    return event


def _json(data: bytes) -> dict[str, Any]:
    try:
        found = from_json(data)
    except ValueError:
        raise BadEvent(reason="it is not JSON") from None
    if not isinstance(found, dict):
        raise BadEvent(reason="it is no JSON object")
    return found


def parsed(kind: type[Kind], data: dict[str, Any]) -> Kind:
    """Raises errors.BadEvent with the first thing that is wrong."""
    try:
        return kind.model_validate(data)
    except ValidationError as found:
        first = found.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise BadEvent(reason=f"{field}: {first['msg'][:1].lower()}{first['msg'][1:]}") from None
