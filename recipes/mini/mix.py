"""The training set of many voices, `build/speech-many`: hibari's recordings, and Kokoro's and people's made into more
speakers.

A recording of the training set is played at its row's `factor` and at two neighbours of it, for a speaker is a pack or
a person at a factor, and the same words in other voices are what little speech in Portuguese is stretched with. Packs
that are kept out of training lie in `build/speech-held`, which no training step opens. The sounds of the text are
written anew, by the front end that speaks at run time. The step may be run again when there are more recordings: what
is new goes behind what is there. After a change of the front end, remove both folders first.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from recipes.mini import many, people, teacher
from recipes.mini.speech import HELD, MANY, Shard, Wave, write_mels
from recipes.mini.teacher import RATE
from timbre.text.phonemes import phonemiser

FIRST_SPEAKER = len(teacher.FACTORS)  # hibari's come first
SPEAKERS = FIRST_SPEAKER + (many.PACKS + people.PEOPLE) * len(many.FACTORS)
FIRST_NUMBER = 1_000_000  # Kokoro's readings and people's follow all of hibari's in the order of the corpus
NEIGHBOURS = (0, -2, 2)  # places in `many.FACTORS` from the row's own; two are an eighth up or down


def mix(build: Path) -> None:
    """Write what is not there yet, mels as well. Raises FileNotFoundError where Kokoro has read nothing.

    People are in it where `people` has recorded them.
    """
    indices = sorted((build / "kokoro").glob("index-*.jsonl"))
    if not indices:
        raise FileNotFoundError(f"{build / 'kokoro'} has no recordings: run the step 'many' first")
    for folder in (build / MANY, build / HELD):
        folder.mkdir(parents=True, exist_ok=True)
    for index in sorted((build / "speech").glob("index-*.jsonl")):
        _link(index, build / MANY)
    for index in indices:
        _resample(Shard(index), "kokoro", build / MANY, held=False)
        _resample(Shard(index), "kokoro", build / HELD, held=True)
    for index in sorted((build / "people").glob("index-*.jsonl")):
        _resample(Shard(index), "people", build / MANY, held=False)
    for folder in (build / MANY, build / HELD):
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


def _resample(shard: Shard, source: str, folder: Path, held: bool) -> None:
    """A shard's rows of the packs that are held out, or of all others, in their versions."""
    name = f"{source}-{shard.name}"
    speech, index = folder / f"speech-{name}.i16", folder / f"index-{name}.jsonl"
    written = index.read_text("utf-8").splitlines() if index.exists() else []
    last = json.loads(written[-1]) if written else {"start": 0, "samples": 0}
    end = last["start"] + last["samples"]
    wanted = [row for row in shard.rows if (row["voice"] in many.HELD_VOICES) == held]
    versions = [(row, factor) for row in wanted for factor in factors(row)]
    if not versions:
        return
    speech.touch()
    with speech.open("r+b") as samples, index.open("a", encoding="utf-8") as rows:
        samples.truncate(end * 2)
        samples.seek(end * 2)
        for row, factor in versions[len(written) :]:
            wave = _played(shard.wave(row), factor)
            samples.write((wave * 32767).astype("<i2").tobytes())
            samples.flush()
            described = {**_described(row, factor), "start": end, "samples": len(wave)}
            rows.write(json.dumps(described, ensure_ascii=False) + "\n")
            rows.flush()
            end += len(wave)


def factors(row: dict[str, Any]) -> list[float]:
    """What a recording is played at: of the training set its own factor and neighbours; what is held out at its own,
    and voices that are held out as they are.
    """
    if row["voice"] in many.HELD_VOICES:
        return [1.0]
    own = many.FACTORS.index(row["factor"])
    steps = NEIGHBOURS if row["split"] == "train" else (0,)
    return [many.FACTORS[own + step] for step in steps if 0 <= own + step < len(many.FACTORS)]


def _played(wave: Wave, factor: float) -> Wave:
    faster: Wave = soxr.resample(wave, RATE * factor, RATE, quality="HQ").astype(np.float32)
    return faster * np.float32(min(1.0, 0.95 / float(np.abs(faster).max())))


def _described(row: dict[str, Any], factor: float) -> dict[str, Any]:
    """The row with our sounds in place of espeak's, and the speaker that the factor makes of the pack or person."""
    kept = {key: value for key, value in row.items() if key != "espeak"}
    speaker = FIRST_SPEAKER + row["speaker"] * len(many.FACTORS) + many.FACTORS.index(factor)
    sounds = phonemiser("timbre", row["language"])(row["text"])
    return {**kept, "factor": factor, "number": FIRST_NUMBER + row["number"], "speaker": speaker, "phonemes": sounds}
