"""What files are called that are kept: by their content, so that a name never means two things."""

import hashlib
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from timbre.errors import BadFileName

CHUNK = 256 * 1024  # bytes read at once
NAME = re.compile(r"[a-z]{1,16}/([0-9a-f]{2})/\1[0-9a-f]{62}\.[a-z0-9]{1,12}")
PREFIX = re.compile(r"[a-z0-9/]*")


class Stored(NamedTuple):
    """One file as a listing shows it. `modified` is when it was written."""

    name: str
    size: int
    modified: datetime


def checked(name: str) -> str:
    """The name itself. Raises BadFileName for what is none, such as a path that leads elsewhere."""
    if not NAME.fullmatch(name):
        raise BadFileName(name=name[:100])
    return name


def checked_prefix(prefix: str) -> str:
    """The prefix itself. Raises BadFileName for what no folder of names is called."""
    if not PREFIX.fullmatch(prefix) or prefix.startswith("/"):
        raise BadFileName(name=prefix[:100])
    return prefix


def name_of(data: bytes | Path, suffix: str, kind: str) -> tuple[str, int]:
    """What this content is called, `kind/ab/ab….suffix`, and how many bytes it has. Raises BadFileName."""
    if isinstance(data, bytes):
        digest, size = hashlib.sha256(data).hexdigest(), len(data)
    else:
        with data.open("rb") as file:
            digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    return checked(f"{kind}/{digest[:2]}/{digest}.{suffix.removeprefix('.')}"), size
