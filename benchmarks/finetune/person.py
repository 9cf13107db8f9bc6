"""A real person's prompts as a build that `timbre.training.finetune` reads: Debian's English speaker, words known."""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recorded import RATE, Prompt, prompts
from timbre.audio.encode import encode

SHORTEST_S, LONGEST_S = 1.2, 11.0
HELD, SEED = 0.2, 42
LEVEL = 0.1


def build(keep: Path, into: Path, minutes: float = 0.0) -> dict[str, Any]:
    """Write clips and manifest to `into`, those to learn from up to so many minutes (0: all). Returns the manifest.

    A fifth is held out: half of it chooses checkpoints, half gives the figures.
    """
    into.mkdir(parents=True, exist_ok=True)
    chosen = [one for one in prompts("en", keep) if SHORTEST_S <= one.seconds <= LONGEST_S]
    random.Random(SEED).shuffle(chosen)
    held = int(len(chosen) * HELD)
    splits = ["test"] * (held // 2) + ["validation"] * (held - held // 2) + ["train"] * (len(chosen) - held)
    clips, learnt = [], 0.0
    for prompt, split in zip(chosen, splits, strict=True):
        if split == "train":
            if minutes and learnt >= minutes * 60:
                continue
            learnt += prompt.seconds
        clips.append(_clip(into, prompt, split))
    manifest = {"format": 1, "name": "allison", "language": "en", "rate": RATE, "clips": clips}
    (into / "manifest.json").write_text(json.dumps(manifest))
    return manifest


def _clip(into: Path, prompt: Prompt, split: str) -> dict[str, Any]:
    level = float(np.sqrt(np.mean(prompt.samples**2)))
    flac = encode(np.clip(prompt.samples * (LEVEL / max(level, 1e-4)), -1, 1), "flac", RATE)
    file = prompt.name.replace("/", "_") + ".flac"
    (into / file).write_bytes(flac)
    return {
        "file": file,
        "sha256": hashlib.sha256(flac).hexdigest(),
        "text": prompt.text if prompt.text[-1] in ".?!" else prompt.text + ".",
        "samples": len(prompt.samples),
        "source": prompt.name,
        "split": split,
    }
