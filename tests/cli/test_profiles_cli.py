"""`timbre profiles` and `timbre models`, on this machine and of a service elsewhere."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from running import Service

Run = Callable[..., subprocess.CompletedProcess[str]]


def listed(done: subprocess.CompletedProcess[str]) -> list[list[str]]:
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def walk(timbre: Run, *where: str) -> None:
    """A profile's whole life."""
    made = timbre("profiles", "create", "Bedtime", "--speed", "0.85", "--top-k", "20", "--about", "Calm.", *where)
    assert made.returncode == 0, made.stderr
    id, _, rest = made.stdout.partition("  ")
    assert rest == "Bedtime: top_k 20, speed 0.85\n"
    assert timbre("profiles", "edit", "bedtime", "--speed", "model", *where).stdout == f"{id}  Bedtime: top_k 20\n"
    assert "Calm." in timbre("profiles", "show", id, *where).stdout
    assert timbre("profiles", "default", "Bedtime", *where).stdout.startswith(id)
    assert [row[1] for row in listed(timbre("profiles", "list", *where)) if row[0] == "*"] == [id]
    copy = timbre("profiles", "duplicate", "steady", "--name", "Mine", *where).stdout.partition("  ")
    assert copy[2].startswith("Mine: temperature")
    assert timbre("profiles", "delete", "mine", *where).stdout == "Mine is gone.\n"
    assert timbre("profiles", "delete", id, *where).stdout == "Bedtime is gone. The default is now balanced.\n"
    assert timbre("profiles", "default", *where).stdout.startswith("balanced")
    refused = timbre("profiles", "delete", "steady", *where)
    assert refused.returncode == 1 and refused.stderr.startswith("timbre: The profile 'Steady' is built in")


def test_profiles_of_this_machine(timbre: Run):
    walk(timbre)


def test_profiles_of_a_service_elsewhere(timbre: Run, service: Service):
    walk(timbre, "--server", service.url)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["create", "x", "--speed", "9"], 1, "speed is 9.0"),
        (["create", "x", "--top-k", "1.5"], 2, "invalid whole number"),
        (["show", "nobody"], 1, "There is no profile 'nobody'."),
        (["create", " "], 1, "it has no name"),
    ],
)
def test_what_is_wrong_is_said(timbre: Run, words: list[str], code: int, told: str):
    done = timbre("profiles", *words)
    assert done.returncode == code and told in done.stderr and "Traceback" not in done.stderr


def test_models_of_this_machine(timbre: Run, engine_folder: Path, tmp_path: Path):
    shutil.copytree(engine_folder, tmp_path / "home" / "models" / "own")
    rows = {row[0]: row for row in listed(timbre("models", "list"))}
    assert rows["own"][1] == "installed" and "MB" in rows["own"] and rows["xtts-v2"][1:3] == ["not", "installed"]
    shown = timbre("models", "show", "xtts-v2").stdout
    assert "not installed" in shown and "Its licence has to be accepted" in shown
    assert "came with Timbre" in timbre("models", "remove", "mini").stderr
    assert "begins with it" in timbre("models", "remove", "own", TIMBRE_MODEL="own").stderr
    assert timbre("models", "remove", "own").stdout.startswith("own is gone")
    assert not (tmp_path / "home" / "models" / "own").exists()
    assert "is not installed" in timbre("models", "load", "xtts-v2").stderr


def test_models_of_a_service_elsewhere(timbre: Run, service: Service):
    where = ("--server", service.url)
    rows = {row[0]: row for row in listed(timbre("models", "list", *where))}
    assert rows["tiny"][1] == "loaded" and rows["mini"][1] == "installed"
    assert "en pt" in timbre("models", "show", "tiny", *where).stdout
    shutil.copytree(service.home / "models" / "tiny", service.home / "models" / "other")
    assert timbre("models", "load", "other", *where).stdout == "other is loaded: en, pt.\n"
    assert "the engine holds it" in timbre("models", "remove", "other", *where).stderr
    assert timbre("models", "load", "tiny", *where).returncode == 0
    assert timbre("models", "remove", "other", *where).stdout == "other is gone.\n"
    refused = timbre("models", "install", "xtts-v2", *where)
    assert refused.returncode == 1 and "non-commercial" in refused.stderr, "the licence is shown, and nobody agreed"
