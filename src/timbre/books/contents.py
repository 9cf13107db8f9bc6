"""A book's table of contents, and which of its pages are no text: covers, lists, who printed it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from timbre.books.book import one_line
from timbre.books.xhtml import Page
from timbre.books.xml import Element, attribute, every, name_of, text_of

LEVELS = 2
"""Levels of a table of contents whose entries are chapters; what lies deeper are sections of one."""

LONG = 100_000
"""Characters: where a chapter has more, its sections are chapters."""

UNREAD = {
    "cover", "titlepage", "title-page", "halftitlepage", "copyright-page", "copyrightpage", "toc", "landmarks", "loi",
    "lot", "list-of-illustrations", "list-of-tables", "index", "imprint", "endnotes", "footnotes", "rearnotes",
    "doc-toc", "doc-cover", "doc-index", "doc-endnotes",
}  # fmt: skip
"""Kinds of pages, by EPUB's vocabulary and by its older guide."""

TITLES = {
    "cover", "front cover", "title page", "titlepage", "half title", "copyright", "copyright page", "contents",
    "table of contents", "capa", "sumário", "índice", "direitos autorais", "créditos", "cubierta", "portada",
    "contenido",
    "couverture", "sommaire", "table des matières", "umschlag", "titelseite", "impressum", "inhalt",
    "inhaltsverzeichnis", "copertina", "indice", "sommario", "omslag", "inhoud", "inhoudsopgave", "okładka",
    "spis treści", "obálka", "obsah", "borító", "tartalom", "kapak", "içindekiler", "обложка", "содержание",
    "оглавление", "封面", "目录", "目次", "表紙", "표지", "차례", "목차", "الغلاف", "المحتويات",
}  # fmt: skip
"""What such pages are called where nobody says what they are."""

PRINTED = re.compile(
    r"©|\bISBN\b|\bcopyright\b|all rights reserved|todos os direitos|alle rechte|tous droits", re.IGNORECASE
)
SHORT = 600
"""Characters: a page before the first chapter that has no more is a title page or a dedication."""

Place = Callable[[str], tuple[str, str]]
"""The file and the place in it that a link leads to."""


@dataclass(slots=True)
class Contents:
    """entries: of each page the places that chapters begin at, with their titles and levels; "" is its start.

    skipped: pages that are not read. path: of the page that is the table itself.
    """

    entries: dict[str, dict[str, tuple[str, int]]] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    path: str = ""

    def note(self, kind: str, path: str) -> None:
        """A page is of a kind."""
        if set(kind.split()) & UNREAD:
            self.skipped.add(path)

    @property
    def levels(self) -> int:
        """How deep it goes."""
        return max((level for places in self.entries.values() for _, level in places.values()), default=0)

    def down_to(self, level: int) -> dict[str, dict[str, str]]:
        """The titles of the entries that lie no deeper."""
        chosen = {
            path: {place: title for place, (title, depth) in places.items() if depth <= level}
            for path, places in self.entries.items()
        }
        return {path: places for path, places in chosen.items() if places}

    def skips(self, page: Page, path: str) -> bool:
        """Whether a page is none that is read."""
        titles = {one_line(title).casefold() for title, _ in self.entries.get(path, {}).values()}
        return bool(page.kinds & UNREAD or (titles and titles <= TITLES) or (page.linked > 0.6 and page.links > 4))


def read_contents(root: Element, contents: Contents, place: Place) -> None:
    """Takes up a table: a page of EPUB 3, or an NCX of EPUB 2. place: where its links lead."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for title, href, depth in [*_points(root), *_links(root, contents, place)]:
        path, fragment = place(href)
        if title:
            found.setdefault(path, {}).setdefault(fragment, (title, depth))
    if found:
        contents.entries = found


def _points(root: Element) -> list[tuple[str, str, int]]:
    """The entries of an NCX: title, link, depth."""
    found = []
    for point in every(root, "navpoint"):
        depth = 1 + sum(name_of(one) == "navpoint" for one in point.iterancestors())
        title = next((text_of(one) for one in point if name_of(one) == "navlabel"), "")
        href = next((attribute(one, "src") for one in point if name_of(one) == "content"), "")
        found.append((title, href, depth))
    return found


def _links(root: Element, contents: Contents, place: Place) -> list[tuple[str, str, int]]:
    """The same of the table in a page; what the page says of other pages' kinds is noted."""
    found = []
    for nav in every(root, "nav"):
        kind = attribute(nav, "type").lower()
        for link in every(nav, "a"):
            if kind == "toc":
                depth = sum(name_of(one) == "ol" for one in link.iterancestors())
                found.append((text_of(link), link.get("href", ""), depth))
            elif kind == "landmarks":
                contents.note(attribute(link, "type").lower(), place(link.get("href", ""))[0])
    return found


def is_beside(text: str) -> bool:
    """Whether a page that no table of contents names is no part of the text."""
    return len(text) < SHORT or bool(PRINTED.search(text))
