"""Who speaks, as 512 numbers: a residual network with squeeze-and-excitation over mels and attentive statistics pooling
(Heo et al., Clova Baseline System for VoxCeleb, 2020; Hu et al., 2018; Okabe et al., 2018)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.mel import speaker_mel

BANDS, BOTTLENECK = 64, 128
BLOCKS = (3, 4, 6, 3)
SQUEEZE = 8
PRE_EMPHASIS = 0.97


class SqueezeExcite(nn.Module):
    """Every channel weighed by a look at all of them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc = nn.Sequential(
            nn.Linear(width, width // SQUEEZE), nn.ReLU(), nn.Linear(width // SQUEEZE, width), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, bands, frames] → the same shape."""
        gain: Tensor = self.fc(x.mean((2, 3)))
        return x * gain[:, :, None, None]


class ResidualBlock(nn.Module):
    """Two convolutions, squeezed and excited, beside the identity."""

    def __init__(self, inputs: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.se = SqueezeExcite(width)
        self.downsample: nn.Module | None = None
        if stride != 1 or inputs != width:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, inputs, bands, frames] → [batch, width, bands / stride, frames / stride]."""
        short = self.downsample(x) if self.downsample else x
        x = self.bn1(F.relu(self.conv1(x)))
        return F.relu(self.se(self.bn2(self.conv2(x))) + short)


class SpeakerEncoder(nn.Module):
    """Waves at 16 kHz [batch, samples] → speaker embeddings [batch, size]."""

    def __init__(self, filters: tuple[int, ...], size: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, filters[0], 3, 1, 1)
        self.bn1 = nn.BatchNorm2d(filters[0])
        inputs = (filters[0], *filters)
        for number, (width, blocks) in enumerate(zip(filters, BLOCKS, strict=True)):
            first = ResidualBlock(inputs[number], width, 2 if number else 1)
            layer = nn.Sequential(first, *(ResidualBlock(width, width, 1) for _ in range(blocks - 1)))
            self.add_module(f"layer{number + 1}", layer)
        self.instancenorm = nn.InstanceNorm1d(BANDS)
        wide = filters[-1] * BANDS // 8
        self.attention = nn.Sequential(
            nn.Conv1d(wide, BOTTLENECK, 1),
            nn.ReLU(),
            nn.BatchNorm1d(BOTTLENECK),
            nn.Conv1d(BOTTLENECK, wide, 1),
            nn.Softmax(2),
        )
        self.fc = nn.Linear(2 * wide, size)
        self.spectrogram = speaker_mel()

    def features(self, wave: Tensor) -> Tensor:
        """What the network looks at: normed logarithmic mels [batch, 64, frames] after pre-emphasis."""
        before = F.pad(wave[:, None], (1, 0), "reflect")[:, 0, :-1]
        mel = self.spectrogram(wave - PRE_EMPHASIS * before)
        out: Tensor = self.instancenorm((mel + 1e-6).log())
        return out

    def embed(self, features: Tensor) -> Tensor:
        """Features [batch, 64, frames] → embeddings [batch, size] of length 1."""
        x = self.bn1(F.relu(self.conv1(features[:, None])))
        for number in range(len(BLOCKS)):
            x = self.get_submodule(f"layer{number + 1}")(x)
        x = x.flatten(1, 2)
        weight = self.attention(x)
        mean = (x * weight).sum(2)
        spread = ((x.square() * weight).sum(2) - mean.square()).clamp(min=1e-5).sqrt()
        return F.normalize(self.fc(torch.cat((mean, spread), 1)))

    def forward(self, wave: Tensor) -> Tensor:
        """See the class."""
        return self.embed(self.features(wave))
