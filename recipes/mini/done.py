"""Which steps of a whole run are done, so that one that was cut goes on with the step it had come to."""

import shutil
from pathlib import Path

FOLDER = "done"


def is_done(build: Path, step: str) -> bool:
    """Whether the step came to its end."""
    return (build / FOLDER / step).exists()


def mark(build: Path, step: str) -> None:
    """Note that it did."""
    (build / FOLDER).mkdir(parents=True, exist_ok=True)
    (build / FOLDER / step).touch()


def forget(build: Path) -> None:
    """Every step is to be looked at anew."""
    shutil.rmtree(build / FOLDER, ignore_errors=True)
