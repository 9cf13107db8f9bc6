"""Weights in eight bits: a quarter of the memory to read, which is what decoding waits for.

What is multiplied with them is rounded to sixteen bits: an upper and a lower byte, which go through the same eight-bit
product as two rows. Reading the weights is what costs, so the second row is almost free, and what is lost is the
weights' rounding alone. The step of those sixteen bits is fixed for each product, from what cannot be exceeded there: a
normed row's length is known, and with it the largest value that any weights make of it. So nothing is measured row by
row (torch's dynamic operator measures one scale for all rows, so that a loud one coarsens its neighbours), oneDNN sums
whole numbers, and a row's result is its own, bit by bit, whatever stands beside it in the batch.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.errors import CannotQuantize
from timbre.xtts.gpt import Attending, Block, Gpt, Projection
from timbre.xtts.lora import Added

HIGHEST = 127
BYTE, MIDDLE = 256, 128  # values of a byte; the one that stands for zero
REACH = 32_000.0  # steps to the largest value; sixteen bits have room for the rounding beside it
SHIFT = BYTE * MIDDLE + MIDDLE + 0.5  # makes both bytes unsigned, and a cut of the fraction a rounding


def available() -> bool:
    """Whether this processor multiplies bytes without overflow (VNNI), which the sums here rely on."""
    return bool(torch.cpu._is_vnni_supported())


class EightBitLinear(nn.Module):
    """A linear layer with weights in eight bits, a scale each output, for inputs of at most `largest`."""

    scales: Tensor
    zeros: Tensor
    bias: Tensor

    def __init__(self, weight: Tensor, bias: Tensor, largest: float, product: str = "") -> None:
        """`weight` [outputs, inputs], `bias` [outputs], single precision. `product`: what adapters call it."""
        super().__init__()
        self.largest, self.step, self.product = largest, largest / REACH, product
        whole, scales = rounded(weight)
        # contiguous: the packing reads the bytes as they lie
        self._packed: Any = torch.ops.onednn.qlinear_prepack(whole.to(torch.int8).contiguous(), None)
        self.register_buffer("scales", scales, persistent=False)
        self.register_buffer("zeros", torch.zeros(len(weight), dtype=torch.int32), persistent=False)
        self.register_buffer("bias", bias / (BYTE + 1), persistent=False)  # it is added to both products

    def forward(self, steps: Tensor, added: Added | None = None) -> Tensor:
        """Inputs in steps, shifted by SHIFT, [rows, …, inputs] → [rows, …, outputs]."""
        made = self._multiply(steps.reshape(-1, steps.shape[-1])).view(*steps.shape[:-1], -1)
        if added is not None:
            added.to(made, self.product, (steps - SHIFT) * self.step)
        return made

    def of(self, x: Tensor, added: Added | None = None) -> Tensor:
        """What any inputs make, [rows, …, inputs] → [rows, …, outputs].

        Those of a row with an adapter may be larger than `largest`, which the base's weights cannot exceed. Such a row
        is measured, goes in as much smaller, and what it makes comes out larger.
        """
        if added is None:
            out: Tensor = self(self.steps_of(x))
            return out
        beyond = {row: times for row, *_ in added.rows if (times := float(x[row].abs().max()) / self.largest) > 1}
        fitting = x.clone() if beyond else x
        for row, times in beyond.items():
            fitting[row] /= times
        made: Tensor = self(self.steps_of(fitting))
        for row, times in beyond.items():
            made[row] = torch.lerp(self.bias * (BYTE + 1), made[row], times)  # the bias is as it was
        added.to(made, self.product, x)
        return made

    def _multiply(self, steps: Tensor) -> Tensor:
        rows, inputs = steps.shape
        # little-endian: the lower byte of each comes first
        parts = steps.to(torch.uint16).view(torch.uint8).view(rows, inputs, 2).permute(2, 0, 1).reshape(-1, inputs)
        made = torch.ops.onednn.qlinear_pointwise(
            parts,
            self.step,
            MIDDLE,
            self._packed,
            self.scales,
            self.zeros,
            self.bias,
            1.0,
            0,
            torch.float32,
            "none",
            [],
            "",
        )
        return torch.add(made[:rows], made[rows:], alpha=BYTE)

    def steps_of(self, x: Tensor) -> Tensor:
        """Inputs of at most `largest` as `forward` takes them."""
        return torch.add(SHIFT, x, alpha=1 / self.step)


class EightBitNorm(nn.Module):
    """A layer norm that gives what an EightBitLinear takes."""

    weight: Tensor
    bias: Tensor

    def __init__(self, norm: nn.LayerNorm, step: float) -> None:
        super().__init__()
        self.eps = norm.eps
        self.register_buffer("weight", norm.weight.detach() / step, persistent=False)
        self.register_buffer("bias", norm.bias.detach() / step + SHIFT, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """[…, width] → the same, in steps."""
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)


class EightBitBlock(Attending):
    """A GPT-2 block whose four products are in eight bits."""

    def __init__(self, block: Block) -> None:
        super().__init__(block.heads)
        attention, feed = block.attn, block.mlp
        width = len(attention.c_proj.bias)
        spoken = slice(2 * width, None)  # the values among query, key and value
        self.c_attn = _linear(attention.c_attn, largest_normed(block.ln_1))
        self.ln_1 = EightBitNorm(block.ln_1, self.c_attn.step)
        # what is heard is a mean of values
        values = attention.c_attn.weight[:, spoken].T, attention.c_attn.bias[spoken]
        self.c_proj = _linear(attention.c_proj, largest_made(block.ln_1, *values))
        self.c_fc = _linear(feed.c_fc, largest_normed(block.ln_2))
        self.ln_2 = EightBitNorm(block.ln_2, self.c_fc.step)
        # gelu makes nothing larger
        self.c_proj_fc = _linear(feed.c_proj, largest_made(block.ln_2, feed.c_fc.weight.T, feed.c_fc.bias))

    def project(self, x: Tensor, added: Added | None = None) -> Tensor:
        made: Tensor = self.c_attn(self.ln_1(x), added)
        return made

    def finish(self, x: Tensor, heard: Tensor, added: Added | None = None) -> Tensor:
        x = x + self.c_proj.of(heard, added)
        wide = F.gelu(self.c_fc(self.ln_2(x), added), approximate="tanh")
        return x + self.c_proj_fc.of(wide, added)


class EightBitHead(nn.Module):
    """Latents […, width] → the logits of the codes […, codes]."""

    def __init__(self, head: nn.Linear, norm: nn.LayerNorm) -> None:
        super().__init__()
        self.linear = EightBitLinear(head.weight.detach(), head.bias.detach(), largest_normed(norm))

    def forward(self, latents: Tensor) -> Tensor:
        return self.linear.of(latents)


def rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Weights [outputs, inputs] as whole numbers of a byte, and the scale of each output [outputs]."""
    scales = weight.abs().amax(1).clamp(min=1e-12) / HIGHEST
    return (weight / scales[:, None]).round_(), scales


@torch.no_grad()
def largest_normed(norm: nn.LayerNorm) -> float:
    """What a layer norm's outputs cannot exceed: all of the row's length in one channel."""
    length = float(norm.normalized_shape[0]) ** 0.5
    return float((norm.weight.abs() * length + norm.bias.abs()).max())


@torch.no_grad()
def largest_made(norm: nn.LayerNorm, weight: Tensor, bias: Tensor) -> float:
    """What an eight-bit product [outputs, inputs] of a layer norm's outputs cannot exceed (Cauchy and Schwarz)."""
    length = float(norm.normalized_shape[0]) ** 0.5
    whole, scales = rounded(weight)
    weight = whole * scales[:, None]
    return float(((weight * norm.weight).norm(dim=1) * length + (weight @ norm.bias + bias).abs()).max())


def _linear(projection: Projection, largest: float) -> EightBitLinear:
    return EightBitLinear(projection.weight.detach().T, projection.bias.detach(), largest, projection.product)


@torch.no_grad()
def quantize(gpt: Gpt) -> None:
    """Exchange every matrix that decoding multiplies with for its eight-bit form, in place.

    Raises errors.CannotQuantize where the processor would overflow.
    """
    if not available():
        raise CannotQuantize()
    for layer, block in enumerate(gpt.gpt.h):
        assert isinstance(block, Block)
        gpt.gpt.h[layer] = EightBitBlock(block)
    gpt.mel_head = EightBitHead(gpt.mel_head, gpt.final_norm)  # type: ignore[assignment]
