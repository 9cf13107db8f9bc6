"""How the command line shows what it found: a table, one thing's facts, a question."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell; a column that is empty everywhere takes no room."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width).rstrip())


def print_facts(facts: Mapping[str, Any], needs: Sequence[str] = ()) -> None:
    """A line a fact that is known, and what is still needed."""
    for name, value in facts.items():
        if value not in (None, ""):
            print(f"{name:14}{value}")
    for need in needs:
        print(f"{'needs':14}{need}")


def agrees(question: str) -> bool:
    """Whether somebody is there and types yes."""
    return sys.stdin.isatty() and input(f"{question} Type yes: ").strip().lower() == "yes"
