"""`timbre watermark`: whether a recording carries the mark of speech that was made here."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from timbre.audio import watermark
from timbre.audio.safely import decode_safely
from timbre.audio.watermark import LEAST_S, RATE, Detection


def main(argv: list[str]) -> int:
    """Does what was asked. Raises errors.MissingExtra, BrokenWatermark, and what `decode_safely` raises."""
    asked = _parser().parse_args(argv)
    return int(asked.does(asked))


def check(asked: argparse.Namespace) -> int:
    """Prints a line a file. Returns 0 when all are marked, else 1."""
    watermark.require()
    found = []
    for file in map(Path, asked.files):
        samples = decode_safely(file, RATE)
        found.append(watermark.detect(samples, RATE))
        if not asked.json:
            print(f"{file}: {_told(found[-1])}", flush=True)
    if asked.json:
        files = zip(asked.files, found, strict=True)
        print(json.dumps([{"file": file, **_facts(detection)} for file, detection in files], indent=1))
    return 0 if all(detection.marked for detection in found) else 1


def _told(detection: Detection) -> str:
    if not detection.stretches:
        return f"too short to tell: there is less than {LEAST_S} s"
    sure = f"{detection.score:.2f}"
    if not detection.marked:
        return f"no mark ({sure})"
    if all(stretch.marked for stretch in detection.stretches):
        return f"marked ({sure})"
    where = ", ".join(
        f"{_clock(stretch.start_s)}–{_clock(stretch.end_s)}" for stretch in detection.stretches if stretch.marked
    )
    return f"marked in part ({sure}): {where}"


def _facts(detection: Detection) -> dict[str, Any]:
    stretches = [asdict(stretch) | {"marked": stretch.marked} for stretch in detection.stretches]
    return {"marked": detection.marked, "score": detection.score, "stretches": stretches}


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre watermark", description="The mark of speech that a machine made.")
    verbs = parser.add_subparsers(required=True, metavar="check")
    checking = verbs.add_parser("check", help="look for the mark; exit code 0 when every file has it, else 1")
    checking.set_defaults(does=check)
    checking.add_argument("files", nargs="+", metavar="FILE", help="recordings in any common format")
    checking.add_argument("--json", action="store_true", help="what was found, stretch by stretch, as JSON")
    return parser
