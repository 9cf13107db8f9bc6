"""`timbre voices mix`: with an engine and without one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import Service


def timbre(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "timbre", "voices", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(params=["with an engine", "without one"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """What a command is given that finds the running service, or only the model's folder."""
    if request.param == "with an engine":
        return request.getfixturevalue("service").environment()
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny").symlink_to(request.getfixturevalue("engine_folder"))
    return os.environ | {"TIMBRE_HOME": str(tmp_path), "TIMBRE_MODEL": "tiny"}


def test_a_mix_is_made_listed_renamed_and_removed(environment: dict[str, str]):
    done = timbre(environment, "mix", "Narrator", "ana=3", "bruno=1")
    assert done.returncode == 0, done.stderr
    id = done.stdout.split()[0]
    assert "75% Ana, 25% Bruno" in done.stdout and f"--voice {id}" in done.stderr
    [line] = [line for line in timbre(environment, "list").stdout.splitlines() if line.startswith(id)]
    assert line.split()[1:4] == ["Narrator", "mixed", "en"] and line.endswith("75% Ana, 25% Bruno")
    assert timbre(environment, "rename", id, "Reader").returncode == 0
    done = timbre(environment, "remove", "reader")
    assert done.stdout == "Reader is gone.\n"


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (["ana"], "'ana' is not a voice and its weight"),
        (["ana=much", "bruno=1"], "'ana=much' is not a voice and its weight"),
        (["ana=1"], "it takes 2 to 5 voices, not 1"),
        (["ana=1", "bruno=0"], "not a number above zero"),
        (["ana=1", "nobody=1"], "no voice 'nobody'"),
    ],
)
def test_a_wrong_mix_is_one_sentence(service: Service, parts: list[str], sentence: str):
    done = timbre(service.environment(), "mix", "A", *parts)
    assert done.returncode == 1 and sentence in done.stderr and "Traceback" not in done.stderr
