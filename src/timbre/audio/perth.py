"""The net of Perth (Resemble AI, MIT licence) by numpy: what it adds to a spectrum, and whether it hears that again.

The weights are those in the package resemble-perth, which is never imported: it wants torch and torchaudio, does not
say so, and offers nothing where one is missing. Its checkpoint is a zip of bare numbers and a pickle that names them;
the pickle is read by a reader that knows nothing else, so it can run nothing.
"""

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from timbre.errors import BrokenWatermark, MissingExtra

Array = NDArray[np.float32]

PACKAGE = "resemble-perth"
HOP_HZ, WINDOW_S = 100, 0.064  # frames a second, and how long each is
BANDS = 128  # of 15.625 Hz: the mark lies below 2 kHz
REACH = 15  # frames before and after that a frame's mark depends on: five convolutions of width 7
FLOOR, LOUDEST_DB, QUIETEST_DB = 1e-9, 15.0, -180.0
SPAN_DB = LOUDEST_DB - QUIETEST_DB
WINDOW_SUM = 1024  # of the window that the net was trained with, 2048 samples at 32 kHz
SILENT = 0.05  # of the highest level: frames below are digital silence
PACES = {"slow": 1.25, "normal": 1.0, "fast": 0.75}  # the decoder listens at three, and so hears stretched marks
LEAST_FRAMES = 2


class Net:
    """Both halves: `gains` marks and `score` looks for marks. Spectra are [frames, bins], as `spectra` makes them."""

    def __init__(self, weights: dict[str, Array]) -> None:
        self._encoder = _layers(weights, "encoder.layers", BANDS)
        self._decoders = {pace: _layers(weights, f"decoder.{pace}_layers", 2) for pace in PACES}

    def gains(self, spectra: NDArray[np.complex64], loudest: float = 0.0) -> tuple[Array, float]:
        """What each of the lowest 128 bins is multiplied with [frames, 128], and the highest level so far.

        loudest: that of the frames before these.
        """
        levels = _levels(spectra)
        means = levels.mean(1)
        loudest = max(loudest, float(means.max()))
        added = _run(self._encoder, levels[:, :BANDS]) * (means > SILENT * loudest)[:, None]
        return 10 ** (added * (SPAN_DB / 20)), loudest

    def score(self, spectra: NDArray[np.complex64]) -> float:
        """How sure the net is that there is a mark, 0 to 1. Of silence and of next to nothing it is sure that not."""
        levels = _levels(spectra)
        means = levels.mean(1)
        heard = means > SILENT * means.max(initial=0.0)
        if len(levels) < LEAST_FRAMES or not heard.any():
            return 0.0
        verdicts = [self._listen(pace, levels[:, :BANDS], heard) for pace in PACES]
        trust = np.exp([attention for attention, _ in verdicts])
        return float(np.clip(trust @ [mark for _, mark in verdicts] / trust.sum(), 0, 1))

    def _listen(self, pace: str, levels: Array, heard: NDArray[np.bool_]) -> tuple[float, float]:
        """At one pace: how far it is to be trusted, and its verdict."""
        count = int(len(levels) * PACES[pace])
        outputs = _run(self._decoders[pace], _stretched(levels, count))
        counted = heard[np.arange(count) * len(heard) // count]
        attention, mark = outputs[counted].mean(0) if counted.any() else np.zeros(2)
        return float(attention), float(mark)


def spectra(padded: Array, rate: int) -> NDArray[np.complex64]:
    """Short-time spectra [frames, bins] of samples that go half a window beyond the frames' middles at both ends.

    They are scaled to be what the net expects, whatever the rate: it must be a multiple of 500.
    """
    window = hann(rate)
    frames = np.lib.stride_tricks.sliding_window_view(padded, len(window))[:: rate // HOP_HZ]
    return np.asarray(np.fft.rfft(frames * window) * (WINDOW_SUM / window.sum()), np.complex64)


def samples_of(spectra: NDArray[np.complex64], rate: int) -> Array:
    """The windowed samples [frames, window] of spectra, of which the lowest bins suffice."""
    window = hann(rate)
    return np.asarray(np.fft.irfft(spectra, len(window)) * window * (window.sum() / WINDOW_SUM), np.float32)


@lru_cache
def hann(rate: int) -> Array:
    """The window at a rate."""
    length = round(rate * WINDOW_S)
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length), np.float32)


def _levels(spectra: NDArray[np.complex64]) -> Array:
    """0 is the quietest that is told apart, 1 the loudest."""
    return np.asarray(
        (20 * np.log10(np.maximum(np.abs(spectra), FLOOR)) - QUIETEST_DB) / SPAN_DB,
        np.float32,
    )


def _stretched(levels: Array, count: int) -> Array:
    """As many frames, in between the given ones."""
    at = np.linspace(0, len(levels) - 1, count)
    left = at.astype(int)
    right = np.minimum(left + 1, len(levels) - 1)
    share = (at - left)[:, None].astype(np.float32)
    between: Array = levels[left] * (1 - share) + levels[right] * share
    return between


@dataclass(frozen=True, slots=True)
class _Layer:
    """A convolution over frames. weight: [width, inputs, outputs]."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        width, frames = len(self.weight), len(x)
        x = np.pad(x, ((width // 2, width // 2), (0, 0)))
        y: Array = self.bias + x[:frames] @ self.weight[0]
        for place in range(1, width):
            y += x[place : place + frames] @ self.weight[place]
        return y


def _run(layers: Sequence[_Layer], x: Array) -> Array:
    for layer in layers[:-1]:
        x = layer(x)
        x = np.maximum(x, 0.01 * x)
    return layers[-1](x)


def _layers(weights: dict[str, Array], name: str, outputs: int) -> list[_Layer]:
    """Raises KeyError or ValueError where they are not those of the net that is built here."""
    layers = []
    for number in range(7):
        weight, bias = (weights[f"{name}.{number}.conv.{kind}"] for kind in ("weight", "bias"))
        ends = number in (0, 6)
        wanted = (outputs if number == 6 else 256, BANDS if number == 0 else 256, 1 if ends else 7)
        if weight.shape != wanted or bias.shape != wanted[:1]:
            raise ValueError(f"{name}.{number} has another shape")
        layers.append(_Layer(np.ascontiguousarray(weight.transpose(2, 1, 0)), bias))
    return layers


def installed() -> bool:
    """Whether the package with the weights is here."""
    try:
        return files(PACKAGE) is not None
    except PackageNotFoundError:
        return False


@lru_cache(1)
def net() -> Net:
    """The net, read once. Raises errors.MissingExtra, and BrokenWatermark when its weights cannot be read."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise MissingExtra(what="The watermark", extra="watermark") from None
    path = _weights_file()
    # Its products are small. On many threads numpy's library would spin for 40 ms after each, beside an engine at work.
    threadpool_limits(1, "blas")
    try:
        return Net(_read(path))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, pickle.UnpicklingError) as fault:
        raise BrokenWatermark(reason=f"{path.name} cannot be read ({fault})") from None


def _weights_file() -> Path:
    if not installed():
        raise MissingExtra(what="The watermark", extra="watermark")
    for file in files(PACKAGE) or []:
        if file.name.endswith(".pth.tar") and "implicit" in file.parts:
            return Path(str(file.locate()))
    raise BrokenWatermark(reason=f"{PACKAGE} is installed without its weights")


def _read(path: Path) -> dict[str, Array]:
    """The float32 tensors of a checkpoint that torch wrote."""
    with zipfile.ZipFile(path) as archive:
        [index] = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        reader = _Reader(archive.read(index), archive, index.removesuffix(".pkl"))
        return {name: value for name, value in reader.load()["model"].items() if value is not None}


class _Reader(pickle.Unpickler):
    """Reads names and numbers, and refuses everything else that a pickle may ask for."""

    def __init__(self, pickled: bytes, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(io.BytesIO(pickled))
        self._archive, self._folder = archive, folder

    def find_class(self, module: str, name: str) -> Any:
        known = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _tensor,
            ("torch", "FloatStorage"): "float32",
        }
        if (module, name) not in known:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return known[module, name]

    def persistent_load(self, pid: Any) -> Array:
        """A storage: ("storage", its type, its name in the archive, where it lay, how long it is)."""
        return np.frombuffer(self._archive.read(f"{self._folder}/{pid[2]}"), "<f4")


def _tensor(storage: Array, offset: int, shape: tuple[int, ...], *_: object) -> Array:
    return storage[offset : offset + math.prod(shape)].reshape(shape)
