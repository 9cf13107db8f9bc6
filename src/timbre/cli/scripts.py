"""How a text for several voices is given on the command line."""

import argparse
from typing import Any

from timbre.casting import AUTO, MARKUPS


def script_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that reads a text."""
    parser.add_argument(
        "--markup",
        choices=MARKUPS,
        default=AUTO,
        help="how the text says who reads it: [voice:ID] and other tags, SSML, or not at all (default: auto)",
    )
    parser.add_argument(
        "--dialogue-voice", metavar="VOICE", help="who reads what is said in quotation marks or after a dash"
    )


def script_fields(asked: argparse.Namespace) -> dict[str, Any]:
    """The same for a server: what was asked for."""
    fields = {"markup": asked.markup if asked.markup != AUTO else None, "dialogue_voice": asked.dialogue_voice}
    return {name: value for name, value in fields.items() if value is not None}
