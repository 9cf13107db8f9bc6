"""What a run will take on this machine, from a few of its steps, one validation and one checkpoint, all really made."""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from timbre.datasets.sufficiency import verdict
from timbre.training.examples import TRAIN, read_manifest
from timbre.training.finetune import Hearing, Session, memory_mb, train
from timbre.training.options import Options
from timbre.training.precision import Precision
from timbre.training.several import processes
from timbre.training.task import positions
from timbre.training.watching import Kept

MEASURED = 8
"""Steps that are made; the first is left out, for everything is made ready in it."""

SPOKEN = 2
"""Sentences that are spoken."""


@dataclass(slots=True)
class _Clock:
    """A watcher that notes when what happened."""

    at: dict[str, list[float]] = field(default_factory=dict)
    memory_mb: float = 0.0

    def _now(self, what: str) -> None:
        self.at.setdefault(what, []).append(time.monotonic())

    def note(self, line: str) -> None:
        self._now("note")

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        self._now("step")
        self.memory_mb = max(self.memory_mb, figures["memory_mb"])

    def validated(self, step: int, figures: dict[str, float]) -> None:
        self._now("validated")

    def checkpoint(self, kept: Kept) -> None:
        self._now("checkpoint")

    def flush(self) -> None: ...

    def wish(self) -> Literal["", "stop", "pause"]:
        return ""


def _longest(session: Session) -> None:
    """Makes the gradient of the longest batch of an epoch, beside all that a run has in memory after a checkpoint."""
    task = session.task
    lengths = [positions(example) for example in task.train]
    batches = range(task.groups.per_epoch)
    longest = max(batches, key=lambda number: max(lengths[place] for place in task.groups.batch(number)))
    with Precision.choose(session.device, session.options.half).within():
        loss = task.loss(task.batch(longest), longest)["loss"]
    loss.backward()  # type: ignore[no-untyped-call]


def estimate(base: Path, data: Path, options: Options, hearing: Hearing | None = None) -> dict[str, Any]:
    """Figures for `training.finetune.train` with the same arguments.

    seconds: of the whole run; step_s; steps; epochs; memory_mb: the most that this process had by the end; clips and
    minutes_of_speech to learn from; verdict: whether they suffice, where something that was measured tells. Raises what
    `train` raises; leaves nothing behind.
    """
    began, clock = time.monotonic(), _Clock()
    with TemporaryDirectory(prefix="timbre-estimate-") as folder:
        few = replace(
            options,
            max_steps=MEASURED,
            validate_every=MEASURED,
            checkpoint_every=MEASURED,
            sentences=SPOKEN,
            texts=options.texts[:SPOKEN],
            patience=0,
        )
        session = Session(base, data, Path(folder), few, clock, hearing)
        steps = options.max_steps or max(1, round(options.epochs * session.task.steps_an_epoch))
        ready = time.monotonic() - began
        if processes(options) > 1:
            train(base, data, Path(folder), few, clock, hearing)
            ready, memory = clock.at["step"][0] - began, clock.memory_mb  # of the first of them
        else:
            session.run()
            _longest(session)
            memory = memory_mb(session.device)  # only now: the few steps are seldom those that need most
        learnt = {example.file for example in session.examples.split(TRAIN)}
    at = clock.at
    step_s = (at["step"][-1] - at["step"][0]) / (MEASURED - 1)
    validation_s = at["validated"][0] - at["step"][-1]
    tasting_s = (at["checkpoint"][0] - at["validated"][0]) / SPOKEN * (len(options.texts) or options.sentences)
    validations, checkpoints = -(-steps // options.validate_every), -(-steps // options.checkpoint_every)
    manifest = read_manifest(data)
    samples = sum(clip["samples"] for clip in manifest["clips"] if clip["file"] in learnt)
    minutes = samples / manifest["rate"] / 60
    told = {"verdict": found} if (found := verdict(minutes)) else {}
    return told | {
        "seconds": round(ready + steps * step_s + validations * validation_s + checkpoints * tasting_s, 1),
        "step_s": round(step_s, 4),
        "steps": steps,
        "epochs": round(steps / session.task.steps_an_epoch, 2),
        "memory_mb": memory,
        "clips": len(learnt),
        "minutes_of_speech": round(minutes, 2),
    }
