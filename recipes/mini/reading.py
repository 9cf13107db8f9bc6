"""How well the model reads: words, ends and speed, by Whisper base. A text goes the way a user's does, through the
normaliser and the splitter, and sound comes from the real vocoder.
"""

import random
import re
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recipes.mini.corpus import short_inputs
from recipes.mini.corpus_pt import LETTER
from recipes.mini.judges import at
from timbre.engine.engine import Engine
from timbre.engine.protocol import Conditioning, Sampling
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Recogniser, plain_words, word_error_rate, word_errors
from timbre.text.plan import plan

QUIET = 10 ** (-40 / 20)  # of the peak
AFTER, WINDOW = 0.3, 0.05  # seconds
LEAD, GAP = 0.5, 0.5  # seconds of silence: before and after what is heard alone; between three things heard as one
WORDS = {"en": r"[A-Za-z']+", "pt": rf"[{LETTER}\-]+"}  # what a word of the corpus looks like

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as the model read it."""

    text: str
    language: str
    voice: str
    heard: str
    seconds: float
    work: float
    clean_end: bool
    wave: Samples = field(repr=False)


def read_all(engine: Engine, judge: Recogniser, texts: list[str], language: str) -> list[Reading]:
    """Every text, by the built-in voices in turn."""
    voices = engine.voices()
    names = sorted(voices)
    speak(engine, texts[0], language, voices[names[0]], 0)  # warms, as the service does before it is ready
    found = []
    for number, text in enumerate(texts):
        name = names[number % len(names)]
        found.append(read(engine, judge, text, language, name, voices[name], number))
    return found


def read(
    engine: Engine, judge: Recogniser, text: str, language: str, name: str, voice: Conditioning, seed: int
) -> Reading:
    """Speak a text with the model's own sampling and hear what was said."""
    began = time.perf_counter()
    wave = speak(engine, text, language, voice, seed)
    work = time.perf_counter() - began
    heard = judge.hear(at(wave, engine.rate), language)
    silent = quiet_after(wave, engine.rate, heard.ends)
    wanted = plain_words(text)
    more = len(heard.words) > len(wanted) and word_errors(wanted, heard.words[: len(wanted)]) == 0
    return Reading(text, language, name, heard.text, len(wave) / engine.rate, work, silent and not more, wave)


def speak(engine: Engine, text: str, language: str, voice: Conditioning, seed: int) -> Samples:
    """The whole audio of a text, 24 kHz."""
    model = engine.sampling()
    sampling = Sampling(model.temperature, model.top_k, model.top_p, model.repetition_penalty, seed=seed)
    pieces = plan(text, language, engine.character_limit(language))
    return np.concatenate([np.zeros(1, np.float32), *engine.speak(pieces, language, voice, sampling)])


def quiet_after(wave: Samples, rate: int, ends: float) -> bool:
    """Whether no 50 ms later than .3 s after the last word is louder than 40 dB below the peak."""
    size = int(WINDOW * rate)
    rest = wave[int((ends + AFTER) * rate) :]
    windows = rest[: len(rest) // size * size].reshape(-1, size)
    if not len(windows):
        return True
    loudest = float(np.sqrt((windows**2).mean(1)).max())
    return loudest < QUIET * float(np.abs(wave).max())


def heard_error_rate(judge: Recogniser, texts: list[str], waves: list[Samples], rate: int, language: str) -> float:
    """The word error rate of recordings."""
    heard = [judge.hear(at(wave, rate), language).text for wave in waves]
    return word_error_rate(list(zip(texts, heard, strict=True)))


def short_texts(sentences: list[str], language: str, count: int) -> list[str]:
    """`count` inputs of one to three words out of the sentences, none twice."""
    draw, found = random.Random(11), dict[str, None]()
    while len(found) < count:
        found |= dict.fromkeys(short_inputs(sentences, 1, draw, WORDS[language]))
    return list(found)


def is_right(judge: Recogniser, text: str, wave: Samples, carrier: Samples, language: str) -> bool:
    """Whether a short input (16 kHz, as `carrier`, a sentence) is heard word for word, alone or between two sentences.

    Of half a second of speech Whisper mishears every fifth; between sentences it hears words right that are right.
    """
    lead, gap = (np.zeros(int(one * HEARD_RATE), np.float32) for one in (LEAD, GAP))
    alone = judge.hear(np.concatenate((lead, wave, lead)), language).words
    wanted = plain_words(text)
    if alone == wanted:
        return True
    between = judge.hear(np.concatenate((carrier, gap, wave, gap, carrier)), language).words
    around = judge.hear(carrier, language).words
    return _inside(wanted, between) and not _inside(wanted, around)


def _inside(wanted: list[str], words: list[str]) -> bool:
    return bool(re.search(rf" {re.escape(' '.join(wanted))} ", f" {' '.join(words)} "))
