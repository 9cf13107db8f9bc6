"""A model's vocoder, made ready once for all that it will say: whose convolutions, and in what numbers."""

import platform
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import torch
from torch import Tensor

from timbre.engine.backends.kernel import Kernels, plain
from timbre.engine.backends.packed import packed
from timbre.engine.stream import VocoderStream
from timbre.errors import CannotPlace
from timbre.xtts.processor import multiplies_bf16
from timbre.xtts.vocoder import Decoder

Kind = Literal["torch", "onednn"]
Precision = Literal["fp32", "bf16"]

KINDS = {"fp32": torch.float32, "bf16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Vocoder:
    """What all utterances of a model share: the kernels of its decoder, which are only read."""

    decoder: Decoder
    kernels: Kernels
    kind: Kind
    precision: Precision

    @property
    def name(self) -> str:
        """As figures name it."""
        return f"{self.kind} {self.precision}"

    def stream(self, speaker: Tensor, speed: float = 1.0) -> VocoderStream:
        """One utterance's way through it: `speaker` [size]; a speed of 2 is twice as fast."""
        return VocoderStream(self.decoder, speaker, speed, self.kernels)


def available() -> list[tuple[Kind, Precision]]:
    """What this machine can run, the likeliest to be quick last; half precision only where its processor has it."""
    found: list[tuple[Kind, Precision]] = [("torch", "fp32")]
    if _has_onednn():
        found.append(("onednn", "fp32"))
        if multiplies_bf16():
            found.append(("onednn", "bf16"))
    return found


def make(decoder: Decoder, kind: Kind, precision: Precision = "fp32", release: bool = False) -> Vocoder:
    """The vocoder of a decoder whose weights will not change any more.

    oneDNN has the weights in a layout of its own. `release` drops the decoder's: what is left of its generator are
    shapes, and only the stream can make it sound. Raises errors.CannotPlace for what this machine cannot run.
    """
    if (kind, precision) not in available():
        can = ", ".join(f"{one} {numbers}" for one, numbers in available())
        raise CannotPlace(what=f"a vocoder on {kind} in {precision}", reason=f"this machine has: {can}")
    generator = decoder.waveform_decoder
    if kind == "torch":
        return Vocoder(decoder, plain(generator), kind, precision)
    return Vocoder(decoder, packed(generator, KINDS[precision], release), kind, precision)


def fastest(precision: Precision = "fp32") -> Kind:
    """The kind to choose on this machine where nobody asked for one."""
    return next((kind for kind in reversed(get_args(Kind)) if (kind, precision) in available()), "torch")


@cache
def _has_onednn() -> bool:
    """Whether torch came with oneDNN for the processors that this was measured on, and with its packed convolutions."""
    wanted = "_reorder_convolution_weight", "_convolution_pointwise", "_convolution_pointwise_"
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and all(hasattr(torch.ops.mkldnn, name) for name in wanted)
    )
