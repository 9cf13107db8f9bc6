"""A model with what a checkpoint learnt in it, and as a folder of its own."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from timbre.engine.folder import OURS, STUDIO
from timbre.engine.protocol import Conditioning, write_voices
from timbre.errors import WrongBase
from timbre.store.files import write_whole
from timbre.store.room import check_room
from timbre.xtts import checkpoint
from timbre.xtts.lora import Adapter, merge
from timbre.xtts.model import Xtts

CARDS = "voices.json"
LEFT = {OURS, STUDIO, CARDS, "installed.json", *checkpoint.WEIGHTS}
"""What a model made of another does not have of it."""


def tuned(base: Path, weights: Path, kind: str, fingerprint: str, wanted: str = "") -> Xtts:
    """The model in the folder `base` with a checkpoint in it: an adapter's products merged, or its tensors exchanged.

    fingerprint: of the base. wanted: of the one that it was trained on, where that is known. Raises errors.WrongBase,
    BadCheckpoint and its kin.
    """
    if wanted and wanted != fingerprint:
        raise WrongBase(file=weights.name, found=wanted, wanted=fingerprint)
    model = checkpoint.load(base)
    if kind == "adapter":
        for parameter in model.gpt.parameters():
            parameter.data = parameter.data.clone()  # the file's own pages are not to be written to
        merge(model.gpt, Adapter.from_file(weights, weights.stem, model.gpt.args, fingerprint))
        return model
    state = model.state_dict()
    learnt = checkpoint.read(weights)
    for key, tensor in learnt.items():
        checkpoint.check_fits(weights.name, key, tensor, state)
    model.load_state_dict({key: tensor.to(state[key].dtype) for key, tensor in learnt.items()}, False, assign=True)
    return model.eval()


def is_half(base: Path) -> bool:
    """Whether a model's weights are kept in half precision."""
    path = next(base / name for name in checkpoint.WEIGHTS if (base / name).exists())
    return any(tensor.dtype == torch.float16 for tensor in checkpoint.read(path).values())


def write(
    base: Path,
    model: Xtts,
    into: Path,
    voices: Mapping[str, Conditioning] | None = None,
    cards: Mapping[str, Any] | None = None,
    check: Callable[[], None] = lambda: None,
) -> None:
    """A model folder `into` with a model's weights, and all else as `base` has it.

    voices: the built-in ones, with their cards; None: those of the base. Raises errors.NoRoom, and what `check` raises.
    """
    into.mkdir(parents=True, exist_ok=True)
    half = is_half(base)
    state = model.state_dict()
    size = sum(tensor.numel() for tensor in state.values()) * (2 if half else 4)
    check_room("The model", into, size)
    check()
    kept = {
        key: (one.half() if half and one.is_floating_point() and key != "mel_stats" else one).contiguous()
        for key, one in state.items()
    }
    save_file(kept, into / "model.safetensors")
    check()
    left = LEFT if voices is not None else {"installed.json", *checkpoint.WEIGHTS}
    for path in base.iterdir():
        if path.is_file() and path.name not in left:
            _linked(path, into / path.name)
    if voices is not None:
        write_whole(into / OURS, write_voices(voices))
        write_whole(into / CARDS, json.dumps(dict(cards or {}), ensure_ascii=False, indent=1).encode())


def _linked(path: Path, to: Path) -> None:
    """The same file, where the disk can; else a copy."""
    to.unlink(missing_ok=True)
    try:
        os.link(path.resolve(), to)
    except OSError:
        shutil.copyfile(path, to)
