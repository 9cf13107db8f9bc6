"""Which models there are: the built-in one, those in HOME/models, and those that can be installed. Never loads one."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timbre.errors import BadCheckpoint, UnknownModel
from timbre.models.licence import needed
from timbre.settings import settings

BUILT_IN = "mini"
INSTALLABLE = ("xtts-v2",)
WEIGHTS = ("model.safetensors", "model.pth", "model.pt")
OWN_LICENCE = "Apache-2.0"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What a model's name looks like. It names a folder, so it holds no separator and begins with no dot."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that is here, or that can be. languages: empty where they are not known until it is installed."""

    id: str
    installed: bool
    languages: tuple[str, ...]
    licence: str | None


def home_folder() -> Path:
    """Where installed models and those of one's own lie, a folder each."""
    return settings().home / "models"


def names() -> list[str]:
    """The models that can be loaded: the built-in one first."""
    installed = {path.name for path in _folders() if is_complete(path)}
    built_in = [BUILT_IN] if is_complete(_package_folder()) or BUILT_IN in installed else []
    return built_in + sorted(installed - {BUILT_IN})


def entries() -> list[Entry]:
    """Every model, also those that can be installed."""
    here = names()
    absent = [name for name in (BUILT_IN, *INSTALLABLE) if name not in here]
    known = [Entry(name, True, _languages(name), _licence(name)) for name in here]
    return known + [Entry(name, False, (), _licence(name)) for name in absent]


def folder(name: str) -> Path:
    """The folder of a model that can be loaded. One in HOME/models goes before a built-in one of the same name.

    Raises errors.UnknownModel.
    """
    if NAME.fullmatch(name):
        own = home_folder() / name
        for path in (own, _package_folder()) if name == BUILT_IN else (own,):
            if is_complete(path):
                return path
    raise UnknownModel(model=name, known=", ".join(names()) or "none")


def languages(name: str) -> tuple[str, ...]:
    """The languages that a model speaks, as its config.json names them. Raises errors.UnknownModel, BadCheckpoint."""
    found = config(folder(name)).get("languages", [])
    return tuple(str(code) for code in found) if isinstance(found, list) else ()


def config(folder: Path) -> dict[str, Any]:
    """A model's config.json. Raises errors.BadCheckpoint."""
    try:
        found = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError):
        found = None
    if not isinstance(found, dict):
        raise BadCheckpoint(file=f"{folder.name}/config.json", reason="it is not JSON with a configuration")
    return found


def voice_cards(folder: Path) -> dict[str, dict[str, str]]:
    """What is told of a model's built-in voices, by their ids: name, about, language. From its voices.json."""
    try:
        found = json.loads((folder / "voices.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return dict(found) if isinstance(found, dict) else {}


def is_complete(path: Path) -> bool:
    """Whether a folder holds all that the engine needs."""
    return all((path / name).is_file() for name in ("config.json", "vocab.json")) and any(
        (path / name).is_file() for name in WEIGHTS
    )


def _languages(name: str) -> tuple[str, ...]:
    try:
        return languages(name)
    except BadCheckpoint:
        return ()


def _licence(name: str) -> str | None:
    if licence := needed(name):
        return licence.name
    if name == BUILT_IN:
        return OWN_LICENCE
    try:  # one that was made of another comes under the same
        told = json.loads((home_folder() / name / "installed.json").read_text("utf-8")).get("licence")
        return str(told) if told else None
    except (OSError, ValueError, AttributeError):
        return None


def _package_folder() -> Path:
    return Path(__file__).parent / BUILT_IN


def _folders() -> list[Path]:
    parent = home_folder()
    return [path for path in parent.iterdir() if NAME.fullmatch(path.name)] if parent.is_dir() else []
