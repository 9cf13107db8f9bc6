"""Judges of voice and sound, from packages that no training loss has anything of: whose voice it is, and how natural.

Whisper, the judge of words, is in `judge.py`.
"""

import contextlib
import io
import shutil
import subprocess
import sys
import types
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soxr
import torch
from numpy.typing import NDArray

from timbre.audio.decode import decode

RATE = 16_000  # both hear at this

Samples = NDArray[np.float32]


def at(wave: Samples, rate: int) -> Samples:
    """A wave as the judges hear it."""
    out: Samples = soxr.resample(wave, rate, RATE).astype(np.float32)
    return out


class Likeness:
    """Whose voice it is, by resemblyzer: .88 between two clips of one person, .59 between two people."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports from where scipy has it no longer
            from resemblyzer import VoiceEncoder
        self._encoder = VoiceEncoder("cpu", verbose=False)

    def voice(self, waves: list[Samples], rate: int) -> Samples:
        """The unit vector of a speaker, of one clip or several."""
        each = np.stack([self._encoder.embed_utterance(at(wave, rate)) for wave in waves]).mean(0)
        out: Samples = each / np.linalg.norm(each)
        return out


class Naturalness:
    """DistillMOS: what listeners would say of a recording's sound, from 1 to 5."""

    def __init__(self) -> None:
        sys.modules.setdefault("torchaudio", types.ModuleType("torchaudio"))  # only its command line loads files by it
        with contextlib.redirect_stdout(io.StringIO()):
            from distillmos import ConvTransformerSQAModel

            self._model = ConvTransformerSQAModel().eval()

    @torch.inference_mode()
    def mean(self, waves: list[Samples], rate: int) -> float:
        """Of several recordings."""
        return float(np.mean([float(self._model(torch.from_numpy(at(wave, rate))[None])) for wave in waves]))


def flite(texts: list[str]) -> tuple[list[Samples], int]:
    """The bad control: the texts as Debian's `flite` says them, and their rate; none where it is not installed."""
    if not shutil.which("flite"):
        return [], RATE
    found = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        for text in texts:
            subprocess.run(["flite", "-t", text, "-o", str(path)], check=True, capture_output=True)
            found.append(decode(path.read_bytes(), RATE))
    return found, RATE
