"""Models made of checkpoints: how one takes its place in HOME/models, and gives it back.

What was called so before is kept beside, under the promotion's id. Each step can be done again: whoever is killed
between two of them is followed by somebody who does the rest.
"""

import contextlib
import fcntl
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timbre.errors import BadPromotion, ModelInUse
from timbre.models import catalogue
from timbre.runs.promote import MODEL, standing_of
from timbre.store.database import Database
from timbre.store.tables import now
from timbre.store.tables_training import PromotionRow


@dataclass(frozen=True, slots=True)
class Making:
    """A model on its way."""

    home: Path
    name: str
    promotion: str
    checkpoint: str

    @property
    def target(self) -> Path:
        return self.home / "models" / self.name

    @property
    def partial(self) -> Path:
        return self.home / "models" / f".{self.promotion}.partial"

    @property
    def made(self) -> Path:
        return self.home / "models" / f".{self.promotion}.made"

    @property
    def former(self) -> Path:
        return self.home / "models" / f".{self.promotion}.former"

    @property
    def is_made(self) -> bool:
        """Whether all of it is written, or even in its place."""
        return self.made.is_dir() or record(self.target).get("promotion") == self.promotion

    def begun(self) -> Path:
        """The folder that it is gathered in, empty."""
        shutil.rmtree(self.partial, ignore_errors=True)
        self.partial.mkdir(parents=True)
        return self.partial

    def finished(self) -> None:
        self.partial.rename(self.made)


def record(folder: Path) -> dict[str, Any]:
    """What a model's folder tells of where it came from."""
    try:
        found = json.loads((folder / "installed.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def check_name(home: Path, name: str, loaded: str | None) -> None:
    """Raises errors.BadPromotion for a name that a model made here cannot have, ModelInUse for the loaded one's."""
    if not catalogue.NAME.fullmatch(name):
        raise BadPromotion(reason=f"'{name[:80]}' is no name for a model: it may have letters, digits, . _ and -")
    if name in (catalogue.BUILT_IN, *catalogue.INSTALLABLE):
        raise BadPromotion(reason=f"'{name}' is what another model is called")
    folder = home / "models" / name
    if (folder.exists() or folder.is_symlink()) and "promotion" not in record(folder):
        raise BadPromotion(reason=f"there is a model '{name}' that was not made of a checkpoint")
    if name == loaded:
        raise ModelInUse(model=name, reason="the engine holds it")


def place(database: Database, making: Making) -> None:
    """Lets a model that is made take its place. Raises errors.BadPromotion where that was taken by another kind."""
    with _held(making.target):
        with database.writing() as session:
            if session.get(PromotionRow, making.promotion) is None:
                check_name(making.home, making.name, None)
                former = {"folder": making.former.name} if making.target.is_dir() else None
                session.add(
                    PromotionRow(
                        id=making.promotion,
                        checkpoint_id=making.checkpoint,
                        kind=MODEL,
                        target=making.name,
                        former=former,
                    )
                )
        if making.made.is_dir():
            if making.target.is_dir() and not making.former.exists():
                making.target.rename(making.former)
            making.made.rename(making.target)


def take_back(
    database: Database, home: Path, checkpoint_id: str, target: str | None, loaded: str | None
) -> PromotionRow:
    """Undoes the promotion of a checkpoint to a model. Raises errors.NotPromoted, PromotionOvertaken, ModelInUse."""
    with database.reading() as session:
        found = standing_of(session, checkpoint_id, target, MODEL)
    if found.target == loaded:
        raise ModelInUse(model=found.target, reason="the engine holds it")
    making = Making(home, found.target, found.id, checkpoint_id)
    gone = making.partial
    with _held(making.target):
        if record(making.target).get("promotion") == found.id:
            shutil.rmtree(gone, ignore_errors=True)
            making.target.rename(gone)
        if making.former.is_dir() and not making.target.exists():
            making.former.rename(making.target)
        with database.writing() as session:
            row = session.get_one(PromotionRow, found.id)
            row.undone_at = now()
    shutil.rmtree(gone, ignore_errors=True)
    return row


@contextlib.contextmanager
def _held(target: Path) -> Iterator[None]:
    """While nobody installs or removes a model of that name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f".{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
