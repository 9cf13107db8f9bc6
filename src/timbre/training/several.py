"""Training in several processes, one a GPU, which accelerate's launcher starts.

They are told what to do, and tell how it goes, over a socket to the process that called: its watcher is theirs. Where
one of them dies, or the caller, all end; the run can be taken on from its last state, by any number of processes.
"""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

import torch

from timbre.errors import BadTraining, MissingExtra, TrainingProcessEnded, from_dict
from timbre.training.options import Options
from timbre.training.tasting import Hearing
from timbre.training.watching import Ending, Watcher

LOOK_S = 0.5
"""Seconds between two looks whether the launcher lives."""

ENDING_S = 10.0
"""Seconds that the launcher has to end in."""

TOLD = frozenset({"note", "step", "validated", "checkpoint", "flush", "wish"})
"""What the first process may say to the watcher."""


def processes(options: Options) -> int:
    """How many processes make a run. Raises errors.BadTraining, MissingExtra."""
    able = importlib.util.find_spec("accelerate") is not None
    gpus = torch.cuda.device_count() if options.device in ("auto", "cuda") else 0
    if not options.processes:
        return max(1, min(gpus, options.batch)) if able else 1
    if options.processes == 1:
        return 1
    wanted, named = f"{options.processes} processes", options.device
    if named.startswith("cuda:"):
        raise BadTraining(reason=f"{wanted} want a GPU each, and one alone is named ({named})")
    if options.processes > gpus and (gpus or named == "cuda"):
        raise BadTraining(reason=f"{wanted} want a GPU each, and there are {gpus}")
    if options.processes > options.batch:
        raise BadTraining(reason=f"a batch of {options.batch} cannot be shared out among {wanted}")
    if not able:
        raise MissingExtra(what="Training in several processes", extra="train")
    return options.processes


@dataclass(frozen=True, slots=True)
class Work:
    """What each of the processes does its share of."""

    base: Path
    data: Path
    folder: Path
    options: Options
    heard: bool  # whether the caller has what recognises speech


def train_together(work: Work, count: int, watcher: Watcher, hearing: Hearing | None) -> Ending:
    """As `finetune.train`, by so many processes. Raises what it raises, errors.TrainingProcessEnded, and what the
    watcher raises.
    """
    options = work.options
    threads = max(1, options.threads // count)
    shared = replace(work, options=replace(options, threads=threads))
    with tempfile.TemporaryDirectory(prefix="timbre-") as folder:
        path = Path(folder) / "socket"
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(str(path))
            door.listen(count)
            watcher.note(f"Shared out among {count} processes")
            with _launched(path, count, threads) as launcher:
                return _Desk(shared, count, watcher, hearing).serve(door, launcher)


@contextlib.contextmanager
def _launched(path: Path, count: int, threads: int) -> Iterator[subprocess.Popen[bytes]]:
    """The launcher and what it started, ended afterwards."""
    words = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--gpu_ids", "all"]
    words += ["--num_machines", "1", "--num_processes", str(count), "--main_process_port", "0"]
    words += ["--num_cpu_threads_per_process", str(threads), "--mixed_precision", "no", "--dynamo_backend", "no"]
    words += ["-m", "timbre.training.peer", str(path)]
    # a session of its own: whoever ends our process group reaches us, and we let the run end in order
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        yield process
    finally:
        for kind in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, kind)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(ENDING_S)


@dataclass
class _Desk:
    """Where the processes ask and tell."""

    work: Work
    count: int
    watcher: Watcher
    hearing: Hearing | None
    lines: list[Connection] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def serve(self, door: socket.socket, launcher: subprocess.Popen[bytes]) -> Ending:
        """Until all have ended. Closing the lines ends those that have not."""
        try:
            while len(self.endings) < self.count:
                for one in wait([door, *self.lines], LOOK_S):
                    if one is door:
                        self.lines.append(Connection(door.accept()[0].detach()))
                    else:
                        assert isinstance(one, Connection)
                        self._hear(one)
                if launcher.poll() is not None and len(self.endings) < self.count:
                    raise TrainingProcessEnded(count=self.count)
            with contextlib.suppress(subprocess.TimeoutExpired):
                launcher.wait(ENDING_S)
        finally:
            for line in self.lines:
                line.close()
        return self.endings[0]

    def _hear(self, line: Connection) -> None:
        try:
            name, facts = line.recv()
            line.send(self._answer(name, facts))
        except (EOFError, OSError):
            raise TrainingProcessEnded(count=self.count) from None

    def _answer(self, name: str, facts: tuple[Any, ...]) -> Any:
        if name == "work":
            return self.work
        if name == "fault":
            raise from_dict(facts[0])
        if name == "ended":
            self.endings.append(facts[0])
            return None
        if name == "hear":
            assert self.hearing is not None
            return self.hearing.hear(*facts)
        assert name in TOLD, name
        return getattr(self.watcher, name)(*facts)
