"""What can be told of a model without loading it: where it came from, how large it is, what it still needs."""

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timbre.errors import UnknownModel
from timbre.models import catalogue, licence
from timbre.models.install import DOWNLOAD_GB, REPOSITORY
from timbre.models.remove import bytes_of
from timbre.text.languages import LANGUAGES

ROMANISERS = {"zh-cn": "pypinyin", "ja": "cutlet", "ko": "hangul_romanize"}
"""The package of the extra `cjk` that a language cannot be read without."""


@dataclass(frozen=True, slots=True)
class Need:
    """Something that a model lacks here. what: licence, download, or extra."""

    what: str
    about: str


@dataclass(frozen=True, slots=True)
class About:
    """A model and what is known of it. What is None is not known, or there is none of it."""

    entry: catalogue.Entry
    built_in: bool
    bytes: int | None
    voices: int | None
    source: str | None
    revision: str | None
    installed_at: str | None
    needs: tuple[Need, ...]


def about(entry: catalogue.Entry, home: Path) -> About:
    """All that the files of a model tell."""
    record: dict[str, Any] = {}
    size = voices = None
    if entry.installed:
        try:
            folder = catalogue.folder(entry.id)
        except UnknownModel:  # it went while we looked
            return about(catalogue.Entry(entry.id, False, (), entry.licence), home)
        record, size = _record(folder), bytes_of(folder)
        voices = len(catalogue.voice_cards(folder)) or None
    return About(
        entry=entry,
        built_in=entry.id == catalogue.BUILT_IN,
        bytes=size,
        voices=voices,
        source=record.get("source"),
        revision=record.get("revision"),
        installed_at=record.get("installed_at"),
        needs=tuple(_needs(entry, home)),
    )


def one(name: str, home: Path) -> About:
    """A model that is here or that can be installed. Raises errors.UnknownModel."""
    for entry in catalogue.entries():
        if entry.id == name:
            return about(entry, home)
    raise UnknownModel(model=name, known=", ".join(catalogue.names()))


def _needs(entry: catalogue.Entry, home: Path) -> Iterator[Need]:
    if not entry.installed and not licence.accepted(home, entry.id):
        yield Need("licence", f"Its licence has to be accepted: {entry.licence}.")
    if not entry.installed and entry.id in REPOSITORY:
        yield Need("download", f"About {DOWNLOAD_GB[entry.id]} GB are fetched from {REPOSITORY[entry.id]}.")
    unread = [code for code in entry.languages if code in ROMANISERS and not _installed(ROMANISERS[code])]
    if unread:
        names = ", ".join(LANGUAGES[code].name for code in unread)
        yield Need("extra", f"To read {names}: pip install 'timbre-tts[cjk]'")


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _record(folder: Path) -> dict[str, Any]:
    """What the installation left."""
    try:
        found = json.loads((folder / "installed.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
