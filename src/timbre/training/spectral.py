"""How far one wave is from another to the ear: spectra at many resolutions (Yamamoto et al., Parallel WaveGAN,
2020).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

SIZES = (128, 256, 512, 1024, 2048)


def magnitude(wave: Tensor, size: int) -> Tensor:
    """Spectral magnitudes of waves [batch, samples] → [batch, bins, frames], a quarter of the window a hop."""
    window = torch.hann_window(size, device=wave.device)
    spectrum = torch.stft(wave, size, size // 4, size, window, return_complex=True)
    return (spectrum.real.square() + spectrum.imag.square() + 1e-7).sqrt()


def spectral_loss(made: Tensor, wanted: Tensor) -> Tensor:
    """Spectral convergence and logarithmic distance, mean over the resolutions, of waves [batch, samples]."""
    losses = []
    for size in SIZES:
        ours, theirs = magnitude(made, size), magnitude(wanted, size)
        convergence = (theirs - ours).norm() / theirs.norm()
        losses.append(convergence + F.l1_loss(ours.log(), theirs.log()))
    return torch.stack(losses).mean()
