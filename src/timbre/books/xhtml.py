"""A page of an EPUB: what a reader would say of it, paragraph by paragraph."""

import re
from dataclasses import dataclass, field

from lxml import etree

from timbre.books.book import one_line, sayable
from timbre.books.xml import Element, every, name_of

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
"""Elements that begin a paragraph and end one; all others are parts of a line."""

SILENT = {
    "audio", "button", "canvas", "form", "head", "iframe", "input", "math", "nav", "noscript", "object", "rp", "rt",
    "script", "select", "style", "svg", "template", "textarea", "title", "video",
}  # fmt: skip
"""Elements that are not read."""

NOTES = {
    "noteref", "doc-noteref", "footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes", "doc-footnote",
    "doc-endnote", "doc-endnotes", "doc-backlink", "backlink",
}  # fmt: skip
ASIDE = NOTES | {"pagebreak", "doc-pagebreak", "page-list", "doc-pagelist", "toc", "doc-toc", "landmarks"}
"""What the vocabulary of EPUB calls what is beside the text."""

CLASSES = {"footnote", "footnotes", "endnote", "endnotes", "noteref", "fnref", "pagenum", "pageno", "linenum", "lineno"}
GUTENBERG = {"pg-header", "pg-footer", "pg-machine-header"}
"""Where Project Gutenberg puts its licence."""

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_MARK = re.compile(r"[\[(]?\s*(\d{1,4}|[*†‡§¶]{1,4}|[a-z]|[ivxlc]{1,6})\s*[\])]?")
_BARE = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph. ids: the places in the page that it is found by."""

    text: str
    heading: bool
    ids: tuple[str, ...]


@dataclass(slots=True)
class Page:
    """What a page says. ids: all places in it, also in what is not read. kinds: what it is by EPUB's vocabulary.

    linked: the share of it that is links.
    """

    blocks: list[Block] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    kinds: frozenset[str] = frozenset()
    linked: float = 0.0
    links: int = 0

    @property
    def text(self) -> str:
        return "\n".join(block.text for block in self.blocks)


def page(root: Element) -> Page:
    """Reads a page."""
    return _Reader(root).read()


class _Reader:
    """Goes through a page once, from its start to its end, as deep as it may be."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._page = Page(kinds=_kinds(root))
        self._parts: list[str] = []
        self._ids: list[str] = []
        self._heading = False
        self._in_links = 0
        self._all = self._linked = 0

    def read(self) -> Page:
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            name = name_of(element)
            if event == "start":
                if _is_silent(element, name):
                    self._pass_over(element)
                    walk.skip_subtree()
                else:
                    self._begin(element, name)
            else:
                if not _is_silent(element, name):
                    self._end(element, name)
                if element is not self._root:
                    self._say(element.tail)
        self._flush()
        self._page.linked = self._linked / self._all if self._all else 0.0
        return self._page

    def _begin(self, element: Element, name: str) -> None:
        if name in BLOCKS:
            self._flush()
            self._heading = name in HEADINGS
        self._note(element)
        if name == "br":
            self._parts.append("\n")
        if name == "a" and element.get("href"):
            self._in_links += 1
            self._page.links += 1
        self._say(element.text)

    def _end(self, element: Element, name: str) -> None:
        if name in BLOCKS:
            self._flush()
            self._heading = False
        if name == "a" and element.get("href"):
            self._in_links -= 1

    def _note(self, element: Element) -> None:
        """The places that links may name here: what is said next is found by them."""
        found = _places(element)
        self._page.ids.update(found)
        self._ids += found

    def _pass_over(self, element: Element) -> None:
        """The same of what is not read: where there would be nothing to read, such as where a printed page ends."""
        if sayable("".join(element.itertext())):
            self._page.ids.update(place for one in element.iter() for place in _places(one))
        else:
            self._note(element)

    def _say(self, text: str | None) -> None:
        if text:
            self._parts.append(re.sub(r"\s+", " ", text))
            count = len(text.strip())
            self._all += count
            self._linked += count if self._in_links else 0

    def _flush(self) -> None:
        lines = [line for part in "".join(self._parts).split("\n") if (line := one_line(part))]
        self._parts = []
        text = ("\n" if self._heading else " ").join(lines)
        if sayable(text):
            self._page.blocks.append(Block(text, self._heading, tuple(self._ids)))
            self._ids = []


def _places(element: Element) -> list[str]:
    """What links call an element."""
    named = [element.get("id"), element.get("name") if name_of(element) == "a" else None]
    return [name for name in named if name]


def _is_silent(element: Element, name: str) -> bool:
    if not name or name in SILENT or (name != "body" and _words(element) & ASIDE):
        return True
    if element.get("hidden") is not None or element.get("aria-hidden") == "true" or element.get("id") in GUTENBERG:
        return True
    if set(element.get("class", "").lower().split()) & CLASSES:
        return True
    return (name == "a" and _is_mark(element)) or (name == "table" and _has_columns(element))


def _is_mark(link: Element) -> bool:
    """Whether a link is the mark of a footnote: a small sign, raised or in brackets, or that leads to a note."""
    if "#" not in (href := link.get("href", "")):
        return False
    said = "".join(link.itertext()).strip()
    if not _MARK.fullmatch(said):
        return False
    parent = link.getparent()
    raised = any(True for _ in every(link, "sup")) or (parent is not None and name_of(parent) == "sup")
    leads = re.search(r"fn|note|ftn", href.partition("#")[2].lower())
    return bool(raised or leads or not _BARE.fullmatch(said))


def _has_columns(table: Element) -> bool:
    """Whether it is a table in earnest: one of a single column was made for its looks."""
    for row in every(table, "tr"):
        if sum(sayable("".join(cell.itertext())) for cell in row if name_of(cell) in {"td", "th"}) > 1:
            return True
    return False


def _kinds(root: Element) -> frozenset[str]:
    """The kinds of the body, and of the one section that is all of it."""
    body = next(every(root, "body"), None)
    if body is None:
        return frozenset()
    inside = [child for child in body if name_of(child)]
    return frozenset(_words(body) | (_words(inside[0]) if len(inside) == 1 else set()))


def _words(element: Element) -> set[str]:
    """What `epub:type` and `role` say."""
    told = [
        value
        for key, value in element.attrib.items()
        if str(key) in {"{http://www.idpf.org/2007/ops}type", "epub:type", "role"}
    ]
    return set(" ".join(map(str, told)).lower().split())
