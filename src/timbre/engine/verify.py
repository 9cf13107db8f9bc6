"""Parity with the public reference: what it computed with a checkpoint, against what we compute with the same.

The files are those that `benchmarks/reference/golden.py` writes: a checkpoint in the public layout, reference clips,
and `golden.safetensors` with the reference's value at every step.
"""

import json
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, choose
from timbre.errors import BadCheckpoint, MissingExtra
from timbre.text.tokenizer import Tokenizer
from timbre.xtts import checkpoint
from timbre.xtts.mel import dvae_mel, log_mel
from timbre.xtts.model import Xtts
from timbre.xtts.vocoder import at_speed

TOLERANCE = 1e-4  # of the largest value; ids and codes have to be equal
CLIPS = ("reference.wav", "reference_short.wav", "reference_long.wav")


@dataclass(frozen=True, slots=True)
class Check:
    """One value compared. `error` is the largest difference over the largest value; for ids, how many differ."""

    name: str
    error: float
    tolerance: float
    note: str = ""

    @property
    def passed(self) -> bool:
        """Within tolerance."""
        return self.error <= self.tolerance


@dataclass(frozen=True, slots=True)
class Report:
    """Every value compared."""

    checks: list[Check]

    @property
    def passed(self) -> bool:
        """All within tolerance."""
        return all(check.passed for check in self.checks)


def verify(folder: Path) -> Report:
    """Compare our model with the golden values in a folder. Raises errors.BadCheckpoint where a file is missing."""
    path = folder / "golden.safetensors"
    if not path.exists():
        raise BadCheckpoint(file=folder.name, reason="it has no golden.safetensors to compare with")
    golden = load_file(path)
    model = checkpoint.load(folder)
    with torch.inference_mode():
        return Report(
            [
                *_text(folder, golden),
                *_conditioning(folder, model, golden),
                *_speech(model, golden),
                *_dvae(folder, model, golden),
            ]
        )


def _text(folder: Path, golden: dict[str, Tensor]) -> Iterator[Check]:
    asked = json.loads((folder / "config.json").read_text("utf-8"))["golden"]
    front_end = Tokenizer.load(folder)
    yield _same("text_ids", front_end.encode(asked["text"], asked["language"]), golden["text_ids"].tolist())
    sentences = folder / "text.json"
    cases = json.loads(sentences.read_text("utf-8")) if sentences.exists() else {}
    for language, lines in cases.items():
        try:
            ours = [front_end.encode(line["text"], language) for line in lines]
        except MissingExtra as fault:
            yield Check(f"text_ids[{language}]", float("inf"), 0, f"{fault} {fault.advice}")
            continue
        yield _same(f"text_ids[{language}]", ours, [line["ids"] for line in lines])


def _conditioning(folder: Path, model: Xtts, golden: dict[str, Tensor]) -> Iterator[Check]:
    clips = [clip_of(folder / name) for name in CLIPS]
    for suffix, chosen in (("", clips[:1]), ("_short", clips[1:2]), ("_many", clips)):
        latents, speaker = model.condition(chosen)
        yield _close(f"conditioning{suffix}", latents, golden[f"conditioning{suffix}"])
        yield _close(f"speaker_embedding{suffix}", speaker, golden[f"speaker_embedding{suffix}"])


def _speech(model: Xtts, golden: dict[str, Tensor]) -> Iterator[Check]:
    """Greedy codes from the golden conditioning, so that one part's error is not another's."""
    wanted = golden["codes"]
    codes, latents = greedy(model, golden["conditioning"], golden["text_ids"], len(wanted))
    yield _same("codes", codes, wanted.tolist())
    yield _close("latents", latents, golden["latents"])
    speaker = golden["speaker_embedding"][None]
    yield _close("waveform", model.hifigan_decoder(golden["latents"][None], speaker)[0], golden["waveform"])
    faster = at_speed(golden["latents"][None], 1.3)
    yield _close("waveform_speed_1_3", model.hifigan_decoder(faster, speaker)[0], golden["waveform_speed_1_3"])


def _dvae(folder: Path, model: Xtts, golden: dict[str, Tensor]) -> Iterator[Check]:
    if "dvae_codes" not in golden:
        return
    dvae = checkpoint.load_dvae(folder, model.config.model_args)
    stats = torch.load(folder / "mel_stats.pth", weights_only=True)
    mel = log_mel(dvae_mel()(clip_of(folder / CLIPS[0])[None]), stats)
    yield _same("dvae_codes", dvae.codes(mel)[0].tolist(), golden["dvae_codes"].tolist())


def greedy(model: Xtts, conditioning: Tensor, text_ids: Tensor, most: int) -> tuple[list[int], Tensor]:
    """At most `most` likeliest codes, and the latent [codes, width] of each; the stop code, where it comes, is the
    last.
    """
    args, gpt = model.config.model_args, model.gpt
    prefix = gpt.embed_prefix(conditioning, text_ids)
    cache = gpt.empty_cache(len(prefix) + most)
    hidden = gpt.prefill(prefix, cache)
    chooser = Chooser.start(
        Sampling(repetition_penalty=5.0), 0, args.gpt_num_audio_tokens, args.gpt_start_audio_token, True
    )
    codes, latents = [], []
    while True:
        codes += choose([chooser], gpt.mel_head(hidden)[None], [()])
        latents.append(hidden)
        if len(codes) == most or codes[-1] == args.gpt_stop_audio_token:
            return codes, torch.stack(latents)
        hidden = gpt.step(torch.tensor(codes[-1:]), [cache])[0]


def _same(name: str, ours: list[int] | list[list[int]], wanted: list[int] | list[list[int]]) -> Check:
    different = sum(a != b for a, b in zip(ours, wanted, strict=False)) + abs(len(ours) - len(wanted))
    return Check(name, different, 0, f"{len(wanted)} compared")


def _close(name: str, ours: Tensor, wanted: Tensor) -> Check:
    if ours.shape != wanted.shape:
        return Check(name, float("inf"), TOLERANCE, f"shape {list(ours.shape)}, wanted {list(wanted.shape)}")
    error = float((ours - wanted).abs().max() / wanted.abs().max())
    return Check(name, error if np.isfinite(error) else float("inf"), TOLERANCE)


def clip_of(path: Path) -> Tensor:
    """A golden reference clip: 16-bit, one channel, [samples] in [-1, 1]."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    return torch.from_numpy(samples.astype(np.float32) / 32768)
