"""TensorBoard behind our own door: each sees their own runs, by an address that lasts no longer than their key."""

import asyncio
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from running import alive
from schooling import School

from timbre.access import keys
from timbre.access.guard import Guard
from timbre.api import boards
from timbre.api.boards import Boards
from timbre.errors import MissingExtra
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import new_id
from timbre.store.tables_training import RunRow
from timbre.training.journal import Journal

STARTING = """
import asyncio, sys
from pathlib import Path
from timbre.api import boards

async def main():
    (Path(sys.argv[1]) / "logs").mkdir()
    print((await boards._started(None, Path(sys.argv[1]))).process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def keep_run(school: School, owner: str, name: str) -> str:
    """A run that has ended, with its curve on the disk as a trainer leaves it."""
    home = school.guarded.service.home
    row = RunRow(id=new_id("r"), owner=owner, name=name, dataset_id="d-1", build_id="m-1", base="tiny", method="lora")
    row.language, row.status, run = "en", "completed", row.id
    with closing(Database.of(Settings(_env_file=None, home=home))) as database, database.writing() as session:
        session.add(row)
    journal = Journal(home / "runs" / run / "state", 0)
    for step in range(1, 4):
        journal.add("train", step, {"loss": 5.0 - step})
    journal.close()
    return run


def revoke(school: School, key: str) -> None:
    with closing(Database.of(Settings(_env_file=None, home=school.guarded.service.home))) as database:
        keys.revoke(database, key)


def test_who_may_train_sees_their_own_curves_and_nobody_elses(school: School):
    owner, key = school.guarded.key("train")
    run = keep_run(school, owner, "Grand/mother")
    keep_run(school, school.guarded.key("train")[0], "Somebody else")
    with school.guarded.client(key) as http:
        url = http.get("/training/tensorboard-url").json()["url"]
        answer = http.get(url)
        assert (url, answer.status_code) == ("/training/tensorboard/", 303)
        place = answer.headers["location"]
    with school.guarded.client() as frame:  # which has no key: its address is enough
        assert frame.get(url).status_code == frame.get("/training/tensorboard-url").status_code == 401
        page = frame.get(place)
        assert page.headers["content-security-policy"].startswith("sandbox allow-scripts; default-src 'none'")
        assert page.headers["x-frame-options"] == "SAMEORIGIN" and '<script src="storage.js">' in page.text
        assert "url(/font" not in page.text and "localStorage" in frame.get(f"{place}storage.js").text
        name = f"Grand_mother {run[-6:]}"
        assert frame.get(f"{place}data/runs").json() == [name]
        asked = {"tag": "train/loss", "runs": name}
        sent = frame.post(f"{place}data/plugin/scalars/scalars_multirun", data=asked, headers={"Origin": "null"})
        assert [(step, value) for _, step, value in sent.json()[name]] == [(1, 4.0), (2, 3.0), (3, 2.0)]
        assert sent.headers["access-control-allow-origin"] == "*"
        assert frame.options(f"{place}data/runs", headers={"Origin": "null"}).status_code == 204
        script = frame.get(f"{place}index.js", headers={"Accept-Encoding": "identity"})
        assert len(script.content) == int(script.headers["content-length"]) > 100_000
        assert frame.get(f"{place}../../../voices").status_code == 401
        assert frame.get("/training/tensorboard/t/made-up/").json()["error"]["code"] == "tensorboard_ended"
        revoke(school, owner)
        assert frame.get(place).json()["error"]["code"] == "tensorboard_ended"


def test_a_scope_is_needed(school: School):
    with school.guarded.client(school.guarded.key("speak")[1]) as http:
        for path in ("/training/tensorboard-url", "/training/tensorboard/"):
            assert http.get(path).json()["error"]["code"] == "missing_scope"


def test_without_its_package_it_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    chosen = Settings(_env_file=None, home=tmp_path)
    with closing(Database.of(chosen)) as database, pytest.raises(MissingExtra, match="TensorBoard needs a package"):
        asyncio.run(Boards(tmp_path, database, Guard(chosen, database)).board(None))


def test_it_is_ended_when_nobody_looks_and_started_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(boards, "IDLE_S", 0.5)
    chosen = Settings(_env_file=None, home=tmp_path)

    async def look(database: Database) -> None:
        database.upgrade()
        async with Boards(tmp_path, database, Guard(chosen, database)).open() as ours:
            board = await ours.board(None)
            await asyncio.wait_for(board.process.wait(), 60)
            assert not board.folder.exists()
            again = await ours.board(None)
            assert again is not board and (await again.http.get("/training/tensorboard/data/runs")).json() == []
        assert again.process.returncode is not None and not again.folder.exists()

    with closing(Database.of(chosen)) as database:
        asyncio.run(look(database))


def test_it_ends_with_the_process_that_started_it_however_that_ends(tmp_path: Path):
    (tmp_path / "b").mkdir()
    parent = subprocess.Popen([sys.executable, "-c", STARTING, str(tmp_path / "b")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    board = int(parent.stdout.readline())
    parent.stdout.close()
    assert alive(board) and (tmp_path / "b" / "socket").is_socket()
    assert (tmp_path / "b" / "socket").stat().st_mode & 0o077 == 0
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while alive(board):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert not (tmp_path / "b").exists()
