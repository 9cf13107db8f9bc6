"""The vocoder on oneDNN, torch's library for x86: weights laid out once as its convolutions want them.

torch's own convolution lays out its weights anew for every call, and the inputs and outputs too. Here the steps lie in
memory as the library's fastest convolutions read and write them, and the activation or the sum behind a convolution is
part of it.
"""

import os

import torch
from torch import Tensor

from timbre.engine.backends.kernel import Kernel, Kernels, Layer, layers, taps
from timbre.xtts.vocoder import Generator

REMEMBERED = "16384"
"""How many convolutions oneDNN keeps ready: 72 for each length of chunk, and its own 1,024 are soon used up. To make
one anew takes a millisecond, an eighth of the vocoder's time where lengths vary.
"""


class Packed:
    """A convolution with oneDNN's weights, of the kind that they have (float32, bfloat16; sums are float32)."""

    def __init__(self, layer: Layer, kind: torch.dtype) -> None:
        weight, bias, self.dilation = taps(layer)
        self.like = torch.empty(0, dtype=kind)
        self.bias = None if bias is None else bias.detach().to(kind)
        self.weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight.detach().to(kind)[:, :, None], [0, 0], [1, 1], [1, self.dilation], 1
        )

    def __call__(self, x: Tensor, bias: Tensor | None, slope: float = 1.0) -> Tensor:
        after, scalars = ("none", []) if slope == 1 else ("leaky_relu", [slope])
        made: Tensor = torch.ops.mkldnn._convolution_pointwise(
            _image(x), self.weight, bias, [0, 0], [1, 1], [1, self.dilation], 1, after, scalars, ""
        )
        return made.permute(0, 2, 3, 1).reshape(made.shape[3], made.shape[1])

    def add(self, onto: Tensor, x: Tensor, bias: Tensor | None) -> None:
        torch.ops.mkldnn._convolution_pointwise_.binary(
            _image(onto),
            _image(x),
            self.weight,
            bias,
            [0, 0],
            [1, 1],
            [1, self.dilation],
            1,
            "add",
            1.0,
            None,
            [],
            None,
        )


@torch.inference_mode()
def packed(generator: Generator, kind: torch.dtype, release: bool = False) -> Kernels:
    """All of a generator's convolutions, packed; of `kind` but where it would be heard.

    What comes before the second upsampling decides how the waves will run, and its rounding moves them as wholes: it
    is a fourth of the work, and stays in float32. So does the last convolution, which makes the samples.

    `release` drops a layer's own weights once it is packed.
    """
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", REMEMBERED)  # read with the first convolution
    many = len(generator.resblocks) // len(generator.ups)
    decisive = generator.conv_pre, generator.ups[0], *generator.resblocks[:many], generator.conv_post
    single = {part for one in (*decisive, generator.cond_layer, *generator.conds) for part in one.modules()}
    made: dict[Layer, Kernel] = {}
    for layer in layers(generator):
        made[layer] = Packed(layer, torch.float32 if layer in single else kind)
        if release:
            layer.to("meta")
    return made


def _image(x: Tensor) -> Tensor:
    """Steps [steps, width] as a picture one step high, channels last: [1, width, 1, steps], the same memory."""
    return x[None, None].permute(0, 3, 1, 2)
