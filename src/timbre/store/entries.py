"""What is inside a ZIP or a .tar.gz, entry by entry, read in small pieces whatever its headers demand."""

import gzip
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from timbre.store.ledger import Ledger, quoted

CHUNK = 2**16
GULP = 2**20
"""Bytes that a header may have: a library that wants to read more at once was told to by a hostile one."""

Entries = Iterator[tuple[str, Iterator[bytes]]]
"""The name of each file, and what is in it. Take all of one before the next."""


class Kind(Protocol):
    def __call__(self, archive: IO[bytes], ledger: Ledger) -> Entries: ...


def kind_of(path: Path) -> Kind | None:
    """How a file is read, by its first bytes."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in {b"PK\x03\x04", b"PK\x05\x06"}:
        return zipped
    return tarred if head.startswith(b"\x1f\x8b") else None


def zipped(archive: IO[bytes], ledger: Ledger) -> Entries:
    """The files of a ZIP. All entries have been looked at when the first is given."""
    archive.seek(0, 2)
    packed = archive.tell()
    with zipfile.ZipFile(_Wary(archive, ledger, max(GULP, 256 * ledger.bounds.files))) as file:
        infos = file.infolist()
        names = [_looked_at(info, ledger) for info in infos]
        if _announced(archive, packed) not in {len(infos), 0xFFFF}:
            raise ledger.damaged()  # the library reads as far as it can
        if sum(info.compress_size for info in infos) > packed:
            raise ledger.bad("its entries lie over each other")
        for info, name in zip(infos, names, strict=True):
            if not info.is_dir():
                yield name, _inside(file, info, ledger)


def _announced(archive: IO[bytes], packed: int) -> int:
    """How many entries a ZIP says that it has, at its end; 65,535: or more."""
    archive.seek(max(packed - 2**16 - 22, 0))
    end = archive.read()
    return int.from_bytes(end[end.rfind(b"PK\x05\x06") + 10 :][:2], "little")


def _inside(file: zipfile.ZipFile, info: zipfile.ZipInfo, ledger: Ledger) -> Iterator[bytes]:
    left = info.file_size
    with file.open(info) as inside:
        while chunk := inside.read(CHUNK):
            ledger.count(len(chunk))
            left -= len(chunk)
            yield chunk
    if left:
        raise ledger.damaged()


def _looked_at(info: zipfile.ZipInfo, ledger: Ledger) -> str:
    """Its name. Refuses what is no plain file or folder."""
    name = ledger.enter(info.orig_filename, info.file_size, info.is_dir())
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ledger.bad(f"it holds {quoted(name)}, which is neither a file nor a folder")
    if info.flag_bits & 1:
        raise ledger.bad("it is locked with a password")
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ledger.bad("it is packed in an uncommon way")
    return name


def tarred(archive: IO[bytes], ledger: Ledger) -> Entries:
    """The files of a .tar.gz. Each entry has been looked at when it is given."""
    with gzip.GzipFile(fileobj=archive) as plain:
        wary = _Onward(_Wary(plain, ledger, GULP), ledger)
        try:
            file = tarfile.TarFile(fileobj=wary)  # type: ignore[arg-type]
        except tarfile.ReadError:
            raise ledger.bad("it is no .tar.gz") from None
        while (info := file.next()) is not None:
            name = ledger.enter(info.name, info.size, info.isdir())
            if not (info.isdir() or info.isreg()) or info.issparse():
                raise ledger.bad(f"it holds {quoted(info.name)}, which is neither a file nor a folder")
            if info.isreg():
                wary.seek(info.offset_data)
                yield name, wary.piece(info.size)
        if wary.last.strip(b"\0"):
            raise ledger.damaged()  # the library takes a header that it cannot read for the end
        while wary.read(CHUNK):
            pass  # the checksum stands at the end


class _Wary:
    """An open file of which no more is read at once than is sane."""

    def __init__(self, file: IO[bytes] | gzip.GzipFile, ledger: Ledger, most: int) -> None:
        self._file, self._ledger, self._most = file, ledger, most
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int = -1) -> bytes:
        if count < 0:
            here = self.tell()
            count = self.seek(0, 2) - here
            self.seek(here)
        if count > self._most:
            raise self._ledger.bad("a header in it claims to be larger than headers are")
        return self._file.read(count)

    def seekable(self) -> bool:
        return True


class _Onward:
    """A stream that is only read onward, each of its bytes counted."""

    def __init__(self, file: _Wary, ledger: Ledger) -> None:
        self._file, self._ledger = file, ledger
        self._at = 0
        self.last = b""  # what was read at last

    def read(self, count: int = -1) -> bytes:
        if count < 0:
            raise self._ledger.damaged()
        self.last = self._file.read(count)
        self._at += len(self.last)
        self._ledger.count(len(self.last))
        return self.last

    def tell(self) -> int:
        return self._at

    def seek(self, to: int, whence: int = 0) -> int:
        if whence or to < self._at:
            raise self._ledger.damaged()
        while self._at < to:
            if not self.read(min(to - self._at, CHUNK)):
                raise self._ledger.damaged()
        return self._at

    def piece(self, count: int) -> Iterator[bytes]:
        """So many bytes from here on."""
        while count:
            data = self.read(min(count, CHUNK))
            if not data:
                raise self._ledger.damaged()
            count -= len(data)
            yield data
