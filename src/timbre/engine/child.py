"""An engine of our own, for a command that finds none: started, waited for, and ended again."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.patience import check_ready
from timbre.errors import EngineDown, EngineEmpty, EngineStarting, EngineUnavailable

Say = Callable[[str], None]
WAITING = "Waiting for the model …"


@contextlib.contextmanager
def running(say: Say = lambda _: None, model: str = "") -> Iterator[Client]:
    """A client of an engine that is ready to speak. Where none answers one is started, and ended again afterwards.

    say: is told in a sentence what is being waited for. model: what an engine of ours loads (default: as in settings).
    Raises errors.EngineDown when the engine ends instead of getting ready.
    """
    asking = AsyncClient.from_settings()
    with Client(asking) as client:
        try:
            ready = client.stats()["ready"]
        except EngineUnavailable:
            if not asking.is_local:
                raise
        else:
            if not ready:
                say(WAITING)
                _wait(client, None)
            yield client
            return
    say("Starting the engine …")
    with _started(model) as child, Client(asking.impatient()) as client:
        say(WAITING)
        _wait(client, child)
        yield client


def command(*arguments: str) -> list[str]:
    """How a `timbre` command of this same installation is run as a process."""
    script = Path(sys.executable).with_name("timbre")
    return [str(script), *arguments] if shutil.which(str(script)) else [sys.executable, "-m", "timbre", *arguments]


@dataclass(frozen=True, slots=True)
class _Child:
    """An engine that we started, and what it wrote to its error stream."""

    process: subprocess.Popen[bytes]
    words: IO[bytes]

    def last_words(self) -> str:
        """Its own sentence, or else the last line that it wrote, as part of a sentence."""
        self.words.seek(0)
        lines = self.words.read().decode(errors="replace").strip().splitlines()
        said = next((line for line in lines if line.startswith("timbre: ")), lines[-1] if lines else "it said nothing")
        return said.removeprefix("timbre: ").rstrip(".")


@contextlib.contextmanager
def _started(model: str) -> Iterator[_Child]:
    environment = os.environ | ({"TIMBRE_MODEL": model} if model else {})
    with tempfile.TemporaryFile() as words:
        # A session of its own: Ctrl+C in the terminal reaches us, and we end it in order.
        process = subprocess.Popen(
            command("engine", "--quiet", "--parent", str(os.getpid())),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )
        try:
            yield _Child(process, words)
        finally:
            end(process)


def end(child: subprocess.Popen[bytes], patience_s: float = 10.0) -> None:
    """Asks a process of ours to end, and insists when it does not."""
    child.terminate()
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _wait(client: Client, child: _Child | None) -> None:
    """Returns when the engine is ready."""
    while True:
        ended = child is not None and child.process.poll() is not None
        try:
            check_ready(client.stats())
            return
        except EngineStarting:
            pass
        except EngineEmpty:  # one of ours ends when its model cannot be loaded, and then says why
            if child is None:
                raise
        except EngineUnavailable:
            if child is None:
                raise
            if ended:
                raise EngineDown(reason=child.last_words()) from None
        time.sleep(0.1)
