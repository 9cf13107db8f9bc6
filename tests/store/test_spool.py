"""Where files lie that came from outside, what is left of them, and what they are called."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from timbre.errors import HomeNotWritable, NoRoom
from timbre.store.names import LONGEST, shown_name
from timbre.store.room import check_room
from timbre.store.spool import Spool


def test_a_folder_is_its_owners_and_gone_afterwards(tmp_path: Path):
    spool = Spool(tmp_path / "home")
    with pytest.raises(ZeroDivisionError), spool.folder() as folder:
        (folder / "inner").mkdir()
        (folder / "inner" / "0").write_bytes(b"x")
        for path in (folder, folder.parent):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        raise ZeroDivisionError
    assert list(spool.path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from timbre.store.spool import Spool
with Spool(Path(sys.argv[1])).folder() as folder:
    (folder / "0").write_bytes(b"x" * 1000)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_crash_left_is_swept_and_what_is_in_use_is_not(tmp_path: Path):
    spool, outside = Spool(tmp_path / "home"), tmp_path / "kept"
    assert spool.sweep() == 0 and not spool.path.exists()
    outside.mkdir()
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "home")], check=False)
    assert len(list(spool.path.glob("*/0"))) == 1
    (spool.path / "link").symlink_to(outside)
    with spool.folder() as folder:
        (folder / "0").write_bytes(b"x")
        assert spool.sweep() == 1
        assert list(spool.path.rglob("*")) == [folder, folder / "0"]
    assert outside.is_dir() and list(spool.path.iterdir()) == []


def test_a_sweep_never_takes_a_folder_that_is_just_made(tmp_path: Path):
    spool, done = Spool(tmp_path), threading.Event()

    def sweep() -> None:
        while not done.is_set():
            spool.sweep()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(200):
            with spool.folder() as folder:
                (folder / "0").write_bytes(b"x")
                assert (folder / "0").exists()
    finally:
        done.set()
        sweeper.join()


def test_a_home_that_is_a_file(tmp_path: Path):
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeNotWritable), Spool(tmp_path / "home").folder():
        pass


def test_room_is_what_is_free_less_what_is_to_stay_free(tmp_path: Path):
    check_room("The upload", tmp_path, 1000)
    with pytest.raises(NoRoom, match=r"^The upload needs 5\.0 GB of free space in .*; there is 0 MB\.$"):
        check_room("The upload", tmp_path, 5 * 10**9, reserve=10**18)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tape.wav", "tape.wav"),
        ("Grandma's tape.wav", "Grandma's tape.wav"),
        ("../../x", "x"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\anna\\tape.wav", "tape.wav"),
        ("a/b/", "b"),
        ("..", "file 1"),
        ("../..", "file 1"),
        ("", "file 1"),
        (None, "file 1"),
        ("\n\x00\x1b", "file 1"),
        ("a\nb\x1b[2Jc\u202ewav.exe", "a b [2Jc wav.exe"),
        ("{file} {0.__class__}.wav", "{file} {0.__class__}.wav"),
    ],
)
def test_a_name_is_only_shown_and_harmless_then(name: str | None, shown: str):
    assert shown_name(name, "file 1") == shown


def test_a_long_name_keeps_its_ending():
    short = shown_name("x" * 5_000 + ".flac", "file 1")
    assert len(short) == LONGEST and short.endswith(".flac")
