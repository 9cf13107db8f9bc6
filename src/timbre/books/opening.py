"""Any file of text that can be read aloud: which kind it is, by its first bytes and by its name's ending."""

from pathlib import Path

from timbre.books.book import Book
from timbre.errors import BookTooLong, NotABook, NotText
from timbre.settings import settings
from timbre.store.names import shown_name

FOREIGN: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "it is a PDF, which keeps where letters stand and not what is said"),
    (60, b"BOOKMOBI", "it is a Kindle book"),
    (0, b"\xeaDRMION\xee", "it is a Kindle book"),
    (0, b"{\\rtf", "it is an RTF document"),
    (0, b"\xd0\xcf\x11\xe0", "it is a Word document"),
    (0, b"<!doctype html", "it is a web page"),
    (0, b"<html", "it is a web page"),
)
"""Where a mark stands, the mark in small letters if it has letters of a text, and what has it."""

MARKDOWN = {".md", ".markdown", ".mkd"}
SUBTITLES = {".srt", ".vtt"}


def open_book(path: Path) -> Book:
    """What is in an EPUB, a Markdown file, subtitles (SRT, WebVTT), or a plain text in UTF-8.

    Raises errors.NotABook, NotText, BookTooLong, EmptyBook, and for an EPUB LockedBook, BadBook, NoRoom; OSError for a
    file that is not there.
    """
    shown = shown_name(path.name, "The file")
    with path.open("rb") as file:
        head = file.read(1024)
    for at, mark, reason in FOREIGN:
        if head[at:].startswith(mark) or (not at and head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(mark)):
            raise NotABook(file=shown, reason=reason)
    if head.startswith(b"PK"):
        from timbre.books.epub import read as read_epub

        return read_epub(path, shown)
    text = _text(path, shown)
    ending = path.suffix.lower()
    if ending in SUBTITLES:
        from timbre.books.srt import read as read_srt

        return read_srt(text, path.stem, shown)
    if ending in MARKDOWN:
        from timbre.books.markdown import read as read_markdown

        return read_markdown(text, path.stem, shown)
    from timbre.books.plain import read as read_plain

    return read_plain(text, path.stem, shown)


def _text(path: Path, shown: str) -> str:
    """A file of text, whatever ends its lines. Raises errors.NotABook, NotText, BookTooLong."""
    limit = settings().book_mb
    with path.open("rb") as file:
        data = file.read(limit * 1_000_000 + 1)
    if len(data) > limit * 1_000_000:
        raise BookTooLong(file=shown, limit=limit)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data:
        raise NotABook(file=shown, reason="it holds no text")
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise NotText(file=shown) from None
