"""Small things that are done to samples."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

SILENCE_DB = -120.0
"""What nothing at all is said to have."""


def decibels(amplitude: float) -> float:
    """An amplitude as dB of full scale."""
    return max(20 * float(np.log10(max(amplitude, 1e-9))), SILENCE_DB)


def level(samples: Samples) -> float:
    """The root mean square, in dB of full scale."""
    return decibels(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))) if len(samples) else SILENCE_DB


def trimmed(samples: Samples, rate: int, start_s: float, end_s: float) -> Samples:
    """The part from one second to another, as far as there is any."""
    return samples[max(int(start_s * rate), 0) : max(int(end_s * rate), 0)]


def faded(samples: Samples, rate: int, seconds: float = 0.01) -> Samples:
    """A copy that begins and ends softly, so that a cut does not click."""
    count = min(int(seconds * rate), len(samples) // 2)
    ramp = np.linspace(0, 1, count, endpoint=False, dtype=np.float32)
    result = samples.copy()
    result[:count] *= ramp
    result[len(result) - count :] *= ramp[::-1]
    return result
