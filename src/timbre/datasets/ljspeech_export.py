"""A build as an archive in LJSpeech's layout, which other trainers read: `wavs/ID.wav`, and a line of text for each.

The build's own manifest lies beside them, with every clip's split and the SHA-256 of its FLAC.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from timbre.audio.decode import decode
from timbre.audio.encode import encode
from timbre.datasets.owned import dataset, shown
from timbre.datasets.work import RATE
from timbre.errors import NoBuild, UnknownBuild
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables_training import BuildRow
from timbre.store.zipped import zipped


@dataclass(frozen=True, slots=True)
class Export:
    """An archive, to be sent as it is made. name: for people, without an ending."""

    name: str
    parts: Iterator[bytes]


def builds(database: Database, dataset_id: str, owner: str | None) -> list[BuildRow]:
    """Those of a dataset, the newest first. Raises errors.UnknownDataset."""
    with database.reading() as session:
        of = dataset(session, dataset_id, owner)
        query = select(BuildRow).where(BuildRow.dataset_id == of.id).order_by(BuildRow.id.desc())
        return list(session.scalars(query))


def export(database: Database, blobs: Blobs, dataset_id: str, owner: str | None, build: str = "") -> Export:
    """A build's archive; without its id, the newest one's. Raises errors.UnknownDataset, NoBuild, UnknownBuild."""
    made = builds(database, dataset_id, owner)
    if not made:
        raise NoBuild(dataset=dataset_id)
    chosen = next((row for row in made if build in ("", row.id)), None)
    if chosen is None:
        raise UnknownBuild(build=shown(build))
    manifest = json.loads(blobs.whole(chosen.manifest))
    return Export(f"{manifest['name']} {chosen.id}", zipped(_entries(blobs, manifest)))


def _entries(blobs: Blobs, manifest: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[bytes]]]:
    lines = [f"{_id(clip)}|{_plain(clip['text'])}|{_plain(clip['text'])}\n" for clip in manifest["clips"]]
    yield "metadata.csv", ["".join(lines).encode()]
    yield "manifest.json", [json.dumps(manifest, ensure_ascii=False, indent=1).encode()]
    for clip in manifest["clips"]:
        yield f"wavs/{_id(clip)}.wav", [encode(decode(blobs.whole(clip["blob"]), RATE), "wav", RATE)]


def _id(clip: Mapping[str, Any]) -> str:
    return str(clip["file"]).rpartition(".")[0]


def _plain(text: str) -> str:
    """In one line, without the sign that parts the columns."""
    return " ".join(text.replace("|", " ").split())
