"""A book said piece by piece: what is kept is not said again; what it becomes is a list of sounds and silences."""

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from timbre.books.book import Chapter
from timbre.books.narrator import Narrator, Take
from timbre.books.passages import passages
from timbre.books.work import Work
from timbre.engine.protocol import RATE
from timbre.errors import TimbreError

Samples = NDArray[np.float32]
Told = Callable[[float, bool], object]
"""Told of so much more of the book, such as characters of its text, and whether that was done only now."""

PAUSE_CHAPTER = 2.0
CHAPTER_SEEDS = 1_000_000
"""Pieces that a chapter may have before it shares seeds with the next."""

TRIES = 5
"""Times in a row that nothing more was said for a reason that may pass."""

CHARACTERS_A_SECOND = 15
TOGETHER = 10 * RATE
"""Samples that are marked and encoded at once."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A piece in its place: so many samples of silence, and what was kept under the key."""

    silence: int
    key: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a mark stands for. tail: samples of silence at its end."""

    title: str
    sounds: tuple[Sound, ...]
    tail: int = 0

    def length(self, work: Work) -> int:
        """Its samples."""
        return self.tail + sum(sound.silence + work.length(sound.key) for sound in self.sounds)


def read_chapter(narrator: Narrator, work: Work, chapter: Chapter, number: int, told: Told) -> Part:
    """Says what is missing of a chapter. number: of the chapter in its book.

    Raises what the narrator raises; what was said by then is kept.
    """
    sounds, silence, place = list[Sound](), 0, number * CHAPTER_SEEDS
    for passage in passages(chapter.text, narrator.limit):
        takes = narrator.takes(passage, place)
        place += len(takes)
        share = len(passage) / max(sum(len(take.text) for take in takes), 1)
        say(narrator, work, takes, lambda count, fresh, share=share: told(count * share, fresh))  # type: ignore[misc]
        for take in takes:
            sounds.append(Sound(silence, take.key))
            silence = round(take.pause * RATE)
    return Part(chapter.title, tuple(sounds), round(PAUSE_CHAPTER * RATE))


def say(narrator: Narrator, work: Work, takes: Sequence[Take], told: Told) -> None:
    """Says those that are not kept yet, and keeps each as it is said. Waits a while for what may pass."""
    for take in takes:
        if take.key in work:
            told(len(take.text), False)
    tries = 0
    while missing := [take for take in takes if take.key not in work]:
        try:
            for take, samples in zip(missing, narrator.say(missing), strict=True):
                work.keep(take.key, samples)
                told(len(take.text), True)
                tries = 0
        except TimbreError as fault:
            tries += 1
            if not fault.retry_after or tries > TRIES:
                raise
            time.sleep(min(fault.retry_after, 2.0**tries))


def sound_of(parts: Sequence[Part], work: Work, told: Told) -> Generator[Samples, None, None]:
    """All of it in stretches of one length, whatever the pieces were: so it is marked and encoded the same always.

    told: of the samples that were taken.
    """
    waiting, count = list[Samples](), 0
    for samples in _in_order(parts, work):
        waiting.append(samples)
        count += len(samples)
        if count >= TOGETHER:
            whole = np.concatenate(waiting)
            cut = count - count % TOGETHER
            for start in range(0, cut, TOGETHER):
                yield whole[start : start + TOGETHER]
                told(TOGETHER, True)
            waiting, count = [whole[cut:]], count - cut
    yield np.concatenate([*waiting, np.zeros(0, np.float32)])


def _in_order(parts: Sequence[Part], work: Work) -> Generator[Samples, None, None]:
    for part in parts:
        for sound in part.sounds:
            yield np.zeros(sound.silence, np.float32)
            yield work.samples(sound.key)
        yield np.zeros(part.tail, np.float32)
