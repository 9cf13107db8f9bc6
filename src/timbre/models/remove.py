"""Removing a model that was installed or made here."""

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from timbre.errors import BuiltInModel, ModelInUse, UnknownModel
from timbre.models import catalogue


def in_use(model: str, loaded: str | None, first: str) -> str:
    """Why a model has to stay; empty where it need not. loaded: what the engine holds; first: what it begins with."""
    if model == loaded:
        return "the engine holds it"
    return "the engine begins with it" if model == first else ""


def remove(model: str, home: Path, needed: str = "") -> int:
    """Deletes a model's folder in HOME/models. needed: why it has to stay, if it has to. Returns the bytes that went.

    A model that is a link to elsewhere loses the link alone. Raises errors.UnknownModel, BuiltInModel, ModelInUse.
    """
    if model == catalogue.BUILT_IN:
        raise BuiltInModel(model=model)
    folder = home / "models" / model
    if not (catalogue.NAME.fullmatch(model) and catalogue.is_complete(folder)):
        raise UnknownModel(model=model, known=", ".join(catalogue.names()))
    if needed:
        raise ModelInUse(model=model, reason=needed)
    with _held(folder):
        if folder.is_symlink():
            folder.unlink()
            return 0
        gone = folder.with_name(f".{model}.gone")
        shutil.rmtree(gone, ignore_errors=True)  # of a removal that was cut
        folder.rename(gone)  # from here on it is no model any more
        size = bytes_of(gone)
        shutil.rmtree(gone)
    return size


def bytes_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # it may go while we look
            found += path.stat().st_size if path.is_file() else 0
    return found


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[None]:
    """While nobody installs the same."""
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
