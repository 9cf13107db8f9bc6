"""What is measured on a segment's sound: noise, silence, clipping, loudness."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.audio import vad
from timbre.audio.dsp import SILENCE_DB
from timbre.audio.quality import measure
from timbre.datasets.work import RATE
from timbre.errors import MissingExtra

Samples = NDArray[np.float32]

VERSION = 2
"""Of what is measured here: another makes old figures stale."""

NAMES = ("seconds", "silence", "clipped", "snr_db", "lufs")

AROUND_S = 1.0
"""Seconds on either side of a segment in which its noise is looked for, too."""

LOWEST_HZ = 40.0  # what is below is neither heard nor said; hum is above
FRAME_S = 0.04
QUIET_SHARE, QUIET_TIMES = 25, 3.0  # noise is what has at most three times the power of the quietest quarter's loudest
LEAST_FRAMES = 5
LOUD_TIMES, CLOSED = 2.0, 2  # speech that the net misses in noise: frames above it, over gaps of so many
MOST_DB = 100.0


@dataclass(frozen=True, slots=True)
class Sound:
    """A segment's figures. None: it cannot be told."""

    seconds: float
    snr_db: float | None
    silence: float  # share of it that nobody speaks in
    clipped: float  # share of the samples of speech
    lufs: float | None
    spans: list[tuple[float, float]]  # of speech, in seconds from its begin

    def as_dict(self) -> dict[str, float]:
        """What is kept of it; what cannot be told is not in it."""
        told = {
            "seconds": round(self.seconds, 3),
            "silence": round(self.silence, 3),
            "clipped": round(self.clipped, 5),
            "snr_db": None if self.snr_db is None else round(self.snr_db, 1),
            "lufs": None if self.lufs is None else round(self.lufs, 1),
        }
        return {name: value for name, value in told.items() if value is not None}


def sound(samples: Samples, before: Samples, after: Samples) -> Sound:
    """Measures a segment at 22,050 Hz; `before` and `after` are what lies on either side of it in its source."""
    whole = np.concatenate((before, samples, after))
    start_s, seconds = len(before) / RATE, len(samples) / RATE
    spans = spoken(whole)
    inside = [
        (max(begin - start_s, 0.0), min(end - start_s, seconds))
        for begin, end in spans
        if end > start_s and begin < start_s + seconds
    ]
    speech_s = sum(end - begin for begin, end in inside)
    return Sound(
        seconds,
        snr(whole, spans, (start_s, start_s + seconds)),
        1 - speech_s / seconds if seconds else 1.0,
        measure(samples, RATE, inside).clipped,
        loudness(samples),
        inside,
    )


def spoken(samples: Samples) -> list[tuple[float, float]]:
    """From which to which second somebody speaks, in samples at 22,050 Hz."""
    return vad.speech_spans(np.asarray(soxr.resample(samples, RATE, vad.RATE), np.float32))


def snr(samples: Samples, spans: Sequence[tuple[float, float]], within: tuple[float, float]) -> float | None:
    """Level of speech over that of the noise around it, in dB.

    samples: at 22,050 Hz; spans: where the net hears speech; within: from which to which second the speech counts.
    """
    frame = int(FRAME_S * RATE)
    heard = _without_rumble(samples)
    count = len(heard) // frame
    powers = np.square(heard[: count * frame].reshape(count, frame)).mean(1)
    middles = (np.arange(count) + 0.5) * FRAME_S
    heard_in = np.zeros(count, bool)
    for begin, end in spans:
        heard_in |= (middles >= begin) & (middles < end)
    rest = powers[~heard_in]
    if len(rest) < LEAST_FRAMES or not heard_in.any():
        return None
    noise = max(float(rest[rest <= QUIET_TIMES * np.percentile(rest, QUIET_SHARE)].mean()), 1e-14)
    here = (middles >= within[0]) & (middles < within[1])
    active = (heard_in | _closed(powers > LOUD_TIMES * noise)) & here
    if not active.any():
        return None
    speech = max(float(powers[active].mean()) - noise, 1e-14)
    return min(float(10 * np.log10(speech / noise)), MOST_DB)


def _closed(loud: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """With its short gaps filled."""
    reach = np.ones(2 * CLOSED + 1)
    wide = np.convolve(loud, reach, "same") > 0
    closed: NDArray[np.bool_] = np.convolve(~wide, reach, "same") == 0
    return closed


def _without_rumble(samples: Samples) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(samples.astype(np.float64))
    spectrum[: int(LOWEST_HZ * len(samples) / RATE) + 1] = 0
    return np.fft.irfft(spectrum, len(samples))


def loudness(samples: Samples) -> float | None:
    """Loudness by ITU-R BS.1770, in LUFS; None where it is too short or silent. Raises errors.MissingExtra."""
    try:
        import pyloudnorm
    except ImportError:
        raise MissingExtra(what="Measuring loudness", extra="datasets") from None
    meter = pyloudnorm.Meter(RATE)
    if len(samples) <= meter.block_size * RATE:
        return None
    with np.errstate(divide="ignore"):
        found = float(meter.integrated_loudness(samples.astype(np.float64)))
    return found if found > SILENCE_DB else None
