"""What is measured on a segment, held against sound whose figures are known."""

import numpy as np
import people
import pytest
import soxr
from recordings import speech

from timbre.datasets import figures
from timbre.datasets.work import RATE

QUIET = np.zeros(RATE, np.float32)
SENTENCES = (
    "The kettle has just boiled, and the cake is on the table. Would you like a cup of tea before we leave?",
    "She sells sea shells by the shore, while nobody watches the tide.",
)


def recorded(person: str) -> np.ndarray:
    heard = people.prompts(person, 8, 3)[: 8 * people.RATE]
    return np.concatenate((QUIET, soxr.resample(heard, people.RATE, RATE).astype(np.float32), QUIET))


def made(text: str) -> np.ndarray:
    """With a second of quiet on either side, as a pause in a recording is."""
    said = speech(text=text)
    return np.concatenate((QUIET, said[RATE // 2 : -RATE // 2], QUIET))


def band(samples: np.ndarray) -> np.ndarray:
    """What of it is heard."""
    spectrum = np.fft.rfft(samples)
    spectrum[: int(figures.LOWEST_HZ * len(samples) / RATE) + 1] = 0
    return np.fft.irfft(spectrum, len(samples))


def noise(kind: str, count: int) -> np.ndarray:
    """Of power one."""
    dice = np.random.default_rng(count)
    if kind == "hum":
        times = np.arange(count) / RATE
        found = sum(np.sin(2 * np.pi * 50 * harmonic * times) / harmonic for harmonic in range(1, 6))
    else:
        falls = {"white": 0.0, "pink": 0.5, "brown": 1.0}[kind]
        spectrum = np.fft.rfft(dice.normal(size=count))
        found = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** falls, count)
    found = band(found)
    return found / np.sqrt(np.mean(found**2))


@pytest.mark.parametrize("kind", ["white", "pink", "brown", "hum"])
def test_the_noise_in_a_mixture_is_told_within_two_decibels_from_0_to_40(kind: str):
    clean = [made(text) for text in SENTENCES] + [recorded(who) for who in (people.ALLISON, people.CARLO)]
    for number, sound in enumerate(clean):
        spoken = np.zeros(len(sound), bool)
        for begin, end in figures.spoken(sound):
            spoken[int(begin * RATE) : int(end * RATE)] = True
        power = np.mean(band(sound)[spoken] ** 2)
        for wanted in (0, 10, 20, 30, 40):
            mixture = sound + noise(kind, len(sound)) * np.sqrt(power) * 10 ** (-wanted / 20)
            mixture = (mixture / max(1.0, np.abs(mixture).max())).astype(np.float32)
            before, inside, after = np.split(mixture, [RATE, len(mixture) - RATE])
            found = figures.sound(inside, before, after).snr_db
            assert found == pytest.approx(wanted, abs=2), (kind, number)


def test_silence_is_the_share_in_which_nobody_speaks():
    said = speech(text=SENTENCES[1])[RATE // 2 : -RATE // 2]
    half = figures.sound(np.concatenate((said, np.zeros(len(said), np.float32))), QUIET, QUIET)
    assert figures.sound(said, QUIET, QUIET).silence < 0.25
    assert half.silence == pytest.approx(0.5 + figures.sound(said, QUIET, QUIET).silence / 2, abs=0.05)


def test_nothing_but_silence_has_no_figures_that_would_be_made_up():
    found = figures.sound(np.zeros(4 * RATE, np.float32), QUIET, QUIET)
    assert found.silence == 1 and not found.spans
    assert found.as_dict().keys() == {"seconds", "silence", "clipped"}


def test_clipping_is_seen():
    said = speech(text=SENTENCES[0])
    loud = np.clip(said * 8, -0.9, 0.9)
    assert figures.sound(said, QUIET, QUIET).clipped < 0.002 < figures.sound(loud, QUIET, QUIET).clipped


def test_loudness_is_that_of_the_recommendation():
    """A sine of 997 Hz at full scale in one channel has -3.01 LUFS (ITU-R BS.1770-4)."""
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * RATE) / RATE).astype(np.float32)
    assert figures.loudness(sine) == pytest.approx(-3.01, abs=0.1)
    assert figures.loudness(sine * np.float32(0.1)) == pytest.approx(-23.01, abs=0.1)
    assert figures.loudness(sine[: RATE // 4]) is None and figures.loudness(sine * 0) is None
