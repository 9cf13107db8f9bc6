"""A model folder with some of its weights exchanged: what a checkpoint of a whole model speaks from."""

import os
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from timbre.xtts import checkpoint


def weights_of(learnt: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors as a checkpoint keeps them: half precision."""
    return {
        key: (one.detach().cpu().half() if one.is_floating_point() else one.detach().cpu()).contiguous()
        for key, one in learnt.items()
    }


def overlay(base: Path, weights: Path, into: Path) -> None:
    """Make of the model folder `base` another one, `into`, in which the tensors of `weights` take the place of its own.

    What is not exchanged is linked where the disk can. Raises errors.BadCheckpoint, UnknownTensor, WrongTensor.
    """
    into.mkdir(parents=True, exist_ok=True)
    model = checkpoint.load(base)
    state = model.state_dict()
    for key, tensor in checkpoint.read(weights).items():
        checkpoint.check_fits(weights.name, key, tensor, state)
        state[key] = tensor.to(state[key].dtype)
    kept = {key: _as_was(key, one) for key, one in state.items()}
    for path in base.iterdir():
        if path.is_file() and path.name not in checkpoint.WEIGHTS:
            _linked(path, into / path.name)
    save_file(kept, into / "model.safetensors.new")
    (into / "model.safetensors.new").replace(into / "model.safetensors")


def _as_was(key: str, tensor: Tensor) -> Tensor:
    whole = key == "mel_stats" or not tensor.is_floating_point()
    return (tensor if whole else tensor.to(torch.float16)).contiguous()


def _linked(path: Path, to: Path) -> None:
    to.unlink(missing_ok=True)
    try:
        os.link(path, to)
    except OSError:
        shutil.copyfile(path, to)
