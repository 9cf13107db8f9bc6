"""Archives from outside, ZIP and .tar.gz: looked through and unpacked within bounds, whole or not at all.

What an archive calls its files never becomes part of a path: they lie under numbers, and whoever wants one by its name
is given a table. An archive inside an archive stays closed.
"""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TypeVar

from timbre.errors import BadArchive, TimbreError
from timbre.settings import settings
from timbre.store.entries import Entries, Kind, kind_of
from timbre.store.ledger import Bounds, Ledger
from timbre.store.names import shown_name
from timbre.store.room import check_room, is_full, no_room

__all__ = ["Bounds", "is_archive", "unpack"]

log = logging.getLogger(__name__)
T = TypeVar("T")

LOOKED_EVERY = 64_000_000
"""Bytes that are written before the disk's room is looked at again."""


def is_archive(path: Path) -> bool:
    """Whether a file begins as one that `unpack` takes."""
    return path.is_file() and kind_of(path) is not None


def unpack(archive: Path, folder: Path, shown: str = "", bounds: Bounds | None = None) -> dict[str, Path]:
    """Unpacks an archive into a new folder. Returns where each of its files lies, by the path that it had inside.

    The folder is not there any more when this raises. shown: what an error calls the archive (default: its own name).
    bounds: default: as in settings. Blocks: call it in a thread.
    Raises errors.BadArchive, ArchiveTooLarge, NoRoom; FileExistsError when the folder is there already.
    """
    shown = shown or shown_name(archive.name, "The archive")
    bounds = bounds or Bounds.of(settings())
    kind = kind_of(archive) if archive.is_file() else None
    if kind is None:
        raise BadArchive(file=shown, reason="it is neither a ZIP nor a .tar.gz")
    ledger = Ledger(shown, bounds, archive.stat().st_size)
    folder.mkdir(mode=0o700)
    try:
        with archive.open("rb") as file:
            return _written(_sound(kind, file, ledger), folder, ledger)
    except BaseException as fault:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(fault, OSError) and is_full(fault):
            raise no_room(shown, folder.parent, ledger.told) from None
        raise


def _written(entries: Entries, folder: Path, ledger: Ledger) -> dict[str, Path]:
    found: dict[str, Path] = {}
    written, looked = 0, -LOOKED_EVERY
    for name, chunks in entries:
        path = folder / str(len(found))
        with path.open("xb") as target:
            for chunk in chunks:
                if written >= looked + LOOKED_EVERY:
                    looked = written
                    check_room(ledger.shown, folder.parent, ledger.told - written, ledger.bounds.reserve)
                target.write(chunk)
                written += len(chunk)
        found[name] = path
    if not found:
        raise ledger.bad("it holds no file")
    return found


def _sound(kind: Kind, file: IO[bytes], ledger: Ledger) -> Entries:
    """The entries; whatever their reader stumbles over is a damage of the archive."""
    entries = kind(file, ledger)
    while (entry := _next(entries, ledger)) is not None:
        name, chunks = entry
        yield name, _all(chunks, ledger)


def _all(chunks: Iterator[bytes], ledger: Ledger) -> Iterator[bytes]:
    while (chunk := _next(chunks, ledger)) is not None:
        yield chunk


def _next(things: Iterator[T], ledger: Ledger) -> T | None:
    try:
        return next(things, None)
    except (TimbreError, MemoryError):
        raise
    except Exception as fault:  # the libraries raise what comes, from zlib's error to RecursionError
        log.info("%s: %s: %s", ledger.shown, type(fault).__name__, fault)
        raise ledger.damaged() from None
