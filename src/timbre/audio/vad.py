"""Where somebody speaks: the silero net, run by ONNX Runtime.

The net (MIT licence) is the copy that the package faster-whisper carries. That package is not imported, nor is silero's
own, which would import torch.
"""

from functools import lru_cache
from importlib.metadata import files
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from timbre.errors import MissingExtra

Samples = NDArray[np.float32]

RATE = 16_000
WINDOW, CONTEXT = 512, 64  # samples: 32 ms, and what the net hears of the window before
BATCH = 1_000  # windows a run: 32 s; more only costs memory
STARTS, ENDS = 0.5, 0.35  # a probability of speech above one begins a span, below the other ends it
SHORTEST_S, PAUSE_S, PAD_S = 0.25, 0.1, 0.03


def speech_spans(samples: Samples) -> list[tuple[float, float]]:
    """Start and end, in seconds, of each stretch of speech in 16 kHz mono samples."""
    return spans(probabilities(samples), len(samples) / RATE)


def spans(sure: NDArray[np.float32], length: float) -> list[tuple[float, float]]:
    """The same, from how likely each window holds speech. length: seconds that there are."""
    step = WINDOW / RATE
    found: list[tuple[float, float]] = []
    begin: int | None = None
    quiet: int | None = None  # since which window it has been quiet, inside a span
    for number, chance in enumerate([*sure.tolist(), *[0.0] * (int(PAUSE_S / step) + 2)]):
        if chance >= STARTS:
            begin, quiet = number if begin is None else begin, None
        elif begin is not None and chance < ENDS:
            quiet = number if quiet is None else quiet
            if (number - quiet) * step >= PAUSE_S:
                if (quiet - begin) * step >= SHORTEST_S:
                    found.append((max(begin * step - PAD_S, 0.0), min(quiet * step + PAD_S, length)))
                begin = quiet = None
    return found


def probabilities(samples: Samples) -> NDArray[np.float32]:
    """How likely each window of 32 ms holds speech. Shape [windows]."""
    windows = -(-len(samples) // WINDOW)
    if not windows:
        return np.zeros(0, np.float32)
    padded = np.zeros(CONTEXT + windows * WINDOW, np.float32)
    padded[CONTEXT : CONTEXT + len(samples)] = samples
    heard = np.lib.stride_tricks.sliding_window_view(padded, CONTEXT + WINDOW)[::WINDOW]
    hidden = cell = np.zeros((1, 1, 128), np.float32)
    found = []
    for start in range(0, windows, BATCH):
        batch = np.ascontiguousarray(heard[start : start + BATCH])
        chances, hidden, cell = _net().run(None, {"input": batch, "h": hidden, "c": cell})
        found.append(np.asarray(chances, np.float32).reshape(-1))
    return np.concatenate(found)


@lru_cache(1)
def _net() -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(_net_file()), options, providers=["CPUExecutionProvider"])


def _net_file() -> Path:
    """The net's file in the installed package. Raises errors.MissingExtra."""
    for file in files("faster-whisper") or []:
        if file.name.startswith("silero_vad") and file.suffix == ".onnx":
            return Path(str(file.locate()))
    raise MissingExtra(what="Finding speech in a recording", extra="datasets")
