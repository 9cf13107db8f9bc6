"""What was said of a book so far, piece by piece, in a folder beside the file that it becomes."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from timbre.audio.decode import decode
from timbre.audio.encode import encode
from timbre.engine.protocol import RATE
from timbre.errors import BookInHand, CannotWrite
from timbre.store.files import write_whole

Samples = NDArray[np.float32]


class Work:
    """The pieces by their keys, which tell all that a piece's sound hangs on: of other words or another voice there is
    none yet.

    They outlive whatever ends the process; `done` removes them. One process at a time: enter it first.
    Raises errors.CannotWrite, BookInHand.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
        self.folder = output.with_name(f".{output.name}.timbre")
        self._lengths: dict[str, int] = {}
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> Self:
        try:
            self.folder.mkdir(exist_ok=True)
            lock = self._closing.enter_context((self.folder / "lock").open("w"))
        except OSError as fault:
            raise CannotWrite(path=self._output, reason=(fault.strerror or str(fault)).lower()) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._closing.close()
            raise BookInHand(path=self._output) from None
        for path in self.folder.glob("*.part*"):
            path.unlink(missing_ok=True)
        for path in self.folder.glob("*-*.flac"):
            key, _, count = path.stem.partition("-")
            if count.isdecimal():
                self._lengths[key] = int(count)
        return self

    def __exit__(self, *_: object) -> None:
        if not self._lengths:
            self.done()
        self._closing.close()

    def __contains__(self, key: str) -> bool:
        return key in self._lengths

    def __len__(self) -> int:
        return len(self._lengths)

    def keep(self, key: str, samples: Samples) -> None:
        """Keeps a piece, whole or not at all."""
        write_whole(self._path(key, len(samples)), encode(samples, "flac", RATE))
        self._lengths[key] = len(samples)

    def length(self, key: str) -> int:
        """How many samples a piece has."""
        return self._lengths[key]

    def samples(self, key: str) -> Samples:
        return decode(self._path(key, self._lengths[key]), RATE)[: self._lengths[key]]

    def bytes(self) -> int:
        """What the pieces take."""
        return sum(path.stat().st_size for path in self.folder.glob("*-*.flac"))

    def new_file(self, output: Path) -> Path:
        """Where a file is written that will be `output`: on the same disk."""
        return self.folder / f"{os.getpid()}.part{output.suffix}"

    def done(self) -> None:
        """All of it is where it belongs."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lengths.clear()

    def _path(self, key: str, count: int) -> Path:
        return self.folder / f"{key}-{count}.flac"
