"""A run's figures on disk."""

import json
from pathlib import Path

Metrics = dict[str, float]

FLUSH_S = 10
"""Seconds after which TensorBoard can see what was written."""


class Journal:
    """One JSON object a line in `metrics.jsonl`, and TensorBoard's files where that is installed."""

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = (folder / "metrics.jsonl").open("a")
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self._board = None
        else:
            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step, flush_secs=FLUSH_S)

    def add(self, kind: str, step: int, figures: Metrics, every: int = 1) -> None:
        """Write the figures of a step, of every so many steps."""
        if step % every:
            return
        self._lines.write(json.dumps({"kind": kind, "step": step, **figures}) + "\n")
        self._lines.flush()
        print(kind, step, *(f"{key} {value:.4g}" for key, value in figures.items()), flush=True)
        if self._board:
            for key, value in figures.items():
                self._board.add_scalar(f"{kind}/{key}", value, step)

    def close(self) -> None:
        """Flush what is open."""
        self._lines.close()
        if self._board:
            self._board.close()


class Unwritten:
    """A journal of those whose figures another process writes."""

    def add(self, kind: str, step: int, figures: Metrics, every: int = 1) -> None: ...
    def close(self) -> None: ...
