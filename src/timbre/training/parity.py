"""Parity with the public reference in training: its loss and its gradient on one batch, against ours on the same.

The reference's data loader pads waves with silence up to the longest and codes what comes of it; what it learns from
past a row's end, `GptBatch.reference_padding` learns from too. Of each gradient four numbers are compared, see
`probed`.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from timbre.engine.verify import CLIPS, TOLERANCE, Check, Report, clip_of
from timbre.engine.verify import verify as verify_speech
from timbre.training.gpt import GptBatch, cross_entropies, embed
from timbre.xtts import checkpoint
from timbre.xtts.mel import conditioning_mel, dvae_mel, log_mel

TEXT_WEIGHT, AUDIO_WEIGHT = 0.01, 1.0  # the reference's own
LEAST = 1e-6
"""Of the whole gradient's length: the part of a parameter that has less is compared with this."""


def verify(folder: Path) -> Report:
    """Compare our model with the golden values in a folder, in speaking and, where it has those, in learning. Raises
    errors.BadCheckpoint where a file is missing.
    """
    spoken = verify_speech(folder).checks
    golden = load_file(folder / "golden.safetensors")
    return Report([*spoken, *(_training(folder, golden) if "training.losses" in golden else ())])


def _training(folder: Path, golden: dict[str, Tensor]) -> Iterator[Check]:
    model = checkpoint.load(folder)
    whole = clip_of(folder / CLIPS[0])
    waves = [whole[begin:end] for begin, end in golden["training.said"].tolist()]
    padded = torch.nn.utils.rnn.pad_sequence(waves, batch_first=True)
    with torch.no_grad():
        dvae = checkpoint.load_dvae(folder, model.config.model_args)
        codes = dvae.codes(log_mel(dvae_mel()(padded), model.mel_stats))
        heard = torch.stack([whole[begin:end] for begin, end in golden["training.heard"].tolist()])
        clips = log_mel(conditioning_mel()(heard), model.mel_stats)
    different = int((codes != golden["training.codes"]).sum())
    yield Check("training.codes", different, 0, f"{codes.numel()} compared")
    stride = model.config.model_args.gpt_code_stride_len
    texts = zip(golden["training.texts"], golden["training.text_lengths"].tolist(), strict=True)
    batch = GptBatch(
        [ids[:count] for ids, count in texts],
        [row[: -(-len(wave) // stride)] for row, wave in zip(golden["training.codes"], waves, strict=True)],
        clips,
        torch.arange(len(waves)),
        reference_padding=True,
    )
    gpt = model.gpt
    x, layout = embed(gpt, batch)
    text, audio = cross_entropies(gpt, gpt.hidden(x), layout, batch)
    loss = TEXT_WEIGHT * text + AUDIO_WEIGHT * audio
    loss.backward()  # type: ignore[no-untyped-call]
    wanted = golden["training.losses"]
    error = float((torch.stack((loss, text, audio)).detach() - wanted).abs().max() / wanted.abs().max())
    yield Check(
        "training.losses", error, TOLERANCE, f"{float(loss.detach()):.6f}, of text {text:.6f}, of audio {audio:.6f}"
    )
    yield _gradients({name: one.grad for name, one in gpt.named_parameters()}, golden)


def _gradients(ours: dict[str, Tensor | None], golden: dict[str, Tensor]) -> Check:
    """The worst of all parameters, whose names have to be the same."""
    prefix = "training.gradient."
    wanted = {key.removeprefix(prefix): one for key, one in golden.items() if key.startswith(prefix)}
    if missing := sorted(ours.keys() ^ wanted.keys()):
        return Check("training.gradient", float("inf"), TOLERANCE, f"not on both sides: {', '.join(missing[:3])}")
    least = LEAST * float(torch.stack([one[0] for one in wanted.values()]).norm())
    errors = {
        name: float((probed(ours[name]) - one).abs().max()) / max(float(one[0]), least) for name, one in wanted.items()
    }
    worst = max(errors, key=lambda name: errors[name])
    return Check("training.gradient", errors[worst], TOLERANCE, f"of {len(errors)} parameters, most in {worst}")


def probed(gradient: Tensor | None) -> Tensor:
    """A gradient in four numbers, as `benchmarks/reference/golden.py` keeps it: its length, and its products with three
    waves.
    """
    if gradient is None:
        return torch.full((4,), float("inf"), dtype=torch.float64)
    flat = gradient.double().flatten()
    at = torch.arange(1, len(flat) + 1, dtype=torch.float64)
    waves = [2**0.5 * torch.sin(at * step) for step in (1.0, 2.2, 2.9)]
    return torch.stack([flat.norm(), *(wave @ flat for wave in waves)])
