"""Whether a recording holds one speaker or two.

Phrases are parted into two groups by how they sound (Gaussians over cepstra), and two Gaussians have to explain the
recording so much better than one that the extra numbers are worth it: the Bayesian information criterion (Chen and
Gopalakrishnan, Speaker, Environment and Channel Change Detection, 1998). It needs no model and knows no person; it
also tells two microphones apart, so it speaks up only when it is sure.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Frames = NDArray[np.float64]

RATE = 16_000
WINDOW, HOP, BINS, BANDS, CEPSTRA = 400, 160, 512, 26, 12
LOWEST_HZ, HIGHEST_HZ = 100, 7000
FLOOR = 1e-4  # of the loudest frame's energy: what is quieter says nothing of who speaks
PHRASE_S, SHORTEST_S = 2.0, 0.4
MOST_PHRASES = 16  # spread over the recording; said over and over, the same few words would look like two speakers
LEAST_PHRASES, LEAST_FRAMES = 4, 100  # of a recording, and of each of its two speakers
ROUNDS, SHRINK = 15, 50  # of regrouping; frames' worth of the common covariance that a small group borrows


def two_speakers(samples: Samples, spans: Sequence[tuple[float, float]]) -> float:
    """How much better two speakers explain the speech than one, as a multiple of what a second one costs.

    `samples` [samples] at 16 kHz, `spans` of speech in seconds. One person in one room comes to 1 or 2, seldom to 2.5;
    two people with half a minute of speech mostly to 3 or 4 (tests/audio/test_speakers.py). 0 where there is too little
    to tell.
    """
    phrases = [one for one in _phrases(samples, spans) if len(one) >= SHORTEST_S * RATE / HOP / 2]
    if len(phrases) < LEAST_PHRASES:
        return 0.0
    return max((_worth(phrases, group) for group in _first_groups(phrases)), default=0.0)


def _phrases(samples: Samples, spans: Sequence[tuple[float, float]]) -> list[Frames]:
    """Cepstra [frames, 12] of stretches of at most two seconds."""
    cuts = [
        (begin, min(begin + PHRASE_S, stop))
        for start, stop in spans
        for begin in np.arange(start, stop - SHORTEST_S, PHRASE_S)
    ]
    every = max(1, len(cuts) / MOST_PHRASES)
    chosen = [cuts[int(number * every)] for number in range(min(len(cuts), MOST_PHRASES))]
    return [cepstra(samples[int(begin * RATE) : int(stop * RATE)]) for begin, stop in chosen]


def cepstra(samples: Samples) -> Frames:
    """How samples at 16 kHz sound, 12 figures each 10 ms; silence is left out. Shape [frames, 12]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP] * np.hamming(WINDOW)
    power = np.abs(np.fft.rfft(frames, BINS)) ** 2
    energy = power.sum(1)
    bank, cosines = _tables()
    cepstra = np.log(power @ bank.T + 1e-8) @ cosines.T
    heard: Frames = cepstra[energy > FLOOR * energy.max()]
    return heard


@lru_cache(1)
def _tables() -> tuple[Frames, Frames]:
    """Triangles [bands, bins] on the mel scale, and the cosine transform [cepstra, bands] without its first row."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST_HZ, HIGHEST_HZ))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.linspace(0, RATE / 2, BINS // 2 + 1)
    rise = (hertz - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - hertz) / (edges[2:] - edges[1:-1])[:, None]
    angles = np.pi * np.arange(1, CEPSTRA + 1)[:, None] * (np.arange(BANDS) + 0.5) / BANDS
    return np.maximum(0, np.minimum(rise, fall)), np.cos(angles) * np.sqrt(2 / BANDS)


def _first_groups(phrases: list[Frames]) -> list[NDArray[np.bool_]]:
    """Ways to part the phrases in two, along the directions in which their means differ most."""
    means = np.array([phrase.mean(0) for phrase in phrases])
    spread = np.concatenate(phrases).std(0)
    directions = np.linalg.svd((means - means.mean(0)) / spread, full_matrices=False)[0]
    return [directions[:, column] > 0 for column in range(min(3, directions.shape[1]))]


def _worth(phrases: list[Frames], group: NDArray[np.bool_]) -> float:
    """What two speakers are worth once every phrase has found the one that it sounds like."""
    together = np.concatenate(phrases)
    common = np.cov(together.T)
    for _ in range(ROUNDS):
        if min(map(len, _parted(phrases, group))) < LEAST_FRAMES:
            return 0.0
        likely = [_likelihoods(phrases, frames, common) for frames in _parted(phrases, group)]
        regrouped = likely[0] > likely[1]
        if (regrouped == group).all():
            break
        group = regrouped
    parts = _parted(phrases, group)
    if min(map(len, parts)) < LEAST_FRAMES:
        return 0.0
    gain = 0.5 * (len(together) * _log_volume(together) - sum(len(part) * _log_volume(part) for part in parts))
    size = together.shape[1]
    cost = 0.5 * (size + size * (size + 1) / 2) * np.log(len(together))
    return float(gain / cost)


def _parted(phrases: list[Frames], group: NDArray[np.bool_]) -> list[Frames]:
    nothing = np.zeros((0, CEPSTRA))
    return [
        np.concatenate([nothing, *(phrase for phrase, one in zip(phrases, group, strict=True) if one == side)])
        for side in (True, False)
    ]


def _likelihoods(phrases: list[Frames], frames: Frames, common: Frames) -> Frames:
    """How well each phrase fits a Gaussian over `frames`, a mean log-likelihood a phrase [phrases]."""
    mean = frames.mean(0)
    covariance = (np.cov(frames.T) * len(frames) + common * SHRINK) / (len(frames) + SHRINK)
    inverse, volume = np.linalg.inv(covariance), np.linalg.slogdet(covariance)[1]
    far = [np.einsum("ij,jk,ik->i", phrase - mean, inverse, phrase - mean).mean() for phrase in phrases]
    likelihoods: Frames = -0.5 * (np.array(far) + volume)
    return likelihoods


def _log_volume(frames: Frames) -> float:
    return float(np.linalg.slogdet(np.cov(frames.T) + 1e-3 * np.eye(frames.shape[1]))[1])
