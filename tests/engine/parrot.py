"""A speaker without a model: it hums as long as the text is, a tenth of a second at a step for each who listens."""

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from timbre.engine.protocol import Conditioning, Role, Sampling
from timbre.text.plan import Piece
from timbre.text.timed import Timed

STEP = 2400


@dataclass(eq=False)
class Hum:
    """What one request still has to be hummed."""

    text: list[Piece]
    value: float
    open: bool = False
    said: int = 0
    starts: list[int] = field(default_factory=list)
    timed: bool = False
    words: list[list[Timed]] = field(default_factory=list)
    ready: list[NDArray[np.float32]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return sum(self.lengths) - self.said

    @property
    def lengths(self) -> list[int]:
        return [len(piece.text) for piece in self.text]

    @property
    def finished(self) -> bool:
        return not (self.left or self.open)

    @property
    def hungry(self) -> bool:
        return self.open and not self.left

    def hum(self) -> None:
        if self.said in [sum(self.lengths[:place]) for place in range(len(self.text))]:
            self.starts.append(self.said * STEP)
        self.said += 1
        if self.timed and self.said in [sum(self.lengths[: place + 1]) for place in range(len(self.text))]:
            text = self.text[len(self.words)].text
            self.words.append([Timed(one[0], one.start() / 10, one.end() / 10) for one in re.finditer(r"\S+", text)])
        self.ready.append(np.full(STEP, self.value, np.float32))

    def take(self) -> list[NDArray[np.float32]]:
        ready, self.ready = self.ready, []
        return ready


class Perch:
    """It learns no other voice."""

    names: list[str] = []  # noqa: RUF012


class Parrot:
    """What `EngineServer` asks of a model. It has `rows` beaks."""

    name = "parrot"
    folder = Path("parrot")
    fingerprint = "feathers"
    times_words = True
    runs: ClassVar[dict[str, str]] = {"device": "perch"}
    languages = ("en", "pt")

    def __init__(self, step_s: float = 0.0, rows: int = 1) -> None:
        self.step_s, self.rows = step_s, rows
        self.steps = 0
        self.most_at_once = 0
        self.heard: list[tuple[list[Piece], str, Conditioning, Sampling]] = []
        self.hums: list[Hum] = []
        self.quiet = threading.Event()
        self.choke = False
        self.adapters = Perch()

    def character_limit(self, language: str) -> int:
        return 200

    def voices(self) -> dict[str, Conditioning]:
        return {"ana": voice(0.1), "bruno": voice(0.2)}

    def sampling(self) -> Sampling:
        return Sampling(temperature=0.5)

    def condition(self, clips: list[NDArray[np.float32]]) -> Conditioning:
        return voice(float(len(clips)) + len(clips[0]) / 1e6)

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
    ) -> Hum:
        self.hums.append(Hum(list(pieces), voice.latents.flat[0], more, timed=words))
        self.heard.append((self.hums[-1].text, language, voice, sampling))
        self.quiet.clear()
        return self.hums[-1]

    def extend(self, hum: Hum, pieces: Sequence[Piece]) -> None:
        hum.text.extend(pieces)

    def close(self, hum: Hum) -> None:
        hum.open = False

    def step(self) -> None:
        if self.choke:
            raise MemoryError("a nut")
        time.sleep(self.step_s)
        self.steps += 1
        self.most_at_once = max(self.most_at_once, self.running)
        for hum in self.busy[: self.rows]:
            hum.hum()
        self.hums = [hum for hum in self.hums if not hum.finished]
        if self.idle:
            self.quiet.set()

    def learn(self) -> bool:
        return False

    def cancel(self, speech: Hum) -> None:
        self.hums = [hum for hum in self.hums if hum is not speech]
        if self.idle:
            self.quiet.set()

    @property
    def idle(self) -> bool:
        return not self.hums

    @property
    def cache_mb(self) -> tuple[float, float]:
        return float(self.running), float(self.rows)

    @property
    def waiting(self) -> int:
        return max(0, len(self.busy) - self.rows)

    @property
    def running(self) -> int:
        return min(len(self.busy), self.rows)

    @property
    def busy(self) -> list[Hum]:
        return [hum for hum in self.hums if hum.left]


def voice(value: float) -> Conditioning:
    return Conditioning(np.full((32, 8), value, np.float32), np.full(512, value, np.float32))
