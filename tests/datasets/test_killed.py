"""A pipeline whose process is killed with -9 in every step: what was done stays, and it ends as it would have."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from recordings import file_of
from running import Service, serving

from timbre.datasets.work import RATE

Prompts = dict[str, tuple[np.ndarray, str]]
STEPS = ("download", "segment", "transcribe", "filter", "build")
SLOW = {"download", "segment", "transcribe"}  # long enough to be killed in the middle; others are when they begin
TAPES = 4


@pytest.fixture(scope="module")
def school(engine_folder: Path, whisper_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    settings = {"whisper": whisper_base, "whisper_unsure": "", "whisper_workers": 1, "upload_limit_mb": 50}
    with serving(tmp_path_factory.mktemp("school") / "home", engine_folder, **settings) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture
def tapes(allison: Prompts) -> list[tuple[str, bytes]]:
    """Long recordings of one person, each with its prompts in another order."""
    sounds, pause = [sound for sound, _ in allison.values()], np.zeros(RATE, np.float32)
    made = []
    for number in range(TAPES):
        turned = sounds[number:] + sounds[:number]
        made.append(
            (f"tape{number}.wav", file_of(np.concatenate([part for one in turned for part in (one, pause)]), RATE))
        )
    return made


def begun(http: httpx.Client, tapes: list[tuple[str, bytes]]) -> str:
    dataset = http.post("/training/datasets", json={"name": "Tapes"}).json()["id"]
    answer = http.post(f"/training/datasets/{dataset}/sources", files=[("files", tape) for tape in tapes])
    assert answer.status_code == 201, answer.text
    return dataset


def step(http: httpx.Client, dataset: str, name: str) -> str:
    answer = http.post(f"/training/dataset/{name}", json={"dataset_id": dataset})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def until(true: Callable[[], Any], seconds: float = 90) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def working(job: str) -> int | None:
    """The process that does a job."""
    found = subprocess.run(["pgrep", "-f", f"timbre run {job}"], capture_output=True, text=True).stdout.split()
    return int(found[0]) if found else None


def ended(http: httpx.Client, job: str) -> str:
    status = http.get(f"/jobs/{job}").json()["status"]
    return status if status in {"completed", "failed", "cancelled"} else ""


def under_way(http: httpx.Client, dataset: str, name: str, job: str) -> bool:
    """Whether a step has done something of its work."""
    if name in {"download", "segment"}:
        figures = http.get("/training/dataset/stats", params={"dataset_id": dataset}).json()
        return bool(figures["sources"]["here"] if name == "download" else figures["segments"])
    return bool(http.get(f"/jobs/{job}").json()["progress"] > 0)


def content(http: httpx.Client, dataset: str) -> tuple[Any, ...]:
    """All that the pipeline made, without the ids."""
    found = http.get(f"/training/datasets/{dataset}/segments", params={"limit": 200}).json()["items"]
    names = {
        one["id"]: one["name"]
        for one in http.get("/training/dataset/files", params={"dataset_id": dataset}).json()["items"]
    }
    segments = [
        (names[one["source_id"]], one["begin_s"], one["end_s"], one.get("text"), tuple(one["reasons"])) for one in found
    ]
    [build] = http.get(f"/training/datasets/{dataset}/builds").json()["items"]
    return sorted(segments), build["splits"]


def test_a_step_that_is_killed_is_taken_on_and_ends_as_if_nothing_had_been(
    school: Service, tapes: list[tuple[str, bytes]]
):
    with httpx.Client(base_url=school.url, timeout=30) as http:
        peaceful, killed = begun(http, tapes), begun(http, tapes)
        whole = step(http, peaceful, "run")
        assert until(lambda: ended(http, whole)) == "completed", http.get(f"/jobs/{whole}").json()
        hit = {}
        for name in STEPS:
            job = step(http, killed, name)
            pid = until(lambda job=job: working(job))
            if name in SLOW:
                until(lambda job=job, name=name: under_way(http, killed, name, job) or ended(http, job))
            if not ended(http, job):
                os.kill(pid, signal.SIGKILL)
                hit[name] = pid
            assert until(lambda job=job: ended(http, job)) == "completed", http.get(f"/jobs/{job}").json()
        assert set(hit) == set(STEPS), "a step was over before it could be killed"
        segments, splits = content(http, peaceful)
        assert len(segments) >= TAPES and splits["train"]["clips"] > 0
        assert content(http, killed) == (segments, splits)
