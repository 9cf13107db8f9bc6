"""One person or two, on recordings of real people."""

import numpy as np
import pytest
from people import ALLISON, CARLO, RATE, prompts

from timbre.audio.speakers import two_speakers
from timbre.audio.vad import speech_spans
from timbre.voices.clips import PERHAPS_TWO, SURE_OF_TWO

RECORDINGS = 10


def worth(samples: np.ndarray) -> float:
    return two_speakers(samples, speech_spans(samples))


@pytest.mark.parametrize("person", [ALLISON, CARLO])
def test_one_person_is_never_surely_two(person: str) -> None:
    found = [worth(prompts(person, 12, seed)) for seed in range(RECORDINGS)]
    assert max(found) < SURE_OF_TWO
    assert float(np.median(found)) < 2.0


def test_two_people_are_mostly_told_apart() -> None:
    found = [
        worth(np.concatenate((prompts(ALLISON, 12, seed), prompts(CARLO, 12, seed)))) for seed in range(RECORDINGS)
    ]
    assert sum(one >= PERHAPS_TWO for one in found) >= 7
    assert sum(one >= SURE_OF_TWO for one in found) >= 5


def test_too_little_speech_says_nothing() -> None:
    assert worth(prompts(ALLISON, 1, 0)[: 2 * RATE]) == 0.0
    assert two_speakers(np.zeros(RATE, np.float32), []) == 0.0
