"""Where files lie that came from outside, until they have been worked on: HOME/spool, a folder a time.

A folder is locked while it is used, so that `sweep` knows what a crash left behind, whoever else is using the home.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from timbre.errors import HomeNotWritable


class Spool:
    """The spool of a home folder. Only its owner can look into it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "spool"

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """A new folder, gone with all that is in it when the block ends. Raises errors.HomeNotWritable."""
        try:
            with self._held(fcntl.LOCK_SH):  # no sweep between making it and locking it
                path = Path(tempfile.mkdtemp(dir=self.path))
                lock = _lock(path, fcntl.LOCK_EX)
        except OSError as fault:
            raise HomeNotWritable(home=self.home, reason=(fault.strerror or str(fault)).lower()) from None
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)

    def sweep(self) -> int:
        """Removes what nobody uses any more. Returns how many folders that were."""
        if not self.path.is_dir():
            return 0
        swept = 0
        with self._held(fcntl.LOCK_EX):
            for path in self.path.iterdir():
                if path.is_symlink() or not path.is_dir():
                    path.unlink(missing_ok=True)
                    continue
                try:
                    lock = _lock(path, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    continue  # somebody is at work there
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)
                swept += 1
        return swept

    @contextlib.contextmanager
    def _held(self, how: int) -> Iterator[None]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        lock = _lock(self.path, how)
        try:
            yield
        finally:
            os.close(lock)


def _lock(folder: Path, how: int) -> int:
    """A lock on a folder, held until it is closed or its process has ended."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, how)
    except OSError:
        os.close(handle)
        raise
    return handle
