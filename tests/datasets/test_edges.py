"""A word that an edge cuts through is left out; one that begins or ends all of a sudden is not cut, and stays."""

import numpy as np
import pytest

from timbre.datasets.edges import without_cut_words
from timbre.datasets.hearing import Word
from timbre.datasets.work import RATE

TIMES = [(0.1, 0.6), (0.7, 1.5), (1.6, 2.4), (2.5, 3.0)]
WORDS = [Word(text, begin, end, 1.0) for text, (begin, end) in zip("abcd", TIMES, strict=True)]


def said() -> np.ndarray:
    """Four words of noise, each as loud from its first sample to its last as within."""
    dice = np.random.default_rng(5)
    samples = dice.normal(0, 1e-4, round(3.1 * RATE))
    for begin, end in TIMES:
        samples[round(begin * RATE) : round(end * RATE)] += dice.normal(0, 0.1, round(end * RATE) - round(begin * RATE))
    return samples.astype(np.float32)


@pytest.mark.parametrize("lead_s", [0.011, 0.02, 0.1])
def test_a_sudden_word_is_whole_however_near_the_edge(lead_s: float) -> None:
    samples = said()[round((0.1 - lead_s) * RATE) : round((3.0 + lead_s) * RATE)]
    assert without_cut_words(samples, WORDS, 0.5) == (0, len(samples), tuple(WORDS))


def test_a_word_that_is_cut_is_left_out_where_enough_is_left() -> None:
    samples = said()[: round(2.8 * RATE)]
    begin, end, words = without_cut_words(samples, WORDS, 0.5)
    assert begin == 0 and 2.4 < end / RATE < 2.5 and words == tuple(WORDS[:3])
    begin, end, words = without_cut_words(samples[round(0.3 * RATE) :], [Word("a", 0.0, 0.3, 1.0), *WORDS[1:]], 2.7)
    assert (begin, end) == (0, len(samples) - round(0.3 * RATE)) and len(words) == 4
