"""`timbre read … --server URL`: the book is opened and put together here, and read by a service elsewhere."""

import argparse
import hashlib
import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.audio.encode import GENERATED, Tags, generated
from timbre.books.narrator import SEEDS, Take
from timbre.cli.remote import Server
from timbre.engine.protocol import RATE
from timbre.text.split import PAUSE_PARAGRAPH

Samples = NDArray[np.float32]

PASSAGE = 1500
"""Characters that are asked for at once: some minutes of work are lost at most, and every service takes as much."""

PATIENCE_S = 600.0


class There:
    """A `books.narrator.Narrator` by HTTP. The service marks what it says, as it is set to."""

    limit = PASSAGE

    def __init__(self, asked: argparse.Namespace, language: str | None, seed: int, given: Mapping[str, Any]) -> None:
        """Raises errors.BadKeyFile."""
        self._server = Server.of(asked)
        names = ("voice", "dialogue_voice", "model", "profile")
        told = {name: getattr(asked, name) for name in names} | {"language": language, "markup": "none", "seed": seed}
        self._wish = {name: value for name, value in told.items() if value is not None} | dict(given)
        self._mark: str | None = None  # not known, until something is said

    @property
    def speed(self) -> float:
        return float(self._wish.get("speed", 1.0))

    @property
    def tags(self) -> Tags:
        if self._mark is None:
            return {"comment": GENERATED}
        return generated("" if self._mark == "none" else self._mark)

    def takes(self, passage: str, place: int, speed: float | None = None) -> list[Take]:
        seed = (int(self._wish["seed"]) + place) % SEEDS
        key = json.dumps([self._server.url, self._wish, passage, seed, speed], sort_keys=True)
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return [Take(passage, PAUSE_PARAGRAPH, seed, speed, digest)]

    def say(self, takes: Sequence[Take]) -> Iterator[Samples]:
        """Raises what a server raises."""
        for take in takes:
            body = self._wish | {"text": take.text, "seed": take.seed, "format": "flac"}
            body |= {} if take.speed is None else {"speed": take.speed}
            with self._server.answer("POST", "/synthesize-direct", json=body, timeout=PATIENCE_S) as answer:
                self._mark = answer.headers.get("X-Watermark", "none")
                yield decode(answer.read(), RATE, name="What the service sent")

    def marked(self, samples: Generator[Samples, None, None]) -> Generator[Samples, None, None]:
        return samples
