"""When the words of a speech are said: as the engine tells it, or, where its model cannot, as a Whisper hears it later.

Words are told as they were written, whatever they were read as.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre import speech
from timbre.casting import parts_of
from timbre.datasets import whisper
from timbre.engine.client import OnWords
from timbre.engine.protocol import RATE
from timbre.errors import NoWordTimes
from timbre.settings import Settings
from timbre.text.languages import resolve
from timbre.text.timed import Timed, as_written

Samples = NDArray[np.float32]

ATTENTION, RECOGNITION = "attention", "recognition"


@dataclass(slots=True)
class Clock:
    """Finds out when the words of one speech are said. `by`: whether from the model's attention or by recognition."""

    text: str  # as it is written, without what is not read
    language: str
    by: str
    model: str
    whisper: Path | None = None
    device: str = "auto"
    _told: dict[int, list[Timed]] = field(default_factory=dict)
    _heard: list[Samples] = field(default_factory=list)

    @property
    def on_words(self) -> OnWords | None:
        """What the engine is to tell; None where it cannot."""
        return self.tell if self.by == ATTENTION else None

    def tell(self, index: int, words: list[Timed]) -> None:
        """The words of a piece."""
        self._told[index] = words

    def hear(self, samples: Samples) -> None:
        """Keep what is to be recognised."""
        if self.by == RECOGNITION:
            self._heard.append(samples)

    def recognise(self, samples: Samples) -> None:
        """Find them out from the whole sound, whatever was told. Raises errors.NoWordTimes."""
        if self.whisper is None:
            raise NoWordTimes(model=self.model)
        self.by, self._heard = RECOGNITION, [samples]

    def over(self, spoken: Iterator[Samples]) -> Iterator[Samples]:
        """The same samples, heard."""
        for samples in spoken:
            self.hear(samples)
            yield samples

    def words(self) -> list[Timed]:
        """All words, once everything was said; where they have to be recognised, that takes a while. Raises
        errors.NoWhisper, MissingExtra.
        """
        if self.by == RECOGNITION:
            return as_written(self._recognised(), self.text, self.language)
        told = [word for _, words in sorted(self._told.items()) for word in words]
        return as_written(told, self.text, self.language)

    def _recognised(self) -> list[Timed]:
        import soxr

        assert self.whisper is not None
        samples = np.concatenate(self._heard or [np.zeros(0, np.float32)])
        if not len(samples):
            return []
        segments, _ = whisper.loaded(self.whisper, self.device, 1, 0).transcribe(
            np.asarray(soxr.resample(samples, RATE, 16_000), np.float32),
            language=resolve(self.language).iso,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        heard = [word for segment in segments for word in segment.words or ()]
        return [Timed(word.word.strip(), round(word.start, 3), round(word.end, 3)) for word in heard]


def clock(asked: speech.Asked, language: str, stats: Mapping[str, Any], chosen: Settings) -> Clock:
    """What times a wish that is read in this language, by what the engine says of itself. Raises errors.NoWordTimes
    where its model cannot and no Whisper is here, and what reading the wish's markup raises.
    """
    text = "\n".join(part.text for part in parts_of(asked.text, asked.markup))
    by = ATTENTION if stats.get("word_times") else RECOGNITION
    folder = whisper.found(chosen.whisper, chosen.home)
    if by == RECOGNITION and folder is None:
        raise NoWordTimes(model=stats["model"])
    return Clock(text, language, by, stats["model"], folder, chosen.whisper_device)
