"""The voices of a home folder, and what they leave on the disk."""

from pathlib import Path

from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.folder import Folder
from timbre.voices.library import Library


def library_at(home: Path) -> Library:
    home.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{home / 'timbre.db'}")
    database.upgrade()
    return Library.of(database, Blobs(database, Folder(home / "files", create=True)))


def files_of(home: Path, suffix: str = "") -> list[Path]:
    """All files that are kept, or those with an ending."""
    return sorted(path for path in (home / "files").rglob(f"*{suffix}") if path.is_file())
