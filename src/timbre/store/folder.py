"""Files kept in a folder."""

import errno
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from timbre.errors import FileGone, StorageFull, StorageUnreadable
from timbre.store.content import CHUNK, NAME, Stored, checked, checked_prefix, name_of

FULL = {errno.ENOSPC, errno.EDQUOT}
PARTIAL = ".partial"  # what is being written lies here; no name begins with a dot
ABANDONED_S = 24 * 3600
PROBE = bytes(64 * 1024)


class Folder:
    """A `timbre.store.storage.Storage` in a folder, which every process that uses it has to see.

    create: make the folder where there is none. Without, a folder that is missing is a fault: a disk that was not
    mounted is not to be replaced by a folder of the same name.
    """

    def __init__(self, root: Path, create: bool = False) -> None:
        self.root, self.create = root, create
        self.where = str(root)

    def put(self, data: bytes | Path, suffix: str, kind: str = "audio") -> str:
        name, size = name_of(data, suffix, kind)
        path = self.root / name
        with self._faults():
            if not _there(path, size):
                with self._written(data) as partial:
                    _make(path.parent)
                    partial.replace(path)
                    _sync(path.parent)
        return name

    def read(self, name: str, start: int | None = None, end: int | None = None) -> Iterator[bytes]:
        path = self.root / checked(name)
        with self._faults(name):
            file = path.open("rb")
        return self._pieces(file, name, start or 0, end)

    def size(self, name: str) -> int:
        with self._faults(name):
            return (self.root / checked(name)).stat().st_size

    def exists(self, name: str) -> bool:
        try:
            return self.size(name) >= 0
        except FileGone:
            return False

    def delete(self, name: str) -> None:
        with suppress(FileGone), self._faults(name):
            (self.root / checked(name)).unlink()

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        self.size(name)
        yield self.root / name

    def names(self, prefix: str = "") -> Iterator[Stored]:
        top = self.root / checked_prefix(prefix).rpartition("/")[0]
        with self._faults():
            for folder, folders, files in os.walk(top, onerror=self._unless_gone):
                folders[:] = sorted(name for name in folders if name.isalnum())  # not ours: .partial, lost+found
                for path in sorted(Path(folder) / file for file in files):
                    name = path.relative_to(self.root).as_posix()
                    if name.startswith(prefix) and NAME.fullmatch(name):
                        yield from _stored(path, name)

    def tidy(self) -> None:
        with self._faults():
            for path in (self.root / PARTIAL).glob("*"):
                with suppress(FileNotFoundError):
                    if time.time() - path.stat().st_mtime > ABANDONED_S:
                        path.unlink()

    def check(self) -> int | None:
        with self._faults():
            with self._written(PROBE):
                pass
            room = os.statvfs(self.root)
        return room.f_bavail * room.f_frsize

    @contextmanager
    def _written(self, data: bytes | Path) -> Iterator[Path]:
        """The data in a file beside the others, safe on the disk; removed afterwards, unless it was moved."""
        if self.create:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.root / PARTIAL).mkdir(exist_ok=True)
        handle, partial = tempfile.mkstemp(dir=self.root / PARTIAL)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in _contents(data):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            yield Path(partial)
        finally:
            Path(partial).unlink(missing_ok=True)

    def _pieces(self, file: BinaryIO, name: str, start: int, end: int | None) -> Iterator[bytes]:
        with file, self._faults(name):
            file.seek(start)
            while piece := file.read(CHUNK if end is None else min(CHUNK, max(0, end - file.tell()))):
                yield piece

    def _unless_gone(self, fault: OSError) -> None:
        """What a walk does about a folder that it cannot list."""
        if not isinstance(fault, FileNotFoundError) or self._lost():
            raise fault

    def _lost(self) -> bool:
        return not self.create and not self.root.is_dir()

    @contextmanager
    def _faults(self, name: str = "") -> Iterator[None]:
        """Says the system's errors in our words."""
        try:
            yield
        except FileNotFoundError as fault:
            if name and not self._lost():
                raise FileGone(name=name) from fault
            raise StorageUnreadable(where=self.where, reason="it is not there") from fault
        except OSError as fault:
            kind = StorageFull if fault.errno in FULL else StorageUnreadable
            raise kind(where=self.where, reason=(fault.strerror or str(fault)).lower()) from fault


def _there(path: Path, size: int) -> bool:
    """Whether the file is there, whole."""
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _contents(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def _make(folder: Path) -> None:
    """Makes a folder, and those above it, that outlast a power cut."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stored(path: Path, name: str) -> Iterator[Stored]:
    with suppress(FileNotFoundError):
        facts = path.stat()
        yield Stored(name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))
