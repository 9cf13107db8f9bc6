"""Mels back to waves without a vocoder, to hear what codes and latents carry (Griffin and Lim, 1984)."""

import torch
from torch import Tensor

from timbre.xtts.mel import dvae_mel

ROUNDS, MOMENTUM = 40, 0.99


def to_wave(mel: Tensor) -> Tensor:
    """Logarithmic mel [frames, 80] → wave [samples] at 22,050 Hz."""
    spectrogram = dvae_mel()
    power = (torch.linalg.pinv(spectrogram.bands) @ mel.T.exp()).clamp(min=1e-10)
    magnitude = power.sqrt()
    window, size, hop = spectrogram.window, spectrogram.n_fft, spectrogram.hop
    angle = torch.polar(torch.ones_like(magnitude), torch.rand_like(magnitude) * 6.2832)
    before = torch.zeros_like(angle)
    for _ in range(ROUNDS):
        wave = torch.istft(magnitude * angle, size, hop, size, window)
        made = torch.stft(wave, size, hop, size, window, return_complex=True)[:, : magnitude.shape[1]]
        leap = made - before * (MOMENTUM / (1 + MOMENTUM))
        before, angle = made, leap / leap.abs().clamp(min=1e-9)
    return torch.istft(magnitude * angle, size, hop, size, window)
