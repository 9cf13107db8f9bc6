"""Recognising speech: several recordings at a time, each for itself, with the time of every word."""

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.datasets import whisper
from timbre.errors import MissingExtra
from timbre.settings import Settings

Samples = NDArray[np.float32]
RATE = 16_000

BATCH = 8
"""Recordings that a worker decodes at once: on two cores a third of the time that one by one takes."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its seconds from the recording's start, and how sure it is, 0 to 1."""

    word: str
    begin_s: float
    end_s: float
    sure: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was recognised in a recording."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join("".join(word.word for word in self.words).split())

    @property
    def sure(self) -> float:
        """The words' mean probability; 0 without any."""
        return float(np.mean([word.sure for word in self.words])) if self.words else 0.0


class Hearing:
    """A Whisper at work. Raises errors.MissingExtra, NoWhisper when it first hears something."""

    def __init__(self, folder: Path, chosen: Settings) -> None:
        self.folder = folder
        self._device = chosen.whisper_device
        self.workers = whisper.workers(chosen, folder)

    @property
    def at_once(self) -> int:
        """Recordings that are best handed over together."""
        return BATCH * self.workers

    @cached_property
    def _model(self) -> Any:
        threads = max(1, (os.cpu_count() or 1) // self.workers)
        return whisper.loaded(self.folder, self._device, self.workers, threads)

    def hear(self, recordings: Sequence[Samples], language: str) -> list[Heard]:
        """What is said in recordings at 16 kHz of at most 30 s, one result each. language: as Whisper knows it."""
        size = max(1, min(BATCH, math.ceil(len(recordings) / self.workers)))
        batches = [recordings[start : start + size] for start in range(0, len(recordings), size)]
        model = self._model
        with ThreadPoolExecutor(self.workers) as pool:
            return [heard for part in pool.map(lambda batch: _hear(model, batch, language), batches) for heard in part]


def _hear(model: Any, recordings: Sequence[Samples], language: str) -> list[Heard]:
    """Each recording begins at a whole second, by which its words are told from the others'."""
    try:
        from faster_whisper import BatchedInferencePipeline
    except ImportError:
        raise MissingExtra(what="Recognising speech", extra="datasets") from None
    begins, clips, parts = [], [], []
    at = 0
    for recording in recordings:
        seconds = max(math.ceil(len(recording) / RATE), 1)
        begins.append(at)
        clips.append({"start": at, "end": at + len(recording) / RATE})
        parts.append(np.pad(recording, (0, seconds * RATE - len(recording))))
        at += seconds
    segments, _ = BatchedInferencePipeline(model).transcribe(
        np.concatenate(parts),
        language=language,
        temperature=0.0,
        word_timestamps=True,
        condition_on_previous_text=False,
        vad_filter=False,
        clip_timestamps=clips,
        batch_size=len(recordings),
    )
    found: dict[int, list[Word]] = {begin: [] for begin in begins}
    for segment in segments:
        begin = segment.seek // 100  # hundredths of a second
        found[begin] += [
            Word(word.word, word.start - begin, word.end - begin, word.probability) for word in segment.words or ()
        ]
    return [Heard(tuple(found[begin])) for begin in begins]
