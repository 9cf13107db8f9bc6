"""`timbre models verify`: our model against golden values of the public reference. Crosses over to torch."""

import argparse
import importlib
import json
import math
from pathlib import Path
from typing import Any

from timbre.errors import ModelIncomplete


def main(argv: list[str]) -> int:
    """Prints each value's largest error. Returns 1 when one is above its tolerance."""
    parser = argparse.ArgumentParser(prog="timbre models verify", description="Compare a model with golden values.")
    parser.add_argument("folder", type=Path, help="a folder that benchmarks/reference/golden.py wrote")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args(argv)
    if not asked.folder.is_dir():
        raise ModelIncomplete(folder=asked.folder, files="everything: it is no folder", wanted="golden.safetensors")
    report = importlib.import_module("timbre.training.parity").verify(asked.folder)
    print(json.dumps(as_dict(report), indent=1) if asked.json else as_table(report))
    return 0 if report.passed else 1


def as_dict(report: Any) -> dict[str, Any]:
    """The report as JSON has it: an error that is no number is null."""
    checks = [
        {
            "name": check.name,
            "error": check.error if math.isfinite(check.error) else None,
            "tolerance": check.tolerance,
            "passed": check.passed,
        }
        | ({"note": check.note} if check.note else {})
        for check in report.checks
    ]
    return {"passed": report.passed, "checks": checks}


def as_table(report: Any) -> str:
    """The report for people."""
    width = max((len(check.name) for check in report.checks), default=0)
    lines = []
    for check in report.checks:
        verdict = "ok " if check.passed else "BAD"
        line = f"{verdict}  {check.name.ljust(width)}  {check.error:.2e}  (at most {check.tolerance:g})  {check.note}"
        lines.append(line.rstrip())
    bad = sum(not check.passed for check in report.checks)
    return "\n".join([*lines, f"{len(report.checks)} values compared, {bad} above tolerance."])
