"""A build to learn from, made on the fly: sentences that hibari says, and a model of random weights small enough."""

import hashlib
import json
from pathlib import Path

import numpy as np
from recordings import speech
from running import GOLDEN, make_model

from timbre.audio.encode import encode

TEXTS = (
    "The heron stood by the weir all morning.",
    "We bought two loaves and a jar of plum jam.",
    "A red kite turned above the chapel roof.",
    "Leave the ladder where the painters can find it.",
    "The ferry was full before the rain began.",
    "Our cousin mends clocks in a narrow shop.",
    "There is a hole in the left oar.",
    "Nobody remembers who planted the quince.",
)


def make_build(folder: Path) -> Path:
    """Eight clips: five to learn from, two that choose, one for the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for number, text in enumerate(TEXTS):
        wave = speech(22_050, text=text)[:40_000]
        flac = encode(np.clip(wave, -1, 1), "flac", 22_050)
        (folder / f"g-{number}.flac").write_bytes(flac)
        clips.append(
            {
                "file": f"g-{number}.flac",
                "sha256": hashlib.sha256(flac).hexdigest(),
                "text": text,
                "samples": len(wave),
                "source": f"s-{number}",
                "split": "train" if number < 5 else "validation" if number < 7 else "test",
            }
        )
    manifest = {"format": 1, "name": "eight", "language": "en", "rate": 22_050, "clips": clips}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def make_base(folder: Path) -> Path:
    """The tiny model with what training needs beside it."""
    make_model(folder)
    for name in ("dvae.pth", "mel_stats.pth"):
        (folder / name).write_bytes((GOLDEN / name).read_bytes())
    return folder
