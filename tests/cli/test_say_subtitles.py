"""`timbre say --subtitles`: files that say when each word is said."""

import json
from collections.abc import Iterator
from pathlib import Path

import pysubs2
import pytest
from running import Service, serving, with_heads
from sound import seconds
from test_say import say

TEXT = "It costs $2.50 today. Nobody is here yet."


@pytest.fixture(scope="module")
def timed(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = with_heads(engine_folder, tmp_path_factory.mktemp("aligning"))
    with serving(tmp_path_factory.mktemp("home"), folder) as service:
        yield service


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("format", ["srt", "vtt", "json"])
def test_the_ending_chooses_the_format(timed: Service, tmp_path: Path, format: str, elsewhere: bool):
    sound, shown = tmp_path / "out.wav", tmp_path / f"out.{format}"
    where = ["--server", timed.url] if elsewhere else []
    done = say(
        TEXT, "--seed", "1", "-o", str(sound), "--subtitles", str(shown), *where, environment=timed.environment()
    )
    assert done.returncode == 0 and b"by attention" in done.stderr, done.stderr.decode()
    length = seconds(sound.read_bytes())
    if format == "json":
        found = json.loads(shown.read_text("utf-8"))
        assert [word["word"] for word in found["words"]] == TEXT.split()
        assert found["words"][-1]["end_s"] <= length + 0.05
    else:
        cues = pysubs2.SSAFile.from_string(shown.read_text("utf-8"), format_=format)
        assert " ".join(" ".join(cue.plaintext.split()) for cue in cues) == TEXT
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((sound.name, shown.name))


def test_a_refusal_leaves_no_file(service: Service, timed: Service, tmp_path: Path):
    for one, name, word in (
        (timed, "out.ass", "srt"),
        (timed, "no/such/folder/out.srt", "out.srt"),
        (service, "out.srt", "no attention heads"),
    ):
        shown = str(tmp_path / name)
        done = say(TEXT, "-o", str(tmp_path / "out.wav"), "--subtitles", shown, environment=one.environment())
        assert done.returncode == 1 and word in done.stderr.decode() and b"Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []
