"""Where the voices made here are kept: a row for each, its clips and what models made of them as files.

A voice appears whole, with all its files, or not at all. When it is removed its recordings go at once.
"""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from timbre.engine.protocol import Brought
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import VoiceBlob, VoiceRow
from timbre.voices.record import ID, as_voice

log = logging.getLogger(__name__)

KIND = "voices"
"""The folder of the storage that their files are in."""


class Shelf:
    """The records of voices and their files. Raises what the database and the storage raise."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database, self._blobs = database, blobs

    def read(self, id: str) -> dict[str, Any] | None:
        """A voice's record; None where there is none."""
        if not ID.fullmatch(id):
            return None
        with self._database.reading() as session:
            row = session.get(VoiceRow, id)
        return dict(row.record) if row else None

    def records(self) -> Iterator[dict[str, Any]]:
        """All records, in no order. One that another version wrote and that cannot be read is passed over."""
        with self._database.reading() as session:
            rows = list(session.scalars(select(VoiceRow)))
        for row in rows:
            try:
                as_voice(row.record)
            except (KeyError, TypeError):
                log.warning("%s is no voice that can be read", row.id)
                continue
            yield dict(row.record)

    def keep(self, record: Mapping[str, Any], files: Mapping[str, bytes], owner: str = "") -> None:
        """Keeps a new voice with its files, by their names."""
        blobs = {name: self._blobs.put(data, Path(name).suffix, KIND) for name, data in files.items()}
        with self._database.writing() as session:
            session.add(row_of(record, owner))
            session.flush()
            session.add_all(VoiceBlob(voice_id=record["id"], name=name, blob=blob) for name, blob in blobs.items())
        for name, data in files.items():  # another voice with the same recording may have been removed meanwhile
            self._blobs.put(data, Path(name).suffix, KIND)

    def change(self, record: Mapping[str, Any]) -> bool:
        """Writes a record anew. False where the voice is gone."""
        with self._database.writing() as session:
            row = session.get(VoiceRow, record["id"])
            if row is None:
                return False
            row.record, row.name, row.language = dict(record), record["name"], record["language"] or ""
        return True

    def remove(self, id: str) -> bool:
        """Forgets a voice, and deletes its files unless another voice has the same. False where there was none."""
        with self._database.writing() as session:
            blobs = list(session.scalars(select(VoiceBlob.blob).where(VoiceBlob.voice_id == id)))
            session.execute(delete(VoiceBlob).where(VoiceBlob.voice_id == id))
            gone = session.scalars(delete(VoiceRow).where(VoiceRow.id == id).returning(VoiceRow.id)).first()
        self._blobs.forget(blobs)
        return gone is not None

    def file(self, id: str, name: str) -> bytes | None:
        """A file of a voice; None where it has none by that name. Raises errors.FileGone."""
        with self._database.reading() as session:
            found = session.get(VoiceBlob, (id, name))
        return self._blobs.whole(found.blob) if found else None

    def named(self, id: str, name: str) -> Brought | None:
        """A file of a voice as an adapter that can be brought to an engine; None where it has none by that name."""
        with self._database.reading() as session:
            found = session.get(VoiceBlob, (id, name))
        return Brought(Path(found.blob).stem, lambda: self._blobs.whole(found.blob)) if found else None

    def add_file(self, id: str, name: str, data: bytes) -> None:
        """Keeps one more file of a voice, or another in its place. Where the voice is gone, so is the file."""
        blob = self._blobs.put(data, Path(name).suffix, KIND)
        try:
            with self._database.writing() as session:
                if session.get(VoiceRow, id) is not None:
                    session.merge(VoiceBlob(voice_id=id, name=name, blob=blob))
                    return
        except IntegrityError:  # another did so just now, or removed the voice
            return
        self._blobs.forget([blob])

    def drop_file(self, id: str, name: str) -> None:
        """Deletes a file of a voice."""
        with self._database.writing() as session:
            if (found := session.get(VoiceBlob, (id, name))) is None:
                return
            session.delete(found)
        self._blobs.forget([found.blob])


def row_of(record: Mapping[str, Any], owner: str) -> VoiceRow:
    return VoiceRow(
        id=record["id"],
        owner=owner,
        kind=record["kind"],
        name=record["name"],
        language=record["language"] or "",
        record=dict(record),
        created_at=datetime.fromisoformat(record["created_at"]),
    )
