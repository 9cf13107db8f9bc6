"""`timbre models`: which models there are, how one gets here, is loaded, and goes."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from timbre.cli import models_there, verify
from timbre.cli.remote import where
from timbre.cli.told import agrees, print_facts, print_table
from timbre.engine.blocking import Client
from timbre.errors import EngineUnavailable, LicenceNotAccepted, ModelNotInstalled, NotTheLoadedModel
from timbre.models import about, catalogue, install, licence
from timbre.models.remove import in_use, remove
from timbre.settings import settings
from timbre.store.room import size


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what the catalogue, the installation, the engine and a server raise."""
    if argv[:1] == ["verify"]:
        return verify.main(argv[1:])
    asked = _parser().parse_args(argv)
    if asked.server:
        return int(getattr(models_there, asked.does.__name__)(asked))
    return int(asked.does(asked))


def list_models(asked: argparse.Namespace) -> int:
    """Prints a line a model: whether it is loaded or installed, its size, its languages and its licence."""
    loaded = _stats().get("model")
    print_table([_row(one, loaded) for one in _all()])
    return 0


def show_model(asked: argparse.Namespace) -> int:
    """Prints all that is known of one model."""
    one = about.one(asked.model, settings().home)
    entry = one.entry
    loaded = _stats().get("model") == entry.id
    print_facts(
        {
            "id": entry.id,
            "state": "loaded" if loaded else "installed" if entry.installed else "not installed",
            "languages": " ".join(entry.languages),
            "voices": one.voices,
            "size": size(one.bytes) if one.bytes else None,
            "licence": entry.licence,
            "source": one.source,
            "revision": one.revision,
            "installed at": one.installed_at,
        },
        [need.about for need in one.needs],
    )
    return 0


def install_model(asked: argparse.Namespace) -> int:
    """Shows the licence, records that it was accepted, and fetches or copies the files."""
    home = settings().home
    wanted = licence.needed(asked.model)
    if wanted and not licence.accepted(home, asked.model):
        print(wanted.text, file=sys.stderr)
        if not (asked.accept_license or agrees("Do you accept this licence?")):
            raise LicenceNotAccepted(model=asked.model, licence=wanted.name, url=wanted.url)
        licence.accept(home, asked.model)
    progress = Lines()
    if asked.source:
        folder = install.install_from(asked.model, asked.source, home, progress)
    else:
        folder = install.install(asked.model, home, progress)
    progress.end()
    print(f"{asked.model} is installed in {folder}.")
    print(f"Load it with: timbre models load {asked.model}", file=sys.stderr)
    return 0


def load_model(asked: argparse.Namespace) -> int:
    """Makes the running engine load a model."""
    if not about.one(asked.model, settings().home).entry.installed:
        raise ModelNotInstalled(model=asked.model)
    with Client.from_settings() as engine:
        try:
            engine.stats()
        except EngineUnavailable:
            print(f"No engine runs. Start one with: timbre serve --model {asked.model}", file=sys.stderr)
            return 1
        print(f"Loading {asked.model} …", file=sys.stderr)
        stats = engine.load(asked.model)
    print(f"{stats['model']} is loaded: {', '.join(stats['languages'])}.")
    return 0


def unload_model(asked: argparse.Namespace) -> int:
    """Makes the running engine forget its model."""
    with Client.from_settings() as engine:
        if engine.stats().get("model") != asked.model:
            raise NotTheLoadedModel(model=asked.model)
        engine.unload()
    print(f"{asked.model} is unloaded; nothing is spoken until a model is loaded.")
    return 0


def remove_model(asked: argparse.Namespace) -> int:
    """Removes a model that was installed or made here."""
    chosen = settings()
    gone = remove(asked.model, chosen.home, in_use(asked.model, _stats().get("model"), chosen.model))
    print(f"{asked.model} is gone: {size(gone)}.")
    return 0


class Lines:
    """Tells how far a download has come: a line that is drawn over where somebody watches, else one line a file."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._file, self._drawn = "", -1

    def __call__(self, file: str, done: int, total: int) -> None:
        """Shows the bytes of a file that are here."""
        percent = 100 * done // max(total, 1)
        if self._watched:
            if file != self._file:
                self.end()
            if (file, percent) != (self._file, self._drawn):
                line = f"\r{file:20} {percent:3}%  {done / 1e6:,.1f} of {total / 1e6:,.1f} MB"
                print(line, end="", file=sys.stderr, flush=True)
        elif file != self._file:
            print(f"{file}: {total / 1e6:,.1f} MB", file=sys.stderr, flush=True)
        self._file, self._drawn = file, percent

    def end(self) -> None:
        """Ends the line."""
        if self._watched and self._file:
            print(file=sys.stderr)
        self._file = ""


def _row(one: about.About, loaded: str | None) -> list[str]:
    """A model's line in the list."""
    entry = one.entry
    state = "loaded" if entry.id == loaded else "installed" if entry.installed else "not installed"
    return [entry.id, state, size(one.bytes) if one.bytes else "", " ".join(entry.languages), entry.licence or ""]


def _all() -> list[about.About]:
    return [about.about(entry, settings().home) for entry in catalogue.entries()]


def _stats() -> Mapping[str, Any]:
    """What the engine says; nothing, where none runs."""
    with Client.from_settings() as engine:
        try:
            return engine.stats()
        except EngineUnavailable:
            return {}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre models", description="The models that speak.")
    there = where()
    verbs = parser.add_subparsers(required=True, metavar="list|show|install|load|unload|remove|verify")

    def verb(name: str, about: str, does: Any, model: str = "a model of `timbre models list`") -> Any:
        made = verbs.add_parser(name, parents=[there], help=about)
        made.set_defaults(does=does)
        if model:
            made.add_argument("model", help=model)
        return made

    verb("list", "the built-in model, those installed, and those that can be", list_models, "")
    verb("show", "all that is known of a model", show_model)
    installable = f"one of: {', '.join(install.REPOSITORY)}"
    installing = verb("install", "fetch a model, after its licence was accepted", install_model, installable)
    installing.add_argument(
        "--from", dest="source", type=Path, metavar="FOLDER", help="take its files from here instead"
    )
    installing.add_argument("--accept-license", action="store_true", help="accept the model's licence; recorded")
    verb("load", "make the running engine load a model", load_model)
    verb("unload", "make the running engine forget its model", unload_model)
    verb("remove", "delete a model that was installed or made here", remove_model)
    verbs.add_parser("verify", help="compare a model with golden values of the public reference")
    return parser
