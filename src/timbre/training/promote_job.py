"""A checkpoint becomes a model: a folder of its own in the public layout, which can be loaded like any other.

It takes its place in one step at the end. A job that was killed goes on where that step left off.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from timbre.engine.protocol import Conditioning
from timbre.models import about
from timbre.runs.made_models import Making, place
from timbre.store.files import write_whole
from timbre.store.tables import now
from timbre.training.made import write
from timbre.training.tuned_job import Subject, heard, person, plain
from timbre.xtts.model import Xtts


def work(run: Any) -> dict[str, Any]:
    """Makes the model. Raises errors.UnknownCheckpoint, BadPromotion, WrongBase, NoRoom, ModelInUse."""
    asked = run.job.request
    making = Making(run.tools.settings.home, asked["name"], asked["promotion"], asked["checkpoint"])
    if not making.is_made:
        try:
            _make(run, making, asked)
        finally:
            shutil.rmtree(making.partial, ignore_errors=True)
    run.progress(0.95, "It takes its place")
    place(run.tools.database, making)
    return {"model": making.name, "checkpoint": making.checkpoint}


def _make(run: Any, making: Making, asked: dict[str, Any]) -> None:
    subject = Subject.of(run, making.checkpoint)
    run.progress(0.1, "The model is put together")
    model = subject.model(run)
    voices = cards = None
    if asked.get("person"):
        run.progress(0.4, "It hears the person")
        voices, cards = _person(run, subject, model, asked)
    run.progress(0.5, "Its files are written")
    write(subject.base, model, making.begun(), voices, cards, run.check)
    _record(making.partial, subject, making)
    making.finished()


def _person(
    run: Any, subject: Subject, model: Xtts, asked: dict[str, Any]
) -> tuple[dict[str, Conditioning], dict[str, Any]]:
    """The one whom it was tuned on, as its built-in voice."""
    name = plain(asked["person"])
    card = {"name": asked["person"], "about": "", "language": asked.get("language") or subject.language or ""}
    told = {key: value for key, value in card.items() if value}
    return {name: heard(model, person(run, subject, asked.get("clips_of")))}, {name: told}


def _record(folder: Path, subject: Subject, making: Making) -> None:
    licence = about.one(subject.row.base, making.home).entry.licence
    told = {
        "source": f"checkpoint {subject.row.id} of {subject.row.base}",
        "checkpoint": subject.row.id,
        "promotion": making.promotion,
        "base": subject.row.base,
        "licence": licence,
        "installed_at": now().isoformat(timespec="seconds"),
    }
    write_whole(folder / "installed.json", json.dumps(told, indent=2).encode())
