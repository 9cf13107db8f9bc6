"""Judges of a fine-tune: resemblyzer for the voice, Whisper for the words, the product's own similarity beside."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from benchmarks.reading import machine
from recipes.mini.corpus import sentences
from recipes.mini.judge import whisper_base
from recipes.mini.judges import Likeness
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import word_error_rate
from timbre.text.plan import plan
from timbre.training.examples import TEST, Example, Examples, read_manifest
from timbre.training.overlay import overlay
from timbre.training.tasting import CLIP_RATE, reference

Samples = NDArray[np.float32]
LANGUAGE = "en"


def judge(base: Path, data: Path, out: Path, names: Sequence[str], count: int) -> dict[str, Any]:
    """The base model's cloning, and each run's best checkpoint, on the same sentences with the same dice."""
    clips = examples(data)
    likeness, hearing = Likeness(), whisper_base(Path("build/mini"))
    held = [clips.wave(one) for one in clips.split(TEST)]
    person = likeness.voice(held, CLIP_RATE)
    texts = [line.text for line in sentences() if line.split == "test"][:count]
    plain = Engine(base, "base", weights="fp32", vocoder="fp32")
    own = np.mean([plain.condition([wave]).embedding for wave in held], 0)
    found: dict[str, Any] = {"machine": machine(), "sentences": len(texts), "recordings": _each(likeness, held, person)}
    for name in ("base", *names):
        with TemporaryDirectory() as made:
            engine, adapter = plain, ""
            if name != "base":
                engine, adapter = _tuned(base, plain, out / name, Path(made))
            waves = [_say(engine, text, clips, adapter, number) for number, text in enumerate(texts)]
            heard = [hearing.hear(_at(wave, engine.rate, HEARD_RATE), LANGUAGE).text for wave in waves]
            found[name] = {
                **_each(likeness, [_at(wave, engine.rate, CLIP_RATE) for wave in waves], person),
                "own_similarity": round(float(np.mean([_own(plain, wave, engine.rate, own) for wave in waves])), 4),
                "word_error_rate": round(word_error_rate(list(zip(texts, heard, strict=True))), 4),
            }
    return found


def examples(data: Path) -> Examples:
    """The clips alone, without codes."""
    import torch

    nothing = torch.zeros(1, dtype=torch.long)
    rows = [
        Example(one["file"], one["text"], one["source"], one["split"], nothing, torch.zeros(one["samples"] // 1024))
        for one in read_manifest(data)["clips"]
    ]
    return Examples(data, LANGUAGE, rows)


def best(folder: Path) -> Path:
    """A run's best checkpoint by its validation loss."""
    losses = json.loads((folder / "shown.json").read_text())
    step = int(min(losses, key=lambda one: losses[one]))
    return folder / "kept" / f"{step:07}.safetensors"


def _tuned(base: Path, plain: Engine, folder: Path, made: Path) -> tuple[Engine, str]:
    weights = best(folder)
    try:
        plain.adapters.load(weights, folder.name)
        return plain, folder.name
    except Exception:  # no adapter: a whole model's weights
        overlay(base, weights, made)
        return Engine(made, "tuned", weights="fp32", vocoder="fp32"), ""


def _say(engine: Engine, text: str, clips: Examples, adapter: str, number: int) -> Samples:
    voice = engine.condition(reference(clips))
    sampling = replace(engine.sampling(), seed=number)
    pieces = plan(text, LANGUAGE, engine.character_limit(LANGUAGE))
    return np.concatenate(list(engine.speak(pieces, LANGUAGE, voice, sampling, adapter=adapter)))


def _each(likeness: Likeness, waves: list[Samples], person: Samples) -> dict[str, Any]:
    """Mean similarity of single waves to the person, with its 95 % interval."""
    alike = [float(likeness.voice([wave], CLIP_RATE) @ person) for wave in waves]
    half = 1.96 * float(np.std(alike, ddof=1)) / len(alike) ** 0.5
    return {"similarity": round(float(np.mean(alike)), 4), "interval": round(half, 4)}


def _own(engine: Engine, wave: Samples, rate: int, person: NDArray[Any]) -> float:
    embedding = engine.condition([_at(wave, rate, CLIP_RATE)]).embedding
    return float(embedding @ person / np.linalg.norm(embedding) / np.linalg.norm(person))


def _at(wave: Samples, rate: int, wanted: int) -> Samples:
    return np.asarray(soxr.resample(wave, rate, wanted), np.float32)
