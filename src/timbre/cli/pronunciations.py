"""`timbre pronunciations`: how words are read, straight in the database, or of a service that runs elsewhere."""

import argparse
import contextlib
from typing import Any, Protocol
from urllib.parse import quote

from timbre import pronunciations
from timbre.api.schemas_text import PronunciationOut
from timbre.cli.here import here_or_there
from timbre.cli.remote import Server, where
from timbre.errors import UnknownPronunciation
from timbre.store.database import Database
from timbre.text.pronunciations import Pronunciation


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what `timbre.pronunciations` and the server raise."""
    asked = _parser().parse_args(argv)
    place: contextlib.AbstractContextManager[Book] = here_or_there(asked, Here, There)
    with place as book:
        return int(asked.does(book, asked))


class Book(Protocol):
    """Where the dictionary is."""

    def all(self) -> list[PronunciationOut]: ...
    def add(self, entry: Pronunciation) -> PronunciationOut: ...
    def change(self, id: str, said: str) -> PronunciationOut: ...
    def remove(self, id: str) -> None: ...


class Here:
    """The database that the settings name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[PronunciationOut]:
        return [PronunciationOut.of(one) for one in pronunciations.listed(self._database)]

    def add(self, entry: Pronunciation) -> PronunciationOut:
        return PronunciationOut.of(pronunciations.create(self._database, entry))

    def change(self, id: str, said: str) -> PronunciationOut:
        return PronunciationOut.of(pronunciations.change(self._database, id, said=said))

    def remove(self, id: str) -> None:
        pronunciations.delete(self._database, id)


class There:
    """A service, asked with a key."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def all(self) -> list[PronunciationOut]:
        return [PronunciationOut.model_validate(one) for one in self._ask("GET")["items"]]

    def add(self, entry: Pronunciation) -> PronunciationOut:
        body = {"written": entry.written, "said": entry.said, "language": entry.language, "pattern": entry.pattern}
        return PronunciationOut.model_validate(self._ask("POST", body=body))

    def change(self, id: str, said: str) -> PronunciationOut:
        return PronunciationOut.model_validate(self._ask("PATCH", id, {"said": said}))

    def remove(self, id: str) -> None:
        self._ask("DELETE", id)

    def _ask(self, method: str, id: str = "", body: Any = None) -> Any:
        path = f"/{quote(id, safe='')}" if id else ""
        return self._server.ask(method, f"/pronunciations{path}", json=body)


def show(book: Book, asked: argparse.Namespace) -> int:
    """Prints a line an entry."""
    found = book.all()
    if not found:
        print("Nothing is read otherwise than it is written. Add a word with: timbre pronunciations add WORD SAID")
        return 0
    rows = [(one.id, one.language or "all", _written(one), one.said) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]))
    return 0


def add(book: Book, asked: argparse.Namespace) -> int:
    """Keeps an entry."""
    one = book.add(Pronunciation(asked.written, asked.said, asked.language, asked.pattern))
    print(f"{one.id}  {_written(one)} is read: {one.said}")
    return 0


def change(book: Book, asked: argparse.Namespace) -> int:
    """Changes how an entry is read."""
    one = book.change(_id(book, asked.word), asked.said)
    print(f"{one.id}  {_written(one)} is read: {one.said}")
    return 0


def remove(book: Book, asked: argparse.Namespace) -> int:
    """Deletes an entry."""
    book.remove(_id(book, asked.word))
    print(f"{asked.word} is read as it is written again.")
    return 0


def _id(book: Book, word: str) -> str:
    """An entry by its id or by what is written. Raises errors.UnknownPronunciation."""
    found = [one.id for one in book.all() if word in (one.id, one.written)]
    if len(found) != 1:  # of several languages: the id says which
        raise UnknownPronunciation(pronunciation=word)
    return found[0]


def _written(one: PronunciationOut) -> str:
    return f"/{one.written}/" if one.pattern else one.written


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre pronunciations", description="How words are to be read.")
    there = where()
    verbs = parser.add_subparsers(required=True, metavar="list|add|change|remove")
    verbs.add_parser("list", parents=[there], help="all entries").set_defaults(does=show)
    adding = verbs.add_parser("add", parents=[there], help="keep how a word is read")
    adding.set_defaults(does=add)
    adding.add_argument("written", help="the word or words as they are written, or a pattern")
    adding.add_argument("said", help="what is read in its place")
    adding.add_argument("-l", "--language", metavar="CODE", help="in texts of this language alone")
    adding.add_argument("--pattern", action="store_true", help="WRITTEN is a regular expression (RE2); \\1 is a group")
    changing = verbs.add_parser("change", parents=[there], help="change how a word is read")
    changing.set_defaults(does=change)
    removing = verbs.add_parser("remove", parents=[there], help="forget it")
    removing.set_defaults(does=remove)
    for verb in (changing, removing):
        verb.add_argument("word", help="its id, or what is written")
    changing.add_argument("said", help="what is read in its place")
    return parser
