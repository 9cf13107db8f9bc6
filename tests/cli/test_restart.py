"""An engine that is killed under `timbre serve`: who hears of it, who does not, and how soon it is back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from running import children, free_port, serving

from timbre.cli.supervisor import LONGEST_PAUSE_S, pause_after

LONG, SHORT = "Tea now. " * 200, "The kettle sang."


async def bare_stream(http: httpx.AsyncClient, begun: asyncio.Event) -> None:
    """Listens to a long speech as bare audio."""
    wanted = {"text": LONG, "format": "pcm", "stream": True}
    async with http.stream("POST", "/synthesize-direct", json=wanted) as answer:
        async for _ in answer.aiter_raw():
            begun.set()


async def event_stream(http: httpx.AsyncClient, begun: asyncio.Event) -> list[dict]:
    """Listens to a long speech as events. Returns them."""
    wanted = {"model": "tts-1", "input": LONG, "response_format": "pcm", "stream_format": "sse"}
    heard = []
    async with http.stream("POST", "/v1/audio/speech", json=wanted) as answer:
        async for line in answer.aiter_lines():
            if line:
                heard.append(json.loads(line.removeprefix("data: ")))
                begun.set()
    return heard


async def say(http: httpx.AsyncClient, **more: int) -> httpx.Response:
    return await http.post("/synthesize-direct", json={"text": SHORT, "format": "pcm"} | more)


async def while_killed(http: httpx.AsyncClient, engine: int, load_s: float) -> None:
    """Two who listen, one who waits for a place, one who comes when the engine is gone."""
    listening = [asyncio.Event(), asyncio.Event()]
    bare = asyncio.create_task(bare_stream(http, listening[0]))
    events = asyncio.create_task(event_stream(http, listening[1]))
    await asyncio.gather(*(begun.wait() for begun in listening))
    waits = asyncio.create_task(say(http))
    while (await http.get("/health/engines")).json()["items"][0]["waiting"] != 1:
        await asyncio.sleep(0.02)

    os.kill(engine, signal.SIGKILL)
    killed = time.monotonic()
    comes = asyncio.create_task(say(http))

    with pytest.raises(httpx.RemoteProtocolError):
        await bare
    last = (await events)[-1]
    assert last["type"] == "error" and last["error"]["code"] == "engine_lost"
    assert time.monotonic() - killed < 2
    while (await http.get("/ready")).status_code != 200:
        await asyncio.sleep(0.05)
    assert time.monotonic() - killed < 1.5 * load_s  # which may differ from one time to the next
    for answer in await asyncio.gather(waits, comes):
        assert answer.status_code == 200
        assert (await say(http, seed=int(answer.headers["x-seed"]))).content == answer.content


def test_a_killed_engine_is_back_and_only_those_who_heard_something_lose_it(engine_folder: Path, tmp_path: Path):
    began = time.monotonic()
    with serving(tmp_path / "home", engine_folder, engine_rows=2) as service:
        load_s = time.monotonic() - began
        before = children(service)

        async def test() -> None:
            async with httpx.AsyncClient(base_url=service.url, timeout=60) as http:
                await while_killed(http, before["engine"], load_s)

        asyncio.run(test())
        after = children(service)
    assert after["api"] == before["api"] and after["engine"] != before["engine"]
    assert "started again\n" in service.log.read_text()  # at once


def test_without_an_engine_a_request_waits_a_while_and_is_told_to_come_again(tmp_path: Path):
    port = free_port()
    told = {"TIMBRE_HOME": str(tmp_path), "TIMBRE_PORT": str(port), "TIMBRE_ENGINE_PATIENCE_S": "1"}
    api = subprocess.Popen([sys.executable, "-m", "timbre", "api"], env=os.environ | told, cwd=tmp_path)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
            until_it_answers(http)
            began = time.monotonic()
            answer = http.post("/synthesize-direct", json={"text": SHORT})
            assert 1 <= time.monotonic() - began < 5
            assert answer.status_code == 503 and int(answer.headers["retry-after"]) > 0
            assert answer.json()["error"]["code"] == "engine_unavailable"
    finally:
        api.kill()
        api.wait()


def until_it_answers(http: httpx.Client) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            assert http.get("/health").status_code == 200
            return
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_what_keeps_falling_is_started_ever_later():
    pauses = [pause_after(falls) for falls in range(1, 12)]
    assert pauses[:4] == [0.0, 0.5, 1.0, 2.0]
    assert pauses == sorted(pauses) and pauses[-1] == LONGEST_PAUSE_S == pause_after(10_000)


pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds the engine in /proc")
