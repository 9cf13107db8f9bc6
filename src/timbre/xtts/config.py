"""What a model is made of: the public `config.json`, read into three dataclasses.

Names and defaults are XTTS-v2's own. What that configuration has no name for gets one key each, whose default is
XTTS-v2's way.
"""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ModelArgs:
    """Sizes of the four networks, as `model_args` of the public configuration names them."""

    gpt_layers: int = 30
    gpt_n_model_channels: int = 1024
    gpt_n_heads: int = 16
    gpt_max_audio_tokens: int = 605
    gpt_max_text_tokens: int = 402
    gpt_number_text_tokens: int = 6681
    gpt_start_text_token: int = 261
    gpt_stop_text_token: int = 0
    gpt_num_audio_tokens: int = 1026
    gpt_start_audio_token: int = 1024
    gpt_stop_audio_token: int = 1025
    gpt_code_stride_len: int = 1024
    input_sample_rate: int = 22_050
    output_sample_rate: int = 24_000
    output_hop_length: int = 256
    decoder_input_dim: int = 1024
    d_vector_dim: int = 512
    # ours: the public configuration has no name for these
    vocoder_width: int = 512
    speaker_filters: tuple[int, ...] = (32, 64, 128, 256)
    dvae_widths: tuple[int, ...] = (512, 1024)
    quantizer: str = "codebook"  # or "fsq": codes stand on a grid of finite scalar levels
    fsq_levels: tuple[int, ...] = ()
    text_front_end: str = "bpe"  # or "phonemes"
    phonemizer: str = ""
    alignment_heads: tuple[tuple[int, int], ...] = ()  # layer and head of those that look at the symbol being said
    piece_characters: int = 0  # the longest text that the model was trained on; 0: the language's own limit

    @property
    def codes(self) -> int:
        """How many audio codes there are, without start and stop."""
        return self.gpt_start_audio_token

    @property
    def stride_seconds(self) -> float:
        """Seconds of sound in one audio code."""
        return self.gpt_code_stride_len / self.input_sample_rate


@dataclass(frozen=True, slots=True)
class XttsConfig:
    """A model's configuration: sizes, conditioning lengths in seconds, sampling defaults, languages."""

    model_args: ModelArgs = field(default_factory=ModelArgs)
    languages: tuple[str, ...] = ()
    gpt_cond_len: float = 30
    gpt_cond_chunk_len: float = 4
    max_ref_len: float = 30
    temperature: float = 0.75
    top_k: int = 50
    top_p: float = 0.85
    repetition_penalty: float = 5.0

    @classmethod
    def load(cls, path: Path) -> "XttsConfig":
        """The configuration in a `config.json`; keys that the model has no use for are passed over."""
        return cls.from_dict(json.loads(path.read_text("utf-8")))

    @classmethod
    def from_dict(cls, wire: dict[str, Any]) -> "XttsConfig":
        """The configuration that a decoded `config.json` holds."""
        args = dict(wire.get("model_args") or {})
        if "dvae_width" in args:  # one number stands for XTTS's pair, the second twice the first
            args["dvae_widths"] = (args["dvae_width"], 2 * args["dvae_width"])
        return _known(cls, {**wire, "model_args": _known(ModelArgs, args)})


def _known(kind: type[T], wire: dict[str, Any]) -> T:
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    kept = {key: tuple(value) if isinstance(value, list) else value for key, value in wire.items()}
    return kind(**{key: value for key, value in kept.items() if key in names and value is not None})
