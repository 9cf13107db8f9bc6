"""`timbre models`: which models there are, and how one gets here."""

import argparse
import sys
from pathlib import Path

from timbre.cli import verify
from timbre.engine.blocking import Client
from timbre.errors import EngineUnavailable, LicenceNotAccepted
from timbre.models import catalogue, install, licence
from timbre.settings import settings


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what the catalogue, the installation and the engine raise."""
    if argv[:1] == ["verify"]:
        return verify.main(argv[1:])
    asked = _parser().parse_args(argv)
    return int(asked.does(asked))


def list_models(asked: argparse.Namespace) -> int:
    """Prints a line a model: whether it is loaded or installed, its languages and its licence."""
    loaded = _loaded()
    entries = catalogue.entries()
    width = max(len(entry.id) for entry in entries)
    for entry in entries:
        state = "loaded" if entry.id == loaded else "installed" if entry.installed else "not installed"
        cells = [entry.id.ljust(width), state.ljust(13), " ".join(entry.languages), entry.licence or ""]
        print("  ".join(cell for cell in cells if cell.strip()))
    return 0


def install_model(asked: argparse.Namespace) -> int:
    """Shows the licence, records that it was accepted, and fetches or copies the files."""
    home = settings().home
    wanted = licence.needed(asked.model)
    if wanted and not licence.accepted(home, asked.model):
        print(wanted.text, file=sys.stderr)
        if not (asked.accept_license or _agrees()):
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


def load(asked: argparse.Namespace) -> int:
    """Makes the running engine load a model."""
    catalogue.folder(asked.model)
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


def _agrees() -> bool:
    return sys.stdin.isatty() and input("Do you accept this licence? Type yes: ").strip().lower() == "yes"


def _loaded() -> str | None:
    with Client.from_settings() as engine:
        try:
            return engine.stats().get("model")
        except EngineUnavailable:
            return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre models", description="The models that speak.")
    verbs = parser.add_subparsers(required=True, metavar="list|install|load|verify")
    verbs.add_parser("list", help="the built-in model, those installed, and those that can be").set_defaults(
        does=list_models
    )
    installing = verbs.add_parser("install", help="fetch a model, after its licence was accepted")
    installing.set_defaults(does=install_model)
    installing.add_argument("model", help=f"one of: {', '.join(install.REPOSITORY)}")
    installing.add_argument(
        "--from", dest="source", type=Path, metavar="FOLDER", help="take its files from here instead"
    )
    installing.add_argument("--accept-license", action="store_true", help="accept the model's licence; recorded")
    loading = verbs.add_parser("load", help="make the running engine load a model")
    loading.set_defaults(does=load)
    loading.add_argument("model", help="a model of `timbre models list`")
    verbs.add_parser("verify", help="compare a model with golden values of the public reference")
    return parser
