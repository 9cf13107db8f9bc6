"""Fine-tuning: a model learns to speak as one person does, from a dataset's build."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True, slots=True)
class Options:
    """How a run learns; the names are those of the settings without `train_`. What is not said there is said here."""

    method: Literal["lora", "full"]
    vocoder: bool
    rate: float  # of the method that is chosen
    epochs: float
    batch: int
    accumulate: int
    weight_decay: float
    clip: float
    schedule: Literal["cosine", "constant"]
    warmup: int
    text_weight: float
    audio_weight: float
    ema: float
    validate_every: int
    checkpoint_every: int
    patience: int
    keep: int
    max_samples: int
    half: Literal["auto", "bf16", "fp16", "off"]
    save_memory: bool
    augment: bool
    sentences: int
    seed: int
    device: str
    threads: int
    lora_rank: int
    lora_alpha: float
    lora_dropout: float
    lora_targets: Literal["attention", "mlp", "all"]
    max_steps: int = 0  # 0: as many as the epochs have
    texts: tuple[str, ...] = ()  # spoken at every checkpoint; none: sentences of the language


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
        """Weights were kept. Called once for each checkpoint, also when a run is taken on after a kill."""

    def wish(self) -> Literal["", "stop", "pause"]:
        """Asked before every step: to go on, to end with a last checkpoint, or to leave so that it can be taken on."""


Ending = Literal["completed", "early", "stopped", "paused"]


def train(base: Path, data: Path, folder: Path, options: Options, watcher: Watcher) -> Ending:
    """Fine-tune the model in the folder `base` on the clips in `data`, a folder with a build's `manifest.json` and its
    files. All that a run needs to be taken on lies in `folder`; called again it goes on where it was.

    Raises errors.BadTraining, BadCheckpoint, StorageFull.
    """
    raise NotImplementedError
