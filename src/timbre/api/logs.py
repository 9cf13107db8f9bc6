"""The service's log, as `timbre serve` writes it: HOME/logs/timbre.log, and the files that it was before."""

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, Field

LINE = re.compile(r"(?P<at>\d{4}-\d\d-\d\dT[\d:]+[+-]\d{4}) (?P<role>[\w-]+) *\| (?P<text>.*)", re.DOTALL)
MOST = 5000
"""Lines of one answer."""

READ_BYTES = 8_000_000
"""Bytes that are looked through from the end on: a role that says little may have said nothing within them."""


class LogLine(BaseModel):
    """A line that a role wrote."""

    at: str | None = Field(None, examples=["2026-01-31T12:00:00+0000"])
    role: str | None = Field(None, examples=["engine"])
    text: str


def tail(home: Path, count: int, role: str = "", search: str = "") -> list[LogLine]:
    """The last lines, the oldest first. role: only what this one wrote; search: only lines with these words."""
    found: deque[LogLine] = deque(maxlen=count)
    words = search.casefold()
    for line in _lines(home / "logs"):
        one = _read(line)
        if (not role or one.role == role) and words in one.text.casefold():
            found.append(one)
    return list(found)


def _lines(folder: Path) -> Iterator[str]:
    """Lines from the oldest file on, as far as READ_BYTES reach back."""
    left, parts = READ_BYTES, []
    for path in [folder / "timbre.log", *(folder / f"timbre.log.{number}" for number in range(1, 10))]:
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                file.seek(max(0, size - left))
                parts.append((file.read(left), size > left))
        except FileNotFoundError:
            break
        left -= min(size, left)
        if left <= 0:
            break
    for data, cut in reversed(parts):
        lines = data.decode("utf-8", errors="replace").splitlines()
        yield from lines[1:] if cut else lines


def _read(line: str) -> LogLine:
    if found := LINE.fullmatch(line):
        return LogLine(**found.groupdict())
    return LogLine(text=line)
