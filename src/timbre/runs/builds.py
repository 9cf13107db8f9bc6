"""What a run learns from: a dataset's build, as its manifest tells of it."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.errors import BadTraining, NoBuild, UnknownBuild, UnknownDataset
from timbre.store.blobs import Blobs
from timbre.store.files import write_whole
from timbre.store.tables_training import BuildRow, DatasetRow

ANYBODY = None
FEWEST = 4
"""Clips to learn from, at the least; one more chooses between checkpoints."""

MANIFEST = "manifest.json"
BYTES_A_SAMPLE = 1.5
"""Of a clip on the disk, about: FLAC of 16 bits."""


def find(session: Session, dataset_id: str, build_id: str, owner: str | None = ANYBODY) -> tuple[DatasetRow, BuildRow]:
    """A build by its id, or the newest one of a dataset. Raises errors.UnknownDataset, UnknownBuild, NoBuild."""
    build = session.get(BuildRow, build_id) if build_id else None
    if build_id and build is None:
        raise UnknownBuild(build=ascii(build_id[:60])[1:-1])
    wanted = build.dataset_id if build else dataset_id
    dataset = session.get(DatasetRow, wanted)
    if dataset is None or (owner is not ANYBODY and dataset.owner != owner):
        raise UnknownBuild(build=build_id) if build else UnknownDataset(dataset=ascii(dataset_id[:60])[1:-1])
    if build and dataset_id and dataset_id != dataset.id:
        raise UnknownBuild(build=build_id)
    if build is None:
        newest = select(BuildRow).where(BuildRow.dataset_id == dataset.id).order_by(BuildRow.id.desc()).limit(1)
        build = session.scalars(newest).first()
    if build is None:
        raise NoBuild(dataset=dataset.id)
    return dataset, build


def read(blobs: Blobs, name: str) -> dict[str, Any]:
    """A build's manifest. Raises errors.FileGone, BadTraining."""
    try:
        found = json.loads(blobs.whole(name))
        if found["format"] != 1 or not isinstance(found["clips"], list):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise BadTraining(reason="the build's manifest cannot be read") from None
    return dict(found)


def check(manifest: dict[str, Any]) -> None:
    """Raises errors.BadTraining where there is too little to learn from."""
    count = {name: sum(clip["split"] == name for clip in manifest["clips"]) for name in ("train", "validation")}
    if count["train"] < FEWEST or count["validation"] < 1:
        few = f"{count['train']} clips to learn from and {count['validation']} held out"
        raise BadTraining(reason=f"the build has {few}; it takes {FEWEST} and one at the least")


def bytes_of(manifest: dict[str, Any]) -> int:
    """About how much room its clips take."""
    return round(BYTES_A_SAMPLE * sum(int(clip["samples"]) for clip in manifest["clips"]))


def lay_out(blobs: Blobs, name: str, folder: Path, told: Callable[[int, int], None]) -> None:
    """Puts a build's clips and its manifest into a folder, as training reads them; what is there already stays.

    told: is called with how many of how many are there, before each; what it raises ends this. Raises errors.FileGone,
    StorageAway, BadTraining, OSError.
    """
    manifest = read(blobs, name)
    folder.mkdir(parents=True, exist_ok=True)
    clips = manifest["clips"]
    for done, clip in enumerate(clips):
        told(done, len(clips))
        place = folder / Path(clip["file"]).name
        if not _is_there(place, clip["sha256"]):
            _fetch(blobs, clip["blob"], place, clip["sha256"])
    write_whole(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False).encode())


def _is_there(place: Path, sha256: str) -> bool:
    try:
        with place.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return False


def _fetch(blobs: Blobs, blob: str, place: Path, sha256: str) -> None:
    handle, beside = tempfile.mkstemp(dir=place.parent, prefix=".")
    partial, digest = Path(beside), hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in blobs.read(blob):
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != sha256:
            raise BadTraining(reason=f"the clip {place.name} is not what the build says it is; build the dataset anew")
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
