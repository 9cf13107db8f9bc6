"""A service that trains: it asks for keys, and has the tiny model with all that training needs."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from builds import make_base, make_build
from guarded import guarding
from made_builds import keep_build
from schooling import School

from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("school")
    make_base(folder / "base")
    make_build(folder / "build")
    home = folder / "home"
    with guarding(home, folder / "base", disk_reserve_mb=0) as guarded:
        owner, key = guarded.key("train")
        chosen = Settings(_env_file=None, home=home)
        with closing(Database.of(chosen)) as database:
            build = keep_build(database, Blobs.of(chosen, database), folder / "build", owner, "Schoolbook")
        yield School(guarded, key, build.dataset_id, build.id)
        assert "Traceback" not in guarded.service.log.read_text()
