"""What clients sent when they were used with Timbre, sent again: `tests/clients` has it as it came over the wire."""

import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import httpx
import pytest
from guarded import Guarded
from running import Service
from sound import decoded

CLIENTS = Path(__file__).parents[1] / "clients"
DOCS = Path(__file__).parents[2] / "docs" / "clients.md"


def captured(path: str, status: int, service: str = "open") -> list:
    """The requests for a path that were answered with a status, each with a name."""
    found = []
    for file in sorted(CLIENTS.glob("*.json")):
        for number, one in enumerate(json.loads(file.read_text("utf-8"))["requests"]):
            if (one["path"], one["status"], one["service"]) == (path, status, service):
                found.append(pytest.param(one, id=f"{file.stem}-{number}"))
    assert found, path
    return found


def sent(url: str, one: dict, key: str = "") -> httpx.Response:
    """The answer to a request with its own headers and its own bytes."""
    headers = {name: value.format(key=key) for name, value in one["headers"].items()}
    return httpx.request(one["method"], url + one["path"], headers=headers, content=one.get("body"), timeout=60)


def check_mp3(answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "audio/mpeg"  # Open WebUI would want ffmpeg for anything else
    assert "content-encoding" not in answer.headers
    samples, rate = decoded(answer.content)
    assert len(samples) / rate > 0.3


@pytest.mark.parametrize("one", captured("/v1/audio/speech", 200))
def test_speech(service: Service, one: dict):
    check_mp3(sent(service.url, one))


@pytest.mark.parametrize("one", captured("/v1/audio/speech", 200, "guarded"))
def test_speech_with_a_key(guarded: Guarded, one: dict):
    check_mp3(sent(guarded.url, one, guarded.key("speak")[1]))


@pytest.mark.parametrize("one", captured("/v1/audio/voices", 200))
def test_voices_to_choose_from(service: Service, one: dict):
    voices = {voice["id"]: voice["name"] for voice in sent(service.url, one).json()["voices"]}
    assert voices["ana"] == "Ana" and len(voices) > 1


@pytest.mark.parametrize("one", captured("/v1/models", 200))
def test_models_to_choose_from(service: Service, one: dict):
    assert {"tiny", "tts-1"} <= {model["id"] for model in sent(service.url, one).json()["data"]}


@pytest.mark.parametrize("one", captured("/v1/audio/models", 404))
def test_who_asks_for_a_route_of_others_is_told_to_ask_elsewhere(service: Service, one: dict):
    assert sent(service.url, one).status_code == 404


@pytest.mark.parametrize(
    "one",
    [
        refused
        for path in ("/v1/audio/speech", "/v1/audio/voices", "/v1/audio/models", "/v1/models")
        for refused in captured(path, 401, "guarded")
    ],
)
def test_who_sends_no_key_is_told_so(guarded: Guarded, one: dict):
    answer = sent(guarded.url, one)
    assert answer.status_code == 401
    assert "API key" in answer.json()["error"]["message"]


def test_nothing_was_captured_that_is_not_tested():
    tested = {("/v1/audio/speech", 200), ("/v1/audio/voices", 200), ("/v1/models", 200), ("/v1/audio/models", 404)}
    for file in CLIENTS.glob("*.json"):
        for one in json.loads(file.read_text("utf-8"))["requests"]:
            assert (one["path"], one["status"]) in tested or one["status"] == 401


def example(begins: str, guarded: Guarded) -> str:
    """A block of the page, for this service and with a key of it."""
    blocks = re.findall(r"(?:^    .*\n(?:\n(?=    ))*)+", DOCS.read_text("utf-8"), re.M)
    block = next(block for block in map(textwrap.dedent, blocks) if block.startswith(begins))
    return block.replace("http://127.0.0.1:8005", guarded.url).replace("tb_…", guarded.key("speak")[1])


@pytest.mark.parametrize(
    ("begins", "command", "files"),
    [
        ("from openai", [sys.executable, "-c"], ["speech.mp3", "speech.pcm"]),
        ("curl", ["sh", "-ec"], ["speech.mp3"]),
    ],
)
def test_the_examples_of_the_page_speak(guarded: Guarded, tmp_path: Path, begins: str, command: list, files: list):
    script = example(begins, guarded)
    done = subprocess.run([*command, script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    for name in files:
        samples, rate = decoded((tmp_path / name).read_bytes(), name.rpartition(".")[2])
        assert len(samples) / rate > 0.3
