"""Does an utterance end with its text? Whisper's answer for inputs of a word or three, made to be trusted.

An utterance ends clean when Whisper hears no word beyond the text, and later than .3 s after its last word no 50 ms is
louder than 40 dB below the utterance's peak. Of half a second of speech Whisper mishears every fifth ("Capable!" is
"Keep it up."), and lets last words end early. So what one hearing calls babble is heard twice more, by a wider search
and between two sentences, where Whisper hears words right and times them better. Babble is what all call so that hear
anything. The first hearing looks at ten seconds, not thirty, which takes a fifth of the time. Recordings that are known
to be clean, and such with something after their end, tell what this judge is worth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.evaluation.intelligibility import RATE, plain_words

Samples = NDArray[np.float32]

QUIET = 10 ** (-40 / 20)  # of the peak
AFTER, WINDOW = 0.3, 0.05  # seconds
LEAD, GAP, REST = 0.5, 0.4, 1.0  # seconds of silence: before, between an utterance and its neighbours, and after
BRIEF, WHOLE, BRIEF_SECONDS = 1000, 3000, 8  # frames of 10 ms that Whisper looks at; how long a sound fits the fewer
BEGUN = 0.1  # seconds; a word that ends before is of the sentence before


@dataclass(frozen=True, slots=True)
class Word:
    """A word and when it was said, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was heard of one utterance. `ends` and `sound_ends` are seconds."""

    heard: list[str]  # by each hearing
    beyond: list[str]  # words beyond the text, as the first hearing has them
    ends: float  # of the last word, the latest that a hearing has it
    sound_ends: float  # of the last 50 ms that are loud
    strict: bool  # babble by the first hearing, with every word too many counted
    babble: bool  # babble by all hearings
    right: bool  # a hearing has the text word for word


@dataclass(slots=True)
class Listener:
    """Whisper on one thread. `before` and `behind` are the recordings, at 16 kHz, between which it hears again."""

    folder: Path
    before: Samples
    behind: Samples
    said_behind: str
    _model: Any = field(init=False)

    def __post_init__(self) -> None:
        self._model = _whisper(self.folder)

    def judge(self, text: str, wave: Samples, usual: float, sure: bool = False) -> Verdict:
        """What is heard of a `wave` [samples] at 16 kHz that should say `text`, which takes about `usual` seconds.

        `sure`: hear it three times anyway.
        """
        wanted, end = plain_words(text), sound_end(wave)
        hearings = [self._alone(wave, beam=1)]
        first = _words(hearings[0])
        strict = len(first) > len(wanted) or _late(end, hearings, 0.0)
        if strict or sure:
            hearings += [self._alone(wave, beam=5), self._between(wave)]
        heard = [_words(hearing) for hearing in hearings]
        more = [bool(beyond(wanted, words)) for words in heard if words]  # who hears nothing has no say
        babble = strict and ((bool(more) and all(more)) or _late(end, hearings, usual))
        ends = max((words[-1].end for words in hearings if words), default=usual)
        said = [" ".join(words) for words in heard]
        return Verdict(said, beyond(wanted, first), round(ends, 2), round(end, 2), strict, babble, wanted in heard)

    def _alone(self, wave: Samples, beam: int) -> list[Word]:
        self._model.frames = BRIEF if beam == 1 and len(wave) < BRIEF_SECONDS * RATE else WHOLE
        return self._hear(_silence(LEAD), np.concatenate((wave, _silence(REST))), beam)

    def _between(self, wave: Samples) -> list[Word]:
        """The words between the two sentences: after the first by time, and before the second by its words."""
        gap, self._model.frames = _silence(GAP), WHOLE
        found = self._hear(np.concatenate((self.before, gap)), np.concatenate((wave, gap, self.behind)), beam=5)
        words = [word for word in found if word.end > BEGUN]
        for expected in reversed(plain_words(self.said_behind)):
            if words and plain_words(words[-1].text) == [expected]:
                words.pop()
        return [word for word in words if word.start < len(wave) / RATE + GAP / 2]

    def _hear(self, before: Samples, rest: Samples, beam: int) -> list[Word]:
        """All words of both, by the time that `rest` begins at."""
        segments, _ = self._model.transcribe(
            np.concatenate((before, rest)),
            language="en",
            beam_size=beam,
            temperature=0.0,
            word_timestamps=True,
            condition_on_previous_text=False,
        )
        begins = len(before) / RATE
        words = [one for part in segments for one in part.words]
        return [Word(one.word, float(one.start) - begins, float(one.end) - begins) for one in words]


def beyond(wanted: Sequence[str], heard: Sequence[str]) -> list[str]:
    """The words heard after those that read most like the text, by their letters; the longest reading of equals."""
    target = "".join(wanted)
    costs = [_letters(target, "".join(heard[:count])) for count in range(len(heard) + 1)]
    best = max(count for count, cost in enumerate(costs) if cost == min(costs))
    return list(heard[max(best, 1) :])


def sound_end(wave: Samples) -> float:
    """When the last 50 ms end that are louder than 40 dB below the peak, in seconds."""
    size = int(WINDOW * RATE)
    windows = np.pad(wave, (0, -len(wave) % size)).reshape(-1, size)
    loud = np.flatnonzero(np.sqrt((windows**2).mean(1)) > QUIET * float(np.abs(wave).max()))
    return min((int(loud[-1]) + 1) * WINDOW, len(wave) / RATE) if len(loud) else 0.0


def _late(sound_ends: float, hearings: Sequence[Sequence[Word]], usual: float) -> bool:
    """Whether sound is left after the last word by every hearing; one that has no word is asked for the `usual` end."""
    ends = [words[-1].end for words in hearings if words]
    return sound_ends >= max(ends, default=usual) + AFTER + WINDOW


def _words(hearing: Sequence[Word]) -> list[str]:
    return plain_words(" ".join(word.text for word in hearing))


def _whisper(folder: Path) -> Any:
    """Whisper that encodes no more than its first `frames`."""
    from faster_whisper import WhisperModel

    class Brief(WhisperModel):  # type: ignore[misc]
        frames = WHOLE

        def encode(self, features: NDArray[np.float32]) -> Any:
            return super().encode(np.ascontiguousarray(features[..., : self.frames]))

    return Brief(str(folder), device="cpu", compute_type="int8", cpu_threads=1)


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.float32)


def _letters(wanted: str, heard: str) -> int:
    row = list(range(len(heard) + 1))
    for number, letter in enumerate(wanted, 1):
        before, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != other))
    return row[-1]
