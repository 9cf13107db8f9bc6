"""Who says a sentence for a comparison: the running engine where it holds the model, else one of the job's own."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.engine.blocking import Client
from timbre.engine.engine import Engine
from timbre.engine.protocol import CLIP_RATE, RATE, Brought, Sampling
from timbre.errors import LanguageNotSpoken, TimbreError
from timbre.text.plan import plan
from timbre.training.likeness import direction
from timbre.training.made import write
from timbre.training.tuned_job import Subject

Samples = NDArray[np.float32]
Check = Callable[[], None]


class Speaker(Protocol):
    """Speaks and hears with one model."""

    def say(self, text: str, language: str, seed: int, clips: Sequence[Samples], tuned: bool) -> Samples:
        """A text, after clips. tuned: with the checkpoint's adapter."""

    def embedding(self, clip: Samples) -> Samples:
        """Who speaks in a clip, as a direction."""


class Running:
    """The engine that serves users: they go first, and no memory is spent."""

    def __init__(self, client: Client, stats: dict[str, Any], adapter: Brought | None, check: Check) -> None:
        self._client, self._stats, self._adapter, self._check = client, stats, adapter, check

    def say(self, text: str, language: str, seed: int, clips: Sequence[Samples], tuned: bool) -> Samples:
        """See `Speaker`. Raises errors.LanguageNotSpoken, and what the engine raises."""
        stats = self._stats
        _check_language(language, stats["languages"], str(stats["model"]))
        pieces = plan(text, language, stats["limits"][language])
        voice = self._client.condition(clips)
        sampling = replace(Sampling.from_dict(stats["sampling"]), seed=seed)
        adapter = self._adapter if tuned and self._adapter else ""
        parts = []
        for part in self._client.speak(pieces, language, voice, sampling, adapter, background=True):
            self._check()
            parts.append(part)
        return np.concatenate(parts or [np.zeros(0, np.float32)])

    def embedding(self, clip: Samples) -> Samples:
        """See `Speaker`."""
        return direction(self._client.condition([clip]).embedding)


class Own:
    """A model loaded for the job alone."""

    def __init__(self, folder: Path, name: str, adapter: Path | None, check: Check) -> None:
        self._engine, self._adapter, self._check = Engine(folder, name), "", check
        if adapter is not None:
            self._engine.adapters.load(adapter, "tuned")
            self._adapter = "tuned"

    def say(self, text: str, language: str, seed: int, clips: Sequence[Samples], tuned: bool) -> Samples:
        """See `Speaker`. Raises errors.LanguageNotSpoken."""
        engine = self._engine
        _check_language(language, engine.languages, engine.name)
        pieces = plan(text, language, engine.character_limit(language))
        voice, sampling = engine.condition(clips), replace(engine.sampling(), seed=seed)
        parts = []
        for part in engine.speak(pieces, language, voice, sampling, self._adapter if tuned else ""):
            self._check()
            parts.append(part)
        return np.concatenate(parts or [np.zeros(0, np.float32)])

    def embedding(self, clip: Samples) -> Samples:
        """See `Speaker`."""
        return direction(self._engine.condition([clip]).embedding)


def base_speaker(run: Any, subject: Subject, weights: Path) -> Speaker:
    """Who speaks with the base model, and where the checkpoint is an adapter with that too."""
    is_adapter = subject.row.kind == "adapter"
    try:
        stats = run.tools.waiting_engine.stats()
    except TimbreError:
        stats = {}
    if stats.get("ready") and stats.get("fingerprint") == subject.fingerprint:
        brought = Brought(Path(subject.row.blob).stem, weights.read_bytes) if is_adapter else None
        return Running(run.tools.waiting_engine, stats, brought, run.check)
    return Own(subject.base, subject.row.base, weights if is_adapter else None, run.check)


def tuned_speaker(run: Any, subject: Subject, folder: Path) -> Speaker:
    """Who speaks with a whole model that a checkpoint is. folder: an empty one, for its files."""
    write(subject.base, subject.model(run), folder, check=run.check)
    return Own(folder, "tuned", None, run.check)


def as_clip(wave: Samples) -> Samples:
    """What was said, as a model hears it."""
    return np.asarray(soxr.resample(wave, RATE, CLIP_RATE), np.float32)


def _check_language(language: str, spoken: Sequence[str], model: str) -> None:
    if language not in spoken:
        raise LanguageNotSpoken(model=model, language=language, advice=f"It speaks: {', '.join(spoken)}.")
