"""Recordings made of single words at known points: truth by construction for whatever says when a word is said.

The words are those of one speaker of Debian's prompts, those of the voice that `mini` learned from, or the model's own,
each said by itself.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.recorded import RATE, prompts
from timbre.engine.engine import Engine
from timbre.engine.protocol import Conditioning
from timbre.text.split import Piece

UTTERANCES, WORDS, PAUSES_S = 40, (4, 10), (0.05, 0.3)
LEAD_S, TAIL_S = 0.1, 0.15
LONGEST_S = 7.0  # `mini` learned from recordings of up to 110 characters, some seven seconds
QUIET_DB = 35  # below a word's loudest 5 ms: no part of it

Samples = NDArray[np.float32]
Spans = list[tuple[float, float]]
Said = tuple[dict[str, Samples], Conditioning]
"""Single words, and who says them."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A recording made of single words, and when each of them begins and ends in it."""

    words: list[str]
    wave: Samples
    spans: Spans


def trimmed(wave: Samples) -> Samples:
    """A word from where its sound begins to where it ends."""
    step = RATE // 200
    count = len(wave) // step
    loud = 10 * np.log10((wave[: count * step].reshape(count, step) ** 2).mean(1) + 1e-10)
    heard = np.flatnonzero(loud > loud.max() - QUIET_DB)
    return wave[heard[0] * step : (heard[-1] + 1) * step]


def joined(words: Mapping[str, Samples], seed: int = 7) -> Iterator[Joined]:
    """Utterances of words that differ, drawn by chance."""
    draw = np.random.default_rng(seed)
    for _ in range(UTTERANCES):
        chosen = [str(word) for word in draw.permutation(sorted(words))[: draw.integers(WORDS[0], WORDS[1] + 1)]]
        parts, spans, at = [np.zeros(int(LEAD_S * RATE), np.float32)], [], int(LEAD_S * RATE)
        said = []
        for word in chosen:
            wave = words[word]
            if len(said) >= WORDS[0] and at + len(wave) > LONGEST_S * RATE:
                break
            pause = np.zeros(int(draw.uniform(*PAUSES_S) * RATE), np.float32)
            said.append(word)
            spans.append((at / RATE, (at + len(wave)) / RATE))
            parts += [wave, pause]
            at += len(wave) + len(pause)
        yield Joined(said, np.concatenate([*parts, np.zeros(int(TAIL_S * RATE), np.float32)]), spans)


def of_prompts(engine: Engine, keep: Path) -> Said:
    """Single words of Debian's prompts, without letters and names that are spelled; and who says them."""
    found = prompts("en", keep)
    single = {prompt.text.strip(".!").lower(): trimmed(prompt.samples) for prompt in found if _is_word(prompt.text)}
    clips = [prompt.samples for prompt in found if len(prompt.text.split()) > 8][:3]
    return single, engine.condition(clips)


def _is_word(text: str) -> bool:
    bare = text.strip(".!")
    return bare.isalpha() and len(bare) > 2 and not bare.isupper()


def of_teacher(engine: Engine, folder: Path) -> Said:
    """Single words as the teacher's recordings have them, of the speaker with the most; and that speaker."""
    words: dict[int, dict[str, Samples]] = {}
    clips: dict[int, Samples] = {}
    for index in sorted(folder.glob("index-*.jsonl")):
        sound = np.memmap(folder / index.name.replace("index", "speech").replace("jsonl", "i16"), np.int16, "r")
        for row in map(json.loads, index.read_text("utf-8").splitlines()):
            is_word, is_long = _is_word(row["text"].rstrip("?")), row["samples"] > 5 * 24_000
            if not (is_word or (is_long and row["speaker"] not in clips)):
                continue
            wave = sound[row["start"] : row["start"] + row["samples"]].astype(np.float32) / 32_768
            wave = at_rate(wave, 24_000)
            if is_word:
                words.setdefault(row["speaker"], {})[row["text"].strip(".!?").lower()] = trimmed(wave)
            else:
                clips[row["speaker"]] = wave
    speaker = max(words, key=lambda one: len(words[one]))
    return words[speaker], engine.condition([clips[speaker]])


def of_itself(engine: Engine, words: list[str]) -> Said:
    """Words that the model says one by one, in its first voice."""
    voice = next(iter(engine.voices().values()))
    sampling = replace(engine.sampling(), seed=1)
    said = {}
    for word in words:
        parts = list(engine.speak([Piece(f"{word.capitalize()}.", 0.0)], "en", voice, sampling))
        said[word] = trimmed(at_rate(np.concatenate(parts), engine.rate))
    return said, voice


def at_rate(wave: Samples, rate: int) -> Samples:
    return np.asarray(soxr.resample(wave, rate, RATE), np.float32)
