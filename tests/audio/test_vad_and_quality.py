"""Where somebody speaks, and how well it was recorded."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from recordings import speech

from timbre.audio import vad
from timbre.audio.dsp import decibels, faded, level, trimmed
from timbre.audio.quality import measure
from timbre.audio.vad import speech_spans

RATE = 16_000


def test_speech_is_found_where_it_is():
    samples = np.concatenate([np.zeros(2 * RATE, np.float32), speech(RATE), np.zeros(2 * RATE, np.float32)])
    spans = speech_spans(samples)
    assert spans[0][0] == pytest.approx(2.6, abs=0.3)
    assert spans[-1][1] == pytest.approx(len(samples) / RATE - 2.5, abs=0.4)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] + 0.07 for before, after in itertools.pairwise(spans))


@pytest.mark.parametrize("kind", ["silence", "noise", "tone", "nothing", "click"])
def test_what_is_not_speech_is_not_found(kind: str):
    random = np.random.default_rng(0)
    samples = {
        "silence": np.zeros(5 * RATE),
        "noise": random.normal(0, 0.1, 5 * RATE),
        "tone": 0.3 * np.sin(np.arange(5 * RATE) * 2 * np.pi * 440 / RATE),
        "nothing": np.zeros(0),
        "click": np.eye(1, RATE, 500)[0],
    }[kind].astype(np.float32)
    assert speech_spans(samples) == []


def test_a_long_recording_is_heard_the_same_as_a_short_one(monkeypatch):
    samples = speech(RATE, repeat=2)
    whole = vad.probabilities(samples)
    monkeypatch.setattr(vad, "BATCH", 7)
    assert np.abs(vad.probabilities(samples) - whole).max() < 1e-4


def test_it_does_not_import_torch():
    script = (
        "import sys, numpy; from timbre.audio.vad import speech_spans; speech_spans(numpy.zeros(16000, 'f'));"
        "assert not {'torch', 'faster_whisper', 'silero_vad'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def quality_of(samples: np.ndarray):
    return measure(samples.astype(np.float32), RATE, speech_spans(samples.astype(np.float32)))


def test_a_good_recording_has_no_warnings():
    random = np.random.default_rng(0)
    samples = speech(RATE) + random.normal(0, 1e-3, len(speech(RATE)))
    found = quality_of(samples)
    assert found.warnings() == []
    assert found.snr_db is not None and 25 < found.snr_db < 50


def test_clipping_is_noticed_also_when_it_was_turned_down_later():
    for gain in (1.0, 0.3):
        [warning] = quality_of(np.clip(speech(RATE) * 8, -1, 1) * gain).warnings()
        assert "overdriven" in warning


@pytest.mark.parametrize("wanted", [5, 10, 20, 30])
def test_the_signal_to_noise_ratio_is_about_what_it_is(wanted: int):
    samples = speech(RATE, repeat=2)
    spans = speech_spans(samples)
    spoken = np.concatenate([trimmed(samples, RATE, *span) for span in spans])
    noise = np.random.default_rng(1).normal(0, 10 ** ((level(spoken) - wanted) / 20), len(samples))
    found = measure((samples + noise).astype(np.float32), RATE, spans)
    assert found.snr_db == pytest.approx(wanted, abs=3)
    assert any("noisy" in warning for warning in found.warnings()) == (wanted < 15)


def test_a_whisper_from_afar_is_called_quiet():
    samples = speech(RATE)
    found = measure(samples * 0.01, RATE, speech_spans(samples))
    assert any("quiet" in warning for warning in found.warnings())


def test_nothing_spoken_measures_nothing():
    found = measure(np.zeros(RATE, np.float32), RATE, [])
    assert found.snr_db is None and found.clipped == 0


def test_levels_and_fades():
    assert decibels(1.0) == 0 and decibels(0.0) == -120
    assert level(np.full(100, 0.1, np.float32)) == pytest.approx(-20, abs=0.01)
    soft = faded(np.ones(1_000, np.float32), 10_000)
    assert soft[0] == 0 and soft[-1] == 0 and soft[500] == 1
    assert len(faded(np.ones(3, np.float32), 10_000)) == 3
