"""The command, run with a home folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def timbre(tmp_path: Path) -> Run:
    """Runs the command with a home folder of its own."""

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"TIMBRE_HOME": str(tmp_path / "home")} | settings
        command = [sys.executable, "-m", "timbre", *words]
        return subprocess.run(
            command,
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=240,
        )

    return run
