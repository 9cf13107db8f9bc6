"""Databases with our tables, empty for each test: SQLite and Postgres."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from databases import fresh_database, postgres

from timbre.store.database import Database

_numbers = count()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'timbre.db'}")
    else:
        made = Database(fresh_database(request.getfixturevalue("postgres_server"), f"test{next(_numbers)}"))
    made.upgrade()
    yield made
    made.close()
