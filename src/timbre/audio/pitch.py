"""How high somebody speaks: the middle of the pitches of all voiced frames, each by autocorrelation (Boersma, 1993)."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 16_000
FRAME, HOP, BINS = 800, 320, 2048  # three periods of the deepest voice, 20 ms apart
LOWEST_HZ, HIGHEST_HZ = 65, 400
LOUD, VOICED = 0.05, 0.6  # of the loudest frame's power; of a frame's likeness to itself a period later
OCTAVE = 0.05  # of likeness: what a period of twice the length has to be better by
LEAST = 25  # voiced frames, half a second


def pitch(samples: Samples) -> float | None:
    """Hertz, in speech [samples] at 16 kHz; None where too little of it is voiced."""
    if len(samples) < FRAME:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::HOP].astype(np.float64)
    power = np.square(frames).mean(1)
    frames = frames[power > LOUD * power.max()]
    if not len(frames):
        return None
    spectra = np.fft.rfft(frames - frames.mean(1, keepdims=True), BINS)
    alike = np.fft.irfft(np.abs(spectra) ** 2)[:, :FRAME]
    first, last = RATE // HIGHEST_HZ, RATE // LOWEST_HZ
    overlap = 1 - np.arange(first, last) / FRAME  # a later period is seen in fewer samples
    alike = alike[:, first:last] / np.maximum(alike[:, :1], 1e-12) / overlap
    shorter = alike - OCTAVE * np.log2(np.arange(first, last))  # what repeats itself also does so after two periods
    periods = first + shorter.argmax(1)[alike.max(1) > VOICED]
    return float(RATE / np.median(periods)) if len(periods) >= LEAST else None
