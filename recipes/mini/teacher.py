"""The teacher reads the corpus: hibari's one voice, made into many speakers by resampling.

Playing a voice faster by a factor raises its pitch and its formants together, so that it sounds like another person.
The teacher is asked to read slower by the root of the factor, so that a high voice is not a hasty one as well.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from recipes.mini.corpus import Sentence

RATE = 24_000
FACTORS = tuple(round(0.8 * (1.25 / 0.8) ** (step / 23), 4) for step in range(24))
LOUDNESS = 0.08  # root mean square of a recording
LEAD, TAIL = 0.06, 0.12  # seconds of near silence kept at the two ends
QUIET = 10 ** (-42 / 20)  # below the peak by this much counts as silence

Wave = npt.NDArray[np.float32]


def read_aloud(lines: list[Sentence], folder: Path, seed: int, shard: int = 0, shards: int = 1) -> None:
    """Write `speech-SEED-SHARD.i16` (24 kHz, one channel, recordings end to end) and its index, one JSON object a line.

    Goes on where an earlier run stopped: the index is the truth, and samples beyond its last line are dropped.
    """
    from hibari import Hibari

    folder.mkdir(parents=True, exist_ok=True)
    speech, index = folder / f"speech-{seed}-{shard}.i16", folder / f"index-{seed}-{shard}.jsonl"
    written = index.read_text().splitlines() if index.exists() else []
    last = json.loads(written[-1]) if written else {"start": 0, "samples": 0}
    end = last["start"] + last["samples"]
    speech.touch()
    teacher = Hibari(threads=1)
    mine = [(number, line) for number, line in enumerate(lines) if number % shards == shard]
    with speech.open("r+b") as samples, index.open("a") as rows:
        samples.truncate(end * 2)
        samples.seek(end * 2)
        for number, line in mine[len(written) :]:
            row, wave = _recording(teacher, number, line, seed)
            samples.write((wave * 32767).astype("<i2").tobytes())
            samples.flush()
            rows.write(json.dumps({**row, "start": end, "samples": len(wave)}, ensure_ascii=False) + "\n")
            rows.flush()
            end += len(wave)


def _recording(teacher: Any, number: int, line: Sentence, seed: int) -> tuple[dict[str, Any], Wave]:
    draw = np.random.default_rng([seed, number])
    speaker = int(draw.integers(len(FACTORS)))
    factor = FACTORS[speaker]
    phonemes = "".join(teacher.phonemize(line.text)[:1])
    wave = teacher.from_phonemes(phonemes, speed=factor**-0.5, seed=int(draw.integers(2**31)))
    wave = trim(soxr.resample(wave, RATE * factor, RATE, quality="HQ").astype(np.float32))
    wave *= LOUDNESS / max(float(np.sqrt(np.mean(wave**2))), 1e-6)
    wave *= min(1.0, 0.95 / float(np.abs(wave).max()))
    row = {"number": number, "split": line.split, "text": line.text, "phonemes": phonemes, "speaker": speaker}
    return row, wave


def trim(wave: Wave) -> Wave:
    """The recording from just before its first sound to just after its last, faded at both ends."""
    hop = RATE // 200
    frames = wave[: len(wave) // hop * hop].reshape(-1, hop)
    level = np.sqrt((frames**2).mean(1))
    heard = np.flatnonzero(level > QUIET * np.abs(wave).max())
    first = max(0, int(heard[0] * hop - LEAD * RATE))
    last = min(len(wave), int((heard[-1] + 1) * hop + TAIL * RATE))
    kept = wave[first:last].copy()
    ramp = np.linspace(0, 1, hop, dtype=np.float32)
    kept[:hop] *= ramp
    kept[-hop:] *= ramp[::-1]
    return kept
