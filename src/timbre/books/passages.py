"""A text of any length as passages that can be planned one at a time."""

import re
from collections.abc import Iterator

from timbre.books.book import sayable

_END = re.compile(r"[.!?…。！？।؟][\"'”’»)）」』]*\s|[。！？]")


def passages(text: str, limit: int) -> Iterator[str]:
    """Paragraphs, as many together as `limit` characters hold; one that is longer is cut at the ends of sentences."""
    together, count = list[str](), 0
    for paragraph in text.split("\n"):
        for part in _cut(paragraph, limit):
            if together and count + 1 + len(part) > limit:
                yield "\n".join(together)
                together, count = [], 0
            if sayable(part):
                together.append(part)
                count += len(part) + 1
    if together:
        yield "\n".join(together)


def _cut(paragraph: str, limit: int) -> Iterator[str]:
    while len(paragraph) > limit:
        ends = [found.end() for found in _END.finditer(paragraph, 0, limit)]
        at = ends[-1] if ends else paragraph.rfind(" ", 1, limit) + 1 or limit
        yield paragraph[:at].strip()
        paragraph = paragraph[at:].strip()
    yield paragraph
