"""The gate before a model that comes under a licence of its own: shown, accepted, recorded."""

import getpass
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from timbre.errors import LicenceNotAccepted
from timbre.store.files import write_whole


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence that has to be accepted before its model may be installed."""

    id: str
    name: str
    url: str

    @property
    def text(self) -> str:
        """What is shown: a summary of ours that names the licence and where it stands."""
        return files("timbre.models").joinpath("licences", f"{self.id}.txt").read_text("utf-8")


CPML = Licence("cpml", "Coqui Public Model License (CPML, non-commercial)", "https://coqui.ai/cpml")
NEEDED = {"xtts-v2": CPML}
"""The licence that each model wants accepted."""


def needed(model: str) -> Licence | None:
    """The licence that a model wants accepted, if it wants one."""
    return NEEDED.get(model)


def accepted(home: Path, model: str) -> bool:
    """Whether the model's licence has been accepted in this home folder, or there is none to accept."""
    licence = needed(model)
    return licence is None or licence.id in _records(home)


def accept(home: Path, model: str, who: str = "") -> None:
    """Records that the model's licence was accepted: when, by whom (default: this user), in HOME/licences.json."""
    licence = needed(model)
    if licence is None:
        return
    record = {
        "licence": licence.name,
        "url": licence.url,
        "model": model,
        "accepted_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "accepted_by": who or _user(),
    }
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    records = _records(home) | {licence.id: record}
    write_whole(_file(home), json.dumps(records, indent=2, ensure_ascii=False).encode() + b"\n")


def acceptance(home: Path, model: str) -> dict[str, str]:
    """When and by whom the model's licence was accepted; empty where it was not, or there is none to accept."""
    licence = needed(model)
    found = _records(home).get(licence.id) if licence else None
    return {key: str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def check(home: Path, model: str) -> None:
    """Raises errors.LicenceNotAccepted where the model's licence has not been accepted."""
    licence = needed(model)
    if licence and not accepted(home, model):
        raise LicenceNotAccepted(model=model, licence=licence.name, url=licence.url, text=licence.text)


def _file(home: Path) -> Path:
    return home / "licences.json"


def _records(home: Path) -> dict[str, Any]:
    """What was accepted. A file that cannot be read is no acceptance."""
    try:
        found = json.loads(_file(home).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
