"""The training set of many voices."""

import json
from pathlib import Path

import numpy as np
import pytest

from recipes.mini import many, teacher
from recipes.mini.mix import FIRST_NUMBER, FIRST_SPEAKER, SPEAKERS, factors, mix
from recipes.mini.speech import HELD, Speech, recorded, write_mels
from timbre.text.phonemes import phonemiser


def recordings(folder: Path, rows: list[dict[str, object]]) -> None:
    """Half a second of a tone for each row."""
    folder.mkdir(parents=True, exist_ok=True)
    tone = (8000 * np.sin(np.arange(12_000) / 20)).astype("<i2")
    placed = [{"number": number, **row, "start": 12_000 * number, "samples": 12_000} for number, row in enumerate(rows)]
    (folder / "speech-0-0.i16").write_bytes(np.tile(tone, len(rows)).tobytes())
    (folder / "index-0-0.jsonl").write_text("".join(json.dumps(row) + "\n" for row in placed))


def reading(text: str, language: str, factor: float, **more: object) -> dict[str, object]:
    return {"split": "train", "text": text, "language": language, "voice": "x", "factor": factor, "speaker": 2} | more


READ = [
    reading("Os olhos.", "pt", many.FACTORS[-1], espeak="ʊz ˈɔljʊs."),
    reading("One day.", "en", many.FACTORS[0], phonemes="?"),
]


@pytest.fixture
def build(tmp_path: Path) -> Path:
    recordings(tmp_path / "speech", [{"split": "train", "text": "Yes.", "phonemes": "jˈɛs.", "speaker": 3}])
    write_mels(tmp_path / "speech")
    recordings(tmp_path / "kokoro", READ)
    return tmp_path


def test_both_teachers_recordings_are_one_set(build: Path) -> None:
    mix(build)
    speech = recorded(build)
    ours, portuguese, lower, english, higher = speech.rows
    assert (ours["voice"], ours["language"], ours["factor"]) == ("hibari", "en", teacher.FACTORS[3])
    assert portuguese["phonemes"] == phonemiser("timbre", "pt")("Os olhos.")
    assert english["phonemes"] == phonemiser("timbre", "en")("One day.")
    assert [row["number"] - FIRST_NUMBER for row in speech.rows[1:]] == [0, 0, 1, 1]
    speakers = [row["speaker"] for row in (portuguese, lower, english, higher)]
    assert len(set(speakers)) == 4
    assert min(speakers) >= FIRST_SPEAKER
    assert max(speakers) < SPEAKERS


def test_a_factor_makes_the_voice_faster(build: Path) -> None:
    mix(build)
    speech = recorded(build)
    lengths = [len(speech.wave(place)) for place in range(1, 5)]
    played = [many.FACTORS[one] for one in (-1, -3, 0, 2)]
    assert lengths == pytest.approx([12_000 / factor for factor in played], abs=2)
    assert [len(speech.mel(place)) for place in range(5)] == [speech.frames(place) for place in range(5)]


def test_what_is_read_later_goes_behind(build: Path) -> None:
    mix(build)
    before = recorded(build).rows
    recordings(build / "kokoro", [*READ, reading("Sim.", "pt", 1.0)])
    mix(build)
    after = recorded(build).rows
    assert after[: len(before)] == before
    assert [row["text"] for row in after[len(before) :]] == ["Sim."] * 3


def test_a_voice_that_is_held_out_is_in_nothing_that_training_opens(build: Path) -> None:
    held = [reading("One day.", "en", 1.0, voice=name, phonemes="?") for name in many.HELD_VOICES]
    recordings(build / "kokoro", [*READ, *held, reading("One day.", "en", 1.25, voice="af_bella", split="held")])
    mix(build)
    assert {row["voice"] for row in recorded(build).rows} == {"hibari", "x"}
    assert [row["voice"] for row in Speech(build / HELD).rows] == [*many.HELD_VOICES, "af_bella"]


def test_no_plan_gives_a_held_voice_a_sentence_to_train_on() -> None:
    taught = {name for table in (many.NATIVE, many.FOREIGN) for names in table.values() for name in names}
    assert not taught & set(many.HELD_VOICES)


def test_what_is_held_out_is_heard_as_it_was_read() -> None:
    assert factors(reading("Sim.", "pt", 1.0, split="test")) == [1.0]
    assert factors(reading("Sim.", "pt", 1.25, split="held", voice="af_bella")) == [1.0]
    assert len(factors(reading("Sim.", "pt", 1.0))) == 3
