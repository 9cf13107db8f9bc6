"""How a run learns."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Options:
    """How a run learns; the names are those of the settings without `train_`. What is not said there is said here."""

    method: Literal["lora", "full"]
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
    hide: float
    ema: float
    validate_every: int
    checkpoint_every: int
    patience: int
    keep: int
    max_samples: int
    half: Literal["auto", "bf16", "fp16", "off"]
    save_memory: bool
    augment: bool
    vocoder: bool
    vocoder_rate: float
    sentences: int
    seed: int
    device: str
    threads: int
    lora_rank: int
    lora_alpha: float
    lora_dropout: float
    lora_targets: Literal["attention", "mlp", "all", "heads"]
    processes: int = 0  # 0: one for each GPU
    max_steps: int = 0  # 0: as many as the epochs have
    texts: tuple[str, ...] = ()  # spoken at every checkpoint; none: sentences of the language

    @property
    def is_adapter(self) -> bool:
        """Whether what is learnt is an adapter and nothing else."""
        return self.method == "lora" and not self.vocoder and self.lora_targets != "heads"
