"""Where training is tried: a service that asks for keys and has the tiny model with all that training needs; or the
rows and files alone, where a test does the jobs itself.
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from builds import make_base, make_build
from guarded import guarding
from made_builds import keep_build
from schooling import School

from timbre.jobs.training import Store
from timbre.settings import Settings, settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables_training import BuildRow


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


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a build, and a home with the model that is trained."""
    folder = tmp_path_factory.mktemp("made")
    make_build(folder / "build")
    make_base(folder / "models" / "tiny")
    return folder


@pytest.fixture
def store(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny").symlink_to(made / "models" / "tiny")
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    monkeypatch.setenv("TIMBRE_MODEL", "tiny")
    settings.cache_clear()
    chosen = Settings()
    database = Database.of(chosen)
    database.upgrade()
    yield Store(database, Blobs.of(chosen, database), chosen)
    database.close()
    settings.cache_clear()


@pytest.fixture
def build(store: Store, made: Path) -> BuildRow:
    return keep_build(store.database, store.blobs, made / "build")
