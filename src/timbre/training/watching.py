"""What a fine-tune tells of itself, and to whom."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence that a checkpoint said. What could not be measured is not among the figures."""

    text: str
    audio: Path  # FLAC
    reference: Path  # FLAC: a held-out clip of the person
    figures: dict[str, Any] = field(default_factory=dict)  # similarity, word_error_rate, heard, seconds


@dataclass(frozen=True, slots=True)
class Kept:
    """Weights as they were at a step."""

    step: int
    kind: Literal["adapter", "model"]
    weights: Path  # safetensors: an adapter, or what differs from the base model
    figures: dict[str, Any]  # validation_loss, similarity, word_error_rate, sentences, epoch …
    best: bool  # of all so far, by validation loss
    samples: tuple[Said, ...] = ()


class Watcher(Protocol):
    """Who is told how a run goes."""

    def note(self, line: str) -> None:
        """Something for people to read: what is being prepared, why it ends."""

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        """After a step: epoch, loss, text_loss, audio_loss, rate, gradient, memory_mb, step_s, eta_s."""

    def validated(self, step: int, figures: dict[str, float]) -> None:
        """After a validation: loss, text_loss, audio_loss."""

    def checkpoint(self, kept: Kept) -> None:
        """Weights were kept. After a kill the same step may come again: it takes the first one's place."""

    def flush(self) -> None:
        """What was told of steps has to be kept by now: a run that is taken on does not tell it again."""

    def wish(self) -> Literal["", "stop", "pause"]:
        """Asked before every step: to go on, to end with a last checkpoint, or to leave so that it can be taken on."""


Ending = Literal["completed", "early", "stopped", "paused"]
