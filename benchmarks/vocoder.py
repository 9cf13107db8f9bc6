"""How fast the vocoder makes sound, by each backend that this machine has, and how far from torch's float32 it is.

Prints JSON. Real-time factors are seconds of work a second of sound, as minimum, median and maximum of runs that take
turns, so that what else the machine does meets all alike; they mean nothing without the machine's name.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.reading import machine, spread
from timbre.engine.backends.vocoder import Vocoder, available, make
from timbre.engine.engine import FIRST_CODES, LONGEST_CHUNK, Engine
from timbre.engine.stream import VocoderStream
from timbre.models import catalogue
from timbre.text.plan import plan
from timbre.xtts.config import ModelArgs
from timbre.xtts.mel import MelSpectrogram
from timbre.xtts.vocoder import Decoder

SENTENCE = "The kettle was already singing when she opened the kitchen door, and nobody had told him about the train."
FIXED = (4, 8, 16, 48)  # codes a chunk
MEDIUM = 6.0  # seconds of sound for what is not asked of every length


@dataclass
class Recorder:
    """A stream that keeps what is pushed into it."""

    stream: VocoderStream
    latents: list[Tensor] = field(default_factory=list)

    @property
    def lookahead(self) -> int:
        return self.stream.lookahead

    def push(self, latents: Tensor) -> Tensor:
        self.latents.append(latents)
        return self.stream.push(latents)

    def finish(self) -> Tensor:
        return self.stream.finish()


def speech(folder: Path, name: str) -> tuple[Decoder, Tensor, Tensor]:
    """A model's decoder, and what its GPT says of SENTENCE: latents [codes, width] and a speaker [size]."""
    engine = Engine.load(folder, name)
    voice = next(iter(engine.voices().values()))
    pieces = plan(SENTENCE, "en", engine.character_limit("en"))
    said = engine.begin(pieces, "en", voice, replace(engine.sampling(), seed=1))
    recorders = []
    for utterance in said.waiting:
        utterance.vocoder = Recorder(utterance.vocoder)  # type: ignore[assignment]
        recorders.append(utterance.vocoder)
    while not engine.idle:
        engine.step()
    latents = [torch.cat(one.latents) for one in recorders]  # type: ignore[attr-defined]
    return engine.model.hifigan_decoder, max(latents, key=len), torch.from_numpy(voice.embedding)


def random_full() -> tuple[Decoder, Tensor, Tensor]:
    """XTTS-v2's decoder as it is before any training, and noise for it to make sound of."""
    torch.manual_seed(1)
    args = ModelArgs()
    speaker = torch.nn.functional.normalize(torch.randn(args.d_vector_dim), dim=0)
    return Decoder(args).eval(), torch.randn(130, args.decoder_input_dim), speaker


def growing(codes: int, lookahead: int) -> list[int]:
    """The engine's chunks of an utterance of so many codes."""
    sizes, size = [], FIRST_CODES + lookahead
    while sum(sizes) < codes:
        sizes.append(min(size, codes - sum(sizes)))
        size = min(2 * size, LONGEST_CHUNK)
    return sizes


def streamed(vocoder: Vocoder, latents: Tensor, speaker: Tensor, chunk: int | None = None) -> Tensor:
    """All samples, in chunks of so many codes, or of the engine's own sizes."""
    stream = vocoder.stream(speaker)
    sizes = growing(len(latents), stream.lookahead) if chunk is None else chunk
    return torch.cat([*(stream.push(part) for part in latents.split(sizes)), stream.finish()])


@torch.inference_mode()
def offline(decoder: Decoder, latents: Tensor, speaker: Tensor) -> Tensor:
    """All samples at once, as the model itself makes them."""
    return decoder(latents[None], speaker[None])[0]


Call = tuple[tuple[str, str, str], Callable[[], Tensor]]
"""What is to be timed: backend, length and way, as the answer's keys, and how to do it."""


def ways(decoder: Decoder, vocoders: list[Vocoder], said: Tensor, speaker: Tensor, seconds: list[float]) -> list[Call]:
    """Every length whole and in the engine's own chunks, and one length in chunks of each fixed size."""

    def latents(length: float) -> Tensor:
        codes = round(length / decoder.args.stride_seconds)
        return said.repeat(codes // len(said) + 1, 1)[:codes]

    calls: list[Call] = []
    for length in seconds:
        x, named = latents(length), f"{length:g} s"
        calls.append((("torch offline", named, "whole"), partial(offline, decoder, x, speaker)))
        for one in vocoders:
            calls.append(((one.name, named, "growing chunks"), partial(streamed, one, x, speaker)))
            calls.append(((one.name, named, "whole"), partial(streamed, one, x, speaker, len(x))))
    x = latents(MEDIUM)
    for one in vocoders:
        for chunk in FIXED:
            calls.append(((one.name, f"{MEDIUM:g} s", f"chunks of {chunk}"), partial(streamed, one, x, speaker, chunk)))
    return calls


def timed(calls: list[Call], rate: int, runs: int) -> dict:
    """Real-time factors by the calls' keys."""
    found: dict[tuple[str, str, str], list[float]] = {keys: [] for keys, _ in calls}
    for run in range(runs + 1):
        for keys, call in calls:
            began = time.perf_counter()
            samples = len(call())
            if run:  # the first warms
                found[keys].append((time.perf_counter() - began) * rate / samples)
    nested: dict = {}
    for (name, length, way), values in found.items():
        nested.setdefault(name, {}).setdefault(length, {})[way] = spread(values)
    return nested


def distance(found: Tensor, wanted: Tensor, rate: int) -> dict[str, float]:
    """How far samples are from those wanted: in parts of their peak, in dB, and to the ear: log mel bands, in dB."""
    apart = (found - wanted).double()
    mel = MelSpectrogram(rate, n_fft=1024, window=1024, hop=256, bands=80, top=rate / 2)
    ours, theirs = (10 * mel(wave[None].float()).clamp(min=1e-6).log10() for wave in (found, wanted))
    return {
        "of_peak": float(f"{apart.abs().max() / wanted.abs().max():.2e}"),
        "snr_db": round(float(10 * torch.log10(wanted.double().square().sum() / apart.square().sum())), 1),
        "log_mel_db": round(float((ours - theirs).abs().mean()), 4),
    }


def errors(decoder: Decoder, vocoders: list[Vocoder], latents: Tensor, speaker: Tensor) -> dict:
    """Each backend's stream and its whole against torch's whole in float32, and the stream against the whole."""
    rate, wanted = decoder.args.output_sample_rate, offline(decoder, latents, speaker)
    found = {}
    for one in vocoders:
        chunks, whole = (streamed(one, latents, speaker, size) for size in (None, len(latents)))
        found[one.name] = {
            "stream": distance(chunks, wanted, rate),
            "whole": distance(whole, wanted, rate),
            "stream_to_whole_of_peak": float(f"{(chunks - whole).abs().max() / whole.abs().max():.2e}"),
        }
    return found


def main() -> None:
    """Time and compare the backends on a model's vocoder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="mini", help="a name of `timbre models list`, a folder, or: full (random)")
    parser.add_argument("--seconds", type=float, nargs="*", default=[2.0, 6.0, 20.0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0: as torch finds them")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.model == "full":
        decoder, latents, speaker = random_full()
    else:
        folder = Path(options.model) if Path(options.model).is_dir() else catalogue.folder(options.model)
        decoder, latents, speaker = speech(folder, options.model)
    vocoders = [make(decoder, kind, precision) for kind, precision in available()]
    calls = ways(decoder, vocoders, latents, speaker, options.seconds) if options.runs else []
    print(
        json.dumps(
            {
                "machine": machine(),
                "model": options.model,
                "runs": options.runs,
                "against_torch_float32": errors(decoder, vocoders, latents, speaker),
                "rtf": timed(calls, decoder.args.output_sample_rate, options.runs),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
