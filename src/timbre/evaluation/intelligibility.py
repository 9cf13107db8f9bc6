"""How much of what was said is understood: word error rate by a recogniser.

Both sides are brought to plain lower-case words first, so that "cannot" against "can not" is not the voice's fault.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.errors import MissingExtra

RATE = 16_000
_SAME = {
    "cannot": "can not",
    "gonna": "going to",
    "wanna": "want to",
    "ok": "okay",
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
}


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


def plain_words(text: str) -> list[str]:
    """Lower-case words without marks."""
    letters = re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'"))
    words = [word.strip("'").replace("'", "") for word in letters.split()]
    return " ".join(_SAME.get(word, word) for word in words if word).split()


def word_errors(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Words to change, add or take away (Levenshtein, 1966)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (word != other))
    return row[-1]


def word_error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Errors a word over all (wanted, heard) texts."""
    words = [(plain_words(wanted), plain_words(heard)) for wanted, heard in pairs]
    return sum(word_errors(wanted, heard) for wanted, heard in words) / max(1, sum(len(wanted) for wanted, _ in words))
