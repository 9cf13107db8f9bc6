"""How good a recording is: clipping, noise, loudness, and what to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timbre.audio.dsp import SILENCE_DB, level

Samples = NDArray[np.float32]

CLIPPED_SHARE = 0.002  # of the samples of speech; sound speech has about a tenth of it so near its peak
NEAR_PEAK = 0.985
LOW_SNR_DB = 15.0
QUIET_DB = -45.0
FRAME_S = 0.02


@dataclass(frozen=True, slots=True)
class Quality:
    """What was measured on a clip.

    clipped: share of the samples of speech that lie at its ceiling. snr_db: level of the speech over that of what is
    between it; None where there is nothing between to measure. loudness_db: RMS of the speech, dB of full scale.
    """

    clipped: float
    snr_db: float | None
    loudness_db: float

    def warnings(self) -> list[str]:
        """What the user should know, a sentence each."""
        found = []
        if self.clipped > CLIPPED_SHARE:
            found.append(f"it is overdriven: {self.clipped:.1%} of it is clipped; record it more softly")
        if self.snr_db is not None and self.snr_db < LOW_SNR_DB:
            found.append(f"it is noisy: the speech is only {self.snr_db:.0f} dB louder than what surrounds it")
        if self.loudness_db < QUIET_DB:
            found.append(f"it is very quiet: {self.loudness_db:.0f} dB")
        return found


def measure(samples: Samples, rate: int, spans: Sequence[tuple[float, float]]) -> Quality:
    """The quality of mono samples whose speech lies in `spans` (seconds, as `vad.speech_spans` finds them)."""
    spoken = np.zeros(len(samples), bool)
    for start, end in spans:
        spoken[int(start * rate) : int(end * rate)] = True
    speech = samples[spoken]
    if not len(speech):
        return Quality(0.0, None, SILENCE_DB)
    peak = float(np.abs(speech).max())
    clipped = float(np.mean(np.abs(speech) >= NEAR_PEAK * peak)) if peak > 0 else 0.0
    return Quality(clipped, _snr(speech, samples[~spoken], rate), level(speech))


def _snr(speech: Samples, rest: Samples, rate: int) -> float | None:
    """Level of the speech over the noise. The noise is the quieter half of what is not speech: breaths are no noise."""
    frame = int(FRAME_S * rate)
    count = len(rest) // frame
    if count < 10:
        return None
    powers = np.sort(np.square(rest[: count * frame].reshape(count, frame), dtype=np.float64).mean(1))
    noise = max(float(powers[: count // 2].mean()), 1e-12)
    power = max(float(np.square(speech, dtype=np.float64).mean()) - noise, 1e-12)
    return float(10 * np.log10(power / noise))
