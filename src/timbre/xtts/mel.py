"""Mel spectrograms by `torch.stft`: the three that XTTS hears with.

The scale is HTK's, the bands are triangles in hertz; `slaney` divides each by its width so that all have one area
(Slaney, Auditory Toolbox, 1998).
"""

import math
from typing import Literal

import torch
from torch import Tensor, nn

FLOOR = 1e-5


class MelSpectrogram(nn.Module):
    """Mel power spectrogram of waves [batch, samples] → [batch, bands, samples // hop + 1]."""

    window: Tensor
    bands: Tensor

    def __init__(
        self,
        rate: int,
        n_fft: int,
        window: int,
        hop: int,
        bands: int,
        top: float,
        norm: Literal["slaney", None] = "slaney",
        shape: Literal["hann", "hamming"] = "hann",
    ) -> None:
        super().__init__()
        self.n_fft, self.hop, self.width = n_fft, hop, window
        self._bank = rate, n_fft, bands, top, norm
        self._shape = shape
        for name, value in self.constants().items():
            self.register_buffer(name, value, persistent=False)

    def constants(self) -> dict[str, Tensor]:
        """The window and the filter bank, which are computed and never stored."""
        taper = torch.hann_window if self._shape == "hann" else torch.hamming_window
        return {"window": taper(self.width), "bands": triangles(*self._bank)}

    def forward(self, wave: Tensor) -> Tensor:
        """`wave` [batch, samples] → [batch, bands, frames]."""
        spectrum = torch.stft(
            wave, self.n_fft, self.hop, self.width, self.window, center=True, pad_mode="reflect", return_complex=True
        )
        return torch.matmul(self.bands, spectrum.abs().square())


def triangles(rate: int, n_fft: int, bands: int, top: float, norm: str | None) -> Tensor:
    """The filter bank [bands, n_fft // 2 + 1], from 0 to `top` hertz."""
    frequencies = torch.linspace(0, rate // 2, n_fft // 2 + 1)
    highest = 2595.0 * math.log10(1.0 + top / 700.0)
    edges = 700.0 * (10.0 ** (torch.linspace(0, highest, bands + 2) / 2595.0) - 1.0)
    rise = (frequencies[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - frequencies[None]) / (edges[2:] - edges[1:-1])[:, None]
    bank = torch.minimum(rise, fall).clamp(min=0)
    return bank * (2.0 / (edges[2:] - edges[:-2]))[:, None] if norm == "slaney" else bank


def log_mel(mel: Tensor, stats: Tensor) -> Tensor:
    """Logarithm with a floor, each band divided by its number in `stats` [bands]. `mel` [batch, bands, frames]."""
    return mel.clamp(min=FLOOR).log() / stats[:, None]


def conditioning_mel() -> MelSpectrogram:
    """What the conditioning encoder hears of a reference clip at 22,050 Hz."""
    return MelSpectrogram(22_050, n_fft=2048, window=1024, hop=256, bands=80, top=8000)


def dvae_mel() -> MelSpectrogram:
    """What the DVAE hears of training speech at 22,050 Hz."""
    return MelSpectrogram(22_050, n_fft=1024, window=1024, hop=256, bands=80, top=8000)


def speaker_mel() -> MelSpectrogram:
    """What the speaker encoder hears at 16 kHz, after its pre-emphasis."""
    return MelSpectrogram(16_000, n_fft=512, window=400, hop=160, bands=64, top=8000, norm=None, shape="hamming")
