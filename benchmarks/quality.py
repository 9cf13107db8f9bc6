"""What quicker weights and a quicker vocoder cost `mini` in words and in likeness, by Whisper base and by the model's
own speaker encoder, on sentences that no training saw; the same seeds each time. Prints JSON.

Sentences and judge are those of `recipes/mini`: `make mini-evaluate` fetches what they need.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import soxr
import torch

from benchmarks.reading import machine
from recipes.mini.corpus import sentences
from recipes.mini.judge import whisper_base
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import RATE, Recogniser, word_error_rate
from timbre.models import catalogue
from timbre.text.plan import plan
from timbre.xtts.model import SPEAKER_RATE

WAYS = ("fp32,onednn-fp32", "int8,onednn-fp32", "fp32,onednn-bf16", "int8,onednn-bf16")


def measure(way: str, texts: list[str], judge: Recogniser, seed: int) -> dict[str, float]:
    """Word error rate, and the mean likeness of what was said to the voice that was asked for."""
    weights, _, vocoder = way.partition(",")
    engine = Engine(catalogue.folder("mini"), "mini", weights=weights, vocoder=vocoder)
    voices, limit = list(engine.voices().values()), engine.character_limit("en")
    pairs, alike = [], []
    for number, text in enumerate(texts):
        voice = voices[number % len(voices)]
        sampling = replace(engine.sampling(), seed=seed + number)
        wave = np.concatenate(list(engine.speak(plan(text, "en", limit), "en", voice, sampling)))
        heard = soxr.resample(wave, engine.rate, RATE).astype(np.float32)
        pairs.append((text, judge.hear(heard, "en").text))
        alike.append(likeness(engine, heard, voice.embedding))
    return {"word_error_rate": word_error_rate(pairs), "likeness": float(np.mean(alike))}


@torch.inference_mode()
def likeness(engine: Engine, wave: np.ndarray, embedding: np.ndarray) -> float:
    """Cosine of the speaker embedding of what was said, at 16 kHz, to the voice's own."""
    assert RATE == SPEAKER_RATE
    said = engine.model.hifigan_decoder.speaker_encoder(torch.from_numpy(wave)[None])[0].numpy()
    return float(said @ embedding / np.linalg.norm(said) / np.linalg.norm(embedding))


def main() -> None:
    """Measure each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe keeps its judge")
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    texts = [line.text for line in sentences() if line.split == "test"][: options.sentences]
    judge = whisper_base(options.build)
    found = {way: measure(way, texts, judge, options.seed) for way in WAYS}
    print(json.dumps({"machine": machine(), "sentences": len(texts), "ways": found}, indent=1))


if __name__ == "__main__":
    main()
