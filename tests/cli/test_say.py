"""`timbre say`, as its user runs it."""

import os
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from running import Service
from sound import seconds

TEXT = "The kettle has just boiled."


def say(*arguments: str, environment: dict[str, str], given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "timbre", "say", *arguments]
    return subprocess.run(command, env=environment, input=given, capture_output=True, timeout=120, check=False)


@pytest.mark.parametrize("format", ["wav", "mp3", "ogg", "flac", "m4a", "opus"])
def test_the_files_ending_chooses_the_format(service: Service, tmp_path: Path, format: str):
    path = tmp_path / f"out.{format}"
    done = say(TEXT, "--seed", "1", "-o", str(path), environment=service.environment())
    assert done.returncode == 0, done.stderr.decode()
    assert seconds(path.read_bytes()) > 0.2
    assert [found.name for found in tmp_path.iterdir()] == [path.name]
    assert done.stdout == done.stderr == b""  # nobody watches, so no bar


def test_a_wav_file_names_its_length(service: Service, tmp_path: Path):
    path = tmp_path / "out.wav"
    assert say(TEXT, "--seed", "1", "-o", str(path), environment=service.environment()).returncode == 0
    data = path.read_bytes()
    assert 8 + int.from_bytes(data[4:8], "little") == len(data)
    with wave.open(str(path)) as file:
        assert data.index(b"data") + 8 + 2 * file.getnframes() == len(data)


def test_a_pipe_in_and_a_pipe_out(service: Service):
    done = say("-", "-o", "-", "--format", "pcm", "--seed", "1", environment=service.environment(), given=TEXT.encode())
    again = say(TEXT, "-o", "-", "--format", "pcm", "--seed", "1", environment=service.environment())
    assert done.returncode == 0 and done.stdout == again.stdout and len(done.stdout) > 4800


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["", "-o", "out.wav"], "nothing"),
        (["x " * 10_001, "-o", "out.wav"], "10000"),
        ([TEXT, "-o", "out.midi"], "midi"),
        ([TEXT, "-o", "out.wav", "--voice", "nobody"], "nobody"),
        ([TEXT, "-o", "out.wav", "--language", "xx"], "xx"),
        ([TEXT, "-o", "out.wav", "--language", "ja"], "Japanese"),
        ([TEXT, "-o", "out.wav", "--speed", "99"], "speed"),
        ([TEXT, "-o", "out.wav", "--model", "whisper"], "whisper"),
        ([TEXT, "-o", "no/such/folder/out.wav"], "out.wav"),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_no_file(service: Service, tmp_path: Path, arguments, word):
    arguments = [str(tmp_path / part) if part.endswith((".wav", ".midi")) else part for part in arguments]
    done = say(*arguments, environment=service.environment())
    said = done.stderr.decode()
    assert done.returncode == 1 and word in said and "Traceback" not in said, said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_it_leaves_no_file_and_stops_the_engine(service: Service, tmp_path: Path, kind, code: int):
    command = [sys.executable, "-m", "timbre", "say", "Tea is ready. " * 700, "-o", str(tmp_path / "out.wav")]
    child = subprocess.Popen(command, env=service.environment(), stderr=subprocess.PIPE)
    wait(lambda: list(tmp_path.iterdir()) != [] and engine(service)["running"])
    child.send_signal(kind)
    assert child.wait(10) == code
    assert child.stderr is not None and b"Traceback" not in child.stderr.read()
    assert list(tmp_path.iterdir()) == []
    wait(lambda: not engine(service)["running"])


def engine(service: Service) -> dict[str, object]:
    return dict(httpx.get(f"{service.url}/health/engines").json()["items"][0])


def wait(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_without_a_player_it_says_what_to_do(service: Service, tmp_path: Path):
    done = say(TEXT, environment=service.environment() | {"PATH": str(tmp_path)})
    assert done.returncode == 1 and b"-o speech.wav" in done.stderr


def test_without_an_engine_it_starts_one_and_ends_it_again(service: Service, tmp_path: Path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(service.home / "models")
    path = tmp_path / "out.wav"
    done = say(TEXT, "-o", str(path), environment=service.environment() | {"TIMBRE_HOME": str(home)})
    assert done.returncode == 0, done.stderr.decode()
    assert "Starting the engine" in done.stderr.decode()
    assert seconds(path.read_bytes()) > 0.2
    assert not (home / "engine.sock").exists()


def test_an_engine_that_cannot_start_says_why(service: Service, tmp_path: Path):
    environment = service.environment() | {"TIMBRE_HOME": str(tmp_path), "TIMBRE_MODEL": "nothing-of-the-kind"}
    done = say(TEXT, "-o", str(tmp_path / "out.wav"), environment=environment)
    assert done.returncode == 1 and b"nothing-of-the-kind" in done.stderr and b"Traceback" not in done.stderr
    assert not (tmp_path / "out.wav").exists()


def test_say_does_not_import_torch():
    script = "import sys, timbre.cli.say; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ)
