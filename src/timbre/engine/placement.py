"""Where a model runs and in what numbers: on a CPU or a GPU, in single precision, half of it, or eight bits."""

from dataclasses import dataclass
from typing import cast

import torch
from torch import nn

from timbre.engine.backends import vocoder as backends
from timbre.engine.decoding import Decoding, SeparateCaches
from timbre.engine.quantize import available, quantize
from timbre.engine.static_cache import StaticCache
from timbre.errors import CannotPlace
from timbre.xtts.gpt import Gpt
from timbre.xtts.model import Xtts

HALF = {"bf16": torch.bfloat16, "fp16": torch.float16}
WEIGHTS = ("fp32", "int8", *HALF)
LARGE = 50e6
"""Parameters in the blocks from which on reading them is what a step waits for, and eight bits pay."""

CPU_CACHE_MB, GPU_SHARE = 1024, 0.25
"""What the batch's past may take where nothing is set: megabytes on a CPU, or a part of the GPU's memory."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model runs, `cpu` or `cuda:N`; its GPT's `weights`, one of WEIGHTS; and its vocoder's `kind` and
    `precision`.
    """

    device: str = "cpu"
    weights: str = "fp32"
    kind: backends.Kind = "torch"
    precision: backends.Precision = "fp32"

    @property
    def on_gpu(self) -> bool:
        return self.device != "cpu"

    def as_dict(self) -> dict[str, str]:
        """By the names of the settings that choose it."""
        return {"device": self.device, "weights": self.weights, "vocoder": f"{self.kind}-{self.precision}"}


def choose(
    model: Xtts,
    device: str = "auto",
    weights: str = "auto",
    vocoder: str = "auto",
    quickest: tuple[str, str] = ("auto", "auto"),
) -> Placement:
    """What is asked for, with what fits this machine and this model in place of `auto`.

    `quickest` are the weights and the vocoder that were measured to be so on this machine's processor. Raises
    errors.CannotPlace where what is asked for cannot be had.
    """
    if device == "auto":
        device = "cuda:0" if torch.cuda.is_available() else "cpu"
    if device == "cuda":
        device = "cuda:0"
    on_gpu = device != "cpu"
    if on_gpu and not (torch.cuda.is_available() and int(device.partition(":")[2]) < torch.cuda.device_count()):
        raise CannotPlace(what=f"the device {device}", reason="torch finds no such GPU")
    if not on_gpu:
        weights, vocoder = (
            best if asked == "auto" else asked for asked, best in zip((weights, vocoder), quickest, strict=True)
        )
    if weights == "auto":
        weights = _fitting(model, on_gpu)
    if on_gpu and weights == "int8":
        raise CannotPlace(what="int8 on a GPU", reason="eight bits are for the CPU")
    if not on_gpu and weights in HALF:
        raise CannotPlace(what=f"{weights} on a CPU", reason="its sums would hang on the neighbours in the batch")
    return Placement(device, weights, *_vocoder(vocoder, on_gpu))


def _vocoder(asked: str, on_gpu: bool) -> tuple[backends.Kind, backends.Precision]:
    """`KIND-PRECISION`, or the quickest kind of a precision. With `auto` bfloat16 where the processor has it: on `mini`
    Whisper and the speaker encoder hear no difference (benchmarks/quality.py).
    """
    if on_gpu:
        can: list[tuple[backends.Kind, backends.Precision]] = [("torch", "fp32")]
    else:
        can = backends.available()
    if asked == "auto":
        return can[-1]
    for kind, precision in reversed(can):
        if asked in (f"{kind}-{precision}", precision):
            return kind, precision
    raise CannotPlace(what=f"a vocoder of {asked}", reason="this machine has none")


def _fitting(model: Xtts, on_gpu: bool) -> str:
    if on_gpu:
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    blocks = sum(parameter.numel() for parameter in model.gpt.gpt.parameters())
    return "int8" if blocks > LARGE and available() else "fp32"


def place(model: Xtts, placement: Placement) -> None:
    """Bring a model that was just loaded to where it runs, in place. Conditioning stays in single precision."""
    if placement.weights == "int8":
        quantize(model.gpt)
        model.gpt.text_head = nn.Identity()  # type: ignore[assignment]  # training alone asks it
        _copy_tensors(model)
    if placement.weights in HALF:
        gpt = model.gpt
        kind = HALF[placement.weights]
        embeddings = gpt.text_embedding, gpt.mel_embedding, gpt.text_pos_embedding, gpt.mel_pos_embedding
        for part in (*embeddings, gpt.gpt, gpt.final_norm, gpt.mel_head):
            part.to(kind)
    if placement.on_gpu:
        model.to(placement.device)


def vocoder(model: Xtts, placement: Placement) -> backends.Vocoder:
    """The vocoder as it is asked for sound. Where memory is saved, its weights are in the backend's layout alone."""
    return backends.make(
        model.hifigan_decoder, placement.kind, placement.precision, release=placement.weights == "int8"
    )


def _copy_tensors(module: nn.Module) -> None:
    """Copy what a module holds out of the mapped file: while one tensor hangs on it, all pages read so far are ours."""
    for part in module.modules():
        for name, parameter in part._parameters.items():
            if parameter is not None:
                part._parameters[name] = nn.Parameter(parameter.detach().clone(), requires_grad=False)
        for name, buffer in part._buffers.items():
            if buffer is not None:
                part._buffers[name] = buffer.clone()


def budget_mb(placement: Placement, asked: int) -> int:
    """Megabytes for the batch's past: as `asked`, or for 0 what the machine has to spare."""
    if asked or not placement.on_gpu:
        return asked or CPU_CACHE_MB
    _, total = torch.cuda.mem_get_info(placement.device)
    return int(total * GPU_SHARE / 2**20)


def position_bytes(gpt: Gpt) -> int:
    """What a position of one row takes: its key and its value in every layer."""
    kind = gpt.final_norm.weight
    return 2 * kind.element_size() * gpt.args.gpt_layers * gpt.args.gpt_n_model_channels


def decoding(gpt: Gpt, placement: Placement, rows: int, positions: int) -> tuple[Decoding, int]:
    """How the batch is advanced there, and how many rows it has: at most `rows`, of `positions` in all."""
    if not placement.on_gpu:
        return SeparateCaches(gpt), rows
    args = gpt.args
    room = 32 + args.gpt_max_text_tokens + 2 + args.gpt_max_audio_tokens + 1
    places = max(1, min(rows, positions // room))
    return cast(Decoding, StaticCache(gpt, places, room)), places
