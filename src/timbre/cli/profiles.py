"""`timbre profiles`: named ways of reading, straight in the database, or of a service that runs elsewhere."""

import argparse
import contextlib
import sys
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import quote

from timbre import profiles
from timbre.api.schemas_profiles import ProfileOut, shown
from timbre.cli.here import here_or_there
from timbre.cli.remote import Server, where
from timbre.engine.protocol import RANGES
from timbre.store.database import Database

WHOLE = ("top_k", "seed")
"""Parameters that are whole numbers."""

MODEL = "model"
"""The word that gives a parameter back to the model's own configuration."""


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what `timbre.profiles` and the server raise."""
    asked = _parser().parse_args(argv)
    place: contextlib.AbstractContextManager[Shelf] = here_or_there(asked, Here, There)
    with place as shelf:
        return int(asked.does(shelf, asked))


class Shelf(Protocol):
    """Where the profiles are."""

    def all(self) -> list[ProfileOut]: ...
    def get(self, word: str) -> ProfileOut: ...
    def create(self, name: str, about: str, sampling: Mapping[str, Any]) -> ProfileOut: ...
    def change(self, word: str, name: str | None, about: str | None, sampling: Mapping[str, Any]) -> ProfileOut: ...
    def duplicate(self, word: str, name: str | None) -> ProfileOut: ...
    def set_default(self, word: str) -> ProfileOut: ...
    def delete(self, word: str) -> None: ...


class Here:
    """The database that the settings name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ProfileOut]:
        default = profiles.default_id(self._database)
        return [shown(profile, default) for profile in profiles.listed(self._database)]

    def get(self, word: str) -> ProfileOut:
        return self._shown(profiles.get(self._database, word))

    def create(self, name: str, about: str, sampling: Mapping[str, Any]) -> ProfileOut:
        return self._shown(profiles.create(self._database, name, sampling, about))

    def change(self, word: str, name: str | None, about: str | None, sampling: Mapping[str, Any]) -> ProfileOut:
        return self._shown(profiles.change(self._database, word, name, about, sampling))

    def duplicate(self, word: str, name: str | None) -> ProfileOut:
        return self._shown(profiles.duplicate(self._database, word, name))

    def set_default(self, word: str) -> ProfileOut:
        return self._shown(profiles.set_default(self._database, word))

    def delete(self, word: str) -> None:
        profiles.delete(self._database, word)

    def _shown(self, profile: profiles.Profile) -> ProfileOut:
        return shown(profile, profiles.default_id(self._database))


class There:
    """A service, asked with a key."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def all(self) -> list[ProfileOut]:
        return [ProfileOut.model_validate(item) for item in self._ask("GET")["items"]]

    def get(self, word: str) -> ProfileOut:
        return ProfileOut.model_validate(self._ask("GET", word))

    def create(self, name: str, about: str, sampling: Mapping[str, Any]) -> ProfileOut:
        return ProfileOut.model_validate(self._ask("POST", body={"name": name, "about": about, **sampling}))

    def change(self, word: str, name: str | None, about: str | None, sampling: Mapping[str, Any]) -> ProfileOut:
        words = {key: value for key, value in (("name", name), ("about", about)) if value is not None}
        return ProfileOut.model_validate(self._ask("PATCH", word, {**words, **sampling}))

    def duplicate(self, word: str, name: str | None) -> ProfileOut:
        return ProfileOut.model_validate(self._ask("POST", word, {"name": name}, "/duplicate"))

    def set_default(self, word: str) -> ProfileOut:
        return ProfileOut.model_validate(self._ask("POST", word, what="/set-default"))

    def delete(self, word: str) -> None:
        self._ask("DELETE", word)

    def _ask(self, method: str, word: str = "", body: Any = None, what: str = "") -> Any:
        path = f"/{quote(word, safe='')}{what}" if word else ""
        return self._server.ask(method, f"/quality-profiles{path}", json=body)


def show_all(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Prints a line a profile; the default one has a star."""
    rows = [("*" if one.default else " ", one.id, one.name, _parameters(one)) for one in shelf.all()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip())
    return 0


def show(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Prints all of one profile."""
    one = shelf.get(asked.profile)
    for key, value in one.model_dump(mode="json", exclude_none=True).items():
        print(f"{key:20}{value}")
    return 0


def create(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Keeps a new profile, and prints its id."""
    one = shelf.create(asked.name, asked.about, _sampling(asked))
    print(f"{one.id}  {one.name}: {_parameters(one)}")
    print(f'Hear it with: timbre say "Hello." --profile {one.id}', file=sys.stderr)
    return 0


def edit(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Changes what was named."""
    one = shelf.change(asked.profile, asked.name, asked.about, _sampling(asked))
    print(f"{one.id}  {one.name}: {_parameters(one)}")
    return 0


def duplicate(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Copies a profile, and prints the copy's id."""
    one = shelf.duplicate(asked.profile, asked.name)
    print(f"{one.id}  {one.name}: {_parameters(one)}")
    return 0


def default(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Prints the profile that applies where none is asked for, or makes one that."""
    one = shelf.set_default(asked.profile) if asked.profile else next(one for one in shelf.all() if one.default)
    print(f"{one.id}  {one.name}: {_parameters(one)}")
    return 0


def delete(shelf: Shelf, asked: argparse.Namespace) -> int:
    """Deletes a profile."""
    one = shelf.get(asked.profile)
    shelf.delete(one.id)
    print(f"{one.name} is gone." + (" The default is now balanced." if one.default else ""))
    return 0


def _parameters(one: ProfileOut) -> str:
    said = {name: value for name in RANGES if (value := getattr(one, name)) is not None}
    return ", ".join(f"{name} {value:g}" for name, value in said.items()) or "as the model has it"


def _sampling(asked: argparse.Namespace) -> dict[str, Any]:
    """The parameters that were named; None for one that goes back to the model."""
    given = {name: getattr(asked, name) for name in RANGES}
    return {name: None if value == MODEL else value for name, value in given.items() if value is not None}


def _number(name: str, none: bool) -> Any:
    """How a parameter is read from the command line."""

    def read(word: str) -> float | int | str:
        if none and word == MODEL:
            return MODEL
        return int(word) if name in WHOLE else float(word)

    read.__name__ = "whole number" if name in WHOLE else "number"
    return read


def _parameter_arguments(parser: argparse.ArgumentParser, none: bool = False) -> None:
    for name, (low, high) in RANGES.items():
        about = f"from {low:g} to {high:g}" if name != "seed" else "the same seed gives the same audio"
        more = f"; {MODEL}: as the model has it" if none else ""
        parser.add_argument(f"--{name.replace('_', '-')}", type=_number(name, none), metavar="N", help=f"{about}{more}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre profiles", description="Named ways of reading.")
    there = where()
    verbs = parser.add_subparsers(required=True, metavar="list|show|create|edit|duplicate|default|delete")

    def verb(name: str, about: str, does: Any, profile: str | None = "") -> argparse.ArgumentParser:
        made = verbs.add_parser(name, parents=[there], help=about)
        made.set_defaults(does=does)
        if profile is not None:
            made.add_argument("profile", help="its id or name", **({"nargs": profile} if profile else {}))  # type: ignore[arg-type]
        return made

    verb("list", "all profiles; the default one has a star", show_all, None)
    verb("show", "all of one profile", show)
    making = verb("create", "keep a new profile", create, None)
    making.add_argument("name", help="what to call it")
    making.add_argument("--about", default="", help="a few words on it")
    _parameter_arguments(making)
    editing = verb("edit", "change a profile that was made here; what is not named stays", edit)
    editing.add_argument("--name", help="what to call it")
    editing.add_argument("--about", help="a few words on it")
    _parameter_arguments(editing, none=True)
    copying = verb("duplicate", "copy a profile, also a built-in one", duplicate)
    copying.add_argument("--name", help="what to call the copy")
    verb("default", "the profile that applies where none is asked for; with a profile, make it that", default, "?")
    verb("delete", "delete a profile that was made here", delete)
    return parser
