"""From a reference clip's mel to the 32 conditioning latents that stand before the text.

Attention blocks over the clip as in diffusion models (Ho et al., 2020), then a perceiver resampler (Alayrac et al.,
Flamingo, 2022) that asks the clip 32 questions, however long it is.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

BANDS = 80
BLOCKS = 6
LATENTS = 32
PERCEIVER_DEPTH, PERCEIVER_HEADS, PERCEIVER_HEAD = 2, 8, 64


def groups(width: int) -> int:
    """How many groups a group norm of that width has: at most 32, and a divisor of the width."""
    count = 8 if width <= 16 else 16 if width <= 64 else 32
    while width % count:
        count //= 2
    return count


class ClipAttention(nn.Module):
    """Self-attention over all frames. The residual is the normed input, as the public checkpoints were trained with."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(groups(width), width)
        self.qkv = nn.Conv1d(width, 3 * width, 1)
        self.proj_out = nn.Conv1d(width, width, 1)
        nn.init.zeros_(self.proj_out.weight)
        nn.init.zeros_(self.proj_out.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, frames] → the same shape."""
        normed: Tensor = self.norm(x)
        qkv = self.qkv(normed).unflatten(1, (self.heads, 3, -1))  # a head's three lie side by side in the checkpoints
        query, key, value = qkv.transpose(-1, -2).unbind(2)
        heard = F.scaled_dot_product_attention(query, key, value)
        out: Tensor = normed + self.proj_out(heard.transpose(-1, -2).flatten(1, 2))
        return out


class ConditioningEncoder(nn.Module):
    """Mel [batch, 80, frames] → [batch, width, frames]."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.init = nn.Conv1d(BANDS, width, 1)
        self.attn = nn.Sequential(*(ClipAttention(width, heads) for _ in range(BLOCKS)))

    def forward(self, mel: Tensor) -> Tensor:
        """See the class."""
        out: Tensor = self.attn(self.init(mel))
        return out


class ScaleNorm(nn.Module):
    """Root-mean-square norm with a gain a channel (Zhang and Sennrich, 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = width**0.5
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """[…, width] → the same shape."""
        out: Tensor = F.normalize(x, dim=-1) * self.scale * self.gamma
        return out


class CrossAttention(nn.Module):
    """The latents ask the clip and themselves."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = PERCEIVER_HEADS * PERCEIVER_HEAD
        self.to_q = nn.Linear(width, inner, bias=False)
        self.to_kv = nn.Linear(width, 2 * inner, bias=False)
        self.to_out = nn.Linear(inner, width, bias=False)

    def forward(self, latents: Tensor, clip: Tensor) -> Tensor:
        """Latents [batch, 32, width] and clip [batch, frames, width] → [batch, 32, width]."""
        query = self.to_q(latents)
        key, value = self.to_kv(torch.cat((latents, clip), 1)).chunk(2, -1)
        split = (one.unflatten(-1, (PERCEIVER_HEADS, -1)).transpose(1, 2) for one in (query, key, value))
        heard = F.scaled_dot_product_attention(*split)
        out: Tensor = self.to_out(heard.transpose(1, 2).flatten(2))
        return out


class GatedGelu(nn.Module):
    """Half of the channels gate the other half (Shazeer, GLU Variants, 2020)."""

    def forward(self, x: Tensor) -> Tensor:
        """[…, 2 · width] → […, width]."""
        content, gate = x.chunk(2, -1)
        return content * F.gelu(gate)


class PerceiverResampler(nn.Module):
    """Encoded clip [batch, frames, width] → latents [batch, 32, width]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inner = int(width * 4 * 2 / 3)
        self.latents = nn.Parameter(torch.randn(LATENTS, width) * 0.02)
        self.layers = nn.ModuleList(
            nn.ModuleList(
                [
                    CrossAttention(width),
                    nn.Sequential(nn.Linear(width, 2 * inner), GatedGelu(), nn.Linear(inner, width)),
                ]
            )
            for _ in range(PERCEIVER_DEPTH)
        )
        self.norm = ScaleNorm(width)

    def forward(self, clip: Tensor) -> Tensor:
        """See the class."""
        latents = self.latents.expand(clip.shape[0], -1, -1)
        for layer in self.layers:
            attention, feed_forward = layer.children()
            latents = attention(latents, clip) + latents
            latents = feed_forward(latents) + latents
        out: Tensor = self.norm(latents)
        return out
