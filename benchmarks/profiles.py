"""What each built-in profile costs `mini` in words, by Whisper base, and what it does to the reading: its pace, and how
far two takes of a sentence lie apart. Sentences that no training saw; the same seeds for every profile. Prints JSON.

Sentences and judge are those of `recipes/mini`: `make mini-evaluate` fetches what they need.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.reading import machine
from recipes.mini.corpus import sentences
from recipes.mini.judge import whisper_base
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import RATE, Recogniser, word_error_rate
from timbre.models import catalogue
from timbre.profiles import BUILT_IN, Profile
from timbre.text.plan import plan

TAKES = (0, 1000)
"""What is added to a sentence's number for the seed of each take."""

Samples = NDArray[np.float32]


def measure(engine: Engine, judge: Recogniser, profile: Profile, texts: list[str]) -> dict[str, float]:
    """Word error rate over two takes of each text, characters a second, and how far the two takes lie apart, with the
    standard error of that mean.
    """
    voices, limit = list(engine.voices().values()), engine.character_limit("en")
    own = replace(engine.sampling(), **profile.sampling)
    pairs, seconds, distances = [], 0.0, []
    for number, text in enumerate(texts):
        pieces, takes = plan(text, "en", limit), []
        for take in TAKES:
            spoken = engine.speak(pieces, "en", voices[number % len(voices)], replace(own, seed=take + number))
            wave = np.concatenate(list(spoken))
            seconds += len(wave) / engine.rate
            pairs.append((text, judge.hear(soxr.resample(wave, engine.rate, RATE).astype(np.float32), "en").text))
            takes.append(bands(wave, engine.rate))
        distances.append(apart(*takes))
    return {
        "word_error_rate": round(word_error_rate(pairs), 4),
        "characters_a_second": round(len(TAKES) * sum(map(len, texts)) / seconds, 2),
        "takes_apart_db": round(float(np.mean(distances)), 3),
        "standard_error": round(float(np.std(distances) / np.sqrt(len(distances))), 3),
    }


def bands(wave: Samples, rate: int) -> Samples:
    """Loudness [frames of 20 ms, 40 bands from 80 Hz to 8 kHz] in decibels about their mean."""
    size, hop = 1024, rate // 50
    frames = np.lib.stride_tricks.sliding_window_view(wave, size)[::hop] * np.hanning(size)
    power = np.abs(np.fft.rfft(frames)) ** 2
    pitch, edges = np.fft.rfftfreq(size, 1 / rate), np.geomspace(80, 8000, 41)
    tops = np.maximum(edges[1:], edges[:-1] + rate / size)
    heard = power @ ((pitch[:, None] >= edges[:-1]) & (pitch[:, None] < tops))
    loud = 10 * np.log10(heard + 1e-6 * heard.max())
    return np.asarray(loud - loud.mean(), np.float32)


def apart(one: Samples, other: Samples) -> float:
    """Mean distance of two takes in decibels a band, along the way that brings their times together best (Sakoe and
    Chiba, 1978).
    """
    costs = np.abs(one[:, None] - other[None]).mean(2)
    best = np.full((costs.shape[0] + 1, costs.shape[1] + 1), np.inf)
    steps = np.zeros_like(best)
    best[0, 0] = 0.0
    for row, column in np.ndindex(*costs.shape):
        came = min((row, column), (row, column + 1), (row + 1, column), key=lambda place: best[place])
        best[row + 1, column + 1] = best[came] + costs[row, column]
        steps[row + 1, column + 1] = steps[came] + 1
    return float(best[-1, -1] / steps[-1, -1])


def main() -> None:
    """Measure each profile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe keeps its judge")
    parser.add_argument("--sentences", type=int, default=30)
    options = parser.parse_args()
    texts = [line.text for line in sentences() if line.split == "test"][: options.sentences]
    engine, judge = Engine.load(catalogue.folder("mini"), "mini"), whisper_base(options.build)
    found = {}
    for name, profile in BUILT_IN.items():
        found[name] = measure(engine, judge, profile, texts)
        print(name, found[name], file=sys.stderr, flush=True)
    print(json.dumps({"machine": machine(), "sentences": len(texts), "profiles": found}, indent=1))


if __name__ == "__main__":
    main()
