"""Segments recognised by a real Whisper."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from working import Left, Told, add_segment, add_source, again, change, in_hand, segment, segments

from timbre.datasets import whisper
from timbre.datasets.transcribe import transcribe
from timbre.datasets.work import RATE, Work
from timbre.errors import NoWhisper
from timbre.settings import Settings
from timbre.text.compare import word_error_rate

PAUSE = np.zeros(RATE, np.float32)
Prompts = dict[str, tuple[np.ndarray, str]]


def long_recording(work: Work, prompts: Prompts) -> dict[str, str]:
    """All prompts in one source, a segment each. Returns the texts by segment."""
    source = add_source(work, np.concatenate([part for sound, _ in prompts.values() for part in (sound, PAUSE)]))
    at, texts = 0.0, {}
    for sound, text in prompts.values():
        seconds = len(sound) / RATE
        texts[add_segment(work, source, at, at + seconds)] = text
        at += seconds + 1
    return texts


@pytest.fixture
def work(tmp_path: Path, whisper_base: Path) -> Work:
    return in_hand(tmp_path, whisper=str(whisper_base), whisper_unsure="", whisper_workers=1)


def test_what_is_said_is_recognised_with_the_time_of_each_word(work: Work, allison: Prompts):
    texts = long_recording(work, allison)
    transcribe(work)
    rows = segments(work)
    assert word_error_rate([(texts[row.id], row.heard or "") for row in rows]) < 0.1
    for row in rows:
        assert 0.5 < row.figures["sure"] <= 1
        assert row.text is None and row.edited == [], "what is recognised is nobody's correction"
        times = [(word["begin_s"], word["end_s"]) for word in row.words]
        assert times == sorted(times), "times are of the source"
        assert row.begin / RATE - 0.05 <= times[0][0] and times[-1][1] <= row.end / RATE + 0.3
    assert work.tell.shares[-1] == 1 and "5 segments" in work.tell.lines[-1]


def test_only_what_changed_is_recognised_again(work: Work, allison: Prompts):
    texts = long_recording(work, allison)
    transcribe(work)
    first = next(iter(texts))
    before = {row.id: row.heard for row in segments(work)}
    for id in texts:
        change(work, id, heard="as it was")
    row = segment(work, first)
    change(work, first, end=row.end - RATE // 100)
    second = again(work)
    transcribe(second)
    assert "1 segments" in second.tell.lines[-1]
    assert segment(work, first).heard == before[first]
    assert {segment(work, id).heard for id in texts if id != first} == {"as it was"}


def test_work_that_is_left_keeps_what_was_done(work: Work, allison: Prompts, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("timbre.datasets.hearing.BATCH", 2)
    long_recording(work, allison)
    told = Told(left_after=2)
    with pytest.raises(Left):
        transcribe(dataclasses.replace(work, tell=told))
    assert sum(row.heard is not None for row in segments(work)) == 2
    rest = again(work)
    transcribe(rest)
    assert "3 segments" in rest.tell.lines[-1]


def test_what_a_person_wrote_stays_and_is_compared(work: Work, allison: Prompts):
    sound, text = allison["agent-alreadyon"]
    source = add_source(work, sound)
    right = add_segment(work, source, 0, len(sound) / RATE, text=text)
    wrong = add_segment(work, source, 0, len(sound) / RATE, text="Something else is written here altogether.")
    transcribe(work)
    assert segment(work, right).text == text and segment(work, right).figures["differs"] < 0.2
    assert segment(work, wrong).figures["differs"] > 0.8
    assert segment(work, wrong).heard and segment(work, wrong).text == "Something else is written here altogether."


def test_a_word_that_an_edge_cuts_through_is_left_out(work: Work, allison: Prompts):
    sound, _ = allison["agent-alreadyon"]
    source = add_source(work, sound)
    id = add_segment(work, source, 0.31, len(sound) / RATE)
    transcribe(work)
    row = segment(work, id)
    assert row.begin > round(0.31 * RATE) and row.end == len(sound)
    assert not (row.heard or "").lower().startswith(("that", "hat", "at"))
    row_again = again(work)
    transcribe(row_again)
    assert "Nothing" in row_again.tell.lines[-1], "and that is not done twice"


def test_the_unsure_are_asked_again_of_the_larger_one(tmp_path: Path, whisper_base: Path, allison: Prompts):
    """Base in place of a larger one: what counts is who is asked again, and that the surer answer stays."""
    larger = tmp_path / "home" / "whisper" / "larger"
    larger.parent.mkdir(parents=True)
    larger.symlink_to(whisper_base)
    work = in_hand(tmp_path / "home", whisper=str(whisper_base), whisper_unsure="larger")
    texts = long_recording(work, {name: allison[name] for name in ("agent-loginok", "auth-incorrect")})
    transcribe(again(work, unsure=0.0))
    assert all("transcribe_unsure" not in row.done for row in segments(work))
    poor, sure = texts
    change(work, poor, heard="a guess", figures={"sure": 0.1})
    change(work, sure, heard="surely", figures={"sure": 0.99})
    told = again(work, unsure=0.5)
    transcribe(told)
    assert any("1 unsure" in line for line in told.tell.lines)
    assert segment(work, poor).heard != "a guess" and segment(work, sure).heard == "surely"
    told = again(work, unsure=1.0)
    change(work, sure, heard="surely", figures={"sure": 1.0 - 1e-9})
    transcribe(told)
    assert segment(work, sure).heard == "surely", "who is no surer is not believed"


def test_recognising_does_without_torch(tmp_path: Path, whisper_base: Path):
    script = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from timbre.datasets.hearing import Hearing; from timbre.settings import settings\n"
        f"Hearing(Path({str(whisper_base)!r}), settings()).hear([np.zeros(16000, np.float32)], 'en')\n"
        "assert not {'torch', 'transformers', 'torchaudio'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True, env=os.environ | {"TIMBRE_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ("enormous", "neither a folder nor one of"),
        ("../secrets/base", "neither a folder nor one of"),
        ("{folder}", "lacks config.json"),
        ("base", "is not here, and"),
    ],
)
def test_a_whisper_that_cannot_be_had_is_one_sentence(tmp_path: Path, monkeypatch, wanted: str, reason: str):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoWhisper, match=reason) as raised:
        whisper.needed(wanted.format(folder=tmp_path / "empty"), tmp_path / "home")
    assert "\n" not in str(raised.value) and "TIMBRE_WHISPER" in raised.value.advice
    assert not any((tmp_path / "home").rglob("model.bin"))


def test_workers_are_as_many_as_memory_and_cores_allow(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(bytes(1_000_000))

    def allowed(free: int, **said: int) -> int:
        return whisper.workers(Settings(_env_file=None, **said), tmp_path, lambda: free)  # type: ignore[call-arg]

    assert allowed(1_000) == 1 and allowed(10**12) >= 1
    assert allowed(10**12, whisper_workers=7) == 7
