"""A model that is made of a checkpoint takes its place and gives it back, whenever it is interrupted."""

import contextlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from timbre.errors import BadPromotion, ModelInUse, NotPromoted
from timbre.runs import made_models
from timbre.runs.made_models import Making, check_name, place, take_back
from timbre.runs.promote import promotions
from timbre.settings import settings
from timbre.store.database import Database


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def database(home: Path) -> Database:
    database = Database(f"sqlite:///{home / 'timbre.db'}")
    database.upgrade()
    return database


def made(home: Path, number: int) -> Making:
    """A model that is ready to take its place."""
    making = Making(home, "anna", f"q-{number}", f"c-{number}")
    folder = making.begun()
    (folder / "weights").write_text(str(number))
    (folder / "installed.json").write_text(json.dumps({"promotion": making.promotion}))
    making.finished()
    return making


def weights(home: Path) -> str | None:
    path = home / "models" / "anna" / "weights"
    return path.read_text() if path.exists() else None


class Killed(BaseException):
    pass


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """From the next such step on nothing is done any more: renaming a folder, or removing one. Returns the count."""
    count = 0
    rename, remove = Path.rename, made_models.shutil.rmtree

    def counted(does, *args, **kwargs):
        nonlocal count
        count += 1
        if count == step:
            raise Killed
        return does(*args, **kwargs)

    monkeypatch.setattr(Path, "rename", lambda *args: counted(rename, *args))
    monkeypatch.setattr(made_models.shutil, "rmtree", lambda *args, **kwargs: counted(remove, *args, **kwargs))
    return lambda: count


@pytest.mark.parametrize("step", range(1, 4))
def test_whoever_is_killed_while_it_takes_its_place_is_followed(
    home: Path, database: Database, monkeypatch: pytest.MonkeyPatch, step: int
):
    place(database, made(home, 1))
    assert weights(home) == "1"
    second = made(home, 2)
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        try:
            place(database, second)
        except Killed:
            assert second.is_made
    place(database, second)
    place(database, second)  # and once more, for the answer was lost
    assert weights(home) == "2" and second.former.is_dir()
    assert [(row.checkpoint_id, row.former is not None) for row in promotions(database)] == [
        ("c-2", True),
        ("c-1", False),
    ]


@pytest.mark.parametrize("step", range(1, 6))
def test_whoever_is_killed_while_the_former_comes_back_is_followed(
    home: Path, database: Database, monkeypatch: pytest.MonkeyPatch, step: int
):
    for number in (1, 2):
        place(database, made(home, number))
    with monkeypatch.context() as patch:
        killed_at(patch, step)
        with contextlib.suppress(Killed):
            take_back(database, home, "c-2", None, None)
    if promotions(database)[0].checkpoint_id == "c-2":
        take_back(database, home, "c-2", None, None)
    assert weights(home) == "1"
    take_back(database, home, "c-1", "anna", "another")
    assert weights(home) is None and promotions(database) == []
    with pytest.raises(NotPromoted):
        take_back(database, home, "c-1", None, None)


def test_what_is_in_use_or_was_made_otherwise_stays(home: Path, database: Database):
    place(database, made(home, 1))
    with pytest.raises(ModelInUse):
        take_back(database, home, "c-1", None, "anna")
    with pytest.raises(ModelInUse):
        check_name(home, "anna", "anna")
    check_name(home, "anna", "tiny")
    (home / "models" / "theirs").mkdir()
    for name in ("theirs", "mini", "xtts-v2", "../anna", "", ".anna"):
        with pytest.raises(BadPromotion):
            check_name(home, name, None)
