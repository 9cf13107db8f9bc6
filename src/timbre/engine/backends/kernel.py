"""A convolution as the vocoder's stream asks for it: one step after another in memory, nothing padded.

A stream keeps [steps, width]: new steps lie behind old ones, and a range of steps is one stretch of memory. The weights
are made ready once and shared by all utterances; an utterance brings its own bias, in which its speaker is.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.vocoder import Generator

Layer = nn.Conv1d | nn.ConvTranspose1d


class Kernel(Protocol):
    """A convolution's weights and bias, as a backend keeps them."""

    bias: Tensor | None
    like: Tensor  # of the numbers that it takes and gives, and on the device

    def __call__(self, x: Tensor, bias: Tensor | None, slope: float = 1.0) -> Tensor:
        """Steps [steps + reach, inputs] → leaky ReLU of their convolution, [steps, outputs]; one step at least."""
        ...

    def add(self, onto: Tensor, x: Tensor, bias: Tensor | None) -> None:
        """Add the convolution of [steps + reach, inputs] to [steps, outputs], in place."""
        ...


Kernels = Mapping[Layer, Kernel]
"""The kernel of each of a generator's layers."""


class Plain:
    """By torch's own convolution, in any precision and on any device."""

    def __init__(self, layer: Layer) -> None:
        self.weight, self.bias, self.dilation = taps(layer)
        self.like = self.weight.new_empty(0)

    def __call__(self, x: Tensor, bias: Tensor | None, slope: float = 1.0) -> Tensor:
        made = F.conv1d(x.T[None], self.weight, bias, dilation=self.dilation)[0].T.contiguous()
        return made if slope == 1 else F.leaky_relu(made, slope)

    def add(self, onto: Tensor, x: Tensor, bias: Tensor | None) -> None:
        onto += self(x, bias)


def layers(generator: Generator) -> Iterator[Layer]:
    """All convolutions of a generator."""
    return (layer for layer in generator.modules() if isinstance(layer, Layer))


def plain(generator: Generator) -> Kernels:
    """Every layer by torch's own convolution."""
    return {layer: Plain(layer) for layer in layers(generator)}


def taps(layer: Layer) -> tuple[Tensor, Tensor | None, int]:
    """Weights [outputs, inputs, taps], bias [outputs] and dilation of a layer as a plain convolution.

    A transposed one is a convolution too: of kernel / rate inputs it makes rate steps at once, side by side as
    [rate · outputs], which as memory are the steps one after another.
    """
    if isinstance(layer, nn.Conv1d):
        return layer.weight, layer.bias, layer.dilation[0]
    rate, (inputs, outputs, kernel) = layer.stride[0], layer.weight.shape
    many = kernel // rate  # a kernel is a multiple of the rate, else outputs would differ in what they see
    weight = layer.weight.reshape(inputs, outputs, many, rate).flip(2).permute(3, 1, 0, 2)
    bias = None if layer.bias is None else layer.bias.repeat(rate)
    return weight.reshape(rate * outputs, inputs, many), bias, 1
