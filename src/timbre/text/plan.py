"""From a text to the pieces that are spoken one after another."""

from timbre import errors
from timbre.settings import settings
from timbre.text.languages import resolve
from timbre.text.normalise import bound
from timbre.text.pronunciations import Spell, as_it_stands
from timbre.text.split import Piece, split

__all__ = ["Piece", "plan"]


def plan(text: str, language: str, limit: int | None = None, spell: Spell = as_it_stands) -> list[Piece]:
    """Normalise the text and split it into pieces of at most `limit` characters (absent: the language's own limit).

    spell: what puts a dictionary of pronunciations into it first.
    Raises errors.TextTooLong above `settings().text_limit` characters, errors.EmptyText when nothing in it can be read
    aloud, errors.UnknownLanguage.
    """
    spoken = resolve(language)
    allowed = settings().text_limit
    if len(text) > allowed:
        raise errors.TextTooLong(length=len(text), limit=allowed)
    pieces = split(bound(spell(text), spoken.code), spoken.code, min(limit or spoken.limit, spoken.limit))
    if not pieces:
        raise errors.EmptyText()
    return pieces
