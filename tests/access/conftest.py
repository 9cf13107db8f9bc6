"""What the tests of access share: a database with all its tables."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from timbre.store.database import Database


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, to be copied: making them takes longer than most tests do."""
    path = tmp_path_factory.mktemp("tables") / "timbre.db"
    made = Database(f"sqlite:///{path}")
    made.upgrade()
    made.close()
    return path


@pytest.fixture
def database(tables: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copyfile(tables, tmp_path / "timbre.db")
    found = Database(f"sqlite:///{tmp_path / 'timbre.db'}")
    yield found
    found.close()
