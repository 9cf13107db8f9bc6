"""Whose voice a segment is: the speakers of each source told apart, and the one who speaks most in the dataset.

Within a source, where room and microphone are one, a segment is a Gaussian over cepstra and two speakers are two
Gaussians that explain it so much better than one (as `audio.speakers` does for a clip).

Between sources that would tell microphones apart as well. A microphone moves the mean of cepstra, so that only how they
vary within segments is compared there; noise and a narrow band change that too, but not how high somebody speaks, so
that two people are those who differ in both. Whoever is alone in a recording and as high as the main speaker is not
noticed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.audio import speakers
from timbre.audio.pitch import pitch
from timbre.datasets.work import RATE

Samples = NDArray[np.float32]
Vector = NDArray[np.float64]

SIZE = speakers.CEPSTRA
UPPER = np.triu_indices(SIZE)

STANDARD = 3_000
"""Frames, half a minute of speech, that a second speaker's worth is counted for, however long the source is."""

TWO, OF_FEW = 2.0, 5.0
"""What two speakers in one source are worth then, at least, and how much more by how few segments there are, for some
of a few always sound alike: 2.5 of ten, 2.1 of fifty. One person in one room comes to 0.5 to 1.5, two to 3 or more, a
guest of a fifth of the time to 2 or more; another microphone counts as another person.
"""

FAR, HIGHER = 1.6, 0.09
"""What two people are apart between sources, at least: in how cepstra vary, one person in another room and year coming
to .2 to 1.3, two people to 1.7 or more; and in the logarithm of the pitch, one person's recordings seldom differing by
.06 (half a minute of each, five people).
"""

FEWEST, ENOUGH = 5, 2_000  # segments and frames, 20 s of speech, by which a source is compared with others

LEAST_SEGMENTS, LEAST_FRAMES = 8, 500  # of a source, and of each of two speakers in it
ROUNDS = 20
MOST_SPEAKERS = 5
SHARPLY = 10.0
"""How soon likeness goes from 0 to 1 as a segment fits one speaker's Gaussian better than another's."""


@dataclass(frozen=True, slots=True, eq=False)
class Voice:
    """How a stretch of speech sounds: how many frames, the mean and the covariance of their cepstra, and how high."""

    frames: float
    mean: Vector
    covariance: Vector
    pitch: float | None = None  # Hz

    def as_list(self) -> list[float]:
        """What a row keeps of it."""
        return [
            float(self.frames),
            round(self.pitch or 0.0, 1),
            *np.round(self.mean, 4).tolist(),
            *np.round(self.covariance[UPPER], 4).tolist(),
        ]

    @classmethod
    def from_list(cls, kept: Sequence[float]) -> "Voice | None":
        """None where nothing is kept."""
        if len(kept) != 2 + SIZE + len(UPPER[0]):
            return None
        frames, high, *rest = kept
        covariance = np.zeros((SIZE, SIZE))
        covariance[UPPER] = rest[SIZE:]
        return cls(frames, np.array(rest[:SIZE]), covariance + np.triu(covariance, 1).T, high or None)


def voice(samples: Samples, spans: Iterable[tuple[float, float]]) -> Voice | None:
    """How speech at 22,050 Hz sounds, in `spans` of seconds; None where there is too little of it."""
    spoken = [samples[int(begin * RATE) : int(end * RATE)] for begin, end in spans]
    speech = np.concatenate([np.zeros(0, np.float32), *spoken])
    if len(speech) < speakers.SHORTEST_S * RATE:
        return None
    narrow = np.asarray(soxr.resample(speech, RATE, speakers.RATE), np.float32)
    frames = speakers.cepstra(narrow)
    if len(frames) <= 2 * SIZE:
        return None
    return Voice(len(frames), frames.mean(0), np.cov(frames.T), pitch(narrow))


def main_speaker(sources: Sequence[Sequence[Voice]]) -> list[list[float | None]]:
    """How like the dataset's main speaker each segment of each source is, 0 to 1; below a half it is somebody else.

    None throughout a source in which one person is heard who may be the main speaker.
    """
    groups = [told_apart(voices) for voices in sources]
    heard = [[voices[number] for number in group] for voices, of in zip(sources, groups, strict=True) for group in of]
    heard = [group for group in heard if group]
    if not heard:
        return [[] for _ in sources]
    people = _people(heard)
    main = max(people, key=lambda one: sum(voice.frames for voice in one))
    others = [one for one in people if one is not main]
    # what sounds most alike is looked for in one room, the one in which the main speaker is heard longest
    room = _pooled(max((group for group in heard if group[0] in main), key=_frames))
    return [
        [0.0] * len(voices) if _stranger(voices, of, others) else _likeness(voices, of, room)
        for voices, of in zip(sources, groups, strict=True)
    ]


def _frames(voices: Iterable[Voice]) -> float:
    return sum(one.frames for one in voices)


def _people(heard: Sequence[list[Voice]]) -> list[list[Voice]]:
    """Who is heard in all sources, by the segments of each: those of one source and of others may be one person's. What
    is too short to tell is nobody's.
    """
    found: list[list[Voice]] = []
    for group in sorted(heard, key=_frames, reverse=True):
        if found and (len(group) < FEWEST or _frames(group) < ENOUGH):
            continue
        alike = [person for person in found if not _apart(person, group)]
        if alike:
            nearest = min(alike, key=lambda person: _far(person, group))
            nearest += group
        else:
            found.append(list(group))
    return found


def _apart(one: Sequence[Voice], other: Sequence[Voice]) -> bool:
    """Whether segments of two sources are two people's, for sure."""
    highs = [[np.log(voice.pitch) for voice in group if voice.pitch] for group in (one, other)]
    if not all(highs) or abs(np.median(highs[0]) - np.median(highs[1])) < HIGHER:
        return False
    return _far(one, other) > FAR


def _far(one: Sequence[Voice], other: Sequence[Voice]) -> float:
    """How differently cepstra vary: the symmetric divergence of two Gaussians of one mean."""
    ours, theirs = _within(one), _within(other)
    both = np.trace(np.linalg.solve(ours, theirs)) + np.trace(np.linalg.solve(theirs, ours))
    return float(both / 2 - SIZE)


def _within(voices: Sequence[Voice]) -> Vector:
    """How cepstra vary within segments, on the whole."""
    frames = np.array([one.frames for one in voices])
    covariance: Vector = np.einsum("n,nij->ij", frames / frames.sum(), np.array([one.covariance for one in voices]))
    return covariance + 1e-3 * np.eye(SIZE)


def _stranger(voices: Sequence[Voice], groups: Sequence[Sequence[int]], others: Sequence[Sequence[Voice]]) -> bool:
    """Whether nobody but one of the `others` is heard in a source."""
    return len(groups) == 1 and bool(voices) and any(voices[0] in person for person in others)


def told_apart(voices: Sequence[Voice]) -> list[list[int]]:
    """The speakers of one source: which segments are whose."""
    return _parted(list(range(len(voices))), voices)


def _likeness(voices: Sequence[Voice], groups: Sequence[Sequence[int]], main: Voice) -> list[float | None]:
    """How like the main speaker, or who is nearest to them, the segments of a source are."""
    if len(groups) < 2:
        return [None] * len(voices)
    pooled = [_pooled([voices[number] for number in group]) for group in groups]
    nearest = int(np.argmax(_likelihoods(pooled, main)))
    fits = np.array([_likelihoods(voices, one) for one in pooled])
    others = np.delete(fits, nearest, 0).max(0)
    alike = 1 / (1 + np.exp(-SHARPLY * (fits[nearest] - others)))
    for number in range(len(voices)):  # whose group it is goes before how near it is to another
        own = number in groups[nearest]
        alike[number] = max(alike[number], 0.5) if own else min(alike[number], 0.49)
    return [round(float(one), 3) for one in alike]


def _parted(members: list[int], voices: Sequence[Voice]) -> list[list[int]]:
    """Groups of segments, one a speaker."""
    found = [members]
    while len(found) < MOST_SPEAKERS:
        for place, group in enumerate(found):
            if two := _halves(group, voices):
                found[place : place + 1] = two
                break
        else:
            break
    return found


def _halves(members: list[int], voices: Sequence[Voice]) -> list[list[int]] | None:
    """Two speakers, where that many are heard."""
    if len(members) < LEAST_SEGMENTS:
        return None
    chosen = [voices[number] for number in members]
    best: tuple[float, NDArray[np.bool_]] = (0.0, np.zeros(len(chosen), bool))
    for side in _first_sides(chosen):
        worth, regrouped = _settled(chosen, side)
        if worth > best[0]:
            best = worth, regrouped
    if best[0] < TWO + OF_FEW / len(chosen):
        return None
    return [[number for number, one in zip(members, best[1], strict=True) if one == side] for side in (True, False)]


def _first_sides(voices: Sequence[Voice]) -> list[NDArray[np.bool_]]:
    """Ways to part them in two, along the directions in which their means differ most."""
    means = np.array([one.mean for one in voices])
    spread = np.sqrt(np.mean([np.diag(one.covariance) for one in voices], 0))
    directions = np.linalg.svd((means - means.mean(0)) / spread, full_matrices=False)[0]
    return [directions[:, column] > 0 for column in range(min(3, directions.shape[1]))]


def _settled(voices: Sequence[Voice], side: NDArray[np.bool_]) -> tuple[float, NDArray[np.bool_]]:
    """What two speakers are worth once every segment is with the one that it sounds like, and who is with whom."""
    for _ in range(ROUNDS):
        parts = [[one for one, here in zip(voices, side, strict=True) if here == which] for which in (True, False)]
        if any(sum(one.frames for one in part) < LEAST_FRAMES for part in parts):
            return 0.0, side
        likely = [_likelihoods(voices, _pooled(part)) for part in parts]
        regrouped = likely[0] > likely[1]
        if (regrouped == side).all():
            break
        side = regrouped
    parts = [[one for one, here in zip(voices, side, strict=True) if here == which] for which in (True, False)]
    if any(sum(one.frames for one in part) < LEAST_FRAMES for part in parts):
        return 0.0, side
    together = _pooled(voices)
    pooled = [_pooled(part) for part in parts]
    gain = 0.5 * (_volume(together) - sum(one.frames / together.frames * _volume(one) for one in pooled))
    cost = 0.5 * (SIZE + SIZE * (SIZE + 1) / 2) * np.log(STANDARD) / STANDARD
    return float(gain / cost), side


def _pooled(voices: Sequence[Voice]) -> Voice:
    frames = np.array([one.frames for one in voices])
    weights = frames / frames.sum()
    means = np.array([one.mean for one in voices])
    mean = weights @ means
    away = means - mean
    covariance = np.einsum("n,nij->ij", weights, np.array([one.covariance for one in voices]))
    return Voice(float(frames.sum()), mean, covariance + (away * weights[:, None]).T @ away)


def _likelihoods(voices: Sequence[Voice], of: Voice) -> Vector:
    """How well each fits a Gaussian, a mean log-likelihood a frame."""
    inverse = np.linalg.inv(of.covariance + 1e-3 * np.eye(SIZE))
    away = np.array([one.mean for one in voices]) - of.mean
    within = np.einsum("nij,ij->n", np.array([one.covariance for one in voices]), inverse)
    far: Vector = -0.5 * (within + np.einsum("ni,ij,nj->n", away, inverse, away) + _volume(of))
    return far


def _volume(voice: Voice) -> float:
    return float(np.linalg.slogdet(voice.covariance + 1e-3 * np.eye(SIZE))[1])
