"""Voices mixed of others: what a recipe is, and what the model hears of one."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from timbre.engine.protocol import Conditioning
from timbre.errors import BadMix
from timbre.voices.voice import Part, Voice

FEWEST, MOST = 2, 5  # voices that a mix is made of


def recipe(wish: Sequence[tuple[Voice, float]]) -> list[Part]:
    """The parts of a mix, their weights with the sum 1.

    A mix among them is replaced by its own parts: so no mix hangs on another one, and deleting one harms none. Raises
    errors.BadMix.
    """
    weights = [weight for _, weight in wish]
    check(weights)
    if tuned := next((voice for voice, _ in wish if voice.kind == "tuned"), None):
        raise BadMix(reason=f"'{tuned.name}' is fine-tuned, and what was learnt cannot be mixed")
    if twice := next((voice for number, (voice, _) in enumerate(wish) if voice in _voices(wish[:number])), None):
        raise BadMix(reason=f"the voice '{twice.name}' is in it twice")
    parts: dict[str, Part] = {}
    for voice, share in zip(_voices(wish), _shares(weights), strict=True):
        for part in _parts(voice):
            before = parts[part.id].weight if part.id in parts else 0.0
            parts[part.id] = Part(part.id, part.name, before + share * part.weight)
    return list(parts.values())


def check(weights: Sequence[float]) -> None:
    """Refuses too few or too many voices, and weights that are not positive numbers. Raises errors.BadMix."""
    if not FEWEST <= len(weights) <= MOST:
        raise BadMix(reason=f"it takes {FEWEST} to {MOST} voices, not {len(weights)}")
    for weight in weights:
        if not (math.isfinite(weight) and weight > 0):
            raise BadMix(reason=f"the weight {weight:g} is not a number above zero")


def blend(parts: Sequence[tuple[Conditioning, float]]) -> Conditioning:
    """What the model hears of a mix: the weighted mean of its parts' latents, and of their embeddings.

    The mean of unlike embeddings is shorter than they are: two of unit length that stand at right angles have one of
    0.7. The vocoder adds a linear map of the embedding at every stage and has only heard embeddings as long as the
    speaker encoder makes them, so a short one would be a voice half told. It is brought back to its parts' own length:
    one, or hardly less where a part is the mean of several clips, so that a mix goes over into each of its parts. With
    `mini`, in even mixes of two, a recogniser understood both ways alike; the short one was 4 % softer.

    The latents stay a plain mean: so the model itself makes those of a voice whose clips are long, of several pieces.
    """
    shares = _shares([weight for _, weight in parts])
    latents = sum(share * part.latents.astype(float) for share, (part, _) in zip(shares, parts, strict=True))
    mean = sum(share * part.embedding.astype(float) for share, (part, _) in zip(shares, parts, strict=True))
    wanted = sum(share * np.linalg.norm(part.embedding) for share, (part, _) in zip(shares, parts, strict=True))
    length = np.linalg.norm(mean)
    embedding = mean * (wanted / length) if length > 0 else np.asarray(mean)
    return Conditioning(np.asarray(latents, np.float32), np.asarray(embedding, np.float32))


def _shares(weights: Sequence[float]) -> list[float]:
    largest = max(weights)  # first, for the sum of very large ones is no number
    total = sum(weight / largest for weight in weights)
    return [weight / largest / total for weight in weights]


def _voices(wish: Sequence[tuple[Voice, float]]) -> list[Voice]:
    return [voice for voice, _ in wish]


def _parts(voice: Voice) -> Iterator[Part]:
    if voice.parts:
        yield from voice.parts
    else:
        yield Part(voice.id, voice.name, 1.0)
