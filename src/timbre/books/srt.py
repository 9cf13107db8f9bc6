"""Subtitles (SRT, WebVTT): what is said when."""

import re

from timbre.books.book import Book, Chapter, Cue, one_line, sayable
from timbre.errors import BadBook, EmptyBook

_LEFT = re.compile(r"<[^<>\n]{0,60}>|\{\\[^{}\n]{0,60}\}")
"""Marks of style that the library leaves."""

_MUSIC = "♪♫#*"


def read(text: str, name: str, shown: str = "The file") -> Book:
    """Subtitles as a book of one chapter, their cues in the order of their times. name: its title.

    Raises errors.BadBook for a file without times, EmptyBook.
    """
    import pysubs2

    try:
        found = pysubs2.SSAFile.from_string(text, format_="vtt" if text.lstrip().startswith("WEBVTT") else "srt")
    except (pysubs2.Pysubs2Error, ValueError, OverflowError):
        raise BadBook(file=shown, reason="its times cannot be read") from None
    if not len(found) and sayable(text):
        raise BadBook(file=shown, reason="it has no times, as subtitles have")
    cues = [Cue(event.start / 1000, event.end / 1000, _said(event.plaintext)) for event in found]
    cues = sorted((cue for cue in cues if sayable(cue.text)), key=lambda cue: cue.start)
    if not cues:
        raise EmptyBook(file=shown)
    return Book(name, (Chapter(name, "\n".join(cue.text for cue in cues)),), cues=tuple(cues))


def _said(text: str) -> str:
    return one_line(_LEFT.sub("", text)).strip(_MUSIC + " ")
