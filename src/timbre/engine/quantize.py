"""Weights in eight bits: a quarter of the memory to read, which is what decoding waits for.

The activations are rounded too, to sixteen bits by a scale of each row's own: an upper and a lower byte, which go
through the same eight-bit product as two rows. Reading the weights is what costs, so the second row is almost free, and
what is lost is the weights' rounding alone. oneDNN sums whole numbers, so a row's result is its own, bit by bit,
whatever stands beside it in the batch. (torch's dynamic operator measures one scale for all rows, so that a loud one
coarsens its neighbours.)
"""

from typing import Any

import torch
from torch import Tensor, nn

from timbre.errors import CannotQuantize
from timbre.xtts.gpt import Gpt, Projection

HIGHEST = 127
BYTE, MIDDLE = 256, 128  # values of a byte; the one that stands for zero
REACH = BYTE * HIGHEST + HIGHEST  # the largest activation, in steps: both bytes stay within a signed one's range
SHIFT = BYTE * MIDDLE + MIDDLE  # what makes both bytes unsigned


def available() -> bool:
    """Whether this processor multiplies bytes without overflow (VNNI), which the sums here rely on."""
    return bool(torch.cpu._is_vnni_supported())


class QuantizedLinear(nn.Module):
    """A linear layer with weights in eight bits, a scale each output."""

    scales: Tensor
    zeros: Tensor
    bias: Tensor | None

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        """`weight` [outputs, inputs], `bias` [outputs], single precision."""
        super().__init__()
        scales = weight.abs().amax(1).clamp(min=1e-12) / HIGHEST
        # contiguous: the packing below reads the bytes as they lie
        whole = (weight / scales[:, None]).round_().to(torch.int8).contiguous()
        self._packed: Any = torch.ops.onednn.qlinear_prepack(whole, None)
        self.register_buffer("scales", scales, persistent=False)
        self.register_buffer("zeros", torch.zeros(len(weight), dtype=torch.int32), persistent=False)
        self.register_buffer("bias", None if bias is None else bias.clone(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[…, inputs] → […, outputs]."""
        flat = x.reshape(-1, x.shape[-1])
        steps = torch.linalg.vector_norm(flat, torch.inf, 1, keepdim=True).clamp_(min=1e-12).div_(REACH)
        sixteen = (flat / steps).round_().add_(SHIFT).to(torch.uint16)
        # little-endian: the lower byte of each comes first
        parts = sixteen.view(torch.uint8).view(*flat.shape, 2).permute(2, 0, 1).reshape(-1, flat.shape[1])
        made = torch.ops.onednn.qlinear_pointwise(
            parts, 1.0, MIDDLE, self._packed, self.scales, self.zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        lower, upper = made.view(2, len(flat), -1)
        out: Tensor = upper.mul_(BYTE).add_(lower).mul_(steps)
        if self.bias is not None:
            out = out.add_(self.bias)
        return out.view(*x.shape[:-1], out.shape[-1])


def quantize(gpt: Gpt) -> None:
    """Exchange every matrix that decoding multiplies with for its eight-bit form, in place.

    Raises errors.CannotQuantize where the processor would overflow.
    """
    if not available():
        raise CannotQuantize()
    for block in gpt.gpt.h:
        for part in (block.attn, block.mlp):
            for name, child in list(part.named_children()):  # type: ignore[union-attr]
                if isinstance(child, Projection):
                    setattr(part, name, QuantizedLinear(child.weight.detach().T, child.bias.detach()))
    gpt.mel_head = QuantizedLinear(gpt.mel_head.weight.detach(), gpt.mel_head.bias.detach())  # type: ignore[assignment]
