"""`python -m timbre.audio.child`: decodes the file that is its standard input, and can do nothing else.

It is started by `audio.safely`, which tells it its limits. It writes float32 samples to its standard output, a pipe,
and says by its exit code how it went. Before the first byte of the file is looked at it has given up whatever it does
not need: it can open no file and no connection, write no file, and is killed when its time or its memory runs out or
when its parent ends. What a decoder is made to do by a hostile file, it does in here.
"""

import contextlib
import importlib
import io
import json
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass

DONE, BROKEN, NOT_AUDIO, TOO_LONG, TOO_BIG = 0, 1, 3, 4, 5
"""Exit codes. BROKEN is Python's own: there is a fault in here, and not in the file."""

NICE = 10
"""Speech that somebody waits for goes first."""


SILENCE = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x40\0\0\0" + bytes(64)
"""A WAV file, at 8,000 Hz."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be decoded, and within which limits."""

    rate: int
    limit_s: float | None  # stop there, and it is well
    longest_s: float  # to go on beyond this is a fault
    cpu_s: int
    memory: int  # bytes of address space
    parent: int

    def __str__(self) -> str:
        return json.dumps(asdict(self))


def main(words: list[str]) -> int:
    """Returns an exit code."""
    order = Order(**json.loads(words[0]))
    _end_with(order.parent)
    os.nice(NICE)
    bound(resource.RLIMIT_CPU, order.cpu_s, order.cpu_s + 1)  # the first is told by a signal of its own
    bound(resource.RLIMIT_AS, order.memory)
    from timbre.audio.decode import pieces
    from timbre.errors import NotAudio

    for beside in ("attachments", "data", "subtitles", "video"):  # what may lie beside audio
        with contextlib.suppress(ModuleNotFoundError):  # PyAV's versions differ
            importlib.import_module(f"av.{beside}.stream")
    list(pieces(io.BytesIO(SILENCE), order.rate))  # loads whatever waits for its first use
    sys.meta_path.insert(0, _NoMore)
    confine()
    left = round(order.longest_s * order.rate)
    # A second more than there may be shows that there is more, and costs nothing.
    limit_s = min(order.longest_s + 1, order.longest_s + 1 if order.limit_s is None else order.limit_s)
    try:
        with open(0, "rb", closefd=False) as file, open(1, "wb", 0, closefd=False) as out:
            for samples in pieces(file, order.rate, limit_s):
                left -= len(samples)
                if left < 0:
                    return TOO_LONG
                _write(out.fileno(), samples.tobytes())
    except NotAudio:
        return NOT_AUDIO
    except MemoryError:
        return TOO_BIG
    except ImportError:
        raise  # ours
    except BrokenPipeError:
        return DONE  # nobody wants the rest
    except Exception as fault:  # whatever a decoder makes of a file is about the file
        print(f"{type(fault).__name__}: {fault}", file=sys.stderr)
        return NOT_AUDIO
    return DONE


class _NoMore:
    """A finder of modules that says which one should have been imported before."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        raise ImportError(f"{name} is imported too late")


def confine() -> None:
    """Takes away what opening a file or a connection needs, for good: a number to call it by."""
    bound(resource.RLIMIT_FSIZE, 0)
    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_NOFILE, 3)  # standard input, output and error


def bound(kind: int, limit: int, hard: int | None = None) -> None:
    """Sets a limit that cannot be raised again, or leaves a lower one as it is."""
    hard = limit if hard is None else hard
    hardest = resource.getrlimit(kind)[1]
    if hardest != resource.RLIM_INFINITY:
        limit, hard = min(limit, hardest), min(hard, hardest)
    try:
        resource.setrlimit(kind, (limit, hard))
    except (OSError, ValueError):
        if sys.platform == "linux":  # macOS does not bound address spaces
            raise


def _end_with(parent: int) -> None:
    """Asks the kernel to kill this process when the thread that started it ends, and ends if that was just before."""
    if sys.platform == "linux":
        import ctypes

        PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(DONE)


def _write(out: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(out, view) :]


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # without the libraries' own ways to end, which a hostile file may have upset
