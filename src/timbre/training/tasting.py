"""What a checkpoint is worth: held-out sentences said with its own weights, measured against the person's own voice.

The clips that the figures come from chose nothing: they are the build's `test` split, as far as it has one. Similarity
is by the base model's speaker encoder, which no training moves.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from timbre.audio.encode import encode
from timbre.engine.engine import Engine
from timbre.engine.protocol import Conditioning
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Heard, word_error_rate
from timbre.store.files import write_whole
from timbre.text.plan import plan
from timbre.training.examples import TEST, TRAIN, VALIDATION, Example, Examples
from timbre.training.likeness import direction, likeness
from timbre.training.watching import Said

Samples = NDArray[np.float32]

CLIP_RATE = 22_050
REFERENCE_S = 12.0
"""Seconds of training clips that the person is cloned from, with and without a fine-tune alike."""

COMPARED = 20
"""Held-out clips that what is said is compared with, at the most."""


class Hearing(Protocol):
    """A recogniser of speech: `timbre.evaluation.intelligibility.Recogniser` is one."""

    def hear(self, samples: Samples, language: str) -> Heard: ...


class Tasting:
    """Says the same sentences after the same clips, by the same dice, with whatever weights it is given."""

    def __init__(
        self,
        base: Engine,
        examples: Examples,
        sentences: int,
        texts: Sequence[str] = (),
        hearing: Hearing | None = None,
    ) -> None:
        self._base, self._examples, self._hearing = base, examples, hearing
        held = examples.split(TEST) or examples.split(VALIDATION)
        waves = [examples.wave(example) for example in held[:: max(1, len(held) // COMPARED)][:COMPARED]]
        self._person = direction(np.mean([direction(self._embedding(wave)) for wave in waves], 0))
        self._chosen = _spread(held, sentences)
        self._texts = list(texts) or [example.text for example in self._chosen]
        self._clips = reference(examples)

    def taste(
        self, into: Path, engine: Engine | None = None, adapter: str = "", check: Callable[[], None] = lambda: None
    ) -> tuple[list[Said], dict[str, Any]]:
        """Speak by `engine` (none: the base model), with an adapter that it holds. The sound goes to files in `into`.

        Returns what was said, and the figures of all of it: similarity, word_error_rate where there is a recogniser,
        sentences. Raises what `check` raises.
        """
        into.mkdir(parents=True, exist_ok=True)
        engine = engine or self._base
        voice = engine.condition(self._clips)
        said = []
        for number, text in enumerate(self._texts):
            check()
            said.append(self._say(into, number, text, engine, voice, adapter))
        return said, self._together(said)

    def _say(self, into: Path, number: int, text: str, engine: Engine, voice: Conditioning, adapter: str) -> Said:
        language = self._examples.language
        sampling = replace(engine.sampling(), seed=number)
        pieces = plan(text, language, engine.character_limit(language))
        wave = np.concatenate(list(engine.speak(pieces, language, voice, sampling, adapter=adapter)))
        audio = into / f"{number:02}.flac"
        write_whole(audio, encode(wave, "flac", engine.rate))
        reference = into / f"{number:02}-reference.flac"
        example = self._chosen[number % len(self._chosen)]
        write_whole(reference, encode(self._examples.wave(example), "flac", CLIP_RATE))
        return Said(text, audio, reference, self._figures(wave, text, engine.rate))

    def _figures(self, wave: Samples, text: str, rate: int) -> dict[str, Any]:
        import soxr

        found: dict[str, Any] = {
            "similarity": round(
                likeness(self._embedding, np.asarray(soxr.resample(wave, rate, CLIP_RATE), np.float32), self._person), 4
            ),
            "seconds": round(len(wave) / rate, 2),
        }
        if self._hearing is not None:
            sound = np.asarray(soxr.resample(wave, rate, HEARD_RATE), np.float32)
            heard = self._hearing.hear(sound, self._examples.language).text
            found |= {"heard": heard, "word_error_rate": round(word_error_rate([(text, heard)]), 4)}
        return found

    def _embedding(self, wave: Samples) -> Samples:
        return self._base.condition([wave]).embedding

    def _together(self, said: list[Said]) -> dict[str, Any]:
        found: dict[str, Any] = {"sentences": len(said)}
        found["similarity"] = round(float(np.mean([one.figures["similarity"] for one in said])), 4)
        if self._hearing is not None:
            pairs = [(one.text, one.figures["heard"]) for one in said]
            found["word_error_rate"] = round(word_error_rate(pairs), 4)
        return found


def _spread(held: list[Example], count: int) -> list[Example]:
    """So many clips of middling length, the same ones each time."""
    ordered = sorted(held, key=lambda example: (len(example.codes), example.file))
    middle = ordered[len(ordered) // 4 : len(ordered) - len(ordered) // 4] or ordered
    places = np.linspace(0, len(middle) - 1, min(count, len(middle))).astype(int)
    return [middle[place] for place in dict.fromkeys(places.tolist())]


def reference(examples: Examples) -> list[Samples]:
    """Training clips up to the length that people clone from."""
    clips, count = [], 0.0
    for example in _spread(examples.split(TRAIN), 16):
        clips.append(examples.wave(example))
        count += len(clips[-1]) / CLIP_RATE
        if count >= REFERENCE_S:
            break
    return clips
