"""Checkpoints put to use over HTTP: voices that speak side by side, models, exports, and takes."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from checkpoints import Bench
from running import Service, alive, children, serving

from timbre.audio.decode import decode

TEXT = "The kettle has just boiled."


@pytest.fixture(scope="module")
def tuning(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Bench]]:
    """A service with a run of two adapters and a whole model, all of the tiny one."""
    home = tmp_path_factory.mktemp("tuned") / "home"
    with serving(home, engine_folder, engine_adapters=2) as running:
        bench = Bench(home, home / "models" / "tiny")
        bench.run()
        bench.adapter("c-a", 1)
        bench.adapter("c-b", 2)
        bench.whole("c-m", 3)
        yield running, bench
        assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def http(tuning: tuple[Service, Bench]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=tuning[0].url, timeout=120) as client:
        yield client


def promoted(http: httpx.Client, checkpoint: str, **more: Any) -> dict[str, Any]:
    body = {"name": f"Voice of {checkpoint}", "consent": "She agreed."} | more
    answer = http.post(f"/training/checkpoints/{checkpoint}/promote", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["voice"]


def demoted(http: httpx.Client, checkpoint: str, **more: Any) -> dict[str, Any]:
    answer = http.post(f"/training/checkpoints/{checkpoint}/demote", json=more)
    assert answer.status_code == 200, answer.text
    return answer.json()


def said(http: httpx.Client, voice: str, text: str = TEXT) -> np.ndarray:
    body = {"model": "tts-1", "input": text, "voice": voice, "response_format": "wav", "seed": 5}
    answer = http.post("/v1/audio/speech", json=body)
    assert answer.status_code == 200, answer.text
    return decode(answer.content, 24_000)


def done(http: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + 100
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] not in ("completed", "failed"):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def near(one: np.ndarray, other: np.ndarray) -> bool:
    return len(one) == len(other) and float(np.abs(one - other).max()) < 2e-3


def test_two_fine_tunes_and_none_speak_in_one_batch(http: httpx.Client):
    voices = [promoted(http, "c-a")["id"], promoted(http, "c-b")["id"]]
    shown = http.get(f"/voices/{voices[0]}").json()
    assert (shown["kind"], shown["model"], shown["checkpoint"], shown["language"]) == ("tuned", "tiny", "c-a", "en")
    alone = [said(http, voice) for voice in (*voices, "ana")]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda voice: said(http, voice), (*voices, "ana")))
    for one, other in zip(alone, together, strict=True):
        assert near(one, other)
    assert not near(alone[0], alone[1])
    assert len(http.get("/health/engines").json()["items"]) == 1
    for checkpoint in ("c-a", "c-b"):
        demoted(http, checkpoint)
    assert http.get(f"/voices/{voices[0]}").status_code == 404


def test_an_engine_that_was_killed_is_brought_the_voice_again(http: httpx.Client, tuning: tuple[Service, Bench]):
    voice = promoted(http, "c-a")["id"]
    before = said(http, voice)
    engine = children(tuning[0])["engine"]
    os.kill(engine, signal.SIGKILL)
    while alive(engine):
        time.sleep(0.01)
    assert near(said(http, voice), before)
    demoted(http, "c-a")
