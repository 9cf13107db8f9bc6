"""WS /v1/audio/stream: what is written comes out as the sound that the whole text would have."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from running import Service, children, engine_of, serving, until_quiet
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
    """Up to rounding, which who else is in the batch decides."""
    samples, expected = (np.frombuffer(pcm, "<i2").astype(int) for pcm in (one, other))
    assert len(samples) == len(expected) > 0 and np.abs(samples - expected).max() < 100


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


def test_audio_comes_while_the_text_is_still_written(service: Service):
    async def test() -> None:
        async with opened(service) as socket:
            await tell(socket, WISH, {"text": "The kettle has just boiled. Nobody is here to pour it out for "})
            got = [await asyncio.wait_for(socket.recv(), 20) for _ in range(3)]
            assert json.loads(got[1])["text"] == "The kettle has just boiled." and isinstance(got[2], bytes)
            await tell(socket, {"text": "us."}, {"end": True})
            heard = await asyncio.wait_for(listen(socket), 60)
            assert [event["text"] for event in heard.of("sentence")] == ["Nobody is here to pour it out for us."]

    asyncio.run(test())


def test_flush_says_what_there_is(service: Service):
    async def test() -> None:
        async with opened(service) as socket:
            await tell(socket, WISH, {"text": "It costs three"}, {"flush": True})
            got = [await asyncio.wait_for(socket.recv(), 20) for _ in range(3)]
            assert json.loads(got[1])["text"] == "It costs three." and isinstance(got[2], bytes)
            await tell(socket, {"text": "or four."}, {"text": " ", "flush": True}, {"flush": True}, {"end": True})
            heard = await asyncio.wait_for(listen(socket), 60)
            assert [event["text"] for event in heard.of("sentence")] == ["or four."]
            assert heard.of("done")[0]["sentences"] == 2

    asyncio.run(test())


@pytest.mark.parametrize("format", ["wav", "mp3", "opus", "aac", "flac"])
def test_every_format_plays(service: Service, format: str):
    heard = asyncio.run(converse(service, [STORY], response_format=format))
    samples, rate = decoded(heard.audio, format)
    assert len(samples) / rate == pytest.approx(heard.of("done")[0]["audio_s"], abs=0.15)
    assert len(heard.of("sentence")) == heard.of("done")[0]["sentences"] and heard.order.count("audio") > 1


def test_cancel_stops_the_engine(service: Service, http: httpx.Client):
    async def test() -> Heard:
        async with opened(service) as socket:
            await tell(socket, WISH, {"text": LONG})
            while not isinstance(await asyncio.wait_for(socket.recv(), 20), bytes):
                pass
            assert engine_of(http)["running"] > 0
            await tell(socket, {"cancel": True})
            return await asyncio.wait_for(listen(socket), 10)

    heard = asyncio.run(test())
    until_quiet(http)
    assert heard.code == 1000 and heard.of("done")[0]["cancelled"] is True


@pytest.mark.parametrize("politely", [True, False])
def test_hanging_up_stops_the_engine(service: Service, http: httpx.Client, politely: bool):
    async def test() -> None:
        async with opened(service) as socket:
            await tell(socket, WISH, {"text": LONG}, {"end": True})
            while not isinstance(await asyncio.wait_for(socket.recv(), 20), bytes):
                pass
            assert engine_of(http)["running"] > 0
            if not politely:
                socket.transport.abort()

    asyncio.run(test())
    until_quiet(http)


def test_a_reader_who_does_not_read_holds_up_nobody(service: Service, http: httpx.Client):
    async def test() -> None:
        async with opened(service, max_queue=1) as lazy:
            await tell(lazy, WISH, {"text": LONG}, {"end": True})
            heard = await converse(service, [STORY])
            assert heard.code == 1000 and heard.of("done")
            while (await asyncio.to_thread(engine_of, http))["running"]:  # its own text is spoken to the end
                await asyncio.sleep(0.05)

    asyncio.run(test())
    until_quiet(http)


def test_two_at_once_sound_as_each_alone(service: Service, http: httpx.Client):
    async def test() -> list[Heard]:
        letters = converse(service, STORY), converse(service, STORY, voice="bruno", seed=2)
        return await asyncio.gather(*letters)

    ana, bruno = asyncio.run(test())
    same(ana.audio, whole(http, STORY))
    same(bruno.audio, whole(http, STORY, voice="bruno", seed=2))


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"voice": "nobody"}, "unknown_voice"),
        ({"language": "xx"}, "unknown_language"),
        ({"language": "ja"}, "language_not_spoken"),
        ({"model": "whisper"}, "unknown_model"),
        ({"response_format": "midi"}, "unknown_format"),
        ({"speed": 9}, "invalid_request"),
        ({"volume": 11}, "invalid_request"),
        ({"text": "Hello."}, "invalid_request"),
    ],
)
def test_a_wrong_opening(service: Service, wish: dict, code: str):
    heard = asyncio.run(converse(service, ["Hello."], **wish))
    assert set(heard.error) == {"code", "message", "hint", "request_id"} and heard.error["request_id"]
    assert heard.error["code"] == code and heard.order == ["error"] and heard.code == 1008


@pytest.mark.parametrize("message", ["{", "[]", '"hello"', b"\x00\xff", '{"texts": "Hello."}', '{"text": 7}'])
@pytest.mark.parametrize("place", [0, 1])
def test_a_message_that_cannot_be_read(service: Service, http: httpx.Client, message: str | bytes, place: int):
    async def test() -> Heard:
        async with opened(service) as socket:
            await tell(socket, *[WISH, {"text": LONG}][: 2 * place])
            await socket.send(message)
            return await asyncio.wait_for(listen(socket), 10)

    heard = asyncio.run(test())
    assert heard.error["code"] == "invalid_request" and heard.order[-1] == "error" and heard.code == 1008
    until_quiet(http)


@pytest.mark.parametrize("text", ["", " ", "… ?! —"])
def test_a_text_with_nothing_to_say(service: Service, text: str):
    heard = asyncio.run(converse(service, [text], {"flush": True}, {"end": True}))
    assert heard.error["code"] == "empty_text" and not heard.audio and heard.code == 1008


def test_text_after_its_end(service: Service):
    heard = asyncio.run(converse(service, ["Hello."], {"end": True}, {"text": "More."}))
    assert heard.error["code"] == "bad_request" and heard.code == 1008


def test_a_text_that_becomes_too_long_is_spoken_as_far_as_it_came(service: Service, http: httpx.Client):
    heard = asyncio.run(converse(service, [STORY, "x" * 9_999, "y"], {"end": True}))
    same(heard.audio, whole(http, STORY))
    assert heard.error["code"] == "text_too_long" and heard.order.count("error") == 1
    assert heard.order[-1] == "done" and heard.code == 1008
    at_once = asyncio.run(converse(service, ["x" * 10_001]))
    assert at_once.error["code"] == "text_too_long" and not at_once.audio and at_once.order[-1] == "error"


def test_a_message_that_is_too_large_closes_the_socket(service: Service):
    async def test() -> int | None:
        async with opened(service) as socket:
            with pytest.raises(ConnectionClosed):  # while we still write, or once we listen
                await tell(socket, WISH, {"text": "x" * 1_100_000})
                await asyncio.wait_for(socket.recv(), 60)
                await asyncio.wait_for(socket.recv(), 60)
            return socket.close_code

    assert asyncio.run(test()) in (1006, 1009)  # it may hang up before we have read why


def test_only_our_own_page_may_open_it(service: Service):
    async def test() -> None:
        for foreign, status in (("https://evil.example", 403), ("null", 403)):
            with pytest.raises(InvalidStatus) as refused:
                async with opened(service, additional_headers={"Origin": foreign}):
                    pass
            answer = refused.value.response
            error = json.loads(answer.body)["error"]
            assert answer.status_code == status and error["code"] == "wrong_origin"
            assert error["request_id"] == answer.headers["x-request-id"]
        async with opened(service, additional_headers={"Origin": service.url, "X-Request-ID": "mine-7"}) as socket:
            assert socket.response.headers["x-request-id"] == "mine-7"

    asyncio.run(test())
    port = service.url.rpartition(":")[2]
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers = upgrade | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Host": f"evil.example:{port}"}
    answer = httpx.get(f"{service.url}/v1/audio/stream", headers=headers)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "wrong_host"


def test_who_has_their_share_or_meets_a_full_house_is_told_so(engine_folder: Path, tmp_path: Path):
    settings = {"engine_rows": 1, "engine_queue": 2, "streams_per_client": 2}
    anna, bert = ({"additional_headers": {"Authorization": f"Bearer {who}"}} for who in ("anna", "bert"))

    async def speaking(service: Service, stack: contextlib.AsyncExitStack, who: dict, running: int, waiting: int):
        socket = await stack.enter_async_context(opened(service, **who))
        await tell(socket, WISH, {"text": LONG}, {"end": True})
        with httpx.Client(base_url=service.url) as http:
            deadline = time.monotonic() + 20
            while ((found := engine_of(http))["running"], found["waiting"]) != (running, waiting):
                assert time.monotonic() < deadline, found
                await asyncio.sleep(0.02)

    async def refused(service: Service, who: dict) -> Heard:
        async with opened(service, **who) as socket:
            await tell(socket, WISH, {"text": "Tea now."}, {"end": True})
            return await asyncio.wait_for(listen(socket), 10)

    async def test(service: Service) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for who, running, waiting in ((anna, 1, 0), (anna, 1, 1), (bert, 1, 2)):
                await speaking(service, stack, who, running, waiting)
            for who, code in ((anna, "too_many_streams"), (bert, "engine_busy")):
                heard = await refused(service, who)
                assert heard.error["code"] == code and heard.code == 1013 and not heard.audio

    with serving(tmp_path / "home", engine_folder, **settings) as service:
        asyncio.run(test(service))


def test_an_engine_that_falls_before_it_was_heard_is_waited_for(engine_folder: Path, tmp_path: Path):
    async def test(service: Service) -> Heard:
        async with opened(service) as socket:
            await tell(socket, WISH)
            assert json.loads(await asyncio.wait_for(socket.recv(), 20))["event"] == "started"
            os.kill(children(service)["engine"], signal.SIGKILL)
            await tell(socket, *({"text": letter} for letter in STORY), {"end": True})
            return await asyncio.wait_for(listen(socket), 60)

    with serving(tmp_path / "home", engine_folder) as service:
        heard = asyncio.run(test(service))
        with httpx.Client(base_url=service.url, timeout=60) as http:
            same(heard.audio, whole(http, STORY))
