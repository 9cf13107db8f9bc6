"""A run that is shared out among processes, here two on a processor, goes the way that one process alone goes."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import torch
from builds import make_base, make_build
from by_hand import QUICK, begin, finish, kept, one, until
from safetensors.torch import load_file
from test_finetune import OPTIONS, Watching

from timbre.access.scopes import local_user
from timbre.errors import BadTraining, TrainingProcessEnded
from timbre.jobs import training
from timbre.jobs.training import Asked, Store
from timbre.runs import events, rows
from timbre.store.tables_training import BuildRow
from timbre.training.estimate import estimate
from timbre.training.finetune import train
from timbre.training.several import processes

PLAIN = replace(
    OPTIONS,
    batch=2,  # of five clips: the last batch of an epoch is one clip, of which the second process has nothing
    hide=0.0,  # the dice of rows are the processes' own
    lora_dropout=0.0,
    max_steps=6,
    validate_every=3,
    checkpoint_every=6,
)
TWO = replace(PLAIN, processes=2)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_build(tmp_path_factory.mktemp("build") / "data")


def trainers() -> list[psutil.Process]:
    """The processes that make steps, of all that we started."""
    words = [(one, " ".join(one.cmdline())) for one in psutil.Process().children(recursive=True)]
    return [one for one, said in words if "timbre.training.peer" in said and "accelerate" not in said]


def gone(known: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(known, timeout=60)[1]


@pytest.mark.parametrize("changes", [{}, {"method": "full", "rate": 1e-3, "ema": 0.9, "accumulate": 2}])
def test_two_processes_go_the_way_of_one_and_are_taken_on_by_one(base: Path, data: Path, tmp_path: Path, changes):
    single, two = replace(PLAIN, **changes), replace(TWO, **changes)
    alone, shared, after = Watching(), Watching({4: "pause"}), Watching()
    assert train(base, data, tmp_path / "alone", single, alone) == "completed"
    assert train(base, data, tmp_path / "shared", two, shared) == "paused"
    assert list(shared.steps) == [1, 2, 3, 4] and not shared.kept  # each is told of once, and none follows the wish
    assert "Shared out among 2 processes" in shared.notes and "Taken on at step 4" not in shared.notes
    assert train(base, data, tmp_path / "shared", single, after) == "completed"
    found = {**shared.steps, **after.steps}
    assert list(found) == list(alone.steps)
    for step, figures in alone.steps.items():
        for name in ("loss", "text_loss", "audio_loss", "gradient", "rate", "epoch"):
            assert found[step][name] == pytest.approx(figures[name], rel=1e-4, abs=1e-5), (step, name)
    assert shared.validations[3]["loss"] == pytest.approx(alone.validations[3]["loss"], rel=1e-4)
    weights, wanted = (load_file(watching.kept[0].weights) for watching in (after, alone))
    assert all(torch.allclose(weights[name].float(), wanted[name].float(), atol=1e-4) for name in wanted)


def test_stop_ends_all_with_one_checkpoint_that_spoke(base: Path, data: Path, tmp_path: Path) -> None:
    watching = Watching({2: "stop"})
    assert train(base, data, tmp_path, TWO, watching) == "stopped"
    assert [one.step for one in watching.kept] == [2] and list(watching.validations) == [2]
    [said] = watching.kept[0].samples
    assert said.audio.stat().st_size > 1000
    assert not trainers()


class Killing(Watching):
    """Kills the second process once a state is kept."""

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        super().step(step, steps, figures)
        if step == 5:
            self.known = trainers()
            [second] = [one for one in self.known if one.environ()["RANK"] == "1"]
            second.kill()
            self.at = time.monotonic()


def test_kill_9_of_one_ends_all_and_the_run_is_taken_on(base: Path, data: Path, tmp_path: Path) -> None:
    watching, alone, again = Killing(), Watching(), Watching()
    with pytest.raises(TrainingProcessEnded, match="One of the 2 processes"):
        train(base, data, tmp_path / "cut", TWO, watching)
    assert len(watching.known) == 2 and time.monotonic() - watching.at < 60 and gone(watching.known)
    assert train(base, data, tmp_path / "cut", TWO, again) == "completed"
    assert min(again.steps) == 4  # after the validation of step 3, which was the best so far
    train(base, data, tmp_path / "alone", PLAIN, alone)
    for step in again.steps:
        assert again.steps[step]["loss"] == pytest.approx(alone.steps[step]["loss"], rel=1e-4)


CALLER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path[:0] = sys.argv[1].split(":")
from test_several import TWO, Watching
from timbre.training.finetune import train
class Telling(Watching):
    def step(self, step, steps, figures):
        print("step", step, flush=True)
train(*map(Path, sys.argv[2:5]), replace(TWO, max_steps=10_000), Telling())
"""


def test_they_end_with_whoever_had_them_train(base: Path, data: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-c", CALLER, ":".join(sys.path), str(base), str(data), str(tmp_path / "run")]
    caller = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ)
    assert caller.stdout is not None
    for line in caller.stdout:
        if line.startswith("step 2"):
            break
    known = trainers()
    assert len(known) == 2
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    caller.stdout.close()
    assert gone(known)


def test_a_run_of_the_service_is_put_down_and_taken_on_by_other_processes(store: Store, build: BuildRow) -> None:
    asked = Asked(dataset_id=build.dataset_id, parameters={**QUICK, "max_steps": 12, "processes": 2})
    run, _, _ = training.start(store, asked, local_user("127.0.0.1"))
    _, process = begin(store)
    until(lambda: one(store, run.row.id).row.step >= 2, process)
    process.terminate()  # as a worker does that is to end
    assert "Traceback" not in finish(process)
    put_down = one(store, run.row.id)
    assert put_down.status == rows.QUEUED and 2 <= put_down.row.step < 12
    assert "Traceback" not in finish(begin(store)[1])
    assert one(store, run.row.id).status == rows.COMPLETED
    with store.database.reading() as session:
        assert [point.step for point in rows.points(session, run.row.id)["train"]] == list(range(1, 13))
        lines = [event.line for event in events.last(session, [run.row.id], 50)]
    assert lines.count("Shared out among 2 processes") == 2 and f"Taken on at step {put_down.row.step}" in lines
    assert sum(row.best for row in kept(store, run.row.id)) == 1


def test_an_estimate_is_of_the_processes_that_will_train(base: Path, data: Path) -> None:
    found = estimate(base, data, replace(TWO, max_steps=0, epochs=4))
    assert found["steps"] == 12 and found["clips"] == 5 and found["memory_mb"] > 0
    assert found["seconds"] > found["step_s"] * 12 > 0


def test_a_fault_is_told_in_its_own_words(base: Path, tmp_path: Path) -> None:
    with pytest.raises(BadTraining, match=r"manifest\.json"):
        train(base, tmp_path, tmp_path / "run", TWO, Watching())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"processes": 4}, "a batch of 2 cannot be shared out among 4 processes"),
        ({"device": "cuda:1"}, "one alone is named"),
        ({"device": "cuda"}, "want a GPU each"),
    ],
)
def test_what_cannot_be_shared_out_is_refused(base: Path, data: Path, tmp_path: Path, changes, said: str) -> None:
    with pytest.raises(BadTraining, match=said):
        train(base, data, tmp_path, replace(TWO, **changes), Watching())


def test_one_process_is_what_a_machine_without_gpus_has_and_nothing_else_is_loaded(base: Path, data: Path, tmp_path):
    assert processes(replace(PLAIN, device="cpu")) == 1
    words = "import sys, timbre.training.job; print('accelerate' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", words], text=True).strip() == "False"
