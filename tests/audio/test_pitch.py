"""How high somebody speaks."""

import numpy as np
import pytest

from timbre.audio.pitch import RATE, pitch


@pytest.mark.parametrize("hertz", [90.0, 140.0, 210.0, 330.0])
def test_the_pitch_of_a_voice_in_noise_is_found(hertz: float) -> None:
    at = np.arange(2 * RATE) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * number * at) / number for number in range(1, 12))
    noise = np.random.default_rng(0).normal(size=len(at)) * 0.2
    assert pitch((wave + noise).astype(np.float32)) == pytest.approx(hertz, rel=0.02)


def test_noise_and_next_to_nothing_have_none() -> None:
    assert pitch(np.random.default_rng(0).normal(size=RATE).astype(np.float32)) is None
    assert pitch(np.zeros(RATE, np.float32)) is None
    assert pitch(np.zeros(10, np.float32)) is None
