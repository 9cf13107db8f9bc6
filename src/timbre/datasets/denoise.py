"""Noise taken out of a recording by RNNoise, the C library that the package pyrnnoise carries; that package itself is
not imported, for it would bring a plotter along.
"""

import ctypes
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.errors import MissingExtra

Samples = NDArray[np.float32]
RATE, FRAME = 48_000, 480
LATE = 2 * FRAME
"""Samples by which the library's sound comes after what went in."""

SCALE = 32_768.0  # its samples are as large as those of 16 bit


def available() -> bool:
    """Whether the library is installed."""
    return _path() is not None


def denoised(blocks: Iterator[Samples], rate: int, check: Callable[[], object] = lambda: None) -> Iterator[Samples]:
    """The same speech without what surrounds it, sample for sample where it was: as many as went in come out.

    check: called between two blocks; it may raise. Raises errors.MissingExtra.
    """
    library = _library()
    up, down = soxr.ResampleStream(rate, RATE, 1, dtype="float32"), soxr.ResampleStream(RATE, rate, 1, dtype="float32")
    state = library.rnnoise_create(None)
    try:
        taken, given, late = 0, 0, LATE
        left = np.zeros(0, np.float32)
        for block, last in _with_end(blocks):
            check()
            taken += len(block)
            wide = up.resample_chunk(block, last=last)
            if last:  # what the library still holds back
                wide = np.concatenate([wide, np.zeros(LATE + FRAME, np.float32)])
            left = np.concatenate([left, wide])
            count = len(left) // FRAME
            clean = _cleaned(library, state, left[: count * FRAME])[late:]
            late = max(late - count * FRAME, 0)
            left = left[count * FRAME :]
            narrow = down.resample_chunk(clean, last=last)
            narrow = narrow[: max(taken - given, 0)]
            if last and taken > given + len(narrow):
                narrow = np.pad(narrow, (0, taken - given - len(narrow)))
            given += len(narrow)
            yield narrow
    finally:
        library.rnnoise_destroy(state)


def _with_end(blocks: Iterator[Samples]) -> Iterator[tuple[Samples, bool]]:
    for block in blocks:
        yield block, False
    yield np.zeros(0, np.float32), True


def _cleaned(library: Any, state: int, samples: Samples) -> Samples:
    """Whole frames, each by its turn."""
    frames = np.ascontiguousarray(samples * np.float32(SCALE), np.float32).reshape(-1, FRAME)
    for frame in frames:
        pointer = frame.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        library.rnnoise_process_frame(state, pointer, pointer)
    return np.asarray(frames.reshape(-1) / np.float32(SCALE), np.float32)


@lru_cache(1)
def _library() -> Any:
    """Raises errors.MissingExtra."""
    path = _path()
    if path is None:
        raise MissingExtra(what="Removing noise", extra="datasets")
    library = ctypes.CDLL(path)
    pointer = ctypes.POINTER(ctypes.c_float)
    library.rnnoise_create.argtypes, library.rnnoise_create.restype = [ctypes.c_void_p], ctypes.c_void_p
    library.rnnoise_destroy.argtypes = [ctypes.c_void_p]
    library.rnnoise_process_frame.argtypes = [ctypes.c_void_p, pointer, pointer]
    library.rnnoise_process_frame.restype = ctypes.c_float
    return library


def _path() -> str | None:
    try:
        found = files("pyrnnoise") or []
    except PackageNotFoundError:
        return None
    names = {"librnnoise.so", "librnnoise.dylib"}
    return next((str(file.locate()) for file in found if file.name in names), None)
