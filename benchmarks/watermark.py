"""What the watermark is worth and what it costs: found again after what happens to files, false alarms, time, words.

Marked and unmarked are 100 utterances of `mini` (sentences that no training saw) and 100 recordings of two people
(Debian's packages asterisk-core-sounds-en-g722 and -it-g722). Perth itself judges every fifth of them too. Beside
timbre-tts[watermark,evaluate] and what `make mini-evaluate` fetches, this wants librosa, pyyaml, setuptools<81,
distillmos, torchaudio and tests/ on PYTHONPATH. Prints JSON.
"""

import argparse
import contextlib
import json
import sys
import time
import unittest.mock
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import distillmos
import numpy as np
import perth as original
import soxr
import torch
from numpy.typing import NDArray
from people import ALLISON, CARLO, prompts

from benchmarks.reading import machine, resident_mb, spread
from recipes.mini.corpus import sentences
from recipes.mini.judge import whisper_base
from timbre.audio import perth, watermark
from timbre.audio.decode import decode
from timbre.audio.encode import FORMATS, encode
from timbre.audio.watermark import CERTAIN, RATE, Marker, detect, mark
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Recogniser, word_error_rate
from timbre.models import catalogue
from timbre.text.plan import plan

Samples = NDArray[np.float32]
CHUNK = 2400  # samples of a stream at a time: .1 s, as small as the engine sends them
ODD, MIDDLE_S, LONGER_S = 4321, 3.0, 9.0


def whole(samples: Samples) -> Samples:
    """Marked as a file is."""
    return mark(samples, RATE)


def streamed(samples: Samples, ahead: int = watermark.AHEAD) -> Samples:
    """Marked as it comes."""
    marker = Marker(RATE, ahead)
    parts = [marker.feed(samples[start : start + CHUNK]) for start in range(0, len(samples), CHUNK)]
    return np.concatenate([*parts, marker.finish()])


WAYS: dict[str, Callable[[Samples], Samples]] = {"unmarked": lambda samples: samples, "file": whole, "stream": streamed}


def middle(samples: Samples, seconds: float) -> Samples:
    """Its middle."""
    count = min(int(seconds * RATE), len(samples))
    start = (len(samples) - count) // 2
    return samples[start : start + count]


def noisy(samples: Samples) -> Samples:
    """With noise 20 dB below it."""
    noise = np.random.default_rng(0).normal(size=len(samples)) * np.sqrt(np.mean(samples**2)) / 10
    return (samples + noise).astype(np.float32)


def telephone(samples: Samples) -> Samples:
    """At 8 kHz and back."""
    return soxr.resample(soxr.resample(samples, RATE, 8000), 8000, RATE).astype(np.float32)


def coded(samples: Samples, format: str, bit_rate: int) -> Samples:
    """Through a codec, at a bit rate of its own."""
    with unittest.mock.patch.dict(FORMATS, {format: replace(FORMATS[format], bit_rate=bit_rate)}):
        return decode(encode(samples, format, RATE), RATE)


FATES: dict[str, Callable[[Samples], Samples]] = {
    "as it is": lambda samples: samples,
    "mp3 at 64 kbit/s": lambda samples: coded(samples, "mp3", 64_000),
    "opus at 32 kbit/s": lambda samples: coded(samples, "opus", 32_000),
    "beginning cut off": lambda samples: samples[ODD:],
    "middle second": lambda samples: middle(samples, 1.0),
    "telephone rate": telephone,
    "noise 20 dB below": noisy,
    "a tenth as loud": lambda samples: samples / 10,
}


def utterances(texts: Sequence[str]) -> list[Samples]:
    """Each text by one of the model's voices in turn."""
    engine = Engine(catalogue.folder("mini"), "mini")
    voices, limit = list(engine.voices().values()), engine.character_limit("en")
    return [
        np.concatenate(
            list(
                engine.speak(
                    plan(text, "en", limit), "en", voices[number % len(voices)], replace(engine.sampling(), seed=number)
                )
            )
        )
        for number, text in enumerate(texts)
    ]


def recordings(count: int) -> list[Samples]:
    """People, 4 to 11 seconds each."""
    people = [prompts(person, 4 + seed % 8, seed) for seed in range(count // 2) for person in (ALLISON, CARLO)]
    return [soxr.resample(one, 16_000, RATE).astype(np.float32) for one in people]


def found(samples: Sequence[Samples], theirs: "original.PerthImplicitWatermarker") -> dict[str, object]:
    """After each fate: of how many a mark is found, by us and by Perth, and the scores."""
    longer = [joined(samples, number) for number in range(len(samples))]
    result: dict[str, object] = {}
    for way, marked in WAYS.items():
        of_way = [marked(one) for one in samples]
        fates = {fate: [suffer(one) for one in of_way] for fate, suffer in FATES.items()}
        fates["middle 3 s of 9 s or more"] = [middle(marked(one), MIDDLE_S) for one in longer]
        result[way] = {fate: judged(of_fate, theirs) for fate, of_fate in fates.items()}
    return result


def joined(samples: Sequence[Samples], number: int) -> Samples:
    """From one on so many that there are nine seconds."""
    parts, count = [], 0
    while count < LONGER_S * RATE:
        parts.append(samples[(number + len(parts)) % len(samples)])
        count += len(parts[-1])
    return np.concatenate(parts)


def judged(samples: Sequence[Samples], theirs: "original.PerthImplicitWatermarker") -> dict[str, object]:
    ours = [detect(one, RATE).score for one in samples]
    perths = [float(theirs.get_watermark(one, RATE, round=False)) for one in samples[::5]]
    return {
        "of": len(samples),
        "found": sum(score >= CERTAIN for score in ours),
        "score": spread(ours),
        "Perth": {"of": len(perths), "found": sum(score >= 0.5 for score in perths)},
        "most apart": round(max(abs(a - b) for a, b in zip(ours[::5], perths, strict=True)), 4),
    }


def snr(samples: Samples, marked: Samples) -> float:
    """Of the speech to the mark, in dB."""
    return float(10 * np.log10(np.sum(samples**2) / np.sum((marked - samples) ** 2)))


def audible(samples: Sequence[Samples], texts: Sequence[str], judge: Recogniser) -> dict[str, object]:
    """Word error rate and DistillMOS of each way, and how loud the mark is."""
    with contextlib.redirect_stdout(sys.stderr):  # it tells that it was loaded
        model = distillmos.ConvTransformerSQAModel().eval()
    result: dict[str, object] = {}
    for way, marked in WAYS.items():
        of_way = [marked(one) for one in samples]
        heard = [soxr.resample(one, RATE, HEARD_RATE).astype(np.float32) for one in of_way]
        with torch.inference_mode():
            mos = [float(model(torch.from_numpy(one)[None])) for one in heard]
        pairs = [(text, judge.hear(one, "en").text) for text, one in zip(texts, heard, strict=True)]
        result[way] = {"word_error_rate": round(word_error_rate(pairs), 4), "DistillMOS": round(float(np.mean(mos)), 3)}
        if way != "unmarked":
            ratios = [snr(one, other) for one, other in zip(samples, of_way, strict=True)]
            result[way] |= {"snr_db": spread(ratios)}  # type: ignore[operator]
    return result


def cost(theirs: "original.PerthImplicitWatermarker") -> dict[str, object]:
    """Seconds of one processor a second of audio, and megabytes."""
    before = resident_mb()
    began = time.process_time()
    perth.net()
    result: dict[str, object] = {"net_s": round(time.process_time() - began, 3)}
    speech = soxr.resample(prompts(ALLISON, 60, 0), 16_000, RATE).astype(np.float32)
    seconds = len(speech) / RATE
    ways: dict[str, Callable[[], object]] = {
        "file": lambda: whole(speech),
        "stream, .1 s at a time": lambda: streamed(speech),
        "search": lambda: detect(speech, RATE),
        "Perth's own mark": lambda: theirs.apply_watermark(speech, RATE),
    }
    for name, do in ways.items():
        times = []
        for _ in range(5):
            began = time.process_time()
            do()
            times.append((time.process_time() - began) / seconds)
        result[name] = spread(times)
        if name == "search":
            result["memory_mb"] = round(resident_mb() - before)
    result["stream_delay_s"] = round(Marker(RATE).delay / RATE, 3)
    return result


def likeness(samples: Sequence[Samples], theirs: "original.PerthImplicitWatermarker") -> dict[str, float]:
    """How far below the mark it is, in dB, what our marks and Perth's own differ by, up to 2 kHz.

    Above, Perth's has no mark, but lacks what its resampling takes away.
    """
    apart = []
    for one in samples:
        own = theirs.apply_watermark(one, RATE)
        count = len(own) - RATE // 20  # Perth leaves the last of the samples out
        ours, perths = (low(marked[:count] - one[:count]) for marked in (whole(one), own))
        apart.append(float(20 * np.log10(np.linalg.norm(ours) / np.linalg.norm(ours - perths))))
    return spread(apart)


def low(samples: Samples) -> NDArray[np.complex64]:
    """The spectrum up to 2 kHz."""
    return np.fft.rfft(samples)[: len(samples) * 2_000 // RATE]


def main() -> None:
    """Measure all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe keeps its judge")
    parser.add_argument("--utterances", type=int, default=100)
    parser.add_argument("--heard", type=int, default=50, help="sentences for the recogniser")
    options = parser.parse_args()
    torch.set_num_threads(1)
    with contextlib.redirect_stdout(sys.stderr):  # so does this
        theirs = original.PerthImplicitWatermarker()
    costs = cost(theirs)
    texts = [line.text for line in sentences() if line.split == "test"][: options.utterances]
    mini, people = utterances(texts), recordings(options.utterances)
    heard = options.heard
    result = {
        "machine": machine(),
        "mini": found(mini, theirs),
        "people": found(people, theirs),
        "heard": {"sentences": heard, **audible(mini[:heard], texts[:heard], whisper_base(options.build))},
        "likeness_below_2_khz_db": likeness(mini[:25], theirs),
        "seconds_a_second": costs,
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
