"""Voices that earlier versions kept as folders under HOME/voices are taken over once."""

import json
import logging
from pathlib import Path

from timbre.voices.record import ID
from timbre.voices.shelf import Shelf

log = logging.getLogger(__name__)


def take_over(home: Path, shelf: Shelf) -> int:
    """Keeps each voice of the old folder, and puts its folder aside. Returns how many there were."""
    old, count = home / "voices", 0
    for place in sorted(old.iterdir()) if old.is_dir() else ():
        if not ID.fullmatch(place.name):
            continue
        try:
            record = json.loads((place / "voice.json").read_text("utf-8"))
            files = {path.name: path.read_bytes() for path in place.iterdir() if path.suffix != ".json"}
            if shelf.read(record["id"]) is None:
                shelf.keep(record, files)
        except (OSError, ValueError, KeyError) as fault:
            log.warning("the voice in %s cannot be taken over: %s", place, fault)
            continue
        place.rename(place.with_name(f".{place.name}.taken-over"))
        count += 1
    return count
