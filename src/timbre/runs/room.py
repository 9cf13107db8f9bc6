"""How much room a run takes on the disk, before it is begun."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timbre.models import catalogue

WHOLE_MODEL = 2**30
"""Bytes that a checkpoint of a whole model takes besides while it speaks: it is laid out as a model for that."""

POSITIONS = 1_100
"""About as many as there are of text and of audio."""

PLANES = 16
"""Rows and columns of an adapter's products in a layer, in widths, and rank for rank: all of its targets."""


def needed(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes that a run writes at the most: what it is taken on from, twice while it is exchanged, and checkpoints."""
    state = (_learnt(base, parameters) + _beside(base, parameters)) * (4 if parameters["ema"] else 3)
    whole = 0 if _is_adapter(parameters) else WHOLE_MODEL
    return 3 * state + (int(parameters["keep"]) + 2) * _checkpoint(base, parameters) + whole


def kept(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of the checkpoints that are left of a run at the most."""
    return (int(parameters["keep"]) + 1) * _checkpoint(base, parameters)


def _is_adapter(parameters: Mapping[str, Any]) -> bool:
    return parameters["method"] == "lora" and not parameters["vocoder"] and parameters["lora_targets"] != "heads"


def _checkpoint(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of a checkpoint: what is more than an adapter holds products merged."""
    if _is_adapter(parameters):
        return _learnt(base, parameters)
    layers, width = _sizes(base)
    return _beside(base, parameters) + max(_learnt(base, parameters), 4 * layers * 12 * width**2)


def _beside(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of what learns beside an adapter or a language model, roughly."""
    args, width = catalogue.config(base).get("model_args", {}), _sizes(base)[1]
    found = 0
    if parameters["vocoder"]:
        wide = int(args.get("vocoder_width", 512))
        found += 4 * wide * (53 * wide + 7 * width + 1024)
    if parameters["method"] == "lora" and parameters["lora_targets"] == "heads":
        tokens = int(args.get("gpt_number_text_tokens", 6681)) + int(args.get("gpt_num_audio_tokens", 1026))
        found += 4 * width * (2 * tokens + POSITIONS)
    return found


def _learnt(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of the weights that learn, in single precision."""
    if parameters["method"] == "full":
        return max((base / name).stat().st_size for name in catalogue.WEIGHTS if (base / name).is_file())
    layers, width = _sizes(base)
    return 4 * layers * int(parameters["lora_rank"]) * width * PLANES


def _sizes(base: Path) -> tuple[int, int]:
    """Layers of the language model, and how wide it is."""
    args = catalogue.config(base).get("model_args", {})
    return int(args.get("gpt_layers", 30)), int(args.get("gpt_n_model_channels", 1024))
