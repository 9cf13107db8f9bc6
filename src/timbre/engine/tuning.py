"""What is quickest for a model on this machine: measured once, with its own weights, and kept in the home folder.

    timbre doctor --tune

Quicker is not chosen where it would be another voice: weights whose next code is another too often, or a vocoder whose
sound is another to the ear.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from timbre.engine import quantize
from timbre.engine.backends import vocoder as backends
from timbre.engine.decoding import SeparateCaches
from timbre.engine.placement import Placement, place
from timbre.settings import settings
from timbre.store.files import write_whole
from timbre.xtts import checkpoint, processor
from timbre.xtts.mel import MelSpectrogram
from timbre.xtts.model import Xtts

BATCHES = (1, 8)
CODES, ROUNDS = 24, 3  # codes timed at once, and how often
PREFIX = 80  # positions before the first code: some words
MOST_DISTANCE = 0.01  # Kullback and Leibler's, of the next code's chances to those of single precision
MOST_MEL_DB = 1.0  # mean difference of logarithmic mel bands to single precision; a step of loudness just heard
CHUNK = 16  # codes that are made sound at once

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Weights:
    """What one kind of weights takes, milliseconds a step by rows in the batch, and how far its chances are off."""

    ms: dict[int, float]
    distance: float


@dataclass(frozen=True, slots=True)
class Sound:
    """What one vocoder takes, seconds a second of sound, and how far it is from single precision to the ear."""

    rtf: float
    mel_db: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """What was measured, and what is to be chosen of it."""

    weights: str
    vocoder: str
    measured_weights: dict[str, Weights]
    measured_vocoders: dict[str, Sound]


def machine() -> str:
    """What the figures hold for: this processor and this torch."""
    return f"{processor.name()}, {torch.get_num_threads()} threads, {torch.__version__}"


@torch.inference_mode()
def tune(folder: Path, say: Say = lambda _: None) -> Tuned:
    """Measure a model on this machine's processor. `say` is told each figure in a sentence."""
    model = checkpoint.load(folder)
    codes, prefix = _speech(model)
    chances, latents = _said(model, prefix, codes)
    vocoders = dict(_vocoders(model, latents, say))
    weights = {"fp32": Weights(_times(model, prefix), 0.0)}
    say(f"fp32: {_told(weights['fp32'].ms)}")
    if quantize.available():
        place(model, Placement(weights="int8"))
        off, _ = _said(model, prefix, codes)
        distance = float((chances.exp() * (chances - off)).sum(-1).mean())
        weights["int8"] = Weights(_times(model, prefix), distance)
        say(f"int8: {_told(weights['int8'].ms)}, its chances {distance:.1e} from those of fp32")
    alike = {name: one for name, one in weights.items() if one.distance <= MOST_DISTANCE}
    heard = {name: one for name, one in vocoders.items() if one.mel_db <= MOST_MEL_DB}
    return Tuned(
        min(alike, key=lambda name: sum(alike[name].ms.values())),
        min(heard, key=lambda name: heard[name].rtf),
        weights,
        vocoders,
    )


def _speech(model: Xtts) -> tuple[list[int], Tensor]:
    """Codes to say, and a prefix [length, width] to say them after: the same each time, of no matter what."""
    draw, gpt = torch.Generator().manual_seed(0), model.gpt
    text = torch.randint(0, gpt.args.gpt_number_text_tokens, (PREFIX - 35,), generator=draw)
    latents = gpt.condition(torch.randn(1, 80, 128, generator=draw))[0]
    return torch.randint(0, 1024, (CODES,), generator=draw).tolist(), gpt.embed_prefix(latents, text)


def _said(model: Xtts, prefix: Tensor, codes: list[int]) -> tuple[Tensor, Tensor]:
    """The logarithms of the chances [codes, all codes] of what comes next, and the latents [codes, width]."""
    decoding = SeparateCaches(model.gpt)
    row, _ = decoding.begin(prefix, len(prefix) + len(codes))
    latents = torch.cat([decoding.step([code], [row]) for code in codes])
    return model.gpt.mel_head(latents).log_softmax(-1), latents


def _times(model: Xtts, prefix: Tensor) -> dict[int, float]:
    """Milliseconds a step, by rows in the batch."""
    decoding, found = SeparateCaches(model.gpt), {}
    for count in BATCHES:
        rounds = []
        for _ in range(ROUNDS + 1):
            rows = [decoding.begin(prefix, len(prefix) + CODES)[0] for _ in range(count)]
            began = time.perf_counter()
            for code in range(CODES):
                model.gpt.mel_head(decoding.step([code] * count, rows))
            rounds.append(1000 * (time.perf_counter() - began) / CODES)
        found[count] = round(statistics.median(rounds[1:]), 3)  # the first warms
    return found


def _vocoders(model: Xtts, latents: Tensor, say: Say) -> Iterator[tuple[str, Sound]]:
    decoder, args = model.hifigan_decoder, model.config.model_args
    latents = latents.repeat(3, 1)
    speaker = torch.nn.functional.normalize(
        torch.randn(args.d_vector_dim, generator=torch.Generator().manual_seed(0)), dim=0
    )
    mel = MelSpectrogram(args.output_sample_rate, 1024, 1024, 256, 80, args.output_sample_rate / 2)
    wanted = decoder(latents[None], speaker[None])

    def heard(wave: Tensor) -> Tensor:
        bands: Tensor = mel(wave).clamp(min=1e-6).log10()
        return 10 * bands

    for kind, precision in backends.available():
        vocoder, times, wave = backends.make(decoder, kind, precision), [], wanted
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            stream = vocoder.stream(speaker)
            wave = torch.cat([*(stream.push(part) for part in torch.split(latents, CHUNK)), stream.finish()])[None]
            times.append((time.perf_counter() - began) * args.output_sample_rate / wave.shape[1])
        apart = float((heard(wave.float()) - heard(wanted)).abs().mean())
        name = f"{kind}-{precision}"
        say(f"vocoder {name}: {statistics.median(times[1:]):.3f} s for a second of sound, {apart:.2f} dB from fp32")
        yield name, Sound(round(statistics.median(times[1:]), 4), round(apart, 4))


def _told(ms: dict[int, float]) -> str:
    return ", ".join(f"{one:.1f} ms a step of {rows}" for rows, one in ms.items())


def keep(fingerprint: str, tuned: Tuned) -> Path:
    """Write what was found for a model. Where it lies."""
    path = _path(fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, (json.dumps({"machine": machine(), **asdict(tuned)}, indent=1) + "\n").encode())
    return path


def kept(fingerprint: str) -> tuple[str, str]:
    """The weights and the vocoder that were found quickest here for a model; `auto` twice where nobody measured it on
    this machine.
    """
    try:
        told = json.loads(_path(fingerprint).read_text("utf-8"))
        if told["machine"] == machine():
            return str(told["weights"]), str(told["vocoder"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return "auto", "auto"


def _path(fingerprint: str) -> Path:
    return settings().home / "tuning" / f"{fingerprint}.json"
