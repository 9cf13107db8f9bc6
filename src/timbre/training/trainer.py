"""The training loop. It knows nothing of what it trains: a task gives batches, losses and a validation.

A batch is a function of the step alone, and every step seeds the generator with its own number, so that a run resumed
from a checkpoint goes the way it would have gone. Where several processes make a run, each loss is a share of the
batch's: they sum up to it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from timbre.training import checkpoints
from timbre.training.average import Average
from timbre.training.journal import Journal, Metrics, Unwritten
from timbre.training.optimizers import set_rate
from timbre.training.peers import Alone, Peers
from timbre.training.precision import Precision
from timbre.training.schedule import Schedule

__all__ = ["Metrics", "Plan", "Task", "Trainer", "Turn"]


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


class Observer(Protocol):
    """Who hears how a run goes, beside its journal."""

    def step(self, step: int, figures: Metrics) -> None:
        """After every step."""

    def validated(self, step: int, figures: Metrics) -> None:
        """After every validation."""

    def checkpoint(self, step: int, figures: Metrics) -> None:
        """The weights are now as a checkpoint should have them; `figures` are the validation's. After a kill the same
        one may come again.
        """

    def saving(self) -> None:
        """A run that is taken on from here on tells nothing again of what was told before."""


class Nobody:
    """An observer who does nothing."""

    def step(self, step: int, figures: Metrics) -> None: ...
    def validated(self, step: int, figures: Metrics) -> None: ...
    def checkpoint(self, step: int, figures: Metrics) -> None: ...
    def saving(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a run is, how it moves, and how often it looks up."""

    folder: Path
    schedule: Schedule
    seed: int = 42
    validate_every: int = 250
    checkpoint_every: int = 0  # 0: nobody is shown a checkpoint
    patience: int = 0  # validations without a better loss after which it ends; 0: it never does
    accumulate: int = 1  # batches whose gradients make a step
    ema: float = 0.0  # decay of the running mean of the weights that is validated and shown; 0: the weights themselves
    save_seconds: float = 180.0
    log_every: int = 10
    precision: Precision = field(default_factory=Precision.choose)
    stop: Callable[[], bool] = field(default=lambda: False)  # left at once, to be taken on
    finish: Callable[[], bool] = field(default=lambda: False)  # ended here, with all that belongs to an end
    observer: Observer = field(default_factory=Nobody)


class Trainer:
    """Runs a task to the end of its plan, from its last checkpoint where there is one."""

    def __init__(self, task: Task, plan: Plan, peers: Peers | None = None) -> None:
        self.task, self.plan, self._peers = task, plan, peers or Alone()
        self._writes = self._peers.rank == 0
        self._observer = plan.observer if self._writes else Nobody()
        self.step, self.best, self.seconds = 0, float("inf"), 0.0
        self.waited = 0  # validations since the best one
        self.shown = 0  # the step whose checkpoint was shown last
        self._finishing = False
        self.ended: Literal["completed", "early", "finished", "stopped"] = "completed"
        self._average = Average(task.modules, plan.ema)
        self._resume()
        self._peers.meet()  # nobody writes what another has still to read

    def run(self) -> Metrics:
        """Train to the last step. Returns the last validation's figures."""
        plan, found = self.plan, Metrics()
        journal = Journal(plan.folder, self.step) if self._writes else Unwritten()
        self._catch_up(journal)
        saved = begun = time.monotonic()
        # batches are made here and not in a thread: a second team of OpenMP threads makes every kernel wait for a
        # free core
        while not self._over:
            shown = self._advance(self.step)
            self.step += 1
            now = time.monotonic()
            self.seconds, begun = self.seconds + now - begun, now
            journal.add("train", self.step, {**shown, "seconds": self.seconds}, every=plan.log_every)
            self._observer.step(self.step, shown)
            stopped, self._finishing = self._peers.agree(lambda: (plan.stop(), plan.finish()))
            if not stopped and (self._due(plan.validate_every) or self._due(plan.checkpoint_every)):
                found = self._look(journal)
            if stopped or self._over or now - saved > plan.save_seconds:
                self._save(best=False)
                saved = now
            if stopped:
                break
        self.ended = self._ending()
        journal.close()
        return found

    def _catch_up(self, journal: Journal | Unwritten) -> None:
        """Shows the checkpoint that a kill kept from being shown: its state was written before."""
        if self.step > self.shown and self._due(self.plan.checkpoint_every):
            waited = self.waited
            self._look(journal)
            self.waited = waited

    def _look(self, journal: Journal | Unwritten) -> Metrics:
        """Validates, and shows a checkpoint where one is due."""
        found = self._validate()
        better = self.waited == 0
        journal.add("validation", self.step, {**found, "seconds": self.seconds})
        self._observer.validated(self.step, found)
        if better:
            self._save(best=True)
        if self._due(self.plan.checkpoint_every):
            self._show(found)
            self.shown = self.step
            self._save(best=False)
            self._peers.meet()
        return found

    @property
    def _tired(self) -> bool:
        """Whether it has not got better for too long."""
        return 0 < self.plan.patience <= self.waited

    @property
    def _over(self) -> bool:
        return self.step >= self.plan.schedule.steps or self._tired or self._finishing

    def _due(self, every: int) -> bool:
        return bool(every) and (self.step % every == 0 or self._over)

    def _ending(self) -> Literal["completed", "early", "finished", "stopped"]:
        if self.step >= self.plan.schedule.steps:
            return "completed"
        return "early" if self._tired else "finished" if self._finishing else "stopped"

    def _advance(self, step: int) -> Metrics:
        plan = self.plan
        torch.manual_seed(plan.seed * 1_000_003 + step + (self._peers.rank << 52))
        factor = plan.schedule.factor(step)
        shown = {"rate": factor}
        batches = [self.task.batch(step * plan.accumulate + part) for part in range(plan.accumulate)]
        for turn in self.task.turns:
            if step < turn.begins:
                continue
            set_rate(turn.optimizers, factor)
            sums: dict[str, float] = {}
            for optimizer in turn.optimizers:
                optimizer.zero_grad(set_to_none=True)
            for batch in batches:
                with plan.precision.within():
                    losses = turn.loss(batch, step)
                plan.precision.backward(losses["loss"] / plan.accumulate)
                for key, value in losses.items():
                    sums[key] = sums.get(key, 0.0) + float(value.detach()) / plan.accumulate
            self._peers.sum_gradients(turn.parameters())
            plan.precision.unscale(turn.optimizers)
            norm = nn.utils.clip_grad_norm_(turn.parameters(), turn.clip)
            if torch.isfinite(norm):  # one bad batch must not spoil the run
                plan.precision.step(turn.optimizers)
            shown |= {f"{turn.name}/{key}": value for key, value in self._peers.sum(sums).items()}
            shown[f"{turn.name}/gradient"] = float(norm)
        self._average.follow()
        return shown

    def _validate(self) -> Metrics:
        for module in self.task.modules.values():
            module.eval()
        with self._average.in_place(), torch.inference_mode(), self.plan.precision.within():
            found = self._peers.agree(self.task.validate)
        for module in self.task.modules.values():
            module.train()
        self.waited += 1
        if found["loss"] < self.best:
            self.best, self.waited = found["loss"], 0
        return found

    def _show(self, found: Metrics) -> None:
        for module in self.task.modules.values():
            module.eval()
        with self._average.in_place():
            self._observer.checkpoint(self.step, found)
        for module in self.task.modules.values():
            module.train()

    def _save(self, best: bool) -> None:
        if not self._writes:
            return
        self._observer.saving()
        state = {
            "step": self.step,
            "best": self.best,
            "seconds": self.seconds,
            "waited": self.waited,
            "shown": self.shown,
            "average": self._average.state(),
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
        self.waited, self.shown = state.get("waited", 0), state.get("shown", state["step"])
        for name, module in self.task.modules.items():
            module.load_state_dict(state["modules"][name])
        for turn, kept in zip(self.task.turns, state["optimizers"], strict=True):
            for optimizer, one in zip(turn.optimizers, kept, strict=True):
                peaks = [group["peak"] for group in optimizer.param_groups]  # the plan's, which may have changed
                optimizer.load_state_dict(one)
                for group, peak in zip(optimizer.param_groups, peaks, strict=True):
                    group["peak"] = peak
        self._average.resume(state.get("average"))

    def _start(self) -> None:
        """Take the modules that somebody laid down for this run to begin with; its optimisers begin fresh."""
        state = checkpoints.load(self.plan.folder, checkpoints.START)
        for name, weights in state["modules"].items() if state else ():
            self.task.modules[name].load_state_dict(weights)
