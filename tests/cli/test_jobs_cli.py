"""`timbre jobs`: submitted, followed, fetched, paused, cancelled; and how a script tells what became of them."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time
import zipfile
from pathlib import Path

import httpx
import pytest
from commanding import Command
from relay import relaying
from running import Service, free_port
from sound import seconds

TEXT = "The kettle has just boiled. Tea is ready, and nobody is here to pour it out. The cake is on the table."
LONG = "Tea is ready now. " * 300


@pytest.fixture
def timbre(service: Service, tmp_path: Path) -> Command:
    return Command(service, tmp_path)


@pytest.fixture(scope="module")
def spoken(service: Service, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A completed job of some seconds."""
    command = Command(service, tmp_path_factory.mktemp("spoken"))
    return command.done("jobs", "submit", TEXT, "--seed", 1, "--name", "Tea/time", "--wait").split()[0]


# Submitting


def test_waited_for_it_lies_in_the_file_that_was_named(timbre: Command, tmp_path: Path):
    path = tmp_path / "out.mp3"
    told = timbre.done("jobs", "submit", "-", "--voice", "bruno", "-o", path, given="Hello there.")
    assert "completed" in told and str(path) in told
    assert seconds(path.read_bytes()) > 0.3
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_file_is_spoken_with_all_that_was_asked_for(timbre: Command, tmp_path: Path):
    (tmp_path / "tea.txt").write_text("﻿Bom dia.", "utf-8")
    words = ["--file", "tea.txt", "--language", "pt-BR", "--voice", "davi", "--format", "ogg", "--seed", 5]
    words += ["--profile", "steady", "--name", "Dia", "--model", "tiny", "--speed", 1.2, "--wait", "--json"]
    job = json.loads(timbre.done("jobs", "submit", *words))
    wanted = {
        "text": "Bom dia.", "language": "pt", "voice_id": "davi", "format": "ogg", "seed": 5, "name": "Dia",
        "profile_id": "steady", "model": "tiny", "status": "completed",
    }  # fmt: skip
    assert {name: job.get(name) for name in wanted} == wanted


def test_once_makes_no_second_job(timbre: Command):
    word = f"é {time.time()}"
    first = timbre.done("jobs", "submit", "Hello.", "--once", word)
    assert re.fullmatch(r"j-[0-9a-f]{24}\n", first), "the id alone, for scripts"
    assert timbre.done("jobs", "submit", "Hello.", "--once", word) == first
    assert "sent before" in timbre.refused("jobs", "submit", "Bye.", "--once", word)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([""], "nothing that can be read"),
        (["hi", "--voice", "nobody"], "no voice 'nobody'"),
        (["hi", "-o", "out.midi"], "no audio format 'midi'"),
        (["hi", "-o", "no/out.wav"], "there is no such folder"),
        (["--file", "absent.txt"], "absent.txt"),
        (["--file", "bytes.txt"], "bytes.txt is no text in UTF-8"),
        (["hi", "--key-file", "absent"], "No API key can be read from absent"),
        (["hi", "--server", "nowhere"], "'nowhere' is no address"),
    ],
)
def test_what_cannot_be_is_one_sentence(timbre: Command, tmp_path: Path, words: list[str], sentence: str):
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    assert sentence in timbre.refused("jobs", "submit", *words)
    assert [found.name for found in tmp_path.iterdir()] == ["bytes.txt"]


@pytest.mark.parametrize("words", [["submit"], ["submit", "a", "--file", "b"], ["list", "--limit", "0"]])
def test_a_wrong_use_is_2(timbre: Command, words: list[str]):
    assert timbre("jobs", *words).returncode == 2


def test_where_nothing_answers_it_says_how_to_start_it(service: Service, tmp_path: Path):
    command = Command(service, tmp_path, TIMBRE_PORT=str(free_port()))
    assert "Start it with: timbre serve" in command.refused("jobs", "list")
    assert "refused" in command.refused("jobs", "list", "--server", f"http://127.0.0.1:{free_port()}")


# Looking


def test_a_list_has_a_line_a_job_and_as_json_all_of_it(timbre: Command, spoken: str):
    [line] = timbre.done("jobs", "list", "--search", "Tea/time").splitlines()
    assert re.match(rf"{spoken}  completed +[\d.]+ s  ana  \d{{4}}-\d\d-\d\d \d\d:\d\d  Tea/time$", line)
    page = json.loads(timbre.done("jobs", "list", "--status", "completed", "--limit", 1, "--json"))
    assert len(page["items"]) == 1 and page["counts"]["completed"] >= 1
    assert "no such jobs" in timbre("jobs", "list", "--search", "nothing of the kind").stderr


def test_all_is_told_of_one(timbre: Command, spoken: str):
    told = dict(line.split(maxsplit=1) for line in timbre.done("jobs", "show", spoken).splitlines())
    assert told["status"] == "completed" and told["text"] == TEXT and told["progress"] == "100%"
    assert json.loads(timbre.done("jobs", "show", spoken, "--json"))["id"] == spoken
    assert "timbre jobs list" in timbre.refused("jobs", "show", "nobody")


def test_signs_that_a_terminal_would_obey_are_not_printed(timbre: Command):
    job = timbre.done("jobs", "submit", "Hi.", "--name", "\x1b[31mred").strip()
    assert "\x1b" not in timbre.done("jobs", "list", "--limit", 5) + timbre.done("jobs", "show", job)


# Following


def test_watching_ends_with_the_job(timbre: Command):
    job = timbre.done("jobs", "submit", TEXT).strip()
    lines = timbre.done("jobs", "watch", job).splitlines()
    assert re.fullmatch(r"100%  completed, [\d.]+ s of audio", lines[-1]), lines
    seen = [json.loads(line) for line in timbre.done("jobs", "watch", job, "--json").splitlines()]
    assert [found["status"] for found in seen] == ["completed"]


def test_watching_needs_no_websocket(timbre: Command, service: Service):
    with relaying(service.url) as relay:
        relay.upgrades = False
        job = timbre.done("jobs", "submit", TEXT, "--server", relay.url).strip()
        assert "completed" in timbre.done("jobs", "watch", job, "--server", relay.url)
        assert relay.asked(b"/ws/jobs/") and relay.asked(b"GET /jobs/")


def test_a_job_that_fails_is_told_with_1(timbre: Command):
    voice = timbre.done("voices", "mix", "Gone", "ana=1", "bruno=1").split()[0]
    job = timbre.done("jobs", "submit", LONG, "--voice", voice).strip()
    timbre.done("jobs", "pause", job)
    timbre.done("voices", "remove", voice)
    timbre.done("jobs", "resume", job)
    told = timbre.refused("jobs", "watch", job)
    assert f"The job '{job}' failed: there is no voice '{voice}'." in told and "The voices are:" in told


def test_a_cancelled_job_is_told_with_1_and_never_deleted_by_cancelling(timbre: Command):
    job = timbre.done("jobs", "submit", LONG).strip()
    assert timbre.done("jobs", "pause", job) == f"{job} is paused.\n"
    assert timbre.done("jobs", "resume", job) == f"{job} goes on.\n"
    assert timbre.done("jobs", "cancel", job) == f"{job} is cancelled.\n"
    assert "was cancelled" in timbre.refused("jobs", "watch", job)
    assert "has ended" in timbre.refused("jobs", "cancel", job)


def test_of_several_each_is_done_that_can_be(timbre: Command):
    job = timbre.done("jobs", "submit", LONG).strip()
    done = timbre("jobs", "delete", "nobody", job)
    assert done.returncode == 1 and "no job 'nobody'" in done.stderr
    assert done.stdout == f"{job} is deleted.\n"
    assert "no job" in timbre.refused("jobs", "show", job)


def test_a_person_sees_a_bar(timbre: Command):
    screen, end = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 120, 0, 0))
    line = timbre.line("jobs", "submit", "Hello.", "--wait")
    done = subprocess.run(line, env=timbre.environment, stdout=subprocess.PIPE, stderr=end, timeout=60, check=True)
    assert b"completed" in done.stdout and b"\r" not in done.stdout
    assert "100% |██" in os.read(screen, 65_536).decode()


# Fetching


def test_without_a_name_it_is_called_as_the_job_is(timbre: Command, spoken: str, tmp_path: Path):
    name = timbre.done("jobs", "download", spoken).strip()
    assert name == "Tea time.wav" and seconds((tmp_path / name).read_bytes()) > 1
    assert "There is a file" in timbre.refused("jobs", "download", spoken)
    (tmp_path / "there").mkdir()
    assert timbre.done("jobs", "download", spoken, "-o", "there", "--format", "mp3") == "there/Tea time.mp3\n"


def test_a_pipe_gets_the_bytes_alone(timbre: Command, service: Service, spoken: str):
    whole = httpx.get(f"{service.url}/jobs/{spoken}/download").content
    piped = subprocess.run(
        timbre.line("jobs", "download", spoken, "-o", "-"), env=timbre.environment, capture_output=True, check=True
    )
    assert piped.stdout == whole


def test_a_line_that_breaks_is_gone_on_with(timbre: Command, service: Service, spoken: str, tmp_path: Path):
    whole = httpx.get(f"{service.url}/jobs/{spoken}/download").content
    with relaying(service.url) as relay:
        relay.allowed = [20_000, 30_000]
        timbre.done("jobs", "download", spoken, "-o", "out.wav", "--server", relay.url)
        begun = [int(start) for request in relay.requests for start in re.findall(rb"bytes=(\d+)-\r", request)]
    assert (tmp_path / "out.wav").read_bytes() == whole
    assert begun[0] == 0 < begun[1] < 20_000 < begun[2] < 50_000 and len(begun) == 3
    assert [found.name for found in tmp_path.iterdir()] == ["out.wav"]


def test_a_killed_download_goes_on_from_where_it_was(timbre: Command, service: Service, spoken: str, tmp_path: Path):
    whole = httpx.get(f"{service.url}/jobs/{spoken}/download").content
    with relaying(service.url) as relay:
        relay.allowed, relay.stalls = [60_000], True
        child = timbre.start("jobs", "download", spoken, "-o", "out.wav", "--server", relay.url)
        deadline = time.monotonic() + 60
        while not (parts := [path for path in tmp_path.iterdir() if path.stat().st_size > 50_000]):
            assert time.monotonic() < deadline and child.poll() is None
            time.sleep(0.05)
        other = timbre("jobs", "download", spoken, "-o", "out.wav", "--server", relay.url)
        assert other.returncode == 1 and "another download writes it" in other.stderr
        child.kill()
        child.communicate()
        [part] = parts
        have = part.stat().st_size
        assert part.name.startswith(".out.wav.") and whole.startswith(part.read_bytes())
        relay.requests.clear()
        timbre.done("jobs", "download", spoken, "-o", "out.wav", "--server", relay.url)
        assert relay.asked(f"bytes={have}-\r".encode())
    assert (tmp_path / "out.wav").read_bytes() == whole
    assert [found.name for found in tmp_path.iterdir()] == ["out.wav"]


def test_what_lies_there_and_is_something_else_is_not_believed(timbre: Command, service: Service, spoken, tmp_path):
    tag = httpx.head(f"{service.url}/jobs/{spoken}/download").headers["etag"].strip('"')
    (tmp_path / f".out.wav.{tag[:16]}.part").write_bytes(b"x" * 1000)
    assert "what came is not what the service has" in timbre.refused("jobs", "download", spoken, "-o", "out.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_line_that_stays_down_is_one_sentence(timbre: Command, service: Service, spoken: str, tmp_path: Path):
    with relaying(service.url) as relay:
        relay.allowed = [20_000] + [1] * 9
        told = timbre.refused("jobs", "download", spoken, "-o", "out.wav", "--server", relay.url)
    assert "broke off after" in told and "goes on from there" in told
    assert not (tmp_path / "out.wav").exists()


def test_what_is_not_done_has_no_audio_yet(timbre: Command):
    job = timbre.done("jobs", "submit", LONG).strip()
    assert f"timbre jobs watch {job}" in timbre.refused("jobs", "download", job)
    timbre.done("jobs", "delete", job)


# Batches


def test_a_sheet_becomes_an_archive(timbre: Command, tmp_path: Path):
    (tmp_path / "prompts.csv").write_text("text,voice,name\nPress one.,ana,one\nPress two.,davi,two\n")
    told = timbre.done("jobs", "batch", "prompts.csv", "--format", "mp3", "--name", "Prompts", "--zip", "out.zip")
    assert "2 completed" in told
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == ["001 one.mp3", "002 two.mp3", "batch.csv"]
        assert seconds(archive.read("001 one.mp3")) > 0.3
    shown = timbre.done("jobs", "show", told.split()[0])
    assert "Prompts" in shown and "2 completed" in shown and "davi" in shown
    assert timbre.done("jobs", "download", told.split()[0]) == "Prompts.zip\n"


def test_a_text_file_has_a_text_a_line(timbre: Command, tmp_path: Path):
    (tmp_path / "lines.txt").write_text("Press one.\n\nPress two.\r\n")
    found = json.loads(timbre.done("jobs", "batch", "lines.txt", "--voice", "clara", "--wait", "--json"))
    assert [(job["text"], job["voice_id"]) for job in found["items"]] == [
        ("Press one.", "clara"),
        ("Press two.", "clara"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "text,voice\nHello,nobody\n", "line 2: there is no voice 'nobody'"),
        ("a.txt", "Hi.\n" * 101, "101 lines"),
    ],
)
def test_a_batch_that_cannot_be_taken_says_why(timbre: Command, tmp_path: Path, name: str, content: str, sentence: str):
    (tmp_path / name).write_text(content)
    told = timbre.refused("jobs", "batch", name)
    assert sentence in told and "1 to 100 texts" in told


def test_a_batch_in_which_one_was_cancelled_is_told_with_1(timbre: Command, tmp_path: Path):
    (tmp_path / "a.txt").write_text(f"Hello.\n{LONG}\n")
    batch = timbre.done("jobs", "batch", "a.txt").strip()
    timbre.done("jobs", "cancel", json.loads(timbre.done("jobs", "show", batch, "--json"))["items"][1]["id"])
    assert "1 of 2 jobs were not completed" in timbre.refused("jobs", "watch", batch)
