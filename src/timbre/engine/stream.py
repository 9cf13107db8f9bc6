"""The vocoder as a stream: sound comes out while the GPT's latents still come in.

What comes out, joined, is what `Decoder.forward` makes of all the latents at once, sample for sample and but for the
rounding of float32, however they were cut. Each layer carries what its next outputs still need of its past inputs, so
a chunk costs what its own length costs. What is carried belongs to one utterance; the weights are the model's and are
only read. Nothing here has a batch: a layer's inputs are [width, steps].
"""

from collections.abc import Sequence
from functools import cache
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.vocoder import SLOPE, Decoder, Generator, ResidualBlock, position_kind, positions


class Layer(Protocol):
    """A layer of the vocoder and what it carries from chunk to chunk."""

    def push(self, x: Tensor, last: bool) -> Tensor:
        """The next inputs [inputs, steps] → the outputs [outputs, steps] that became final; either may be empty.

        After the `last` inputs come the rest of the outputs, as the end of a whole utterance has them.
        """
        ...

    def needed(self, outputs: int) -> int:
        """How many inputs must have come before so many outputs (one at least) are final, more being yet to come."""
        ...


class Chain:
    """Layers one after another."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers

    def push(self, x: Tensor, last: bool) -> Tensor:
        for layer in self.layers:
            x = layer.push(x, last)
        return x

    def needed(self, outputs: int) -> int:
        for layer in reversed(self.layers):
            outputs = layer.needed(outputs)
        return outputs


class Interpolation:
    """A linear interpolation: an output is final once both its neighbours came.

    `as_torch` does what `F.interpolate(scale_factor=ratio)` does, which leaves n steps that would become n again as
    they are. So a ratio a little above 1 does nothing to short inputs, and only after 1 / (ratio - 1) steps is it known
    that this input is not short: until then, nothing is final.
    """

    def __init__(self, ratio: float, width: int, like: Tensor, as_torch: bool = True) -> None:
        self.ratio, self.as_torch = ratio, as_torch
        self.kind = position_kind(like)
        self.fused = as_torch and _fused(like.device)
        self.taken, self.given = 0, 0  # steps
        self.carried = like.new_zeros(width, 0)  # the last of the steps taken

    def push(self, x: Tensor, last: bool) -> Tensor:
        self.carried = torch.cat((self.carried, x), 1)
        self.taken += x.shape[1]
        outputs = int(self.taken * self.ratio)  # were this the end
        if self.as_torch and outputs == self.taken:
            return self.carried if last else self.carried[:, :0]
        at = self._positions(self.given, outputs)
        return self._blend(at if last else at[at.floor() + 1 < self.taken])

    def _blend(self, at: Tensor) -> Tensor:
        """The next outputs [width, steps], from positions among the inputs [steps]; forgets what no later one needs."""
        known, first = self.carried, self.taken - self.carried.shape[1]
        left, right = at.long(), (at.long() + 1).clamp(max=self.taken - 1)
        weight = (at - left).to(known)
        self.given += len(at)
        following = int(self._positions(self.given, self.given + 1))
        self.carried = _from(known, following - first)
        before, after = (known[:, (side - first).to(known.device)] for side in (left, right))
        return before * (1 - weight) + after * weight

    def needed(self, outputs: int) -> int:
        at = int(self._positions(outputs - 1, outputs))
        undecided = int(1 / (self.ratio - 1)) if self.as_torch and self.ratio > 1 else 0
        inputs = max(at + 2, int(outputs / self.ratio), undecided)
        while int(inputs * self.ratio) < outputs or (self.as_torch and int(inputs * self.ratio) == inputs):
            inputs += 1
        return inputs

    def _positions(self, first: int, end: int) -> Tensor:
        return positions(first, end, self.ratio, self.kind, self.fused)


class Convolution:
    """A `Conv1d` that pads both ends alike, of its inputs or, given a `slope`, of their leaky ReLU.

    A `condition` [outputs] is added to the bias.
    """

    def __init__(self, layer: nn.Conv1d, slope: float | None = None, condition: Tensor | None = None) -> None:
        self.layer, self.slope = layer, slope
        self.bias = layer.bias if condition is None else _together(layer.bias, condition)
        self.reach = (layer.kernel_size[0] - 1) * layer.dilation[0]  # inputs that an output sees beside one
        self.padding = self.reach // 2
        self.carried = layer.weight.new_zeros(layer.in_channels, self.padding)  # first, the zeros before the start

    def push(self, x: Tensor, last: bool) -> Tensor:
        active = x if self.slope is None else F.leaky_relu(x, self.slope)
        seen = torch.cat((self.carried, F.pad(active, (0, self.padding)) if last else active), 1)
        steps = max(seen.shape[1] - self.reach, 0)
        self.carried = _from(seen, steps)
        if not steps:  # torch refuses to convolve fewer
            return seen.new_zeros(self.layer.out_channels, 0)
        return F.conv1d(seen, self.layer.weight, self.bias, dilation=self.layer.dilation)

    def needed(self, outputs: int) -> int:
        return outputs + self.reach - self.padding


class Upsampling:
    """A `ConvTranspose1d` of its inputs' leaky ReLU, with a `condition` [outputs] added to the bias.

    Each input spreads over `kernel` outputs, `rate` apart: what the inputs so far gave to outputs that later ones will
    add to is carried. The padding of a transposed convolution is what is cut off its outputs, at both ends.
    """

    def __init__(self, layer: nn.ConvTranspose1d, slope: float, condition: Tensor) -> None:
        self.layer, self.slope = layer, slope
        self.bias = _together(layer.bias, condition)[:, None]
        self.rate = layer.stride[0]
        overlap = layer.kernel_size[0] - self.rate
        self.padding = self.cut = overlap // 2  # `cut`: outputs at the start that are still to be cut off
        self.carried = layer.weight.new_zeros(layer.out_channels, overlap)

    def push(self, x: Tensor, last: bool) -> Tensor:
        spread = self._spread(x) if x.shape[1] else self.carried
        steps = x.shape[1] * self.rate
        self.carried = _from(spread, steps)
        end = spread.shape[1] - self.padding if last else steps
        start = min(self.cut, end)
        self.cut -= start
        return spread[:, start:end] + self.bias

    def _spread(self, x: Tensor) -> Tensor:
        spread = F.conv_transpose1d(F.leaky_relu(x, self.slope), self.layer.weight, stride=self.rate)
        spread[:, : self.carried.shape[1]] += self.carried
        return spread

    def needed(self, outputs: int) -> int:
        return -(-(outputs + self.padding) // self.rate)


class Residual:
    """Two convolutions beside the identity, which waits for them."""

    def __init__(self, dilated: nn.Conv1d, plain: nn.Conv1d) -> None:
        self.convolutions = Chain((Convolution(dilated, SLOPE), Convolution(plain, SLOPE)))
        self.carried = dilated.weight.new_zeros(dilated.in_channels, 0)  # inputs that the convolutions lag behind by

    def push(self, x: Tensor, last: bool) -> Tensor:
        added = self.convolutions.push(x, last)
        waiting = torch.cat((self.carried, x), 1)
        steps = added.shape[1]
        self.carried = _from(waiting, steps)
        return waiting[:, :steps] + added

    def needed(self, outputs: int) -> int:
        return self.convolutions.needed(outputs)


class Mean:
    """Branches side by side: those that see less far ahead wait for the one that sees farthest."""

    def __init__(self, branches: Sequence[Layer], width: int, like: Tensor) -> None:
        self.branches = branches
        self.carried = [like.new_zeros(width, 0) for _ in branches]  # outputs that another branch still lags behind

    def push(self, x: Tensor, last: bool) -> Tensor:
        made = zip(self.carried, self.branches, strict=True)
        waiting = [torch.cat((carried, branch.push(x, last)), 1) for carried, branch in made]
        steps = min(one.shape[1] for one in waiting)
        self.carried = [_from(one, steps) for one in waiting]
        return torch.stack([one[:, :steps] for one in waiting]).sum(0) / len(waiting)

    def needed(self, outputs: int) -> int:
        return max(branch.needed(outputs) for branch in self.branches)


class VocoderStream:
    """One utterance's way through the vocoder, as far as it has come.

    `speaker` [size] and `speed` (2 is twice as fast) hold for the whole utterance.
    """

    @torch.inference_mode()
    def __init__(self, decoder: Decoder, speaker: Tensor, speed: float = 1.0) -> None:
        args, like = decoder.args, decoder.waveform_decoder.conv_pre.weight
        to_frames = args.gpt_code_stride_len / args.output_hop_length
        ratios = 1 / speed, to_frames, args.output_sample_rate / args.input_sample_rate
        interpolations = [
            Interpolation(ratio, args.decoder_input_dim, like, as_torch=place > 0)
            for place, ratio in enumerate(ratios)
            if ratio != 1.0
        ]
        self.layers = Chain([*interpolations, *_layers(decoder.waveform_decoder, speaker)])
        self.nothing = like.new_zeros(args.decoder_input_dim, 0)

    @torch.inference_mode()
    def push(self, latents: Tensor) -> Tensor:
        """The next latents [codes, width] → the samples at 24 kHz [samples] that became final, often none at first."""
        return self.layers.push(latents.T, last=False)[0].tanh()

    @torch.inference_mode()
    def finish(self) -> Tensor:
        """The rest of the samples [samples]; to be called once, and nothing is pushed after it."""
        return self.layers.push(self.nothing, last=True)[0].tanh()

    def latents_before(self, samples: int) -> int:
        """How many latents must have been pushed before so many samples (one at least) have come out."""
        return self.layers.needed(samples)

    @property
    def lookahead(self) -> int:
        """How many latents must have been pushed before the first sample comes out."""
        return self.latents_before(1)


def _layers(generator: Generator, speaker: Tensor) -> list[Layer]:
    """The generator's layers from frames to waves before their tanh, told that `speaker` [size] speaks."""
    told = speaker[:, None]
    layers: list[Layer] = [Convolution(generator.conv_pre, condition=generator.cond_layer(told)[:, 0])]
    blocks = [_block(cast(ResidualBlock, block)) for block in generator.resblocks]
    many = len(blocks) // len(generator.ups)
    for stage, (up, condition) in enumerate(zip(generator.ups, generator.conds, strict=True)):
        transposed = cast(nn.ConvTranspose1d, up)
        layers.append(Upsampling(transposed, SLOPE, condition(told)[:, 0]))
        layers.append(Mean(blocks[stage * many : (stage + 1) * many], transposed.out_channels, transposed.weight))
    return [*layers, Convolution(generator.conv_post, slope=0.01)]  # leaky ReLU's own slope, not SLOPE


def _block(block: ResidualBlock) -> Chain:
    pairs = zip(block.convs1, block.convs2, strict=True)
    return Chain([Residual(cast(nn.Conv1d, dilated), cast(nn.Conv1d, plain)) for dilated, plain in pairs])


def _together(bias: Tensor | None, condition: Tensor) -> Tensor:
    return condition if bias is None else bias + condition


def _from(x: Tensor, step: int) -> Tensor:
    """What [width, steps] holds from a step on: a copy, lest what is carried keep the whole chunk in memory."""
    return x[:, step:].clone()


@cache
def _fused(device: torch.device) -> bool:
    """Whether torch's interpolation multiplies and subtracts at once, with one rounding, on this device.

    That hangs on the instructions which torch chose for the processor, and shows at few positions; this asks it.
    """
    ratio = 24_000 / 22_050
    zigzag = torch.arange(4000, device=device).float() % 2  # interpolated, it shows the weights themselves
    made = F.interpolate(zigzag[None, None], scale_factor=ratio, mode="linear")[0, 0, :4000].cpu()
    at = positions(0, 4000, ratio, torch.float32, fused=True)
    return torch.allclose(made, 1 - (at % 2 - 1).abs(), rtol=0, atol=1e-6)
