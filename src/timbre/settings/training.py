"""What a training run begins with; each can be said anew for a run, by its name without `train_`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

_WHOLE = r"\s*[1-9]\d{0,5}\s*"
_NUMBER = r"\s*\d+(\.\d+)?([eE]-?\d{1,3})?\s*"
WHOLE_NUMBERS, NUMBERS = rf"^{_WHOLE}(,{_WHOLE})*$", rf"^{_NUMBER}(,{_NUMBER})*$"
"""Numbers with commas between."""


class TrainingSettings(BaseSettings):
    """Each with its description."""

    train_method: Literal["lora", "full"] = Field(
        "lora", description="Which weights learn: an adapter beside them, or all of the language model's."
    )
    train_rate_lora: float = Field(2e-4, gt=0, lt=1, description="Learning rate of an adapter.")
    train_rate_full: float = Field(1e-5, gt=0, lt=1, description="Learning rate where all weights learn.")
    train_epochs: float = Field(10.0, gt=0, le=10_000, description="Times that the data is gone through.")
    train_batch: int = Field(4, ge=1, le=256, description="Segments a batch, of about one length.")
    train_accumulate: int = Field(1, ge=1, le=256, description="Batches whose gradients make one step.")
    train_weight_decay: float = Field(0.01, ge=0, le=10, description="Weight decay.")
    train_clip: float = Field(1.0, gt=0, le=1_000, description="Longest gradient; longer ones are shortened to it.")
    train_schedule: Literal["cosine", "constant"] = Field("cosine", description="How the rate moves after its warm-up.")
    train_warmup: int = Field(50, ge=0, le=1_000_000, description="Steps over which the rate rises.")
    train_text_weight: float = Field(0.01, ge=0, le=100, description="Weight of the loss of the text.")
    train_audio_weight: float = Field(1.0, gt=0, le=100, description="Weight of the loss of the audio codes.")
    train_hide: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of a clip's audio codes that are hidden, so that what says the next reads the text.",
    )
    train_ema: float = Field(
        0.0, ge=0, lt=1, description="Decay of a running mean of the weights that is kept instead of them; 0: none."
    )
    train_validate_every: int = Field(100, ge=1, le=1_000_000, description="Steps between two validations.")
    train_checkpoint_every: int = Field(
        200, ge=1, le=1_000_000, description="Steps between two checkpoints with samples."
    )
    train_patience: int = Field(
        5,
        ge=0,
        le=10_000,
        description="Validations in a row without a better loss after which a run ends; 0: it never does.",
    )
    train_keep: int = Field(3, ge=1, le=100, description="Checkpoints kept beside the best.")
    train_max_samples: int = Field(0, ge=0, le=10_000_000, description="Most segments that are learnt from; 0: all.")
    train_half: Literal["auto", "bf16", "fp16", "off"] = Field(
        "auto", description="Half precision: bf16 where the processor has it, fp16 on a GPU."
    )
    train_save_memory: bool = Field(False, description="Whether activations are computed again instead of kept.")
    train_augment: bool = Field(
        False, description="Whether what a clip is conditioned on varies in speed, gain, noise, room."
    )
    train_vocoder: bool = Field(
        False, description="Whether the vocoder learns too, of the same clips; checkpoints are whole models then."
    )
    train_vocoder_rate: float = Field(1e-4, gt=0, lt=1, description="Learning rate of the vocoder, where it learns.")
    train_sentences: int = Field(6, ge=1, le=50, description="Sentences spoken at every checkpoint.")
    train_seed: int = Field(42, ge=0, le=2**31 - 1, description="Dice of a run.")
    train_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d{1,2})?)$",
        description="Where a run works: cpu, cuda, cuda:1; auto: a GPU if there is one.",
    )
    train_threads: int = Field(0, ge=0, le=1_024, description="Threads of a run on a CPU; 0: half of the cores.")
    train_processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes that share every batch out among them, one a GPU; 0: as many as there are GPUs.",
    )
    search_trials: int = Field(8, ge=1, le=200, description="Runs that a search tries, at the most.")
    search_steps: int = Field(400, ge=1, le=10_000_000, description="Steps of each of a search's runs.")
    search_looks: int = Field(
        4, ge=1, le=50, description="Times that each of a search's runs speaks and is judged, the end among them."
    )
    search_whole: int = Field(
        3, ge=1, le=200, description="Runs of a search that go to their end before another may be cut short."
    )
    search_rates_lora: str = Field(
        "1e-4, 2e-4, 5e-4", pattern=NUMBERS, description="Learning rates of an adapter that a search tries."
    )
    search_rates_full: str = Field(
        "5e-6, 1e-5, 5e-5", pattern=NUMBERS, description="Learning rates where all weights learn that a search tries."
    )
    search_batches: str = Field("4, 8", pattern=WHOLE_NUMBERS, description="Segments a batch that a search tries.")
    search_ranks: str = Field("4, 8, 16", pattern=WHOLE_NUMBERS, description="Ranks of an adapter that a search tries.")
    checkpoint_limit_mb: int = Field(
        4_000, ge=1, description="Megabytes of the largest checkpoint that may be uploaded."
    )
    lora_rank: int = Field(8, ge=1, le=256, description="Rank of an adapter.")
    lora_alpha: float = Field(16.0, gt=0, le=10_000, description="An adapter's alpha: its products count alpha / rank.")
    lora_dropout: float = Field(
        0.1, ge=0, lt=1, description="Share of what goes into an adapter that is dropped in training."
    )
    lora_targets: Literal["attention", "mlp", "all", "heads"] = Field(
        "all",
        description="Products that an adapter adds to: those of attention, those between, or all; heads: all, and the "
        "heads and embeddings learn themselves, so that checkpoints are whole models.",
    )
