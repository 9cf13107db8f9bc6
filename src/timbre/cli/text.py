"""`timbre text`: what will be read, before anything is spoken."""

import argparse
import sys

from timbre import pronunciations
from timbre.casting import parts_of, read_through
from timbre.cli.here import database
from timbre.cli.remote import Server, where
from timbre.cli.scripts import script_arguments, script_fields
from timbre.text.languages import resolve

DEFAULT = "pt"


def main(argv: list[str]) -> int:
    """Prints a line a piece. Raises what `timbre.casting` and a server raise."""
    asked = _parser().parse_args(argv)
    text = sys.stdin.read() if asked.text == "-" else asked.text
    for piece in _there(asked, text) if asked.server else _here(asked, text):
        print(_line(piece, asked.pauses))
    return 0


def _line(piece: dict[str, object], pauses: bool) -> str:
    """A piece as it is printed: who reads it first, where the text says so."""
    role = [f"{name} {piece[name]}" for name in ("voice", "language", "speed") if piece.get(name)]
    who = f"[{', '.join(role)}] " if role else ""
    return f"{who}{piece['text']}" + (f"  [{piece['pause']:g} s]" if pauses and piece["pause"] else "")


def _here(asked: argparse.Namespace, text: str) -> list[dict[str, object]]:
    language = resolve(asked.language or DEFAULT).code
    limits = {language: asked.limit} if asked.limit else {}
    with database() as kept:
        parts = parts_of(text, asked.markup, asked.dialogue_voice)
        pieces, roles = read_through(parts, language, limits, pronunciations.dictionary(kept))
    found = [(one, roles[one.role]) for one in pieces]
    return [
        {"text": one.text, "pause": one.pause, "voice": who.voice, "language": who.language, "speed": who.speed}
        for one, who in found
    ]


def _there(asked: argparse.Namespace, text: str) -> list[dict[str, object]]:
    body = {"text": text, **script_fields(asked)} | ({"language": asked.language} if asked.language else {})
    return list(Server.of(asked).ask("POST", "/text/preview", json=body)["pieces"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="timbre text", parents=[where()], description="What will be read, a line a piece; nothing is spoken."
    )
    parser.add_argument("text", help="the text, or - for standard input")
    parser.add_argument("-l", "--language", metavar="CODE", help="its language (default: pt; a server's own there)")
    parser.add_argument("--limit", type=int, metavar="N", help="characters of a piece (default: the language's own)")
    parser.add_argument("--pauses", action="store_true", help="show the silence after each piece")
    script_arguments(parser)
    return parser
