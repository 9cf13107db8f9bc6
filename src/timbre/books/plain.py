"""A plain text: its paragraphs, and its chapters where lines of their own name them."""

import re

from timbre.books.book import Book, Chapter, one_line, sayable
from timbre.errors import EmptyBook

_WORDS = (
    "chapter|prologue|epilogue|preface|introduction|capítulo|capitulo|prólogo|epílogo|prefácio|introdução|introducción|"
    "chapitre|kapitel|kapitola|capitolo|hoofdstuk|rozdział|bölüm|fejezet|глава|пролог|эпилог"
)
_NAMED = re.compile(rf"(?:{_WORDS})\b[^\n]{{0,80}}|[^\n]{{0,12}}\b(?:fejezet|bölüm)\b[^\n]{{0,60}}", re.IGNORECASE)
_EAST = re.compile(r"第[一二三四五六七八九十百千0-9０-９]+[章回話话節节][^\n]{0,40}|제\s*\d+\s*장[^\n]{0,40}")
_WRAPPED = 100
"""Characters: lines that are no longer are parts of a paragraph, where blank lines part paragraphs."""


def read(text: str, name: str, shown: str = "The file") -> Book:
    """A text as a book. name: its title. Raises errors.EmptyBook."""
    chapters = list[Chapter]()
    title, said = name, list[str]()
    for paragraph in [*_paragraphs(text), None]:
        if paragraph is None or _is_heading(paragraph):
            if sayable("".join(said)):
                chapters.append(Chapter(title, "\n".join(said)))
            title, said = paragraph or "", []
        if paragraph is not None:
            said.append(paragraph)
    if not chapters:
        raise EmptyBook(file=shown)
    return Book(name, tuple(chapters))


def _is_heading(paragraph: str) -> bool:
    """Whether it names a chapter: one line that says so, and is no sentence."""
    words = len(paragraph.split())
    if words > 12 or paragraph.endswith((",", ";")):
        return False
    if paragraph.endswith(".") and words > 3 and not paragraph.isupper():
        return False
    return bool(_NAMED.fullmatch(paragraph) or _EAST.fullmatch(paragraph))


def _paragraphs(text: str) -> list[str]:
    """Each on one line. Where lines were wrapped at a margin, blank lines part paragraphs, else every line is one."""
    blocks = [block for block in re.split(r"\n[^\S\n]*\n", text) if sayable(block)]
    lines = [line for line in text.split("\n") if sayable(line)]
    wrapped = len(blocks) < len(lines) and sum(len(line) > _WRAPPED for line in lines) <= len(lines) / 10
    if wrapped and (len(blocks) > 1 or len(lines) > 20):
        return [one_line(block) for block in blocks]
    return [one_line(line) for line in lines]
