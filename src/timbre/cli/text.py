"""`timbre text`: what will be read, before anything is spoken."""

import argparse
import sys

from timbre import pronunciations
from timbre.cli.here import database
from timbre.cli.remote import Server, where
from timbre.text.languages import resolve
from timbre.text.plan import plan

DEFAULT = "pt"


def main(argv: list[str]) -> int:
    """Prints a line a piece. Raises what `timbre.text.plan.plan` and a server raise."""
    asked = _parser().parse_args(argv)
    text = sys.stdin.read() if asked.text == "-" else asked.text
    for said, pause in _there(asked, text) if asked.server else _here(asked, text):
        print(f"{said}  [{pause:g} s]" if asked.pauses and pause else said)
    return 0


def _here(asked: argparse.Namespace, text: str) -> list[tuple[str, float]]:
    language = resolve(asked.language or DEFAULT).code
    with database() as kept:
        spell = pronunciations.spell(kept, language)
    return [(one.text, one.pause) for one in plan(text, language, asked.limit, spell)]


def _there(asked: argparse.Namespace, text: str) -> list[tuple[str, float]]:
    body = {"text": text} | ({"language": asked.language} if asked.language else {})
    found = Server.of(asked).ask("POST", "/text/preview", json=body)
    return [(one["text"], one["pause"]) for one in found["pieces"]]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="timbre text", parents=[where()], description="What will be read, a line a piece; nothing is spoken."
    )
    parser.add_argument("text", help="the text, or - for standard input")
    parser.add_argument("-l", "--language", metavar="CODE", help="its language (default: pt; a server's own there)")
    parser.add_argument("--limit", type=int, metavar="N", help="characters of a piece (default: the language's own)")
    parser.add_argument("--pauses", action="store_true", help="show the silence after each piece")
    return parser
