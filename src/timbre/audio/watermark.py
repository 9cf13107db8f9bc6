"""An inaudible mark that says that speech was made by a machine, and the search for it.

The mark is Perth's, below 2 kHz; whoever has Perth finds it in what is marked here. Perth itself marks a whole file,
after bringing it to 32 kHz; here the same spectra are taken at the file's own rate, only what the mark adds is made
sound, and all that goes on while samples come in.
"""

import math
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.audio import perth

Samples = NDArray[np.float32]

RATE = 24_000
"""Other rates than multiples of 500 are marked and heard at this one."""

AHEAD = 0
"""Frames of 10 ms that a stream waits for, of the REACH that Perth's net looks ahead: without any, the mark is found as
well (docs/watermark.md)."""

BLOCK_S = 10.0
"""Seconds that are marked, and heard, at a time."""

CERTAIN = 0.7
"""From which score on a mark is said to be there."""

LEAST_S = 0.5
"""Seconds of which nothing can be said: unmarked speech so short may look marked."""


def wanted(setting: str) -> bool:
    """Whether to mark, by the setting `watermark`: auto (where it is installed), on, or off.

    Raises errors.MissingExtra when it must be and is not installed, and errors.BrokenWatermark.
    """
    if setting == "off" or (setting == "auto" and not available()):
        return False
    require()
    return True


def available() -> bool:
    """Whether the extra `watermark` is installed."""
    return perth.installed()


def require() -> None:
    """Raises errors.MissingExtra where the extra is not installed, and BrokenWatermark where it cannot be used."""
    perth.net()


def mark(samples: Samples, rate: int) -> Samples:
    """Mono samples, marked: as many, at the same rate. Raises errors.MissingExtra, BrokenWatermark."""
    if rate % 500:
        other = _resampled(samples, rate, RATE)
        added = _resampled(mark(other, RATE) - other, RATE, rate)
        marked = samples.astype(np.float32)
        marked[: len(added)] += added[: len(marked)]
        return marked
    marker = Marker(rate, perth.REACH)
    step = int(BLOCK_S * rate)
    parts = [marker.feed(samples[start : start + step]) for start in range(0, len(samples), step)]
    return np.concatenate([*parts, marker.finish()])


class Marker:
    """Marks a stream: what `feed` and `finish` return, joined, is what came in, marked.

    rate: a multiple of 500. ahead: frames of 10 ms to wait for. With perth.REACH of them it does not matter how the
    stream was cut: it is what `mark` makes. Raises errors.MissingExtra, BrokenWatermark.
    """

    def __init__(self, rate: int = RATE, ahead: int = AHEAD) -> None:
        if rate % 500:
            raise ValueError(f"{rate} Hz is not a multiple of 500")
        self._net = perth.net()
        self._rate, self._ahead = rate, ahead
        self._hop, self._window = rate // perth.HOP_HZ, len(perth.hann(rate))
        self._waiting = np.zeros(0, np.float32)  # the first samples, until there are enough to begin
        self._begun = False
        # From here on positions count from half a window before the first sample: there the first frame begins.
        self._kept = np.zeros(0, np.float32)  # samples, from the first frame on that is still needed
        self._first, self._done = 0, 0  # that frame; how many frames are marked
        self._added = np.zeros((2, self._window), np.float32)  # what they add from there on, and their windows' squares
        self._loudest = 0.0

    @property
    def delay(self) -> int:
        """Samples that at most are kept back."""
        return self._window + self._ahead * self._hop

    def feed(self, samples: Samples) -> Samples:
        """The next samples → those that are marked by now; perhaps none."""
        samples = np.nan_to_num(np.asarray(samples, np.float32))
        if self._begun:
            self._kept = np.concatenate([self._kept, samples])
        else:
            self._waiting = np.concatenate([self._waiting, samples])
            half = self._window // 2
            if len(self._waiting) <= half:
                return np.zeros(0, np.float32)
            self._begin(np.pad(self._waiting, (half, 0), "reflect"))
        return self._mark(self._frames() - self._ahead)

    def finish(self) -> Samples:
        """The rest."""
        half = self._window // 2
        if self._begun:
            self._kept = np.pad(self._kept, (0, half), "reflect")
        elif len(self._waiting) > 1:
            self._begin(np.pad(self._waiting, half, "reflect"))
        else:
            return self._waiting
        end = self._first * self._hop + len(self._kept) - half
        marked = self._mark(self._frames())
        return np.concatenate([marked, self._given(end - self._done * self._hop)])

    def _begin(self, padded: Samples) -> None:
        self._kept, self._begun = padded, True

    def _frames(self) -> int:
        """How many frames came whole by now."""
        return self._first + max(0, 1 + (len(self._kept) - self._window) // self._hop)

    def _mark(self, until: int) -> Samples:
        """Marks the frames up to one, and returns the samples that no later frame reaches."""
        new = until - self._done
        if new <= 0:
            return np.zeros(0, np.float32)
        spectra = perth.spectra(self._kept, self._rate)
        gains, self._loudest = self._net.gains(spectra, self._loudest)
        chosen = slice(self._done - self._first, until - self._first)
        marks = perth.samples_of(spectra[chosen, : perth.BANDS] * (gains[chosen] - 1), self._rate)
        squares = perth.hann(self._rate) ** 2
        self._added = np.pad(self._added, ((0, 0), (0, new * self._hop)))
        for number, one in enumerate(marks):
            self._added[:, number * self._hop :][:, : self._window] += one, squares
        given = self._given(new * self._hop)
        self._done = until
        first = max(self._done - perth.REACH, 0)
        self._kept = self._kept[(first - self._first) * self._hop :]
        self._first = first
        return given

    def _given(self, count: int) -> Samples:
        """The next so many positions, those before the first sample left out."""
        start = self._done * self._hop
        plain = self._kept[start - self._first * self._hop :][:count]
        added, weight = self._added[:, :count]
        self._added = self._added[:, count:]
        marked: Samples = plain + added / np.maximum(weight, 1e-6)
        return marked[max(self._window // 2 - start, 0) :]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording, and how sure Perth's net is of a mark in it, from 0 to 1."""

    start_s: float
    end_s: float
    score: float

    @property
    def marked(self) -> bool:
        return self.score >= CERTAIN


@dataclass(frozen=True, slots=True)
class Detection:
    """What was found in a recording. stretches: none, where it is shorter than LEAST_S."""

    stretches: list[Stretch]

    @property
    def marked(self) -> bool:
        """Whether there is a mark anywhere."""
        return any(stretch.marked for stretch in self.stretches)

    @property
    def score(self) -> float:
        """The highest."""
        return max((stretch.score for stretch in self.stretches), default=0.0)


def detect(samples: Samples, rate: int) -> Detection:
    """Looks for the mark in mono samples, ten seconds at a time. Raises errors.MissingExtra, BrokenWatermark."""
    net = perth.net()
    if rate % 500:
        samples, rate = _resampled(samples, rate, RATE), RATE
    if len(samples) < LEAST_S * rate:
        return Detection([])
    samples = np.nan_to_num(np.asarray(samples, np.float32))
    half = len(perth.hann(rate)) // 2
    found, begin = list[Stretch](), 0
    for part in np.array_split(samples, math.ceil(len(samples) / (BLOCK_S * rate))):
        score = net.score(perth.spectra(np.pad(part, half, "reflect"), rate))
        found.append(Stretch(begin / rate, (begin + len(part)) / rate, score))
        begin += len(part)
    return Detection(found)


def _resampled(samples: Samples, rate: int, wanted: int) -> Samples:
    return np.asarray(soxr.resample(np.asarray(samples, np.float32), rate, wanted), np.float32)
