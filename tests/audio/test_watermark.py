"""The mark of speech that a machine made: Perth's own, found again, and only where it is."""

import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soxr
from people import ALLISON, CARLO, prompts
from recordings import speech

from timbre.audio import perth, watermark
from timbre.audio.decode import decode
from timbre.audio.encode import encode
from timbre.audio.watermark import CERTAIN, Marker, detect, mark
from timbre.errors import BrokenWatermark, MissingExtra

RATE = 24_000


@pytest.fixture(scope="module")
def marked() -> np.ndarray:
    return mark(speech(RATE), RATE)


@pytest.fixture
def unread():
    """The net is read anew, before and after."""
    perth.net.cache_clear()
    yield
    perth.net.cache_clear()


def streamed(samples: np.ndarray, sizes: list[int], **how: int) -> np.ndarray:
    marker, parts, start = Marker(RATE, **how), [], 0
    while start < len(samples):
        size = sizes[len(parts) % len(sizes)]
        parts.append(marker.feed(samples[start : start + size]))
        start += size
        assert min(start, len(samples)) - sum(map(len, parts)) <= marker.delay
    return np.concatenate([*parts, marker.finish()])


# Perth's own

PLACES = [500, 4800, 9367, 13934, 18501, 23068, 27635, 32202, 36769, 41336, 45903]
PERTHS = [-0.002, -0.02498, -0.00754, -0.0029, -0.00029, -0.00453, 0.00468, 0.00329, -0.01253, -0.0054, 0.00071]
"""What resemble-perth 1.0.1 itself, run by torch, adds to `humming` at these places."""


def humming() -> np.ndarray:
    """Two seconds that sound a little like a voice, and can be made again anywhere."""
    time = np.arange(2 * RATE) / RATE
    turns = 2 * np.pi * np.cumsum(120 + 20 * np.sin(2 * np.pi * 1.3 * time)) / RATE
    syllables = 0.55 - 0.45 * np.cos(2 * np.pi * 3 * time)
    tones = sum(np.sin(number * turns) / number for number in range(1, 30))
    noise = np.convolve(np.random.default_rng(0).normal(0, 0.02, len(time)), np.hanning(16) / 8, "same")
    return (syllables * 0.1 * tones + noise).astype(np.float32)


def test_the_mark_is_the_one_that_perth_makes():
    added = mark(humming(), RATE) - humming()
    assert np.allclose(added[PLACES], PERTHS, atol=3e-5)


def test_scores_are_those_that_perth_gives():
    assert detect(humming(), RATE).score == pytest.approx(0.00016, abs=1e-4)
    assert detect(mark(humming(), RATE)[12_345:30_000], RATE).score == pytest.approx(0.99864, abs=1e-4)


# Found again


@pytest.mark.parametrize("format", ["wav", "mp3", "opus", "m4a"])
def test_a_mark_outlives_encoding(marked: np.ndarray, format: str):
    assert detect(decode(encode(marked, format, RATE), 48_000), 48_000).marked
    assert not detect(decode(encode(speech(RATE), format, RATE), 48_000), 48_000).marked


@pytest.mark.parametrize(("start", "seconds"), [(4321, 10), (RATE, 3), (RATE + 77, 1)])
def test_a_part_is_enough(marked: np.ndarray, start: int, seconds: int):
    cut = slice(start, start + seconds * RATE)
    assert detect(marked[cut], RATE).marked and not detect(speech(RATE)[cut], RATE).marked


def test_people_are_not_marked():
    for person in (ALLISON, CARLO):
        for seed in range(3):
            said = prompts(person, 4, seed)
            assert detect(said, 16_000).score < 0.5
            assert detect(mark(said, 16_000), 16_000).marked


def test_it_is_told_where_the_mark_is(marked: np.ndarray):
    plain = prompts(ALLISON, 10, 0)
    ours = soxr.resample(np.concatenate([marked, marked]), RATE, 16_000).astype(np.float32)
    found = detect(np.concatenate([plain[: 10 * 16_000], ours[: 10 * 16_000]]), 16_000)
    assert found.marked and [stretch.marked for stretch in found.stretches] == [False, True]
    assert (found.stretches[1].start_s, found.stretches[1].end_s) == (10.0, 20.0)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_is_marked_and_heard(rate: int):
    samples = speech(rate)
    marked = mark(samples, rate)
    assert len(marked) == len(samples) and detect(marked, rate).marked


# What it changes


def test_it_is_quieter_than_the_speech_and_below_two_kilohertz(marked: np.ndarray):
    samples = speech(RATE)
    added = np.abs(np.fft.rfft(marked - samples)) ** 2
    assert len(marked) == len(samples)
    assert np.sum((marked - samples) ** 2) < np.sum(samples**2) / 20  # 13 dB
    above = np.fft.rfftfreq(len(samples), 1 / RATE) > 2_050
    assert added[above].sum() < 1e-5 * added.sum()


@pytest.mark.parametrize("count", [0, 1, 2, 100, 769, 1_537])
def test_hardly_any_samples_stay_as_many(count: int):
    samples = np.full(count, 0.1, np.float32)
    for marked in (mark(samples, RATE), mark(samples, 22_050), streamed(samples, [50])):
        assert len(marked) == count and np.isfinite(marked).all()
    assert not detect(samples, RATE).stretches


def test_silence_stays_silent_and_is_not_marked():
    silence = np.zeros(2 * RATE, np.float32)
    assert not mark(silence, RATE).any() and not detect(silence, RATE).marked


def test_what_is_no_number_does_no_harm():
    samples = speech(RATE).copy()
    samples[30_000:30_010] = np.nan
    assert np.isfinite(mark(samples, RATE)).all() and detect(samples, RATE).score < CERTAIN


# Streams


@pytest.mark.parametrize("sizes", [[1_000_000], [2_400], [1, 5_000, 333]])
def test_a_stream_that_waits_becomes_the_marked_file(marked: np.ndarray, sizes: list[int]):
    assert np.abs(streamed(speech(RATE), sizes, ahead=perth.REACH) - marked).max() < 1e-5


@pytest.mark.parametrize("sizes", [[480], [2_400], [1_500, 24_000]])
def test_a_stream_that_hardly_waits_is_marked_as_well(sizes: list[int]):
    samples = speech(RATE)
    stream = streamed(samples, sizes)
    assert len(stream) == len(samples) and Marker(RATE).delay < 0.065 * RATE
    for start in (0, RATE + 77):
        assert detect(stream[start : start + RATE], RATE).marked


def test_a_long_file_is_marked_as_a_whole_not_block_by_block():
    samples = np.concatenate([speech(RATE)] * 4)
    assert len(samples) > 2 * watermark.BLOCK_S * RATE
    assert np.abs(mark(samples, RATE) - streamed(samples, [len(samples)], ahead=perth.REACH)).max() < 1e-5


# What may be missing


def test_it_runs_without_torch():
    script = (
        "import sys, numpy; from timbre.audio.watermark import mark, detect\n"
        "detect(mark(numpy.random.default_rng(0).normal(0, .1, 24000).astype('f'), 24000), 24000)\n"
        "print('torch' in sys.modules, 'perth' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["False", "False"], done.stderr


def test_by_the_setting_it_is_wanted():
    assert watermark.available()
    assert watermark.wanted("on") and watermark.wanted("auto") and not watermark.wanted("off")


def test_where_it_is_not_installed_auto_goes_without_and_on_says_how_to_get_it(monkeypatch, unread):
    monkeypatch.setattr(perth, "PACKAGE", "resemble-nothing")
    assert not watermark.available() and not watermark.wanted("auto")
    for ask in (lambda: watermark.wanted("on"), lambda: Marker(RATE), lambda: detect(humming(), RATE)):
        with pytest.raises(MissingExtra, match="watermark needs a package") as raised:
            ask()
        assert "timbre-tts[watermark]" in raised.value.advice


class Villain:
    """A pickle that would make a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("content", ["villain", {"model": {}}, {"step": 1}])
def test_weights_that_are_not_perths_are_refused_and_run_nothing(monkeypatch, unread, tmp_path, content):
    path, made = tmp_path / "perth.pth.tar", tmp_path / "made"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Villain(made) if content == "villain" else content))
    monkeypatch.setattr(perth, "_weights_file", lambda: path)
    with pytest.raises(BrokenWatermark, match=r"perth\.pth\.tar cannot be read"):
        watermark.wanted("auto")
    assert not made.exists()
