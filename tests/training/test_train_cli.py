"""`timbre train`: a run from its estimate to its samples, at the command line of its service and of another machine."""

import json
from pathlib import Path

import pytest
from commanding import Command
from schooling import School

QUICK = (
    "max_steps=4", "batch=2", "sentences=1", 'texts=["No."]', "validate_every=4", "checkpoint_every=4", "patience=0",
    "half=off", "threads=1", "lora_rank=2",
)  # fmt: skip
SET = [word for one in QUICK for word in ("--set", one)]


@pytest.fixture
def timbre(school: School, tmp_path: Path) -> Command:
    return Command(school.guarded.service, tmp_path, TIMBRE_API_KEY=school.key)


def test_a_run_is_estimated_begun_and_followed(timbre: Command, school: School):
    facts = dict(line.split(None, 1) for line in timbre.done("train", "estimate", school.dataset, *SET).splitlines())
    assert facts["steps"].startswith("4, ") and facts["speech"].endswith("in 5 clips")
    lines = timbre.done(
        "train", "start", school.dataset, *SET, "--name", "By hand", "--estimate", facts["estimate"], "--wait"
    ).splitlines()
    run = lines[0]
    assert lines[-1].startswith("100%  completed")
    assert timbre.done("train", "watch", run).startswith("100%  completed")
    told = timbre.done("train", "status", run)
    assert "4 of 4" in told and "By hand" in told and "completed" in told
    shown = json.loads(timbre.done("train", "status", run, "--json"))["run"]
    assert shown["estimate"]["steps"] == 4 and shown["parameters"]["texts"] == ["No."]
    assert timbre.done("train", "runs", "--search", "by hand").split()[0] == run
    assert timbre.done("train", "log", run, "--follow", "--lines", "1").endswith("Completed at step 4\n")
    header, row = timbre.done("train", "checkpoints", run).splitlines()
    assert header.split()[:2] == ["step", "loss"] and row.split()[1:3] == ["adapter", "4"] and row.endswith("best")
    said = timbre.done("train", "samples", run, "-o", "heard").splitlines()
    assert said[0].endswith("No.") and (timbre.folder / said[-1]).read_bytes().startswith(b"fLaC")
    assert timbre.done("train", "rename", run, "By two hands") == f"{run}  By two hands\n"
    assert "By two hands" in timbre.done("train", "runs", "--search", "two hands")
    assert timbre.done("train", "delete", run) == f"{run} is gone.\n"
    assert "There is no training run" in timbre.refused("train", "status", run)


def test_a_run_is_paused_resumed_and_stopped_from_elsewhere(timbre: Command, school: School, tmp_path: Path):
    there = Command(school.guarded.service, tmp_path, tmp_path / "home", TIMBRE_API_KEY=school.key)
    server = ("--server", school.guarded.url)
    run = there.done("train", "start", school.dataset, *SET, "--set", "max_steps=100000", *server).strip()
    assert there.done("train", "pause", run, *server).split()[0] == run
    watched = timbre.done("train", "watch", run).splitlines()
    assert "paused" in watched[-1]
    assert there.done("train", "resume", *server).split()[0] == run
    assert there.done("train", "stop", run, *server).split()[0] == run
    assert "stopped" in timbre.done("train", "watch", run)
    assert "No training run of yours" in timbre.refused("train", "pause")
    timbre.done("train", "delete", run)


def test_wrong_words_are_one_sentence(timbre: Command, school: School):
    assert "there is no parameter 'bach'" in timbre.refused("train", "start", school.dataset, "--set", "bach=1")
    assert "There is no dataset" in timbre.refused("train", "estimate", "d-none")
    assert timbre("train", "start", "--set", "batch").returncode == 2
    assert "batch" in timbre.done("train", "parameters") and "take-in" in timbre.done("train", "--help")
