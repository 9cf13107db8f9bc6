"""How much of what was said is understood: word error rate by a recogniser."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.errors import MissingExtra
from timbre.text.compare import plain_words, word_error_rate, word_errors

__all__ = ["RATE", "Heard", "Recogniser", "plain_words", "word_error_rate", "word_errors"]

RATE = 16_000


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser understood. `ends` is when its last word ended, in seconds."""

    text: str
    words: list[str]
    ends: float


class Recogniser:
    """Whisper by faster-whisper, from a folder of its files; greedy, with word times."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        try:
            from faster_whisper import WhisperModel
        except ImportError:
            raise MissingExtra(what="Recognising speech", extra="evaluate") from None
        self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def hear(self, samples: NDArray[np.float32], language: str) -> Heard:
        """Words of `samples` [samples] at 16 kHz."""
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=5,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        found = [word for segment in segments for word in segment.words]
        text = "".join(word.word for word in found).strip()
        return Heard(text, plain_words(text), found[-1].end if found else 0.0)
