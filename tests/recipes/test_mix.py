"""The training set of many voices."""

import json
from pathlib import Path

import numpy as np
import pytest

from recipes.mini import many, teacher
from recipes.mini.mix import FIRST_NUMBER, FIRST_SPEAKER, mix
from recipes.mini.speech import Speech, write_mels
from timbre.text.phonemes import phonemiser


def recordings(folder: Path, rows: list[dict[str, object]]) -> None:
    """Half a second of a tone for each row."""
    folder.mkdir(parents=True, exist_ok=True)
    tone = (8000 * np.sin(np.arange(12_000) / 20)).astype("<i2")
    placed = [{"number": number, **row, "start": 12_000 * number, "samples": 12_000} for number, row in enumerate(rows)]
    (folder / "speech-0-0.i16").write_bytes(np.tile(tone, len(rows)).tobytes())
    (folder / "index-0-0.jsonl").write_text("".join(json.dumps(row) + "\n" for row in placed))


def reading(text: str, language: str, factor: float, **more: object) -> dict[str, object]:
    return {"split": "train", "text": text, "language": language, "voice": "x", "factor": factor, "speaker": 2, **more}


@pytest.fixture
def build(tmp_path: Path) -> Path:
    recordings(tmp_path / "speech", [{"split": "train", "text": "Yes.", "phonemes": "jˈɛs.", "speaker": 3}])
    write_mels(tmp_path / "speech")
    slow, fast = many.FACTORS[0], many.FACTORS[-1]
    rows = [reading("Os olhos.", "pt", fast, espeak="ʊz ˈɔljʊs."), reading("One day.", "en", slow, phonemes="?")]
    recordings(tmp_path / "kokoro", rows)
    return tmp_path


def test_both_teachers_recordings_are_one_set(build: Path) -> None:
    mix(build)
    speech = Speech(build / "speech-many")
    ours, portuguese, english = speech.rows
    assert (ours["voice"], ours["language"], ours["factor"]) == ("hibari", "en", teacher.FACTORS[3])
    assert portuguese["phonemes"] == phonemiser("timbre", "pt")("Os olhos.")
    assert english["phonemes"] == phonemiser("timbre", "en")("One day.")
    assert [row["number"] for row in speech.rows] == [0, FIRST_NUMBER, FIRST_NUMBER + 1]
    assert portuguese["speaker"] != english["speaker"]
    assert min(portuguese["speaker"], english["speaker"]) >= FIRST_SPEAKER


def test_a_factor_makes_the_voice_faster(build: Path) -> None:
    mix(build)
    speech = Speech(build / "speech-many")
    assert len(speech.wave(1)) == pytest.approx(12_000 / many.FACTORS[-1], abs=2)
    assert len(speech.wave(2)) == pytest.approx(12_000 / many.FACTORS[0], abs=2)
    assert [len(speech.mel(place)) for place in range(3)] == [speech.frames(place) for place in range(3)]


def test_what_is_read_later_goes_behind(build: Path) -> None:
    mix(build)
    before = Speech(build / "speech-many").rows
    rows = [*before[1:], reading("Sim.", "pt", 1.0)]
    recordings(build / "kokoro", [{**row, "speaker": 2} for row in rows])
    mix(build)
    after = Speech(build / "speech-many").rows
    assert after[: len(before)] == before
    assert after[-1]["text"] == "Sim."
