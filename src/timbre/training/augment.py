"""One clip as other recordings of the same words: a little faster or slower, louder or softer, in noise, in a room."""

import numpy as np
import soxr

from timbre.training.examples import Samples

SPEEDS, GAINS_DB, SNRS_DB, ROOM_S = (0.95, 1.05), (-6.0, 6.0), (20.0, 40.0), (0.05, 0.25)
OFTEN = 0.5
"""The share of clips that each change is made to."""

RATE = 22_050


def varied(wave: Samples, draw: np.random.Generator) -> Samples:
    """A wave [samples] at 22,050 Hz, changed in some of four ways; as long as before."""
    made = wave.astype(np.float32)
    if draw.random() < OFTEN:
        made = np.asarray(soxr.resample(made, RATE, RATE / draw.uniform(*SPEEDS)), np.float32)
    if draw.random() < OFTEN:
        made = made * np.float32(10 ** (draw.uniform(*GAINS_DB) / 20))
    if draw.random() < OFTEN:
        made = _in_a_room(made, draw.uniform(*ROOM_S), draw)
    if draw.random() < OFTEN:
        noise = draw.standard_normal(len(made)).astype(np.float32)
        made = made + noise * np.float32(np.sqrt(np.mean(made**2) + 1e-12) * 10 ** (-draw.uniform(*SNRS_DB) / 20))
    return np.resize(np.clip(made, -1, 1), len(wave)) if len(made) < len(wave) else np.clip(made[: len(wave)], -1, 1)


def _in_a_room(wave: Samples, decay_s: float, draw: np.random.Generator) -> Samples:
    """With echoes that die away: noise under an exponential curve, after the sound itself."""
    length = int(decay_s * RATE)
    echoes = draw.standard_normal(length).astype(np.float32) * np.exp(
        -6.9 * np.arange(length) / length, dtype=np.float32
    )
    echoes *= np.float32(0.3) / np.sqrt(np.sum(echoes**2))
    size = 1 << (len(wave) + length - 1).bit_length()
    heard = np.fft.irfft(np.fft.rfft(wave, size) * np.fft.rfft(echoes, size), size)[: len(wave)]
    return wave + heard.astype(np.float32)
