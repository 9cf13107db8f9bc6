"""The vocoder as a stream: sound comes out while the GPT's latents still come in.

What comes out, joined, is what `Decoder.forward` makes of all the latents at once, sample for sample and but for the
rounding of float32, however they were cut. Each layer carries what its next outputs still need of its past inputs, so
a chunk costs what its own length costs. What is carried belongs to one utterance; the weights are the model's and are
only read. Nothing here has a batch: a layer's inputs are [steps, width], one step after another in memory. How they
are convolved is a backend's business.
"""

from collections.abc import Sequence
from typing import Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.engine.backends.kernel import Kernel, Kernels, plain
from timbre.xtts.vocoder import SLOPE, Decoder, Generator, ResidualBlock, fuses, position_kind, positions


class Layer(Protocol):
    """A layer of the vocoder and what it carries from chunk to chunk."""

    def push(self, x: Tensor, last: bool) -> Tensor:
        """The next inputs [steps, inputs] → the outputs [steps, outputs] that became final; either may be empty.

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
        self.fused = as_torch and fuses(like.device)
        self.taken, self.given = 0, 0  # steps
        self.carried = like.new_zeros(0, width)  # the last of the steps taken

    def push(self, x: Tensor, last: bool) -> Tensor:
        self.carried = torch.cat((self.carried, x))
        self.taken += len(x)
        outputs = int(self.taken * self.ratio)  # were this the end
        if self.as_torch and outputs == self.taken:
            return self.carried if last else self.carried[:0]
        at = self._positions(self.given, outputs)
        return self._blend(at if last else at[at.floor() + 1 < self.taken])

    def _blend(self, at: Tensor) -> Tensor:
        """The next outputs [steps, width], from positions among the inputs [steps]; forgets what no later one needs."""
        known, first = self.carried, self.taken - len(self.carried)
        left, right = at.long(), (at.long() + 1).clamp(max=self.taken - 1)
        weight = (at - left).to(known)[:, None]
        self.given += len(at)
        following = int(self._positions(self.given, self.given + 1))
        self.carried = _from(known, following - first)
        before, after = (known[(side - first).to(known.device)] for side in (left, right))
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
    """A `Conv1d` that pads both ends alike, of its inputs or, given a slope `before`, of their leaky ReLU.

    Given a slope `after`, its outputs are activated too. A `condition` [outputs] is added to the bias.
    """

    def __init__(
        self,
        layer: nn.Conv1d,
        kernels: Kernels,
        before: float = 1.0,
        after: float = 1.0,
        condition: Tensor | None = None,
    ) -> None:
        self.kernel, self.before, self.after = kernels[layer], before, after
        self.bias = _together(self.kernel, condition)
        self.outputs = layer.out_channels
        self.reach = (layer.kernel_size[0] - 1) * layer.dilation[0]  # inputs that an output sees beside one
        self.padding = self.reach // 2
        self.carried = self.kernel.like.new_zeros(self.padding, layer.in_channels)  # first, the zeros before the start

    def push(self, x: Tensor, last: bool) -> Tensor:
        seen = self.seen(x, last)
        if not len(seen):  # torch refuses to convolve fewer
            return self.carried.new_zeros(0, self.outputs)
        return self.kernel(seen, self.bias, self.after)

    def seen(self, x: Tensor, last: bool) -> Tensor:
        """All that the next outputs see, [steps + reach, inputs], or nothing where none became final."""
        active = (x if self.before == 1 else F.leaky_relu(x, self.before)).to(self.carried)
        ends = (F.pad(active, (0, 0, 0, self.padding)) if last else active,)
        seen = torch.cat((self.carried, *ends))
        steps = max(len(seen) - self.reach, 0)
        self.carried = _from(seen, steps)
        return seen if steps else seen[:0]

    def needed(self, outputs: int) -> int:
        return outputs + self.reach - self.padding


class Upsampling:
    """A `ConvTranspose1d` of its inputs' leaky ReLU, with a `condition` [outputs] added to the bias.

    Its kernel makes `rate` outputs at once, of one input and those before it that spread so far; these are carried,
    zeros before the start and after the end. The padding of a transposed convolution is what is cut off its outputs,
    at both ends.
    """

    def __init__(self, layer: nn.ConvTranspose1d, kernels: Kernels, slope: float, condition: Tensor) -> None:
        self.kernel, self.slope = kernels[layer], slope
        self.rate, self.outputs = layer.stride[0], layer.out_channels
        self.bias = _together(self.kernel, condition.repeat(self.rate))
        overlap = layer.kernel_size[0] - self.rate
        self.padding = self.cut = overlap // 2  # `cut`: outputs at the start that are still to be cut off
        self.reach = overlap // self.rate
        self.carried = self.kernel.like.new_zeros(self.reach, layer.in_channels)

    def push(self, x: Tensor, last: bool) -> Tensor:
        active = F.leaky_relu(x, self.slope).to(self.carried)
        seen = torch.cat((self.carried, F.pad(active, (0, 0, 0, self.reach)) if last else active))
        steps = len(seen) - self.reach
        self.carried = _from(seen, steps)
        if not steps:
            return self.carried.new_zeros(0, self.outputs)
        spread = self.kernel(seen, self.bias).view(steps * self.rate, self.outputs)
        end = len(spread) - self.padding if last else len(spread)
        start = min(self.cut, end)
        self.cut -= start
        return spread[start:end]

    def needed(self, outputs: int) -> int:
        return -(-(outputs + self.padding) // self.rate)


class Residual:
    """Two convolutions beside the identity, which waits for them."""

    def __init__(self, dilated: nn.Conv1d, second: nn.Conv1d, kernels: Kernels) -> None:
        self.dilated = Convolution(dilated, kernels, before=SLOPE, after=SLOPE)
        self.second = Convolution(second, kernels)
        width, like = second.out_channels, self.second.kernel.like
        self.carried = like.new_zeros(0, width)  # inputs that the convolutions lag behind by

    def push(self, x: Tensor, last: bool) -> Tensor:
        seen = self.second.seen(self.dilated.push(x, last), last)
        waiting = torch.cat((self.carried, x))
        steps = max(len(seen) - self.second.reach, 0)
        self.carried = _from(waiting, steps)
        out = waiting[:steps]
        if steps:
            self.second.kernel.add(out, seen, self.second.bias)
        return out

    def needed(self, outputs: int) -> int:
        return self.dilated.needed(self.second.needed(outputs))


class Mean:
    """Branches side by side: those that see less far ahead wait for the one that sees farthest."""

    def __init__(self, branches: Sequence[Layer], width: int, like: Tensor) -> None:
        self.branches = branches
        self.carried = [like.new_zeros(0, width) for _ in branches]  # outputs that another branch still lags behind

    def push(self, x: Tensor, last: bool) -> Tensor:
        made = zip(self.carried, self.branches, strict=True)
        waiting = [torch.cat((carried, branch.push(x, last))) for carried, branch in made]
        steps = min(len(one) for one in waiting)
        self.carried = [_from(one, steps) for one in waiting]
        total = waiting[0][:steps]
        for one in waiting[1:]:
            total += one[:steps]
        return total.div_(len(waiting))

    def needed(self, outputs: int) -> int:
        return max(branch.needed(outputs) for branch in self.branches)


class VocoderStream:
    """One utterance's way through the vocoder, as far as it has come.

    `speaker` [size] and `speed` (2 is twice as fast) hold for the whole utterance. `kernels` are the decoder's as a
    backend keeps them; without, torch's own convolutions in the weights' own precision.
    """

    @torch.inference_mode()
    def __init__(self, decoder: Decoder, speaker: Tensor, speed: float = 1.0, kernels: Kernels | None = None) -> None:
        args, like = decoder.args, speaker
        kernels = plain(decoder.waveform_decoder) if kernels is None else kernels
        to_frames = args.gpt_code_stride_len / args.output_hop_length
        ratios = 1 / speed, to_frames, args.output_sample_rate / args.input_sample_rate
        interpolations = [
            Interpolation(ratio, args.decoder_input_dim, like, as_torch=place > 0)
            for place, ratio in enumerate(ratios)
            if ratio != 1.0
        ]
        self.layers = Chain([*interpolations, *_layers(decoder.waveform_decoder, speaker, kernels)])
        self.nothing = like.new_zeros(0, args.decoder_input_dim)

    @torch.inference_mode()
    def push(self, latents: Tensor) -> Tensor:
        """The next latents [codes, width] → the samples at 24 kHz [samples] that became final, often none at first."""
        return _wave(self.layers.push(latents, last=False))

    @torch.inference_mode()
    def finish(self) -> Tensor:
        """The rest of the samples [samples]; to be called once, and nothing is pushed after it."""
        return _wave(self.layers.push(self.nothing, last=True))

    def latents_before(self, samples: int) -> int:
        """How many latents must have been pushed before so many samples (one at least) have come out."""
        return self.layers.needed(samples)

    @property
    def lookahead(self) -> int:
        """How many latents must have been pushed before the first sample comes out."""
        return self.latents_before(1)


def _layers(generator: Generator, speaker: Tensor, kernels: Kernels) -> list[Layer]:
    """The generator's layers from frames to waves before their tanh, told that `speaker` [size] speaks."""

    def told(condition: nn.Conv1d) -> Tensor:
        kernel = kernels[condition]
        return kernel(speaker[None].to(kernel.like), kernel.bias)[0]

    layers: list[Layer] = [Convolution(generator.conv_pre, kernels, condition=told(generator.cond_layer))]
    blocks = [_block(cast(ResidualBlock, block), kernels) for block in generator.resblocks]
    many = len(blocks) // len(generator.ups)
    for stage, (up, condition) in enumerate(zip(generator.ups, generator.conds, strict=True)):
        transposed = cast(nn.ConvTranspose1d, up)
        layers.append(Upsampling(transposed, kernels, SLOPE, told(cast(nn.Conv1d, condition))))
        branches = blocks[stage * many : (stage + 1) * many]
        layers.append(Mean(branches, transposed.out_channels, kernels[transposed].like))
    return [*layers, Convolution(generator.conv_post, kernels, before=0.01)]  # leaky ReLU's own slope, not SLOPE


def _block(block: ResidualBlock, kernels: Kernels) -> Chain:
    pairs = zip(block.convs1, block.convs2, strict=True)
    return Chain([Residual(cast(nn.Conv1d, dilated), cast(nn.Conv1d, plain), kernels) for dilated, plain in pairs])


def _together(kernel: Kernel, condition: Tensor | None) -> Tensor | None:
    if condition is None:
        return kernel.bias
    return condition.to(kernel.like) if kernel.bias is None else kernel.bias + condition.to(kernel.like)


def _wave(x: Tensor) -> Tensor:
    """What the last layer made, [steps, 1], as samples [steps]."""
    return x[:, 0].to(position_kind(x)).tanh()


def _from(x: Tensor, step: int) -> Tensor:
    """What [steps, width] holds from a step on: a copy, lest what is carried keep the whole chunk in memory."""
    return x[step:].clone()
