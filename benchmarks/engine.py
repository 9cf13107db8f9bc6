"""How fast the engine speaks: one sentence alone, and so many streams at once. Prints JSON.

Every figure is of several runs, as minimum, median and maximum. They mean nothing without the machine's name.
"""

import argparse
import json
import statistics
import time
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.reading import machine, spread
from timbre.engine.engine import Engine
from timbre.models import catalogue
from timbre.text.plan import plan

SENTENCES = (
    "The kettle was already singing when she opened the kitchen door.",
    "Nobody had told him that the last train left before midnight.",
    "A letter came in the morning, and it changed the whole summer.",
    "We walked along the river until the lights of the town were gone.",
)


def spoken(engine: Engine, streams: int, seed: int) -> tuple[float, float, list[float]]:
    """Seconds of audio, seconds of work, and each stream's seconds to its first audio."""
    voices = list(engine.voices().values())
    began = time.perf_counter()
    speeches = [
        engine.begin(
            plan(SENTENCES[(seed + number) % len(SENTENCES)], "en", engine.character_limit("en")),
            "en",
            voices[number % len(voices)],
            replace(engine.sampling(), seed=1000 * seed + number),
        )
        for number in range(streams)
    ]
    first: dict[int, float] = {}
    samples = 0
    while not engine.idle:
        engine.step()
        for number, speech in enumerate(speeches):
            for part in speech.take():
                samples += len(part)
                if len(part):
                    first.setdefault(number, time.perf_counter() - began)
    return samples / engine.rate, time.perf_counter() - began, sorted(first.values())


def measure(engine: Engine, streams: int, runs: int) -> dict[str, object]:
    """Real-time factor, seconds of audio a second, and first audio, of so many streams begun together."""
    spoken(engine, streams, 0)  # warms
    found = [spoken(engine, streams, run) for run in range(runs)]
    return {
        "streams": streams,
        "rtf": spread([work / audio for audio, work, _ in found]),
        "audio_s_a_second": spread([audio / work for audio, work, _ in found]),
        "first_audio_s": spread([statistics.median(first) for _, _, first in found]),
        "last_first_audio_s": spread([first[-1] for _, _, first in found]),
    }


def main() -> None:
    """Measure the model at each number of streams, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="mini", help="a name of `timbre models list`, or a folder")
    parser.add_argument("--streams", type=int, nargs="+", default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0, help="0: as torch finds them")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1 …")
    parser.add_argument("--weights", default="auto")
    parser.add_argument("--vocoder", default="auto")
    parser.add_argument("--out", type=Path, help="a file for the figures; they are printed in any case")
    options = parser.parse_args()
    folder = Path(options.model) if Path(options.model).is_dir() else catalogue.folder(options.model)
    rows, chosen = max(options.streams), (options.device, options.weights, options.vocoder)
    engine = Engine(folder, options.model, options.threads, rows, 0, *chosen)
    figures = {
        "machine": machine(engine.placement.device),
        "model": options.model,
        "placement": asdict(engine.placement),
        "runs": options.runs,
        "at": [measure(engine, streams, options.runs) for streams in options.streams],
    }
    written = json.dumps(figures, indent=1) + "\n"
    print(written, end="")
    if options.out:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(written)


if __name__ == "__main__":
    main()
