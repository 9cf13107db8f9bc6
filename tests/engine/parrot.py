"""A speaker without a model: it hums as long as the text is, a tenth of a second at a step."""

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from timbre.engine.protocol import Conditioning, Sampling
from timbre.text.plan import Piece

STEP = 2400


class Parrot:
    """What `EngineServer` asks of a model."""

    name = "parrot"
    folder = Path("parrot")
    fingerprint = "feathers"
    languages = ("en", "pt")

    def __init__(self, step_s: float = 0.0) -> None:
        self.step_s = step_s
        self.steps = 0
        self.at_once = 0
        self.most_at_once = 0
        self.heard: list[tuple[list[Piece], str, Conditioning, Sampling]] = []
        self.idle = threading.Event()

    def character_limit(self, language: str) -> int:
        return 200

    def voices(self) -> dict[str, Conditioning]:
        return {"ana": voice(0.1), "bruno": voice(0.2)}

    def sampling(self) -> Sampling:
        return Sampling(temperature=0.5)

    def condition(self, clips: list[NDArray[np.float32]]) -> Conditioning:
        return voice(float(len(clips)) + len(clips[0]) / 1e6)

    def speak(
        self, pieces: Sequence[Piece], language: str, voice: Conditioning, sampling: Sampling
    ) -> Iterator[NDArray[np.float32]]:
        self.heard.append((list(pieces), language, voice, sampling))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.idle.clear()
        try:
            for _ in range(sum(len(piece.text) for piece in pieces)):
                time.sleep(self.step_s)
                self.steps += 1
                yield np.full(STEP, voice.latents.flat[0], np.float32)
        finally:
            self.at_once -= 1
            self.idle.set()


def voice(value: float) -> Conditioning:
    return Conditioning(np.full((32, 8), value, np.float32), np.full(512, value, np.float32))
