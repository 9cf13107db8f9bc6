"""When the words of a job are said: kept piece by piece, told as subtitles."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pysubs2
import pytest
from running import Service, serving, with_heads

TEXT = "It costs $2.50 today.\n\nNobody is here yet, but the kettle has boiled.\n\nThen he slept."


@pytest.fixture(scope="module")
def timed(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = with_heads(engine_folder, tmp_path_factory.mktemp("aligning"))
    with serving(tmp_path_factory.mktemp("home"), folder) as service:
        yield service


def done(service: Service, **wish: object) -> dict:
    with httpx.Client(base_url=service.url, timeout=60) as http:
        job = http.post("/jobs", json={"text": TEXT, "voice_preset": "ana", "seed": 1} | wish).raise_for_status().json()
        while job["status"] not in ("completed", "failed"):
            time.sleep(0.1)
            job = http.get(f"/jobs/{job['id']}").json()
    return job


def subtitles(service: Service, job: dict, **query: str) -> httpx.Response:
    return httpx.get(f"{service.url}/jobs/{job['id']}/subtitles", params=query, timeout=60)


def test_the_times_are_of_the_whole_and_the_words_as_they_are_written(timed: Service):
    job = done(timed, word_times=True)
    assert job["status"] == "completed" and job["pieces"] >= 2
    answer = subtitles(timed, job, format="json")
    assert answer.headers["content-type"] == "application/json" and answer.headers["x-word-times"] == "attention"
    words = answer.json()["words"]
    assert [word["word"] for word in words] == TEXT.split()
    times = [word[key] for word in words for key in ("begin_s", "end_s")]
    assert times == sorted(times) and times[0] >= 0 and job["duration_s"] - 1 < times[-1] <= job["duration_s"] + 0.05
    direct = {"text": TEXT, "voice": "ana", "seed": 1, "word_times": True}
    alike = httpx.post(f"{timed.url}/synthesize-direct", json=direct, timeout=60).json()["words"]
    assert [word["word"] for word in alike] == [word["word"] for word in words]
    assert [word["end_s"] for word in alike] == pytest.approx([word["end_s"] for word in words], abs=0.06)


def test_players_can_read_them(timed: Service, tmp_path: Path):
    job = done(timed, word_times=True, name="Tea & scones")
    for format in ("srt", "vtt"):
        found = pysubs2.SSAFile.from_string(subtitles(timed, job, format=format).text, format_=format)
        assert " ".join(" ".join(cue.plaintext.split()) for cue in found) == " ".join(TEXT.split())
    assert f"Tea scones.{format}" in subtitles(timed, job, format=format).headers["content-disposition"]
    path = tmp_path / "words.vtt"
    command = [sys.executable, "-m", "timbre", "jobs", "subtitles", job["id"], "-o", str(path)]
    subprocess.run([*command, "--server", timed.url], check=True, env=timed.environment(), timeout=60)
    assert path.read_text("utf-8").startswith("WEBVTT")


def test_who_did_not_ask_has_none(timed: Service):
    answer = subtitles(timed, done(timed))
    assert answer.status_code == 409 and answer.json()["error"]["code"] == "job_has_no_words"
    assert subtitles(timed, {"id": "j-nobody"}).status_code == 404
    wrong = subtitles(timed, done(timed, word_times=True), format="ass")
    assert wrong.status_code == 422 and wrong.json()["error"]["code"] == "unknown_subtitles"


def test_a_model_that_cannot_tell_is_refused_at_once(service: Service):
    answer = httpx.post(f"{service.url}/jobs", json={"text": TEXT, "word_times": True})
    assert answer.status_code == 422 and answer.json()["error"]["code"] == "no_word_times"
