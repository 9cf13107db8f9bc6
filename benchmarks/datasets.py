"""The pipeline on real people given as long recordings without a word of text. Prints JSON.

Debian's prompts of an English, a Spanish and an Italian speaker, whose words are known, are joined to files of some
minutes with pauses between them; the product's own steps cut, transcribe, filter and build them. Then: how much of the
speech is in segments, kept, and built; whether an edge lies within sound; and the words of the transcripts against the
known ones.
Needs what `make mini-evaluate` fetched (Whisper base), and Debian's archive for the prompts.
"""

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from benchmarks.reading import machine
from benchmarks.recorded import Prompt, prompts
from timbre.audio.encode import encode
from timbre.datasets import pipeline
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import RATE, Work
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import new_id
from timbre.store.tables_training import BuildRow, DatasetRow, SegmentRow, SourceRow
from timbre.text.compare import word_error_rate

FILE_S = 150.0
PAUSES_S = (0.2, 0.6)
"""As between the sentences of somebody who reads; the prompts have some quiet of their own."""

SOUND_DB = -25.0
"""Below a prompt's own level there is no speech at an edge."""

FRAME_S = 0.03
PART = 0.2
"""Of a prompt: what is quiet around its words may lie in no segment, or in the next one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A prompt in a long recording, in samples."""

    prompt: Prompt
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Tape:
    """A long recording and what is said in it."""

    samples: NDArray[np.float32]
    placed: list[Placed]


class Quiet:
    """Nobody watches."""

    def progress(self, share: float, line: str = "") -> None: ...
    def check(self) -> None: ...
    def kept(self) -> None: ...


def tapes(chosen: Sequence[Prompt], seed: int) -> list[Tape]:
    """All prompts in a random order, with pauses."""
    dice, found = random.Random(seed), []
    parts: list[NDArray[np.float32]] = []
    placed: list[Placed] = []
    at = 0
    for prompt in dice.sample(list(chosen), len(chosen)):
        pause = np.zeros(round(dice.uniform(*PAUSES_S) * RATE), np.float32)
        parts += [pause, prompt.samples]
        placed.append(Placed(prompt, at + len(pause), at + len(pause) + len(prompt.samples)))
        at = placed[-1].end
        if at > FILE_S * RATE:
            found.append(Tape(np.concatenate(parts), placed))
            parts, placed, at = [], [], 0
    return [*found, Tape(np.concatenate(parts), placed)] if parts else found


def in_hand(home: Path, language: str, whisper: Path, made: Sequence[Tape]) -> tuple[Work, list[str]]:
    """A dataset of these recordings, and the recordings' ids."""
    settings = Settings(_env_file=None, home=home, whisper=str(whisper), whisper_unsure="")  # type: ignore[call-arg]
    database = Database.of(settings)
    database.upgrade()
    blobs = Blobs.of(settings, database)
    dataset = DatasetRow(id=new_id("d"), name="prompts", language=language, parameters={})
    rows = []
    for number, tape in enumerate(made):
        blob = blobs.put(encode(tape.samples, "wav", RATE), "wav")
        rows.append(
            SourceRow(
                id=new_id("s"),
                dataset_id=dataset.id,
                kind="upload",
                name=f"tape{number}.wav",
                blob=blob,
                samples=len(tape.samples),
                status="here",
            )
        )
    with database.writing() as session:
        session.add(dataset)
        session.flush()
        session.add_all(rows)
    parameters = Parameters({}, settings)
    no_engine = cast(Any, None)  # no step asks one
    return Work(dataset.id, language, parameters, settings, database, blobs, no_engine, Quiet()), [
        row.id for row in rows
    ]


def loud_at(tape: Tape, place: int) -> bool:
    """Whether speech sounds at an edge."""
    one = next((one for one in tape.placed if one.begin < place < one.end), None)
    if one is None:
        return False
    half = round(FRAME_S * RATE / 2)
    here = tape.samples[max(one.begin, place - half) : min(one.end, place + half)]
    level = float(np.sqrt(np.mean(one.prompt.samples**2)))
    return float(np.sqrt(np.mean(here**2))) > level * 10 ** (SOUND_DB / 20)


def covered(tape: Tape, rows: Sequence[SegmentRow]) -> float:
    """Seconds of prompts that lie in segments."""
    inside = np.zeros(len(tape.samples), bool)
    for row in rows:
        inside[row.begin : row.end] = True
    return float(sum(inside[one.begin : one.end].sum() for one in tape.placed)) / RATE


def wanted(tape: Tape, row: SegmentRow) -> str | None:
    """The words of a segment; None where it is cut within a prompt, whose words nobody knows by their times."""
    inside = []
    for one in tape.placed:
        share = (min(row.end, one.end) - max(row.begin, one.begin)) / (one.end - one.begin)
        if PART < share < 1 - PART:
            return None
        if share >= 1 - PART:
            inside.append(one.prompt.text)
    return " ".join(inside)


def measured(language: str, keep: Path, whisper: Path, seed: int, minutes: float) -> dict[str, Any]:
    """One person's prompts through the pipeline."""
    chosen = random.Random(seed).sample(every := prompts(language, keep), len(every))
    spoken = np.cumsum([one.seconds for one in chosen])
    made = tapes([one for one, until in zip(chosen, spoken, strict=True) if until <= minutes * 60], seed)
    with tempfile.TemporaryDirectory(prefix="timbre-") as home:
        work, sources = in_hand(Path(home), language, whisper, made)
        took = {}
        for name in ("segment", "transcribe", "filter", "build"):
            began = time.monotonic()
            pipeline.run_steps(work, [name], lambda *_: None)
            took[name] = round(time.monotonic() - began, 1)
        with work.database.reading() as session:
            rows = list(session.scalars(select(SegmentRow).order_by(SegmentRow.source_id, SegmentRow.begin)))
            build = session.scalars(select(BuildRow)).one()
        by_tape = [(tape, [row for row in rows if row.source_id == id]) for tape, id in zip(made, sources, strict=True)]
        speech = sum(one.prompt.seconds for tape in made for one in tape.placed)
        kept = [row for row in rows if not row.reasons]
        edges = [loud_at(tape, place) for tape, found in by_tape for row in found for place in (row.begin, row.end)]
        texts = [(wanted(tape, row), row.heard or "") for tape, found in by_tape for row in found if not row.reasons]
        known = [(text, said) for text, said in texts if text is not None]
        lines = [" ".join(one.prompt.text for one in tape.placed) for tape in made]
        heard = [" ".join(row.heard or "" for row in found) for _, found in by_tape]
        return {
            "recordings": len(made),
            "minutes": round(sum(len(tape.samples) for tape in made) / RATE / 60, 2),
            "minutes_of_prompts": round(speech / 60, 2),
            "share_in_segments": round(sum(covered(tape, found) for tape, found in by_tape) / speech, 4),
            "share_kept": round(
                sum(covered(tape, [row for row in found if not row.reasons]) for tape, found in by_tape) / speech, 4
            ),
            "segments": len(rows),
            "kept": len(kept),
            "dropped_for": dict(Counter(reason for row in rows for reason in row.reasons)),
            "length_s": [
                round(float(np.percentile([(row.end - row.begin) / RATE for row in rows], at)), 2)
                for at in (0, 50, 100)
            ],
            "edges": len(edges),
            "edges_in_sound": sum(edges),
            "word_error_rate": {
                "whole_recordings": round(word_error_rate(list(zip(lines, heard, strict=True))), 4),
                "kept_segments_of_whole_prompts": round(word_error_rate(known), 4),
            },
            "kept_segments_of_whole_prompts": len(known),
            "build": build.figures,
            "seconds": took,
        }


def main() -> None:
    """All of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, default=Path("build/speech-real"), help="where prompts are fetched to")
    parser.add_argument("--whisper", type=Path, default=Path("build/mini/whisper-base"))
    parser.add_argument("--languages", nargs="+", default=["en", "es", "it"])
    parser.add_argument("--minutes", type=float, default=12.0, help="of each person")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = {
        language: measured(language, options.keep, options.whisper, options.seed, options.minutes)
        for language in options.languages
    }
    print(json.dumps({"machine": machine(), **found}, indent=1))


if __name__ == "__main__":
    main()
