"""Whose voice it is that speaks: packs that were kept out of training, cloned; and the built-in voices beside each
other. The judge is resemblyzer, which no training loss has anything of.
"""

import numpy as np
from numpy.typing import NDArray

from recipes.mini.judges import Likeness
from recipes.mini.reading import Reading, speak
from recipes.mini.speech import Speech
from recipes.mini.teacher import RATE
from timbre.engine.engine import Engine

REFERENCES = 6  # recordings of a pack that it is cloned from; the others are what it is recognised by

Samples = NDArray[np.float32]


def packs(held: Speech) -> dict[str, list[int]]:
    """The recordings of each pack that was kept out of training."""
    found: dict[str, list[int]] = {}
    for place, row in enumerate(held.rows):
        found.setdefault(row["voice"], []).append(place)
    return found


def recognised(
    engine: Engine, judge: Likeness, held: Speech, texts: list[str]
) -> tuple[dict[str, float], dict[str, float], list[Samples]]:
    """Of what each cloned pack says, the share that is nearest to that pack's own recordings; the same of recordings
    of it; and what was said.
    """
    places = packs(held)
    known = {name: [held.wave(place) for place in own[REFERENCES:]] for name, own in places.items()}
    centres = {name: judge.voice(waves, RATE) for name, waves in known.items()}
    shares, ceiling, said = {}, {}, []
    for name, own in places.items():
        voice = engine.condition([held.wave_22k(place) for place in own[:REFERENCES]])
        waves = [speak(engine, text, "en", voice, number) for number, text in enumerate(texts)]
        shares[name] = _share(judge, waves, engine.rate, centres, name)
        ceiling[name] = _share(judge, [held.wave(place) for place in own[:REFERENCES]], RATE, centres, name)
        said += waves
    return shares, ceiling, said


def _share(judge: Likeness, waves: list[Samples], rate: int, centres: dict[str, Samples], name: str) -> float:
    right = [max(centres, key=lambda one: float(centres[one] @ voice)) == name for voice in _each(judge, waves, rate)]
    return float(np.mean(right))


def _each(judge: Likeness, waves: list[Samples], rate: int) -> list[Samples]:
    return [judge.voice([wave], rate) for wave in waves]


def alike(judge: Likeness, readings: list[Reading], rate: int) -> tuple[float, tuple[str, str]]:
    """The two built-in voices that are most alike in what they said, and how much."""
    said: dict[str, list[Samples]] = {}
    for reading in readings:
        said.setdefault(reading.voice, []).append(reading.wave)
    voices = {name: judge.voice(waves, rate) for name, waves in said.items()}
    pairs = {(one, other): float(voices[one] @ voices[other]) for one in voices for other in voices if one < other}
    nearest = max(pairs, key=lambda pair: pairs[pair])
    return pairs[nearest], nearest
