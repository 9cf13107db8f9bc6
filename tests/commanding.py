"""The command, run as its user runs it, against a service."""

import subprocess
import sys
from pathlib import Path

from running import Service


class Command:
    """`timbre …` on the machine of a service, in a folder of its own. home: that of a machine elsewhere."""

    def __init__(self, service: Service, folder: Path, home: Path | None = None, **settings: str) -> None:
        port = service.url.rpartition(":")[2]
        self.environment = service.environment() | ({"TIMBRE_HOME": str(home)} if home else {"TIMBRE_PORT": port})
        self.environment |= settings
        self.folder = folder

    def __call__(self, *words: object, given: str = "") -> "subprocess.CompletedProcess[str]":
        done = subprocess.run(
            self.line(*words),
            env=self.environment,
            cwd=self.folder,
            input=given,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def start(self, *words: object) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.line(*words), env=self.environment, cwd=self.folder, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def line(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "timbre", *map(str, words)]

    def done(self, *words: object, given: str = "") -> str:
        """What a command prints that has to succeed."""
        done = self(*words, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *words: object) -> str:
        """The sentence and the hint of a command that has to fail."""
        done = self(*words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert len([line for line in done.stderr.splitlines() if line.startswith("timbre: ")]) == 1, done.stderr
        return done.stderr
