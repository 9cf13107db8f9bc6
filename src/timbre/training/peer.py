"""One of the processes of a run that is shared out: `python -m timbre.training.peer SOCKET`, which
`training.several` has accelerate's launcher start.
"""

import os
import queue
import socket
import sys
import threading
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, Literal

import torch

from timbre.errors import TimbreError
from timbre.evaluation.intelligibility import Heard
from timbre.training.finetune import Session
from timbre.training.job import within_memory
from timbre.training.options import Options
from timbre.training.peers import Together
from timbre.training.several import Work
from timbre.training.tasting import Samples
from timbre.training.watching import Kept


class Line:
    """To the process that has us train. When it is gone we are too, at whatever we are."""

    def __init__(self, path: str) -> None:
        with socket.socket(socket.AF_UNIX) as plug:
            plug.connect(path)
            self._line = Connection(plug.detach())
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def ask(self, name: str, *facts: Any) -> Any:
        """What is answered."""
        self._line.send((name, facts))
        return self._answers.get()

    def _read(self) -> None:
        while True:
            try:
                self._answers.put(self._line.recv())
            except (EOFError, OSError):
                os._exit(1)


class Telling:
    """A watcher and a recogniser at the other end of the line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def note(self, line: str) -> None:
        self._line.ask("note", line)

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        self._line.ask("step", step, steps, figures)

    def validated(self, step: int, figures: dict[str, float]) -> None:
        self._line.ask("validated", step, figures)

    def checkpoint(self, kept: Kept) -> None:
        self._line.ask("checkpoint", kept)

    def flush(self) -> None:
        self._line.ask("flush")

    def wish(self) -> Literal["", "stop", "pause"]:
        found: Literal["", "stop", "pause"] = self._line.ask("wish")
        return found

    def hear(self, samples: Samples, language: str) -> Heard:
        found: Heard = self._line.ask("hear", samples, language)
        return found


class Silent:
    """A watcher of those whose steps the first one tells of."""

    def note(self, line: str) -> None: ...
    def step(self, step: int, steps: int, figures: dict[str, float]) -> None: ...
    def validated(self, step: int, figures: dict[str, float]) -> None: ...
    def checkpoint(self, kept: Kept) -> None: ...
    def flush(self) -> None: ...

    def wish(self) -> Literal["", "stop", "pause"]:
        return ""


def main(path: str) -> int:
    """Does our share of a run. Returns the exit code."""
    line = Line(path)
    work: Work = line.ask("work")
    try:
        with within_memory(work.options.device):
            line.ask("ended", _train(work, line))
    except TimbreError as fault:
        line.ask("fault", fault.as_dict())  # never answered: all are ended
    return 0


def _train(work: Work, line: Line) -> str:
    options, cuda = _placed(work.options)
    peers = Together(cuda)
    telling = Telling(line)
    hearing = telling if work.heard and peers.rank == 0 else None
    watcher = telling if peers.rank == 0 else Silent()
    try:
        return Session(work.base, work.data, work.folder, options, watcher, hearing, peers).run()
    finally:
        peers.close()


def _placed(options: Options) -> tuple[Options, bool]:
    """The options of this process, and whether it has a GPU."""
    if options.device == "cpu" or not torch.cuda.is_available():
        return replace(options, device="cpu"), False
    device = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(device)
    return replace(options, device=f"cuda:{device}"), True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
