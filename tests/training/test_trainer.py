"""The training loop: what is saved, and that a run which was cut goes the way it would have gone."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from timbre.training import checkpoints
from timbre.training.optimizers import adamw, muon
from timbre.training.schedule import Schedule
from timbre.training.trainer import Metrics, Plan, Trainer, Turn


class Task:
    """A net with dropout that learns a line from batches made of the step alone."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.3), nn.Linear(8, 1))
        self.modules: dict[str, nn.Module] = {"net": self.net}
        named = list(self.net.named_parameters())
        matrices = [(name, one) for name, one in named if one.ndim == 2]
        vectors = [(name, one) for name, one in named if one.ndim == 1]
        self.turns = [Turn("net", [muon(matrices, 5e-2), adamw(vectors, 5e-2)], self.loss)]

    def batch(self, step: int) -> tuple[Tensor, Tensor]:
        x = torch.randn(16, 4, generator=torch.Generator().manual_seed(step))
        return x, x.sum(1, keepdim=True)

    def loss(self, batch: tuple[Tensor, Tensor], step: int) -> dict[str, Tensor]:
        x, y = batch
        return {"loss": (self.net(x) - y).square().mean()}

    def validate(self) -> Metrics:
        return {"loss": float(self.loss(self.batch(10**6), 0)["loss"])}


def losses(folder: Path) -> dict[int, float]:
    """The training loss of each step, the last one written of those that were done twice."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    return {line["step"]: line["net/loss"] for line in lines if line["kind"] == "train"}


def plan(folder: Path, stop_at: int | None = None, trainer: list[Trainer] | None = None) -> Plan:
    def stop() -> bool:
        return stop_at is not None and bool(trainer) and trainer[0].step >= stop_at  # type: ignore[index]

    return Plan(folder, Schedule(60, warmup=5), log_every=1, validate_every=20, stop=stop)


def test_a_run_that_was_cut_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    Trainer(Task(), plan(tmp_path / "whole")).run()
    cut: list[Trainer] = []
    cut.append(Trainer(Task(), plan(tmp_path / "cut", 27, cut)))
    cut[0].run()
    again = Trainer(Task(), plan(tmp_path / "cut"))
    assert again.step == 27
    again.run()
    assert losses(tmp_path / "cut") == pytest.approx(losses(tmp_path / "whole"))


def test_it_learns_and_keeps_the_best(tmp_path: Path) -> None:
    before = Task().validate()["loss"]
    trainer = Trainer(Task(), plan(tmp_path))
    after = trainer.run()["loss"]
    assert after < before / 2
    assert trainer.best <= after
    assert (tmp_path / "best.pt").exists()


def test_a_run_begins_with_the_weights_laid_down_for_it_and_fresh_optimisers(tmp_path: Path) -> None:
    first = Trainer(Task(), plan(tmp_path / "first"))
    first.run()
    learnt = {name: one.clone() for name, one in first.task.modules["net"].state_dict().items()}
    (tmp_path / "next").mkdir()
    torch.save({"modules": {"net": learnt}}, tmp_path / "next" / checkpoints.START)
    following = Trainer(Task(), plan(tmp_path / "next"))
    assert following.step == 0
    assert all(torch.equal(one, learnt[name]) for name, one in following.task.modules["net"].state_dict().items())
    following.run()
    again = Trainer(Task(), plan(tmp_path / "next"))
    assert again.step == 60  # its own checkpoint comes before what it began with


def test_a_half_written_checkpoint_is_never_the_last(tmp_path: Path) -> None:
    Trainer(Task(), plan(tmp_path)).run()
    assert not list(tmp_path.glob("*.new"))


def test_schedule_warms_up_holds_and_falls() -> None:
    schedule = Schedule(100, warmup=10, hold=0.5, floor=0.1)
    assert schedule.factor(0) == pytest.approx(0.1)
    assert schedule.factor(9) == schedule.factor(50) == pytest.approx(1.0)
    assert schedule.factor(75) == pytest.approx(0.55)
    assert schedule.factor(100) == pytest.approx(0.1)
