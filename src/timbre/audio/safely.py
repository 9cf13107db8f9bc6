"""Decoding what came from outside: in a process of its own that has limits and nothing to reach for (`audio.child`).

A file that breaks a decoder, or fills memory, or never ends, ends there, with one sentence for whoever sent it.
"""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from timbre.audio import child
from timbre.audio.sniff import HEAD, demuxers
from timbre.errors import AudioTooBig, AudioTooLong, AudioTooSlow, NotAudio, TimbreError
from timbre.settings import Settings, settings

Samples = NDArray[np.float32]
log = logging.getLogger(__name__)

BLOCK = 2**20  # bytes of samples that are handed on at a time
SLACK_S = 2.0
MODULE = "timbre.audio.child"
SOURCE = Path(__file__).parents[2]
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""What the child is told of our environment: where an interpreter may have its own libraries."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take."""

    longest_s: float
    cpu_s: int
    wall_s: float
    memory_mb: int

    @classmethod
    def of(cls, chosen: Settings) -> "Limits":
        return cls(
            chosen.audio_limit_min * 60.0, chosen.decode_cpu_s, float(chosen.decode_wall_s), chosen.decode_memory_mb
        )


def decode_safely(
    path: Path, rate: int, shown: str = "", limit_s: float | None = None, limits: Limits | None = None
) -> Samples:
    """The samples of a file that came from outside, as `audio.decode.decode` gives them, whole or not at all.

    shown: what an error calls the file (default: its own name). limit_s: stop after so many seconds; without it a file
    that is longer than the limits allow is refused. Blocks: call it in a thread.
    Raises errors.NotAudio, AudioTooLong, AudioTooSlow, AudioTooBig.
    """
    parts = list(pieces_safely(path, rate, shown, limit_s, limits))
    return np.concatenate(parts)


def pieces_safely(
    path: Path, rate: int, shown: str = "", limit_s: float | None = None, limits: Limits | None = None
) -> Iterator[Samples]:
    """The same piece by piece, for files that are not to lie in memory whole. Take all of it in one thread.

    What came before an error is not to be kept. The time runs while a piece is worked on, too.
    """
    shown, limits = shown or path.name, limits or Limits.of(settings())
    order = child.Order(rate, limit_s, limits.longest_s, limits.cpu_s, limits.memory_mb * 2**20, os.getpid())
    most = round((SLACK_S + (limits.longest_s if limit_s is None else limit_s)) * rate)
    with _opened(path, shown) as file, _decoder(file, order, limits.wall_s) as decoder:
        for samples in decoder.pieces():
            most -= len(samples)
            if most < 0:  # it has been taken over, for it was told to stop
                raise NotAudio(file=shown)
            yield samples
        decoder.check(shown, limits)


def _opened(path: Path, shown: str) -> IO[bytes]:
    """A file that may be audio, at its start. Raises errors.NotAudio."""
    try:
        if not path.is_file():  # a folder, a device, a pipe that nobody writes to
            raise NotAudio(file=shown)
        file = path.open("rb", buffering=0)
    except OSError:
        raise NotAudio(file=shown) from None
    try:
        if demuxers(file.read(HEAD)) is None:
            raise NotAudio(file=shown)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


class _Decoder:
    """The process, and the clock that it runs against."""

    def __init__(self, process: subprocess.Popen[bytes], wall_s: float) -> None:
        self.process = process
        self.late = False
        self.clock = threading.Timer(wall_s, self._stop)
        self.clock.daemon = True

    def _stop(self) -> None:
        self.late = True
        self.process.kill()

    def pieces(self) -> Iterator[Samples]:
        assert self.process.stdout is not None
        while block := self.process.stdout.read(BLOCK):
            yield np.frombuffer(block[: len(block) // 4 * 4], np.float32)

    def check(self, shown: str, limits: Limits) -> None:
        """Returns when all went well. Raises what the process's end means."""
        code = self.process.wait()
        if self.late or code == -signal.SIGXCPU:
            raise AudioTooSlow(file=shown, seconds=round(limits.wall_s if self.late else limits.cpu_s))
        faults: dict[int, TimbreError] = {
            child.TOO_LONG: AudioTooLong(file=shown, minutes=round(limits.longest_s / 60)),
            child.TOO_BIG: AudioTooBig(file=shown, megabytes=limits.memory_mb),
            child.NOT_AUDIO: NotAudio(file=shown),
        }
        if code == child.DONE:
            return
        if code in faults:
            raise faults[code]
        if code < 0:
            log.warning("the decoder fell (%s) at a file of somebody's", _signal(-code))
            raise NotAudio(file=shown)
        raise RuntimeError(f"{MODULE} ended with {code}: {self._words()}")

    def _words(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read(65_536).decode(errors="replace").strip()


@contextlib.contextmanager
def _decoder(file: IO[bytes], order: child.Order, wall_s: float) -> Iterator[_Decoder]:
    """A child at work; when the block ends it has ended."""
    with subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", "-m", MODULE, str(order)],
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,  # what does not fit into it waits, until the time is over
        cwd="/",
        env=_environment(),
    ) as process:
        decoder = _Decoder(process, wall_s)
        decoder.clock.start()
        try:
            yield decoder
        finally:
            decoder.clock.cancel()
            process.kill()


def _environment() -> dict[str, str]:
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}  # each takes address space
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {"PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8"} | threads | kept


def _signal(number: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(number).name
    return f"signal {number}"
