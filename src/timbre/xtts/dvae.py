"""The discrete VAE: mel frames to audio codes and back. It teaches the GPT its alphabet and is needed in training only.

Two strided convolutions make one code of four frames (van den Oord et al., Neural Discrete Representation Learning,
2017). Codes come from a learned codebook, as XTTS-v2's do, or from finite scalar levels (Mentzer et al., 2023),
which is a codebook whose entries stand on a grid.
"""

from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.config import ModelArgs

BANDS = 80
RESIDUAL_BLOCKS = 3


class ResidualBlock(nn.Module):
    """Three convolutions beside the identity, [batch, width, steps] → the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv1d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, steps] → the same shape."""
        out: Tensor = self.net(x) + x
        return out


class Upsampled(nn.Module):
    """Twice as many steps by repetition, then a convolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, inputs, steps] → [batch, outputs, 2 · steps]."""
        out: Tensor = self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))
        return out


class Codebook(nn.Module):
    """Nearest of the learned entries; `embed` is stored as [width, codes], with the running statistics of its
    training.
    """

    embed: Tensor
    cluster_size: Tensor
    embed_avg: Tensor

    def __init__(self, width: int, codes: int) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("embed", torch.randn(width, codes))
        self.register_buffer("cluster_size", torch.zeros(codes))
        self.register_buffer("embed_avg", self.embed.clone())

    def encode(self, z: Tensor) -> Tensor:
        """[batch, width, steps] → codes [batch, steps]."""
        flat = z.transpose(1, 2)
        distance = flat.square().sum(-1, keepdim=True) - 2 * flat @ self.embed + self.embed.square().sum(0)
        return distance.argmin(-1)

    def decode(self, codes: Tensor) -> Tensor:
        """Codes [batch, steps] → [batch, width, steps]."""
        return F.embedding(codes, self.embed.T).transpose(1, 2)

    def forward(self, z: Tensor) -> Tensor:
        """The chosen entries, with the gradient passed straight through."""
        return z + (self.decode(self.encode(z)) - z).detach()


class FiniteScalar(nn.Module):
    """Each number of the bottleneck rounded to one of its levels; a code is the mixed-radix number they spell."""

    levels: Tensor
    radix: Tensor

    def __init__(self, levels: tuple[int, ...]) -> None:
        super().__init__()
        self.width, self._levels = len(levels), levels
        for name, value in self.constants().items():
            self.register_buffer(name, value, persistent=False)

    def constants(self) -> dict[str, Tensor]:
        """The levels and the worth of each place, which are computed and never stored."""
        radix = [prod(self._levels[:place]) for place in range(self.width)]
        return {"levels": torch.tensor(self._levels), "radix": torch.tensor(radix)}

    def forward(self, z: Tensor) -> Tensor:
        """[batch, width, steps] → the same in about [-1, 1], on the grid, with the gradient passed straight through."""
        half = (self.levels[:, None] - 1) * 0.5 * (1 - 1e-3)
        offset = torch.where(self.levels % 2 == 0, 0.5, 0.0)[:, None]
        bounded = (z + (offset / half).tan()).tanh() * half - offset
        rounded = bounded + (bounded.round() - bounded).detach()
        out: Tensor = rounded / (self.levels // 2)[:, None]
        return out

    def encode(self, z: Tensor) -> Tensor:
        """[batch, width, steps] → codes [batch, steps]."""
        digits = (self(z) * (self.levels // 2)[:, None]).round().long() + (self.levels // 2)[:, None]
        codes: Tensor = (digits * self.radix[:, None]).sum(1)
        return codes

    def decode(self, codes: Tensor) -> Tensor:
        """Codes [batch, steps] → [batch, width, steps]."""
        half = (self.levels // 2)[:, None]
        digits = codes[:, None] // self.radix[:, None] % self.levels[:, None]
        entries: Tensor = (digits - half) / half
        return entries


class DiscreteVae(nn.Module):
    """Mels [batch, 80, frames] ↔ audio codes [batch, frames / 4]."""

    def __init__(self, args: ModelArgs) -> None:
        super().__init__()
        first, inner = args.dvae_widths
        self.codebook: Codebook | FiniteScalar = (
            FiniteScalar(args.fsq_levels) if args.quantizer == "fsq" else Codebook(first, args.codes)
        )
        narrow = self.codebook.width
        self.encoder = nn.Sequential(
            nn.Sequential(nn.Conv1d(BANDS, first, 3, stride=2, padding=1), nn.ReLU()),
            nn.Sequential(nn.Conv1d(first, inner, 3, stride=2, padding=1), nn.ReLU()),
            *(ResidualBlock(inner) for _ in range(RESIDUAL_BLOCKS)),
            nn.Conv1d(inner, narrow, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(narrow, inner, 1),
            *(ResidualBlock(inner) for _ in range(RESIDUAL_BLOCKS)),
            nn.Sequential(Upsampled(inner, inner), nn.ReLU()),
            nn.Sequential(Upsampled(inner, first), nn.ReLU()),
            nn.Conv1d(first, BANDS, 1),
        )

    def codes(self, mel: Tensor) -> Tensor:
        """Audio codes of mels [batch, 80, frames] → [batch, frames / 4]."""
        return self.codebook.encode(self.encoder(mel))

    def reconstruct(self, codes: Tensor) -> Tensor:
        """Mels of audio codes [batch, steps] → [batch, 80, 4 · steps]."""
        out: Tensor = self.decoder(self.codebook.decode(codes))
        return out

    def forward(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        """The mel made again [batch, 80, frames], and the quantized bottleneck [batch, width, frames / 4]."""
        quantized = self.codebook(self.encoder(mel))
        return self.decoder(quantized), quantized
