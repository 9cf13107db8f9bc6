"""Files that rows name. Each is written once, called by its content, and deleted when no row has named it for a while.

Each has a row of its own. Whoever deletes a file holds its row meanwhile, and whoever writes one touches the row and
then looks whether the file is still there: nobody relies on a file that is about to go.
"""

import contextlib
import logging
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, exists, select, update
from sqlalchemy.exc import IntegrityError

from timbre.errors import TimbreError
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.storage import Storage, storage
from timbre.store.tables import Blob, PieceAudio, Rendition, VoiceBlob, now
from timbre.store.tables_training import BuildFile, BuildRow, CheckpointRow, RunRow, SampleRow, SegmentRow, SourceRow

log = logging.getLogger(__name__)

GRACE = timedelta(hours=1)
"""How long a file is kept that no row names: whoever wrote it is about to name it."""

NAMING = (
    PieceAudio.blob,
    Rendition.blob,
    VoiceBlob.blob,
    SourceRow.upload,
    SourceRow.blob,
    SourceRow.original,
    SegmentRow.clip,
    BuildRow.manifest,
    BuildFile.blob,
    RunRow.manifest,
    CheckpointRow.blob,
    SampleRow.blob,
    SampleRow.reference,
)
"""Every column that names a file."""


class Blobs:
    """The files of the service. Raises what the database and the storage raise."""

    def __init__(self, database: Database, place: Storage) -> None:
        self._database, self.storage = database, place

    @classmethod
    def of(cls, chosen: Settings, database: Database) -> "Blobs":
        return cls(database, storage(chosen))

    def put(self, data: bytes | Path, suffix: str, kind: str = "audio") -> str:
        """Keeps a file and returns its name, which a row has to name within the hour. Raises errors.StorageFull."""
        name = self.storage.put(data, suffix, kind)
        size = len(data) if isinstance(data, bytes) else data.stat().st_size
        with (
            contextlib.suppress(IntegrityError),
            self._database.writing() as session,
        ):  # another wrote the same just now
            known = session.execute(update(Blob).where(Blob.name == name).values(touched_at=now()))
            if not known.rowcount:  # type: ignore[attr-defined]
                session.add(Blob(name=name, bytes=size, touched_at=now()))
        if not self.storage.exists(name):  # it was deleted between the two
            self.storage.put(data, suffix, kind)
        return name

    def read(self, name: str, start: int | None = None, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to `end`, in pieces. Raises errors.FileGone."""
        return self.storage.read(name, start, end)

    def whole(self, name: str) -> bytes:
        """All of a file. Raises errors.FileGone."""
        return b"".join(self.storage.read(name))

    def local(self, name: str) -> AbstractContextManager[Path]:
        """The file's path on this machine, as long as the context lasts. Raises errors.FileGone."""
        return self.storage.local(name)

    def collect(self, grace: timedelta = GRACE) -> tuple[int, int]:
        """Deletes what no row names. Returns how many files and how many bytes."""
        count = size = 0
        stale = select(Blob).where(Blob.touched_at < now() - grace, _unnamed())
        with self._database.reading() as session:
            found = list(session.scalars(stale))
        for blob in found:
            if self._drop(blob, now() - grace):
                count, size = count + 1, size + blob.bytes
        return count, size

    def forget(self, names: Iterable[str]) -> None:
        """Deletes files at once that no row names any more: somebody wants them gone."""
        with self._database.reading() as session:
            found = list(session.scalars(select(Blob).where(Blob.name.in_(list(names)))))
        for blob in found:
            self._drop(blob, now() + GRACE)

    def _drop(self, blob: Blob, before: datetime) -> bool:
        """Deletes a file while its row is held. Returns whether it could be."""
        try:
            with self._database.writing() as session:
                gone = session.execute(delete(Blob).where(Blob.name == blob.name, Blob.touched_at < before, _unnamed()))
                if not gone.rowcount:  # type: ignore[attr-defined]
                    return False
                self.storage.delete(blob.name)
        except TimbreError as fault:
            log.warning("%s stays for now: %s", blob.name, fault)
            return False
        return True


def _unnamed() -> ColumnElement[bool]:
    """Files that no row names."""
    return and_(*(~exists().where(column == Blob.name) for column in NAMING))
