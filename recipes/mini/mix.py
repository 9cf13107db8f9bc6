"""The training set of many voices, `build/speech-many`: hibari's recordings, and Kokoro's made into more speakers.

A Kokoro recording is played faster by its row's `factor`, so that a speaker is a pack at a factor. The sounds of the
text are written anew, by the front end that speaks at run time. The step may be run again while Kokoro still reads:
what is new goes behind what is there, so that places in `Speech` stay. After a change of the front end, remove the
folder first. Training needs the folder's name alone: `Speech(build / "speech-many")`.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from recipes.mini import many, teacher
from recipes.mini.speech import Shard, Wave, write_mels
from recipes.mini.teacher import RATE
from timbre.text.phonemes import phonemiser

FIRST_SPEAKER = len(teacher.FACTORS)  # hibari's come first
FIRST_NUMBER = 1_000_000  # Kokoro's readings follow all of hibari's in the order of the corpus


def mix(build: Path) -> None:
    """Write what is not there yet, mels as well. Raises FileNotFoundError where Kokoro has read nothing."""
    indices = sorted((build / "kokoro").glob("index-*.jsonl"))
    if not indices:
        raise FileNotFoundError(f"{build / 'kokoro'} has no recordings: run the step 'many' first")
    folder = build / "speech-many"
    folder.mkdir(parents=True, exist_ok=True)
    for index in sorted((build / "speech").glob("index-*.jsonl")):
        _link(index, folder)
    for index in indices:
        _resample(Shard(index), folder)
    write_mels(folder)


def _link(index: Path, folder: Path) -> None:
    """Hibari's shard, its waves and mels shared with the folder they are in."""
    name = index.stem.removeprefix("index-")
    rows = []
    for line in index.read_text("utf-8").splitlines():
        row = json.loads(line)
        factor = teacher.FACTORS[row["speaker"]]
        rows.append(json.dumps({**row, "language": "en", "voice": "hibari", "factor": factor}, ensure_ascii=False))
    for kind in (f"speech-{name}.i16", f"mels-{name}.f16"):
        if (index.parent / kind).exists() and not (folder / kind).exists():
            (folder / kind).hardlink_to(index.parent / kind)
    (folder / index.name).write_text("\n".join(rows) + "\n", "utf-8")


def _resample(shard: Shard, folder: Path) -> None:
    name = f"kokoro-{shard.name}"
    speech, index = folder / f"speech-{name}.i16", folder / f"index-{name}.jsonl"
    written = index.read_text("utf-8").splitlines() if index.exists() else []
    last = json.loads(written[-1]) if written else {"start": 0, "samples": 0}
    end = last["start"] + last["samples"]
    speech.touch()
    with speech.open("r+b") as samples, index.open("a", encoding="utf-8") as rows:
        samples.truncate(end * 2)
        samples.seek(end * 2)
        for row in shard.rows[len(written) :]:
            wave = _played(shard.wave(row), row["factor"])
            samples.write((wave * 32767).astype("<i2").tobytes())
            samples.flush()
            rows.write(json.dumps({**_described(row), "start": end, "samples": len(wave)}, ensure_ascii=False) + "\n")
            rows.flush()
            end += len(wave)


def _played(wave: Wave, factor: float) -> Wave:
    faster: Wave = soxr.resample(wave, RATE * factor, RATE, quality="HQ").astype(np.float32)
    return faster * np.float32(min(1.0, 0.95 / float(np.abs(faster).max())))


def _described(row: dict[str, Any]) -> dict[str, Any]:
    """The row with our sounds in place of espeak's, and the speaker that the factor makes of the pack."""
    kept = {key: value for key, value in row.items() if key != "espeak"}
    speaker = FIRST_SPEAKER + row["speaker"] * len(many.FACTORS) + many.FACTORS.index(row["factor"])
    sounds = phonemiser("timbre", row["language"])(row["text"])
    return {**kept, "number": FIRST_NUMBER + row["number"], "speaker": speaker, "phonemes": sounds}
