"""The model that an engine holds: loaded, its voices known, and ready once it has spoken."""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from timbre.engine.protocol import CLIP_RATE, Conditioning, Role, Sampling
from timbre.engine.worker import Spoken, Worker
from timbre.errors import EngineEmpty, EngineStarting, UnknownVoice
from timbre.text.languages import LANGUAGES
from timbre.text.plan import Piece

log = logging.getLogger("timbre.engine")


class Shelf(Protocol):
    """The adapters of a model: `timbre.engine.adapters.Adapters` is one."""

    @property
    def names(self) -> list[str]: ...
    def load(self, path: Path, name: str) -> None: ...
    def unload(self, name: str) -> None: ...
    def read(self, data: bytes, name: str) -> Any: ...
    def hold(self, adapter: Any) -> None: ...


class Speaker(Protocol):
    """What is asked of a model: `timbre.engine.engine.Engine` is one."""

    name: str
    folder: Path
    fingerprint: str
    languages: tuple[str, ...]

    def character_limit(self, language: str) -> int: ...
    def voices(self) -> dict[str, Conditioning]: ...
    def condition(self, clips: list[NDArray[np.float32]]) -> Conditioning: ...
    def sampling(self) -> Sampling: ...
    def begin(
        self,
        pieces: Sequence[Piece],
        language: str,
        voice: Conditioning,
        sampling: Sampling,
        more: bool = False,
        adapter: str = "",
        background: bool = False,
        roles: Sequence[Role] = (),
        words: bool = False,
    ) -> Spoken: ...
    def extend(self, speech: Any, pieces: Sequence[Piece]) -> None: ...
    def close(self, speech: Any) -> None: ...
    def step(self) -> None: ...
    def learn(self) -> bool: ...
    def cancel(self, speech: Any) -> None: ...
    @property
    def runs(self) -> dict[str, str]: ...
    @property
    def adapters(self) -> Shelf: ...
    @property
    def times_words(self) -> bool | None: ...
    @property
    def waiting(self) -> int: ...
    @property
    def running(self) -> int: ...
    @property
    def rows(self) -> int: ...
    @property
    def cache_mb(self) -> tuple[float, float]: ...


Load = Callable[[str], Speaker]
"""Loads a model by its name."""


class Holder:
    """One model at a time, loaded and exchanged in the worker's thread once nobody speaks."""

    def __init__(self, load: Load, worker: Worker) -> None:
        self._load, self._worker = load, worker
        self._engine: Speaker | None = None
        self._wanted = ""
        self._cards: dict[str, dict[str, str]] = {}
        self.voices: dict[str, Conditioning] = {}
        self.ready, self.loading = False, True  # an engine begins by loading

    async def take(self, model: str) -> None:
        """Loads a model and lets it speak, unless it is there. Where that fails, the one that was loaded goes on."""
        if not (self.ready and model == self._wanted):
            await self._worker.run(lambda: self._take(model), alone=True)

    async def drop(self) -> None:
        """Forgets the model."""
        await self._worker.run(self._drop, alone=True)

    def loaded(self) -> Speaker:
        """The model, once it can speak. Raises errors.EngineStarting, EngineEmpty."""
        if self._engine is not None and self.ready:
            return self._engine
        raise EngineStarting() if self.loading else EngineEmpty()

    def voice(self, name: str) -> Conditioning:
        """A built-in voice. Raises errors.UnknownVoice."""
        if name not in self.voices:
            raise UnknownVoice(voice=name, known=", ".join(sorted(self.voices)))
        return self.voices[name]

    def stats(self) -> dict[str, Any]:
        """What it holds and does at this moment. The model's part is absent until one is loaded."""
        engine = self._engine
        wire: dict[str, Any] = {
            "ready": self.ready,
            "loading": self.loading,
            "waiting": engine.waiting if engine else 0,
            "running": engine.running if engine else 0,
        }
        if engine is None:
            return wire
        used, limit = engine.cache_mb
        known = {} if engine.times_words is None else {"word_times": engine.times_words}
        return wire | {
            "rows": engine.rows,
            "cache_mb": {"used": round(used, 1), "limit": round(limit, 1)},
            "model": engine.name,
            "folder": str(engine.folder),
            "fingerprint": engine.fingerprint,
            "runs": engine.runs,
            "languages": list(engine.languages),
            "limits": {language: engine.character_limit(language) for language in engine.languages},
            "voices": self._cards,
            "adapters": engine.adapters.names,
            "sampling": engine.sampling().as_dict(),
            **known,
        }

    # In the thread

    def _take(self, model: str) -> None:
        began = time.monotonic()
        self.ready, self.loading = False, True
        try:
            engine = self._load(model)
            voices = engine.voices()
            _warm(engine, voices)
        except BaseException:
            self.ready, self.loading = self._engine is not None, False
            raise
        self._worker.batch = engine
        self._engine, self.voices, self._cards = engine, voices, _cards(engine.folder, voices)
        self._wanted, self.ready, self.loading = model, True, False
        log.info("%s is ready after %.1f s: %s", model, time.monotonic() - began, ", ".join(engine.languages))

    def _drop(self) -> None:
        self.ready, self._engine, self.voices, self._worker.batch = False, None, {}, None


def _warm(engine: Speaker, voices: Mapping[str, Conditioning]) -> None:
    """Lets a model speak once: memory is touched and kernels are chosen before the first user waits for them."""
    noise = np.random.default_rng(0).normal(0, 0.01, 3 * CLIP_RATE).astype(np.float32)
    voice = next(iter(voices.values()), None) or engine.condition([noise])
    language = engine.languages[0]
    words = [Piece(f"{LANGUAGES[language].own_name}.", 0.0)]
    speech, spoken = engine.begin(words, language, voice, replace(engine.sampling(), seed=0)), 0
    while not speech.finished:
        engine.step()
        spoken += sum(len(samples) for samples in speech.take())
    if not spoken:
        raise RuntimeError(f"the model {engine.name} said nothing")


def _cards(folder: Path, voices: Mapping[str, Conditioning]) -> dict[str, dict[str, str]]:
    """What people are told of the built-in voices: name, language, about. From `voices.json` beside the model."""
    path = folder / "voices.json"
    told = json.loads(path.read_text()) if path.exists() else {}
    return {name: {"name": name.replace("-", " ").title(), **told.get(name, {})} for name in voices}
