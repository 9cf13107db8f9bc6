"""Whoever asks for more than there is room for, or for more than their share, is told so at once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import openai
import pytest
from running import Service, serving

SENTENCE = "Tea now, and more of it later, when the kettle sings, " * 4 + "please. "
LONG = {"text": SENTENCE * 40, "format": "pcm"}  # of long pieces: while one is being said, who waits goes on waiting
SHORT = {"text": "Tea now.", "format": "pcm"}
AT_ONCE_S = 2.0


@pytest.fixture(scope="module")
def narrow(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that speaks for one, lets two wait, and takes two speeches of the same client."""
    home = tmp_path_factory.mktemp("narrow")
    with serving(home, engine_folder, engine_rows=1, engine_queue=2, streams_per_client=2) as service:
        yield service


@contextlib.asynccontextmanager
async def crowded(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Anna has two speeches in the engine, of which one waits, and Bert has one that waits: now it is full."""
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as http:
        asked = []
        try:
            for who, running, waiting in (("anna", 1, 0), ("anna", 1, 1), ("bert", 1, 2)):
                asked.append(asyncio.create_task(say(http, who, LONG)))
                await until(http, running, waiting)
            yield http
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
            await until(http, 0, 0)


async def say(http: httpx.AsyncClient, who: str, what: dict) -> httpx.Response:
    return await http.post("/synthesize-direct", json=what, headers={"Authorization": f"Bearer {who}"})


async def until(http: httpx.AsyncClient, running: int, waiting: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        engine = (await http.get("/health/engines")).json()["items"][0]
        if (engine["running"], engine["waiting"]) == (running, waiting):
            return
        assert time.monotonic() < deadline, engine
        await asyncio.sleep(0.02)


def test_a_refusal_comes_at_once_and_says_when_to_come_again(narrow: Service):
    async def test():
        async with crowded(narrow) as http:
            for who, status, code in (("anna", 429, "too_many_streams"), ("bert", 503, "engine_busy")):
                began = time.monotonic()
                answer = await say(http, who, SHORT)
                assert time.monotonic() - began < AT_ONCE_S
                assert answer.status_code == status and int(answer.headers["retry-after"]) > 0
                assert answer.json()["error"]["code"] == code
        # and when it is quiet again, both are spoken for
        async with httpx.AsyncClient(base_url=narrow.url, timeout=60) as http:
            assert {(await say(http, who, SHORT)).status_code for who in ("anna", "bert")} == {200}

    asyncio.run(test())


@pytest.mark.parametrize("format", ["sse", "audio"])
def test_openais_client_knows_the_refusals(narrow: Service, format: str):
    def speech_of(who: str) -> openai.resources.audio.AsyncSpeech:
        return openai.AsyncOpenAI(base_url=f"{narrow.url}/v1", api_key=who, max_retries=0).audio.speech

    async def refusal(speech: openai.resources.audio.AsyncSpeech) -> openai.APIStatusError:
        with pytest.raises(openai.APIStatusError) as raised:
            await speech.create(model="tts-1", voice="alloy", input="Tea.", stream_format=format)
        return raised.value

    async def test():
        anna, bert = speech_of("anna"), speech_of("bert")  # first, for the package takes its time when it is new
        async with crowded(narrow):
            limited, busy = await refusal(anna), await refusal(bert)
        assert isinstance(limited, openai.RateLimitError)
        assert (limited.code, limited.type) == ("too_many_streams", "rate_limit_error")
        assert isinstance(busy, openai.InternalServerError)
        assert (busy.status_code, busy.code, busy.type) == (503, "engine_busy", "server_error")
        assert all(int(fault.response.headers["retry-after"]) > 0 for fault in (limited, busy))

    asyncio.run(test())
