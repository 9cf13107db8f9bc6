"""Sheets that say what is said in recordings: LJSpeech's `metadata.csv`, and CSV files with a header."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from timbre.errors import BadSheet

ENDINGS = {".csv", ".tsv", ".txt", ".psv"}
MOST_BYTES = 50_000_000
FILES = ("file", "audio_file", "filename", "file_name", "path", "wav", "audio", "id")
TEXTS = ("text", "sentence", "transcript", "transcription", "normalized_text", "normalised_text")
"""What columns are called that name a recording, and what is said in it."""


def is_sheet(name: str) -> bool:
    """Whether a file may be a sheet, by its name."""
    return PurePosixPath(name).suffix.lower() in ENDINGS


def texts(path: Path, shown: str) -> dict[str, str]:
    """What is said in each recording, by its name without folder and ending, in small letters.

    A line of LJSpeech has two or three fields with | between: the recording, what is said, the same with numbers as
    words; the last one counts. Raises errors.BadSheet.
    """
    if path.stat().st_size > MOST_BYTES:
        raise BadSheet(file=shown, reason=f"it is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        whole = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadSheet(file=shown, reason="it is no text in UTF-8") from None
    lines = [line for line in whole.splitlines() if line.strip()]
    if not lines:
        raise BadSheet(file=shown, reason="it is empty")
    found = _with_header(lines) if _columns(lines[0]) else _without(lines, shown)
    if not found:
        raise BadSheet(file=shown, reason="it names no recording")
    return found


def stem(name: str) -> str:
    """What a recording is known by."""
    last = name.replace("\\", "/").rpartition("/")[2]
    before, dot, ending = last.rpartition(".")
    return (before if dot and 1 <= len(ending) <= 4 and ending.isalnum() and not ending.isdigit() else last).casefold()


def _separator(line: str) -> str:
    return max("|\t;,", key=line.count)


def _columns(head: str) -> tuple[int, int] | None:
    """Where the recording and its text stand, as a header says; None where it is none."""
    names = [name.strip().strip('"').casefold() for name in head.split(_separator(head))]
    file = next((names.index(name) for name in FILES if name in names), None)
    text = next((names.index(name) for name in TEXTS if name in names), None)
    return None if file is None or text is None else (file, text)


def _with_header(lines: list[str]) -> dict[str, str]:
    file, text = _columns(lines[0]) or (0, 1)
    separator = _separator(lines[0])
    sheet = io.StringIO("\n".join(lines[1:]))
    plain = separator == "|"  # a quotation mark there is one that is said
    rows = csv.reader(sheet, delimiter=separator, quoting=csv.QUOTE_NONE if plain else csv.QUOTE_MINIMAL)
    try:
        return _kept({row[file]: row[text] for row in rows if len(row) > max(file, text)})
    except csv.Error:
        return {}


def _without(lines: list[str], shown: str) -> dict[str, str]:
    found = {}
    for number, line in enumerate(lines, 1):
        fields = [field.strip() for field in line.split("|" if "|" in line else "\t")]
        if len(fields) < 2:
            raise BadSheet(file=shown, reason=f"its line {number} has no | between a recording and its text")
        found[fields[0]] = next((field for field in reversed(fields[1:3]) if field), "")
    return _kept(found)


def _kept(found: Mapping[str, str]) -> dict[str, str]:
    return {stem(name.strip()): text.strip() for name, text in found.items() if name.strip() and text.strip()}
