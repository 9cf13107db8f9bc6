"""From the GPT's latents to sound: two interpolations to the vocoder's rate, then HiFi-GAN (Kong et al., 2020) told
who speaks.

Weight norm is folded into the weights when a checkpoint is read, so the layers here are plain.
"""

from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.config import ModelArgs
from timbre.xtts.speaker_encoder import SpeakerEncoder

UPSAMPLE_RATES, UPSAMPLE_KERNELS = (8, 8, 2, 2), (16, 16, 4, 4)
RESIDUAL_KERNELS, DILATIONS = (3, 7, 11), (1, 3, 5)
SLOPE = 0.1


class ResidualBlock(nn.Module):
    """Three pairs of dilated and plain convolutions, each beside the identity."""

    def __init__(self, width: int, kernel: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            nn.Conv1d(width, width, kernel, padding=(kernel - 1) * dilation // 2, dilation=dilation)
            for dilation in DILATIONS
        )
        self.convs2 = nn.ModuleList(nn.Conv1d(width, width, kernel, padding=(kernel - 1) // 2) for _ in DILATIONS)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, steps] → the same shape."""
        for dilated, plain in zip(self.convs1, self.convs2, strict=True):
            x = x + plain(F.leaky_relu(dilated(F.leaky_relu(x, SLOPE)), SLOPE))
        return x


class Generator(nn.Module):
    """Frames [batch, inputs, steps] and a speaker embedding → waves [batch, 1, 256 · steps]."""

    def __init__(self, inputs: int, width: int, speaker: int) -> None:
        super().__init__()
        self.conv_pre = nn.Conv1d(inputs, width, 7, padding=3)
        self.cond_layer = nn.Conv1d(speaker, width, 1)
        self.ups, self.conds, self.resblocks = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for rate, kernel in zip(UPSAMPLE_RATES, UPSAMPLE_KERNELS, strict=True):
            self.ups.append(nn.ConvTranspose1d(width, width // 2, kernel, rate, padding=(kernel - rate) // 2))
            width //= 2
            self.conds.append(nn.Conv1d(speaker, width, 1))
            self.resblocks.extend(ResidualBlock(width, size) for size in RESIDUAL_KERNELS)
        self.conv_post = nn.Conv1d(width, 1, 7, padding=3, bias=False)

    def forward(self, frames: Tensor, speaker: Tensor) -> Tensor:
        """`speaker` [batch, size, 1]."""
        x = self.conv_pre(frames) + self.cond_layer(speaker)
        many = len(RESIDUAL_KERNELS)
        for stage, (up, condition) in enumerate(zip(self.ups, self.conds, strict=True)):
            x = up(F.leaky_relu(x, SLOPE)) + condition(speaker)
            blocks = self.resblocks[stage * many : (stage + 1) * many]
            x = sum(block(x) for block in blocks) / many
        out: Tensor = self.conv_post(F.leaky_relu(x)).tanh()
        return out


class Decoder(nn.Module):
    """The part of the checkpoint that is called `hifigan_decoder`: the generator and the speaker encoder beside it."""

    def __init__(self, args: ModelArgs) -> None:
        super().__init__()
        self.args = args
        self.waveform_decoder = Generator(args.decoder_input_dim, args.vocoder_width, args.d_vector_dim)
        self.speaker_encoder = SpeakerEncoder(args.speaker_filters, args.d_vector_dim)

    def frames(self, latents: Tensor) -> Tensor:
        """Latents [batch, length, width] → frames at the generator's rate [batch, width, steps]."""
        args = self.args
        x = F.interpolate(
            latents.transpose(1, 2), scale_factor=args.gpt_code_stride_len / args.output_hop_length, mode="linear"
        )
        if args.output_sample_rate != args.input_sample_rate:
            x = F.interpolate(x, scale_factor=args.output_sample_rate / args.input_sample_rate, mode="linear")
        return x

    def forward(self, latents: Tensor, speaker: Tensor) -> Tensor:
        """Latents [batch, length, width] and embeddings [batch, size] → waves at 24 kHz [batch, samples]."""
        out: Tensor = self.waveform_decoder(self.frames(latents), speaker[:, :, None])[:, 0]
        return out


def at_speed(latents: Tensor, speed: float) -> Tensor:
    """Latents [batch, length, width] stretched to 1 / speed of their length.

    Not by `F.interpolate`: that leaves an input alone whose length would stay the same, and a stream that must do as
    this does would have to wait for the end to know.
    """
    if speed == 1.0:
        return latents
    length = latents.shape[1]
    at = positions(0, int(length / speed), 1 / speed, position_kind(latents)).to(latents.device)
    left, right = at.long(), (at.long() + 1).clamp(max=length - 1)
    weight = (at - left)[:, None].to(latents)
    return latents[:, left] * (1 - weight) + latents[:, right] * weight


def positions(first: int, end: int, ratio: float, kind: torch.dtype, fused: bool = False) -> Tensor:
    """Where outputs `first` to `end` of a linear interpolation by `ratio` lie among its inputs: [end - first], on the
    CPU, of a floating-point `kind`.

    With torch's own rounding, once after a `fused` multiply and subtract or after either of them: thousands of steps
    into an utterance it is heard in the last digits.
    """
    middle, step = torch.arange(first, end, dtype=kind) + 0.5, torch.tensor(1 / ratio, dtype=kind)
    at = (middle.double() * step.double() - 0.5).to(kind) if fused else middle * step - 0.5
    return at.clamp(min=0)


def position_kind(like: Tensor) -> torch.dtype:
    """The precision of positions: torch rounds them no coarser than float32."""
    return torch.promote_types(like.dtype, torch.float32)


@cache
def fuses(device: torch.device) -> bool:
    """Whether torch's interpolation multiplies and subtracts at once, with one rounding, on this device.

    That hangs on the instructions which torch chose for the processor, and shows at few positions; this asks it.
    """
    ratio = 24_000 / 22_050
    zigzag = torch.arange(4000, device=device).float() % 2  # interpolated, it shows the weights themselves
    made = F.interpolate(zigzag[None, None], scale_factor=ratio, mode="linear")[0, 0, :4000].cpu()
    at = positions(0, 4000, ratio, torch.float32, fused=True)
    return torch.allclose(made, 1 - (at % 2 - 1).abs(), rtol=0, atol=1e-6)
