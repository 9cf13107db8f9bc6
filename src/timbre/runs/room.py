"""How much room a run takes on the disk, before it is begun."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timbre.models import catalogue

WHOLE_MODEL = 2**30
"""Bytes that a checkpoint of a whole model takes besides while it speaks: it is laid out as a model for that."""

PLANES = 16
"""Rows and columns of an adapter's products in a layer, in widths, and rank for rank: all of its targets."""


def needed(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes that a run writes at the most: what it is taken on from, twice while it is exchanged, and checkpoints."""
    learnt = _learnt(base, parameters) + (_vocoder(base) if _with_vocoder(parameters) else 0)
    state = learnt * (4 if parameters["ema"] else 3)
    whole = WHOLE_MODEL if parameters["method"] == "full" or _with_vocoder(parameters) else 0
    return 3 * state + (int(parameters["keep"]) + 2) * _checkpoint(base, parameters) + whole


def kept(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of the checkpoints that are left of a run at the most."""
    return (int(parameters["keep"]) + 1) * _checkpoint(base, parameters)


def _with_vocoder(parameters: Mapping[str, Any]) -> bool:
    return bool(parameters.get("vocoder"))


def _checkpoint(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of a checkpoint: with a vocoder that learnt, products are merged, and it is no adapter."""
    if not _with_vocoder(parameters):
        return _learnt(base, parameters)
    layers, width = _sizes(base)
    return _vocoder(base) + max(_learnt(base, parameters), 4 * layers * 12 * width**2)


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


def _vocoder(base: Path) -> int:
    """Bytes of a vocoder, roughly."""
    args = catalogue.config(base).get("model_args", {})
    width = int(args.get("vocoder_width", 512))
    return 4 * width * (53 * width + 7 * _sizes(base)[1] + 1024)
