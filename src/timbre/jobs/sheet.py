"""A sheet of texts as CSV: a column for the text, and, where wanted, for the voice, the language and the name."""

import csv
import io
from dataclasses import dataclass

from timbre.errors import BadBatch

COLUMNS = {
    "text": ("text", "texto", "input", "line"),
    "voice": ("voice", "voz", "voice_id", "voice_preset"),
    "language": ("language", "idioma", "lang", "target_language"),
    "name": ("name", "nome", "file", "filename", "title"),
}
"""Our columns, and what people call them."""

LONGEST_FIELD = 200_000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the sheet. What was left empty is None."""

    number: int  # of the line in the file, for people
    text: str
    voice: str | None = None
    language: str | None = None
    name: str = ""


def read(data: bytes, most: int) -> list[Row]:
    """The rows of a CSV file in UTF-8, with commas, semicolons or tabs. Raises errors.BadBatch, naming the line."""
    csv.field_size_limit(LONGEST_FIELD)
    lines = csv.reader(io.StringIO(_text(data, most), newline=""), _dialect(data), strict=True)
    try:
        places = _places(next(lines, []), most)
        rows = []
        for fields in lines:
            if any(field.strip() for field in fields):
                rows.append(_row(lines.line_num, fields, places, most))
            if len(rows) > most:
                raise BadBatch(reason=f"it has more than {most} texts", most=most)
    except csv.Error as fault:
        raise BadBatch(reason=f"line {lines.line_num}: {fault}", most=most) from None
    if not rows:
        raise BadBatch(reason="the sheet has no text", most=most)
    return rows


def _text(data: bytes, most: int) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        raise BadBatch(reason=f"line {line} is not UTF-8; save the sheet as UTF-8", most=most) from None
    if "\0" in text:
        raise BadBatch(reason="it is no text file", most=most)
    return text


def _dialect(data: bytes) -> type[csv.Dialect]:
    """Which mark divides the columns: the one that the first line has most of."""
    first = data.partition(b"\n")[0]

    class Dialect(csv.excel):
        delimiter = max(",;\t", key=lambda mark: first.count(mark.encode()))

    return Dialect


def _places(header: list[str], most: int) -> dict[str, int]:
    """Where our columns are."""
    names = [name.strip().casefold() for name in header]
    places = {
        ours: names.index(found)
        for ours, theirs in COLUMNS.items()
        if (found := next((name for name in theirs if name in names), None))
    }
    if "text" not in places:
        raise BadBatch(reason="its first line names no column 'text'", most=most)
    return places


def _row(number: int, fields: list[str], places: dict[str, int], most: int) -> Row:
    def field(column: str) -> str:
        place = places.get(column)
        return fields[place].strip() if place is not None and place < len(fields) else ""

    if not field("text"):
        raise BadBatch(reason=f"line {number} has no text", most=most)
    return Row(number, field("text"), field("voice") or None, field("language") or None, field("name"))
