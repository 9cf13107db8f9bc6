"""Markdown: its headings are its chapters; code, tables, pictures and footnotes are not read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from timbre.books.book import Book, Chapter, one_line, sayable
from timbre.errors import BadBook, EmptyBook

if TYPE_CHECKING:
    from markdown_it.token import Token

_SKIPPED = {"table_open": "table_close", "footnote_block_open": "footnote_block_close"}
_SAID = {"text", "code_inline", "text_special"}
_BLANK = {"softbreak", "hardbreak"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a heading of a level."""

    text: str
    level: int = 0


def read(text: str, name: str, shown: str = "The file") -> Book:
    """A Markdown text as a book. name: its title, where it has none. Raises errors.EmptyBook, BadBook."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = parser.use(front_matter_plugin).use(footnote_plugin).parse(text)
    told = _told(next((token.content for token in tokens if token.type == "front_matter"), ""), shown)
    blocks = list(_blocks(tokens))
    headings = [block for block in blocks if block.level]
    title = told.get("title", "")
    dividing = min((heading.level for heading in headings), default=0)
    tops = [heading for heading in headings if heading.level == dividing]
    if len(tops) == 1 and headings[0] is tops[0] and len(headings) > 1:  # the one at the top is the book's own
        title = title or one_line(tops[0].text)
        dividing = min(heading.level for heading in headings[1:])
    chapters = tuple(_chapters(blocks, dividing, title or name))
    if not chapters:
        raise EmptyBook(file=shown)
    return Book(title or name, chapters, told.get("author", ""), told.get("language", ""))


def _chapters(blocks: Sequence[Block], dividing: int, title: str) -> Iterator[Chapter]:
    """Parts that begin at headings of a level. One that is nothing but headings belongs to the next."""
    said = list[Block]()
    for block in blocks:
        if block.level == dividing and dividing and any(not one.level for one in said):
            yield Chapter(title, "\n".join(one.text for one in said))
            said = []
        if block.level == dividing and dividing:
            title = one_line(block.text)
        said.append(block)
    if said:
        yield Chapter(title, "\n".join(one.text for one in said))


def _blocks(tokens: "Sequence[Token]") -> Iterator[Block]:
    until, level = "", 0
    for token in tokens:
        if until:
            until = "" if token.type == until else until
        elif token.type in _SKIPPED:
            until = _SKIPPED[token.type]
        elif token.type == "heading_open":
            level = int(token.tag[1:])
        elif token.type == "inline":
            if sayable(text := _inline(token.children or [])):
                yield Block(text, level)
            level = 0


def _inline(tokens: "Sequence[Token]") -> str:
    parts = [token.content if token.type in _SAID else " " if token.type in _BLANK else "" for token in tokens]
    return one_line("".join(parts))


def _told(front: str, shown: str) -> dict[str, str]:
    """What stands before a text, in YAML: its title, its author and its language. Raises errors.BadBook."""
    import yaml

    try:
        found: Any = yaml.safe_load(front)
    except (yaml.YAMLError, ValueError, RecursionError):
        raise BadBook(file=shown, reason="what stands before its text is no YAML") from None
    if not isinstance(found, dict):
        return {}
    fields = {"title": ("title",), "author": ("author", "authors"), "language": ("lang", "language")}
    told = {
        field: next((_plain(found[name]) for name in names if name in found), "") for field, names in fields.items()
    }
    return {field: value for field, value in told.items() if value}


def _plain(value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    return one_line(", ".join(str(part) for part in parts if isinstance(part, str | int | float)))
