"""Times our engine, part by part, on the checkpoint that reference/golden.py wrote: the same text, voice and number of
codes as reference/race.py, which it is raced against. One line of JSON for each line of input.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors.numpy import load_file

from benchmarks.reading import TEXT, resident_mb
from timbre.engine.engine import FIRST_CODES, LONGEST_CHUNK, Engine
from timbre.engine.protocol import Conditioning
from timbre.engine.utterance import Speech, Utterance
from timbre.text.plan import Piece

Result = TypeVar("Result")


def clock(work: Callable[[], Result]) -> tuple[Result, float]:
    """What `work` returns, and the seconds that it took."""
    begin = time.perf_counter()
    result = work()
    return result, time.perf_counter() - begin


class Racer:
    """An engine, a voice and a text; every utterance is exactly so many codes long, as random weights never stop."""

    def __init__(self, folder: Path, weights: str, vocoder: str, threads: int, codes: int) -> None:
        self.engine = Engine(folder, "full", threads, rows=16, device="cpu", weights=weights, vocoder=vocoder)
        self.engine.heads = ()  # random weights have none, and the search for them is no part of the race
        golden = load_file(folder / "golden.safetensors")
        self.voice = Conditioning(golden["conditioning"], golden["speaker_embedding"])
        self.codes = codes

    def begin(self, count: int) -> Speech:
        """A speech of the text, so many times over."""
        sampling = replace(self.engine.sampling(), seed=1)
        speech = self.engine.begin([Piece(TEXT, 0.0)] * count, "pt", self.voice, sampling)
        for utterance in speech.waiting:
            utterance.fewest = utterance.most = self.codes
        return speech

    def decode(self, rows: Sequence[Utterance]) -> None:
        """Their codes, side by side, without sound."""
        for row in rows:
            self.engine._prefill(row)
        while running := [row for row in rows if not row.finished]:
            self.engine._decode(running)

    def decoding(self, count: int) -> float:
        """Seconds for the codes of so many utterances side by side."""
        speech = self.begin(count)
        _, seconds = clock(lambda: self.decode(list(speech.waiting)))
        self.engine.cancel(speech)
        return seconds

    def vocoder(self, codes: int) -> float:
        """Seconds for a second of sound, streamed in the engine's own chunks, of latents that a model could make."""
        speech = self.begin(1)
        stream, lookahead = speech.waiting[0].vocoder, speech.waiting[0].vocoder.lookahead
        self.engine.cancel(speech)
        latents = torch.randn(codes, self.engine.model.config.model_args.gpt_n_model_channels)
        sizes, first = [], FIRST_CODES + lookahead
        while sum(sizes) < codes:
            sizes.append(min(first, codes - sum(sizes)))
            first = min(2 * first, LONGEST_CHUNK)

        def stream_all() -> int:
            made = sum(len(stream.push(part)) for part in latents.split(sizes))
            return made + len(stream.finish())

        samples, seconds = clock(stream_all)
        return seconds * self.engine.rate / samples

    def speak(self, count: int) -> tuple[float, float]:
        """Real-time factor of a speech of so many sentences, and the seconds to its first sound."""
        begin = time.perf_counter()
        speech, first, samples = self.begin(count), 0.0, 0
        while not speech.finished or speech.ready:
            self.engine.step()
            for part in speech.take():
                first = first or time.perf_counter() - begin
                samples += len(part)
        return (time.perf_counter() - begin) * self.engine.rate / samples, first

    def race(self, clip: np.ndarray) -> dict[str, float]:
        """Every part once."""
        _, conditioning = clock(lambda: self.engine.condition([clip]))
        rtf, first = self.speak(1)
        speaking = resident_mb()
        self.engine.learn()  # which gives memory back, as the engine does when it has nothing to say
        return {
            "conditioning_s": conditioning,
            "rtf": rtf,
            "first_audio_s": first,
            "resident_mb_speaking": speaking,
            "resident_mb": resident_mb(),
            "ms_per_code": 1000 * self.decoding(1) / self.codes,
            "ms_per_code_of_8": 1000 * self.decoding(8) / self.codes / 8,
            "vocoder_rtf": self.vocoder(self.codes),
            "vocoder_rtf_short": self.vocoder(self.codes // 3),
            "vocoder_rtf_long": self.vocoder(3 * self.codes),
            "rtf_of_10": self.speak(10)[0],
            "resident_mb_speaking_10": resident_mb(),
        }


def main() -> None:
    """Race once for each line of input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=Path, help="the folder that reference/golden.py wrote")
    parser.add_argument("--weights", default="int8")
    parser.add_argument("--vocoder", default="auto")
    parser.add_argument("--codes", type=int, default=150)
    parser.add_argument("--threads", type=int, default=0, help="0: as torch finds them")
    options = parser.parse_args()
    racer = Racer(options.golden, options.weights, options.vocoder, options.threads, options.codes)
    with (options.golden / "reference.wav").open("rb") as file:
        clip = np.frombuffer(file.read()[44:], "<i2").astype(np.float32) / 32768
    for _ in sys.stdin:
        print(json.dumps(racer.race(clip)), flush=True)


if __name__ == "__main__":
    main()
