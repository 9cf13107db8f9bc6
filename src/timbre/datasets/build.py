"""The step that makes of a dataset what a model learns from: clips of one loudness, and a manifest that names them.

A build never changes. The same segments and parameters make the same clips, and so the same manifest, and that is no
new build.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.audio.dsp import faded
from timbre.audio.encode import encode
from timbre.datasets import figures, waveform
from timbre.datasets.digest import digest
from timbre.datasets.filter import Rows, segments_of
from timbre.datasets.parameters import Parameters
from timbre.datasets.report import is_kept
from timbre.datasets.said import read
from timbre.datasets.split import TEST, TRAIN, VALIDATION, Piece, divide
from timbre.datasets.work import RATE, Work
from timbre.errors import NothingToBuild
from timbre.store.tables import new_id
from timbre.store.tables_training import BuildFile, BuildRow, DatasetRow, SegmentRow

Samples = NDArray[np.float32]

FORMAT = 1
VERSION = 1
"""Of what is done to a clip: another makes clips anew."""

PEAK = 0.97
"""Highest sample of a clip: one that would have to be clipped to be as loud as the others stays softer."""

LOUDEST_DB = 30.0
"""Most that a clip is raised: what is softer than that is hardly speech."""

MAKING = 0.95
"""Share of the step that making clips counts for."""

SPLITS = (TRAIN, VALIDATION, TEST)


def build(work: Work) -> None:
    """Makes a build of the segments that are kept, unless the newest one is of the same.

    Raises errors.NothingToBuild, MissingExtra, StorageFull, and what the work's teller raises.
    """
    rows = [(row, blob) for row, blob in segments_of(work) if is_kept(row) and read(row, work.language)]
    split = _divided(rows, work.parameters)
    made = [(row, blob) for row, blob in rows if row.id in split]
    files = _clips(work, made)
    clips = [_clip(row, split[row.id], work.language, *files[row.id]) for row, _ in made if row.id in files]
    name = _named(work, clips)
    work.tell.progress(1.0, name)


def _divided(rows: Rows, parameters: Parameters) -> dict[str, str]:
    """Raises errors.NothingToBuild."""
    pieces = [Piece(row.id, row.source_id, row.begin / RATE, row.end / RATE) for row, _ in rows]
    split = divide(pieces, parameters.validation, parameters.gap_s, parameters.seed)
    if lacking := [name for name in SPLITS if name not in split.values()]:
        raise NothingToBuild(kept=len(rows), lacking=" and ".join(_WORDS[name] for name in lacking))
    return split


_WORDS = {TRAIN: "learn from", VALIDATION: "choose checkpoints by", TEST: "measure it by"}


def _clips(work: Work, rows: Rows) -> dict[str, tuple[str, int, str]]:
    """Of each segment, its clip's file, samples and SHA-256; what is as it was is not made again."""
    found: dict[str, tuple[str, int, str]] = {}
    for count, (row, blob) in enumerate(rows, 1):
        work.tell.check()
        made = _made(work, row, blob) or _make(work, row, blob)
        if made:
            found[row.id] = made
        if count % 10 == 0 or count == len(rows):
            work.tell.progress(MAKING * count / len(rows), f"{count} of {len(rows)} clips are made.")
    return found


def _of(work: Work, row: SegmentRow, blob: str) -> str:
    chosen = work.parameters
    return digest("clip", VERSION, blob, row.begin, row.end, chosen.lufs, chosen.pad_s, chosen.fade_s)


def _made(work: Work, row: SegmentRow, blob: str) -> tuple[str, int, str] | None:
    """What an earlier build made of a segment that is as it was."""
    known = row.done.get("build") or {}
    if row.clip is None or known.get("of") != _of(work, row, blob) or not work.blobs.storage.exists(row.clip):
        return None
    return row.clip, int(known["samples"]), str(known["sha256"])


def _make(work: Work, row: SegmentRow, blob: str) -> tuple[str, int, str] | None:
    """None where the segment was changed or deleted meanwhile."""
    samples = prepared(waveform.samples(work.blobs, blob, row.begin, row.end), work.parameters)
    flac = encode(samples, "flac", RATE)
    sha256, name = hashlib.sha256(flac).hexdigest(), work.blobs.put(flac, "flac")
    with work.database.writing() as session:
        fresh = session.get(SegmentRow, row.id, with_for_update=True)
        if fresh is None or (fresh.begin, fresh.end) != (row.begin, row.end):
            return None
        fresh.clip = name
        told = {"of": _of(work, row, blob), "samples": len(samples), "sha256": sha256}
        fresh.done = {**fresh.done, "build": told}
    return name, len(samples), sha256


def prepared(samples: Samples, parameters: Parameters) -> Samples:
    """A clip as a model learns from it: at one loudness, without clicks, with quiet on either side."""
    spans = figures.spoken(samples)
    loud = _levelled(samples, parameters.lufs)
    soft = faded(loud, RATE, parameters.fade_s)
    seconds = len(samples) / RATE
    before = parameters.pad_s - (spans[0][0] if spans else seconds)
    after = parameters.pad_s - (seconds - spans[-1][1] if spans else seconds)
    return np.pad(soft, (max(round(before * RATE), 0), max(round(after * RATE), 0)))


def _levelled(samples: Samples, lufs: float) -> Samples:
    now = figures.loudness(samples)
    if now is None:
        return samples
    peak = max(float(np.abs(samples).max()), 1e-9)
    gain = min(10 ** (min(lufs - now, LOUDEST_DB) / 20), PEAK / peak)
    return (samples * np.float32(gain)).astype(np.float32)


def _clip(row: SegmentRow, split: str, language: str, blob: str, samples: int, sha256: str) -> dict[str, Any]:
    return {
        "file": f"{row.id}.flac",
        "blob": blob,
        "sha256": sha256,
        "text": read(row, language),
        "samples": samples,
        "source": row.source_id,
        "split": split,
    }


def _named(work: Work, clips: Sequence[Mapping[str, Any]]) -> str:
    """Keeps the build, in one transaction, and says so in a sentence."""
    with work.database.reading() as session:
        dataset = session.get(DatasetRow, work.dataset)
        name = dataset.name if dataset else work.dataset
    manifest = {
        "format": FORMAT,
        "dataset": work.dataset,
        "name": name,
        "language": work.language,
        "rate": RATE,
        "parameters": work.parameters.as_dict(),
        "clips": list(clips),
    }
    blob = work.blobs.put(json.dumps(manifest, ensure_ascii=False, indent=1).encode(), "json", "builds")
    told = _figures(clips)
    minutes = sum(one["seconds"] for one in told.values()) / 60
    with work.database.writing() as session:
        if (newest := _newest(session, work.dataset)) and newest.manifest == blob:
            return f"Nothing changed since the build {newest.id}."
        row = BuildRow(id=new_id("m"), dataset_id=work.dataset, manifest=blob, figures=told)
        session.add(row)
        session.flush()
        session.add_all(BuildFile(build_id=row.id, place=place, blob=clip["blob"]) for place, clip in enumerate(clips))
        return f"The build {row.id} is made: {len(clips)} clips, {minutes:.1f} minutes."


def _newest(session: Session, dataset: str) -> BuildRow | None:
    query = select(BuildRow).where(BuildRow.dataset_id == dataset).order_by(BuildRow.id.desc())
    return session.scalars(query.limit(1)).first()


def _figures(clips: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of each split, how many clips, seconds and sources."""
    by: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for clip in clips:
        by[clip["split"]].append(clip)
    return {
        split: {
            "clips": len(by[split]),
            "seconds": round(sum(clip["samples"] for clip in by[split]) / RATE, 1),
            "sources": len({clip["source"] for clip in by[split]}),
        }
        for split in SPLITS
    }
