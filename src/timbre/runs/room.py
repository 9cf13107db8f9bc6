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
    learnt = _learnt(base, parameters)
    state = learnt * (4 if parameters["ema"] else 3)
    whole = WHOLE_MODEL if parameters["method"] == "full" else 0
    return 3 * state + (int(parameters["keep"]) + 2) * learnt + whole


def kept(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of the checkpoints that are left of a run at the most."""
    return (int(parameters["keep"]) + 1) * _learnt(base, parameters)


def _learnt(base: Path, parameters: Mapping[str, Any]) -> int:
    """Bytes of the weights that learn, in single precision."""
    if parameters["method"] == "full":
        return max((base / name).stat().st_size for name in catalogue.WEIGHTS if (base / name).is_file())
    args = catalogue.config(base).get("model_args", {})
    layers, width = int(args.get("gpt_layers", 30)), int(args.get("gpt_n_model_channels", 1024))
    return 4 * layers * int(parameters["lora_rank"]) * width * PLANES
