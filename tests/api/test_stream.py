"""WS /v1/audio/stream: what is written comes out as the sound that the whole text would have."""

import asyncio
import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import pytest
from running import Service, serving
from sound import decoded
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

STORY = (
    "Tea is ready. The kettle has just boiled, and nobody is here yet. It cost 3.5 dollars, or 4. Mr. Smith came at "
    '5 p.m. to Washington D.C. and stayed. "Go. Now," he said, "or never." Then he slept.\n\nCome in! Sit\ndown.'
)
LONG = "Tea now. " * 1000
WISH = {"voice": "ana", "seed": 1}


def opened(service: Service, **options: Any) -> connect:
    url = service.url.replace("http", "ws") + "/v1/audio/stream"
    return connect(url, max_size=None, open_timeout=20, **options)


@dataclass
class Heard:
    """All that came over a socket until it was closed."""

    audio: bytes = b""
    events: list[dict] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    code: int | None = None

    def of(self, kind: str) -> list[dict]:
        return [event for event in self.events if event.get("event") == kind]

    @property
    def error(self) -> dict:
        return next(event["error"] for event in self.events if "error" in event)


async def tell(socket: ClientConnection, *messages: dict) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def listen(socket: ClientConnection) -> Heard:
    heard = Heard()
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            if isinstance(message, bytes):
                heard.audio += message
                heard.order.append("audio")
            else:
                heard.events.append(json.loads(message))
                heard.order.append(heard.events[-1].get("event", "error"))
    heard.code = socket.close_code
    return heard


async def converse(service: Service, fragments: Iterable[str], *last: dict, **wish: Any) -> Heard:
    async with opened(service) as socket:
        await tell(socket, WISH | wish, *({"text": text} for text in fragments), *(last or ({"end": True},)))
        return await asyncio.wait_for(listen(socket), 60)


def whole(http: httpx.Client, text: str, **wish: Any) -> bytes:
    wanted = WISH | {"format": "pcm", "text": text} | wish
    return http.post("/synthesize-direct", json=wanted).raise_for_status().content


def same(one: bytes, other: bytes) -> None:
    """Up to rounding: who else is in the batch moves the last bit."""
    samples, expected = (np.frombuffer(pcm, "<i2").astype(int) for pcm in (one, other))
    assert len(samples) == len(expected) > 0 and np.abs(samples - expected).max() <= 2


@pytest.mark.parametrize("size", [1, 5, len(STORY)], ids=["letters", "scraps", "whole"])
def test_a_torn_text_sounds_like_the_whole(service: Service, http: httpx.Client, size: int):
    heard = asyncio.run(converse(service, [STORY[at : at + size] for at in range(0, len(STORY), size)]))
    assert heard.code == 1000
    same(heard.audio, whole(http, STORY))
    assert heard.order[:3] == ["started", "sentence", "audio"] and heard.order[-1] == "done"
    sentences = heard.of("sentence")
    assert [sentence["index"] for sentence in sentences] == list(range(len(sentences)))
    assert sentences[0]["text"].startswith("Tea is ready. The kettle") and sentences[0]["at_s"] == 0
    starts = [sentence["at_s"] for sentence in sentences]
    assert starts == sorted(set(starts))
    (done,) = heard.of("done")
    assert starts[-1] < done["audio_s"] == pytest.approx(len(heard.audio) / 48_000, abs=0.001)
    assert done["sentences"] == len(sentences) and "cancelled" not in done
