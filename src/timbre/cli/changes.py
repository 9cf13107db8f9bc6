"""Parameters said at the command line."""

import argparse
import json
from typing import Any


def change(words: str) -> tuple[str, Any]:
    """A parameter's name and its value, of NAME=VALUE: what reads as JSON is that, anything else a word."""
    name, sign, value = words.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"'{words}' is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
