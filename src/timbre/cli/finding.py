"""What `timbre doctor` finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. level: ok; note (works without it); missing (does not work without it)."""

    what: str
    level: str
    found: str
    remedy: str = ""
