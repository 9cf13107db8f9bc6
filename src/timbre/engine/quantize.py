"""Weights in eight bits: a quarter of the memory to read, which is what decoding waits for.

The activations are rounded too, each row by a scale of its own, and oneDNN sums whole numbers: a row's result is its
own, bit by bit, whatever stands beside it in the batch. (torch's dynamic operator measures one scale for all rows, so
that a loud one coarsens its neighbours.)
"""

from typing import Any

import torch
from torch import Tensor, nn

from timbre.xtts.gpt import Gpt, Projection

HIGHEST, ZERO = 127, 128


class QuantizedLinear(nn.Module):
    """A linear layer with weights in eight bits, a scale each output."""

    scales: Tensor
    zeros: Tensor
    bias: Tensor | None

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """`weight` [outputs, inputs], `bias` [outputs], single precision."""
        super().__init__()
        scales = weight.abs().amax(1).clamp(min=1e-12) / HIGHEST
        whole = (weight / scales[:, None]).round().to(torch.int8)
        self._packed: Any = torch.ops.onednn.qlinear_prepack(whole, None)
        # without VNNI two products are summed in 16 bits, where eight bits by eight overflow
        self._highest = HIGHEST if torch.cpu._is_vnni_supported() else HIGHEST // 2
        self.register_buffer("scales", scales, persistent=False)
        self.register_buffer("zeros", torch.zeros(len(weight), dtype=torch.int32), persistent=False)
        self.register_buffer("bias", None if bias is None else bias.clone(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[…, inputs] → […, outputs]."""
        flat = x.flatten(0, -2)
        steps = flat.abs().amax(1, keepdim=True).clamp(min=1e-12) / self._highest
        rounded = (flat / steps).round_().add_(ZERO).to(torch.uint8)
        out: Tensor = torch.ops.onednn.qlinear_pointwise(
            rounded, 1.0, ZERO, self._packed, self.scales, self.zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        out = out * steps
        if self.bias is not None:
            out = out + self.bias
        return out.view(*x.shape[:-1], out.shape[-1])


def quantize(gpt: Gpt) -> None:
    """Exchange every matrix that decoding multiplies with for its eight-bit form, in place."""
    for block in gpt.gpt.h:
        for part in (block.attn, block.mlp):
            for name, child in list(part.named_children()):  # type: ignore[union-attr]
                if isinstance(child, Projection):
                    setattr(part, name, QuantizedLinear(child.weight.detach().T, child.bias.detach()))
    gpt.mel_head = QuantizedLinear(gpt.mel_head.weight.detach(), gpt.mel_head.bias.detach())  # type: ignore[assignment]
