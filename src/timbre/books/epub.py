"""EPUB: its pages in the order of its spine, parted into chapters where its table of contents points."""

import posixpath
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from timbre.books import xhtml
from timbre.books.book import Book, Chapter, sayable
from timbre.books.contents import LEVELS, LONG, Contents, is_beside, read_contents
from timbre.books.xml import DeclaresEntities, Element, attribute, every, parse, text_of
from timbre.errors import ArchiveTooLarge, BadArchive, BadBook, BookTooLong, EmptyBook, LockedBook, NotABook
from timbre.settings import settings
from timbre.store.archives import unpack

FONTS = {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
"""What only hides fonts: the text is open."""

PAGES = {"application/xhtml+xml", "text/html", "application/html+xml"}
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
PICTURE_MB = 10


def read(path: Path, shown: str) -> Book:
    """An EPUB as a book. Raises errors.NotABook, BadBook, LockedBook, EmptyBook, BookTooLong, NoRoom."""
    with tempfile.TemporaryDirectory(prefix="timbre-book-") as folder:
        try:
            files = unpack(path, Path(folder) / "unpacked", shown)
        except (BadArchive, ArchiveTooLarge) as fault:
            raise BadBook(file=shown, reason=fault.facts["reason"]) from None
        try:
            return _Package(files, shown).book()
        except DeclaresEntities:
            raise BadBook(file=shown, reason="it declares entities of its own, which may hide anything") from None


@dataclass(slots=True)
class _Making:
    """A chapter while it is put together."""

    title: str
    paragraphs: list[str] = field(default_factory=list)


class _Package:
    """The files of an EPUB by their paths inside it, and what its package document says of them."""

    def __init__(self, files: Mapping[str, Path], shown: str) -> None:
        self._files, self._shown = files, shown
        self._left = settings().book_mb * 1_000_000  # bytes of pages that may still be read
        container = self._document("META-INF/container.xml")
        if container is None:
            raise NotABook(file=shown, reason="it is an archive, and no EPUB")
        self._check_open()
        self._root = next((attribute(one, "full-path") for one in every(container, "rootfile")), "")
        package = self._document(self._root)
        if package is None:
            raise self._bad("the list of its pages is missing")
        self._package = package
        self._items = {one.get("id", ""): one for one in every(package, "item")}

    def book(self) -> Book:
        chapters = tuple(
            Chapter(made.title, "\n".join(made.paragraphs))
            for made in self._chapters()
            if sayable("".join(made.paragraphs))
        )
        if not chapters:
            raise EmptyBook(file=self._shown)
        title = self._told("title") or Path(self._shown).stem
        return Book(title, chapters, self._authors(), self._told("language"), self._cover())

    def _chapters(self) -> list[_Making]:
        """As the table of contents has them, its deeper levels only where a chapter is very long otherwise."""
        contents = self._contents()
        pages = list(self._pages(contents))
        for level in range(LEVELS, max(contents.levels, LEVELS) + 1):
            found = _parted(pages, contents.down_to(level))
            if all(sum(map(len, made.paragraphs)) <= LONG for made in found):
                break
        return found

    def _pages(self, contents: Contents) -> Iterator[tuple[str, xhtml.Page]]:
        """The pages that are read, in order, each with its path. Raises errors.BookTooLong, BadBook."""
        seen = set[str]()
        for reference in every(self._package, "itemref"):
            item = self._items.get(reference.get("idref", ""))
            if item is None or reference.get("linear") == "no" or item.get("media-type", "").lower() not in PAGES:
                continue
            path = self._inside(item.get("href", ""))
            if path in seen or path == contents.path or path in contents.skipped or path not in self._files:
                continue
            seen.add(path)
            root = self._document(path)
            if root is not None and not contents.skips(page := xhtml.page(root), path):
                yield path, page

    def _contents(self) -> Contents:
        """The table of contents: EPUB 3's own page, else EPUB 2's file, and what either says is no text."""
        nav = next((one for one in self._items.values() if "nav" in one.get("properties", "").split()), None)
        spine = next(every(self._package, "spine"), None)
        ncx = self._items.get(spine.get("toc", "")) if spine is not None else None
        if ncx is None:
            ncx = next(
                (one for one in self._items.values() if one.get("media-type") == "application/x-dtbncx+xml"), None
            )
        found = Contents()
        for item in (ncx, nav):  # what a later one says goes before
            path = self._inside(item.get("href", "")) if item is not None else ""
            if (root := self._document(path)) is not None:
                folder = posixpath.dirname(path)
                read_contents(root, found, partial(self._place, folder=folder))
                found.path = path if item is nav else found.path
        for one in every(self._package, "reference"):
            found.note(one.get("type", "").lower(), self._place(one.get("href", ""))[0])
        return found

    def _check_open(self) -> None:
        """Raises errors.LockedBook where the pages themselves are encrypted."""
        if "META-INF/sinf.xml" in self._files or "META-INF/license.lcpl" in self._files:
            raise LockedBook(file=self._shown)
        locks = self._document("META-INF/encryption.xml")
        for data in every(locks, "encrypteddata") if locks is not None else ():
            method = next((attribute(one, "algorithm") for one in every(data, "encryptionmethod")), "")
            if method not in FONTS:
                raise LockedBook(file=self._shown)

    def _told(self, name: str) -> str:
        return next((text for one in self._metadata(name) if (text := text_of(one))), "")

    def _authors(self) -> str:
        """Those who wrote it, not who drew or translated it."""
        roles = {
            one.get("refines", "").lstrip("#"): text_of(one)
            for one in self._metadata("meta")
            if one.get("property") == "role"
        }
        creators = [(text_of(one), attribute(one, "role") or roles.get(one.get("id", ""), "")) for one in
                    self._metadata("creator")]  # fmt: skip
        return ", ".join(name for name, role in creators if name and role in {"", "aut"})

    def _metadata(self, name: str) -> Iterator[Element]:
        metadata = next(every(self._package, "metadata"), None)
        return every(metadata, name) if metadata is not None else iter(())

    def _cover(self) -> bytes:
        """A JPEG or PNG of no more than PICTURE_MB; empty: none."""
        named = next((one.get("content", "") for one in self._metadata("meta") if one.get("name") == "cover"), "")
        marked = [one for one in self._items.values() if "cover-image" in one.get("properties", "").split()]
        for item in [*marked, *([self._items[named]] if named in self._items else [])]:
            path = self._files.get(self._inside(item.get("href", "")))
            if path is not None and path.stat().st_size <= PICTURE_MB * 1_000_000:
                data = path.read_bytes()
                if data.startswith(PICTURES):
                    return data
        return b""

    def _document(self, path: str) -> Element | None:
        """A file as XML; None, where there is none. Raises errors.BookTooLong, DeclaresEntities."""
        if path not in self._files:
            return None
        self._left -= self._files[path].stat().st_size
        if self._left < 0:
            raise BookTooLong(file=self._shown, limit=settings().book_mb)
        return parse(self._files[path].read_bytes())

    def _inside(self, href: str, folder: str | None = None) -> str:
        return self._place(href, folder)[0]

    def _place(self, href: str, folder: str | None = None) -> tuple[str, str]:
        """The file that a link in the package document, or in a folder, leads to, and the place in it."""
        path, _, fragment = href.strip().partition("#")
        base = posixpath.dirname(self._root) if folder is None else folder
        return posixpath.normpath(posixpath.join(base, unquote(path))), unquote(fragment)

    def _bad(self, reason: str) -> BadBook:
        return BadBook(file=self._shown, reason=reason)


def _parted(pages: Sequence[tuple[str, xhtml.Page]], entries: Mapping[str, Mapping[str, str]]) -> list[_Making]:
    """Where the table of contents points, a chapter begins; without one, each page is a chapter."""
    listed = {path for path, _ in pages if path in entries}
    by_contents = sum(len(entries[path]) for path in listed) > 1
    found: list[_Making] = []
    for path, page in pages:
        if by_contents and not found and path not in listed and is_beside(page.text):
            continue  # before the first chapter: who printed it
        places = entries.get(path, {}) if by_contents else {}
        whole = next((title for place, title in places.items() if place not in page.ids), None)
        if whole is not None or (not places and (not by_contents or not found)):
            found.append(_Making(whole or _heading(page) or str(len(found) + 1)))
        for block in page.blocks:
            if title := next((places[id] for id in block.ids if id in places), None):
                if found and not found[-1].paragraphs:
                    found[-1].title = title
                else:
                    found.append(_Making(title))
            elif not found:
                found.append(_Making(_heading(page) or "1"))
            found[-1].paragraphs.append(block.text)
    return found


def _heading(page: xhtml.Page) -> str:
    """What a page calls itself, if it begins with a heading."""
    first = page.blocks[:1]
    return " ".join(first[0].text.split()) if first and first[0].heading else ""
