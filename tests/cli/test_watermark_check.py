"""`timbre watermark check`, as it is typed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from recordings import speech

from timbre.audio.encode import encode
from timbre.audio.watermark import mark

RATE = 24_000


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder of recordings: marked ones, one without, one in part, one too short, and one that is none."""
    folder = tmp_path_factory.mktemp("recordings")
    samples = speech(RATE)
    marked = mark(samples, RATE)
    half = np.concatenate([speech(RATE, repeat=2)[: 10 * RATE], marked, marked])[: 20 * RATE]
    for name, sound in {
        "ours.mp3": marked,
        "ours.ogg": marked,
        "theirs.wav": samples,
        "half.flac": half,
        "short.wav": marked[: RATE // 4],
    }.items():
        (folder / name).write_bytes(encode(sound, name.rpartition(".")[2], RATE))
    (folder / "text.txt").write_text("Not a sound.")
    return folder


def check(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "timbre", "watermark", "check", *words],
        cwd=folder,
        env=os.environ | {"TIMBRE_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_marked_files_are_marked(files: Path):
    done = check(files, "ours.mp3", "ours.ogg")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["ours.mp3: marked (1.00)", "ours.ogg: marked (1.00)"]


def test_each_file_has_its_line_and_the_exit_code_says_whether_all_are_marked(files: Path):
    done = check(files, "ours.mp3", "theirs.wav", "half.flac", "short.wav")
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and done.stderr == ""
    assert lines[0] == "ours.mp3: marked (1.00)" and lines[1].startswith("theirs.wav: no mark (0.")
    assert lines[2] == "half.flac: marked in part (1.00): 0:10–0:20"
    assert lines[3] == "short.wav: too short to tell: there is less than 0.5 s"


def test_the_same_as_json(files: Path):
    done = check(files, "--json", "half.flac", "theirs.wav")
    half, theirs = json.loads(done.stdout)
    assert half["file"] == "half.flac" and half["marked"] and not theirs["marked"]
    assert [stretch["marked"] for stretch in half["stretches"]] == [False, True]
    assert half["score"] == max(stretch["score"] for stretch in half["stretches"])


@pytest.mark.parametrize("name", ["text.txt", "nothing.wav"])
def test_what_is_no_recording_gets_a_sentence(files: Path, name: str):
    done = check(files, name)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"timbre: {name} " in done.stderr and done.stdout == ""


def test_a_wrong_use_is_2(files: Path):
    assert check(files).returncode == 2
