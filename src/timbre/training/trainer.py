"""The training loop. It knows nothing of what it trains: a task gives batches, losses and a validation.

A batch is a function of the step alone, and every step seeds the generator with its own number, so that a run resumed
from a checkpoint goes the way it would have gone.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from timbre.training import checkpoints
from timbre.training.optimizers import set_rate
from timbre.training.precision import autocast
from timbre.training.schedule import Schedule
from timbre.xtts.processor import multiplies_bf16

Metrics = dict[str, float]


@dataclass(frozen=True, slots=True)
class Turn:
    """One backward pass of a step: whose loss, over which parameters. A plain model has one turn, a rivalry two."""

    name: str
    optimizers: list[Optimizer]
    loss: Callable[[Any, int], dict[str, Tensor]]  # the entry "loss" is minimised, the others are shown
    begins: int = 0  # first step of this turn
    clip: float = 1.0

    def parameters(self) -> list[nn.Parameter]:
        """Everything that this turn's optimisers move."""
        return [one for optimizer in self.optimizers for group in optimizer.param_groups for one in group["params"]]


class Task(Protocol):
    """What is trained."""

    modules: dict[str, nn.Module]
    turns: list[Turn]

    def batch(self, step: int) -> Any:
        """The data of a step: the same for the same step."""

    def validate(self) -> Metrics:
        """Figures on data that is never trained on; the entry "loss" decides which checkpoint is best."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run is, and how often it looks up."""

    folder: Path
    schedule: Schedule
    seed: int = 42
    validate_every: int = 250
    save_seconds: float = 180.0
    log_every: int = 10
    half: bool = field(default_factory=multiplies_bf16)  # matrices in bfloat16
    stop: Callable[[], bool] = field(default=lambda: False)


class Trainer:
    """Runs a task to the end of its plan, from its last checkpoint where there is one."""

    def __init__(self, task: Task, plan: Plan) -> None:
        self.task, self.plan = task, plan
        self.step, self.best, self.seconds = 0, float("inf"), 0.0
        self._resume()

    def run(self) -> Metrics:
        """Train to the last step. Returns the last validation's figures."""
        plan, found = self.plan, Metrics()
        journal = Journal(plan.folder, self.step)
        saved = begun = time.monotonic()
        # batches are made here and not in a thread: a second team of OpenMP threads makes every kernel wait for a
        # free core
        for step in range(self.step, plan.schedule.steps):
            shown = self._advance(step, self.task.batch(step))
            self.step = step + 1
            now = time.monotonic()
            self.seconds, begun = self.seconds + now - begun, now
            journal.add("train", self.step, {**shown, "seconds": self.seconds}, every=plan.log_every)
            last = self.step == plan.schedule.steps
            if last or self.step % plan.validate_every == 0:
                found = self._validate()
                journal.add("validation", self.step, {**found, "seconds": self.seconds})
            if last or plan.stop() or now - saved > plan.save_seconds:
                self._save(best=False)
                saved = now
            if plan.stop():
                break
        journal.close()
        return found

    def _advance(self, step: int, batch: Any) -> Metrics:
        torch.manual_seed(self.plan.seed * 1_000_003 + step)
        factor = self.plan.schedule.factor(step)
        shown = {"rate": factor}
        for turn in self.task.turns:
            if step < turn.begins:
                continue
            set_rate(turn.optimizers, factor)
            with autocast(self.plan.half):
                losses = turn.loss(batch, step)
            for optimizer in turn.optimizers:
                optimizer.zero_grad(set_to_none=True)
            losses["loss"].backward()  # type: ignore[no-untyped-call]
            norm = nn.utils.clip_grad_norm_(turn.parameters(), turn.clip)
            if torch.isfinite(norm):  # one bad batch must not spoil the run
                for optimizer in turn.optimizers:
                    optimizer.step()
            shown |= {f"{turn.name}/{key}": float(value.detach()) for key, value in losses.items()}
            shown[f"{turn.name}/gradient"] = float(norm)
        return shown

    def _validate(self) -> Metrics:
        for module in self.task.modules.values():
            module.eval()
        with torch.inference_mode(), autocast(self.plan.half):
            found = self.task.validate()
        for module in self.task.modules.values():
            module.train()
        if found["loss"] < self.best:
            self.best = found["loss"]
            self._save(best=True)
        return found

    def _save(self, best: bool) -> None:
        state = {
            "step": self.step,
            "best": self.best,
            "seconds": self.seconds,
            "modules": {name: module.state_dict() for name, module in self.task.modules.items()},
            "optimizers": [[one.state_dict() for one in turn.optimizers] for turn in self.task.turns],
        }
        checkpoints.save(self.plan.folder, state, best)

    def _resume(self) -> None:
        state = checkpoints.load(self.plan.folder)
        if state is None:
            self._start()
            return
        self.step, self.best, self.seconds = state["step"], state["best"], state["seconds"]
        for name, module in self.task.modules.items():
            module.load_state_dict(state["modules"][name])
        for turn, kept in zip(self.task.turns, state["optimizers"], strict=True):
            for optimizer, one in zip(turn.optimizers, kept, strict=True):
                peaks = [group["peak"] for group in optimizer.param_groups]  # the plan's, which may have changed
                optimizer.load_state_dict(one)
                for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                    group["peak"] = peak

    def _start(self) -> None:
        """Take the modules that somebody laid down for this run to begin with; its optimisers begin fresh."""
        state = checkpoints.load(self.plan.folder, checkpoints.START)
        for name, weights in state["modules"].items() if state else ():
            self.task.modules[name].load_state_dict(weights)


class Journal:
    """A run's figures: one JSON object a line in `metrics.jsonl`, and TensorBoard's files where that is installed."""

    def __init__(self, folder: Path, step: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = (folder / "metrics.jsonl").open("a")
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self._board = None
        else:
            self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step)

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
