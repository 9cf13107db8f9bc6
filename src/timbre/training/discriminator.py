"""The vocoder's rival: small networks that look at complex spectra of three resolutions and say whether a wave is
recorded or made (Défossez et al., High Fidelity Neural Audio Compression, 2022; least squares as Mao et al., 2017)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SIZES = (512, 1024, 2048)
Maps = list[Tensor]


class SpectrumCritic(nn.Module):
    """One resolution: waves [batch, samples] → a map of verdicts, and what each layer saw."""

    def __init__(self, size: int, width: int) -> None:
        super().__init__()
        self.size = size
        shapes = [(2, width, 1), (width, width, 1), (width, width, 2), (width, width, 4)]
        self.layers = nn.ModuleList(
            nn.utils.parametrizations.weight_norm(
                nn.Conv2d(inputs, outputs, (9, 3), stride=(2, 1), padding=(4, dilation), dilation=(1, dilation))
            )
            for inputs, outputs, dilation in shapes
        )
        self.verdict = nn.utils.parametrizations.weight_norm(nn.Conv2d(width, 1, 3, padding=1))

    def forward(self, wave: Tensor) -> Maps:
        """See the class; the verdicts come last."""
        window = torch.hann_window(self.size, device=wave.device)
        spectrum = torch.stft(wave, self.size, self.size // 4, self.size, window, normalized=True, return_complex=True)
        x = torch.stack((spectrum.real, spectrum.imag), 1)
        seen = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            seen.append(x)
        return [*seen, self.verdict(x)]


class Discriminator(nn.Module):
    """All resolutions."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.critics = nn.ModuleList(SpectrumCritic(size, width) for size in SIZES)

    def forward(self, wave: Tensor) -> list[Maps]:
        """Waves [batch, samples] → each critic's maps."""
        return [critic(wave) for critic in self.critics]


def critic_loss(recorded: list[Maps], made: list[Maps]) -> Tensor:
    """What the discriminator minimises: recorded is 1, made is 0."""
    pairs = zip(recorded, made, strict=True)
    return torch.stack([(1 - real[-1]).square().mean() + fake[-1].square().mean() for real, fake in pairs]).mean()


def rival_losses(recorded: list[Maps], made: list[Maps]) -> tuple[Tensor, Tensor]:
    """What the generator minimises: to pass for recorded, and to look the same to every layer."""
    passed = torch.stack([(1 - fake[-1]).square().mean() for fake in made]).mean()
    matched = [
        F.l1_loss(ours, theirs.detach()) / theirs.detach().abs().mean()
        for real, fake in zip(recorded, made, strict=True)
        for theirs, ours in zip(real[:-1], fake[:-1], strict=True)
    ]
    return passed, torch.stack(matched).mean()
