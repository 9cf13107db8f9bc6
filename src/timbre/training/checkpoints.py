"""A run's checkpoints on disk: written beside and renamed, so that a kill leaves the last whole one."""

from pathlib import Path
from typing import Any

import torch

LAST, BEST = "last.pt", "best.pt"
START = "start.pt"  # modules alone: what a run begins with that has no checkpoint of its own yet


def save(folder: Path, state: dict[str, Any], best: bool) -> None:
    """Keep `state` as the run's last checkpoint, and as its best too where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (LAST, BEST) if best else (LAST,):
        beside = folder / f"{name}.new"
        torch.save(state, beside)
        beside.replace(folder / name)


def load(folder: Path, name: str = LAST) -> dict[str, Any] | None:
    """The run's checkpoint of that name, or None where there is none yet."""
    path = folder / name
    if not path.exists():
        return None
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
