"""What is read aloud, whatever kind of file it came in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part that has a mark of its own. text: all that is said of it, its heading included, a paragraph a line."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: what is said, and from which second to which."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Book:
    """A book. What it does not tell is empty. cover: a JPEG or PNG. cues: of subtitles, which are its one chapter."""

    title: str
    chapters: tuple[Chapter, ...]
    author: str = ""
    language: str = ""
    cover: bytes = b""
    cues: tuple[Cue, ...] = ()


def one_line(text: str) -> str:
    """A text without line ends, double blanks and hyphens that only show where a word may be cut."""
    return " ".join(text.replace("\u00ad", "").split())


def sayable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(sign.isalnum() for sign in text)
