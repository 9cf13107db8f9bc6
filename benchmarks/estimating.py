"""What an estimate says of a training run, against the run that follows it. Prints JSON.

    python -m benchmarks.estimating --data build/finetune/data --set max_steps=120 --set checkpoint_every=60

The estimate and the run are those of the product, each in a process of its own as the service has them. The model is
`mini`; `--base FOLDER` is another one. `--data` is a folder with a build's manifest and clips, as
`python -m benchmarks.finetune` writes one.
"""

import argparse
import json
import multiprocessing
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from timbre.models import catalogue
from timbre.runs import parameters

WITHIN = 0.3


class Quiet:
    """A watcher that keeps the most memory and the last step."""

    def __init__(self) -> None:
        self.memory_mb, self.steps = 0.0, 0

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        self.memory_mb, self.steps = max(self.memory_mb, figures["memory_mb"]), step

    def note(self, line: str) -> None: ...

    def validated(self, step: int, figures: dict[str, float]) -> None: ...

    def checkpoint(self, kept: Any) -> None: ...

    def flush(self) -> None: ...

    def wish(self) -> str:
        return ""


def estimated(base: Path, data: Path, changes: dict[str, Any]) -> dict[str, Any]:
    """What the estimate says, and how long it took to say it."""
    from timbre.training.estimate import estimate
    from timbre.training.job import options_of

    began = time.monotonic()
    found = estimate(base, data, options_of(parameters.whole(changes)))
    return found | {"took_s": round(time.monotonic() - began, 1)}


def run(base: Path, data: Path, changes: dict[str, Any]) -> dict[str, Any]:
    """The whole run."""
    from timbre.training.finetune import train
    from timbre.training.job import options_of

    watcher, began = Quiet(), time.monotonic()
    with TemporaryDirectory(prefix="timbre-estimating-") as folder:
        ending = train(base, data, Path(folder), options_of(parameters.whole(changes)), watcher)  # type: ignore[arg-type]
    seconds = round(time.monotonic() - began, 1)
    return {"seconds": seconds, "memory_mb": watcher.memory_mb, "steps": watcher.steps, "ending": ending}


def main() -> int:
    """0 where time and memory were within 30 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, default=catalogue.folder("mini"), metavar="FOLDER")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--set", dest="changes", action="append", default=[], metavar="NAME=VALUE")
    asked = parser.parse_args()
    changes = {name: _value(value) for name, _, value in (one.partition("=") for one in asked.changes)}
    made = []
    for does in (estimated, run):
        with multiprocessing.get_context("spawn").Pool(1) as alone:  # the most memory is a process's, so each has one
            made.append(alone.apply(does, (asked.base, asked.data, changes)))
    said, was = made
    ratios = {name: round(said[name] / was[name], 3) for name in ("seconds", "memory_mb")}
    print(json.dumps({"parameters": changes, "estimate": said, "run": was, "ratio": ratios}, indent=2))
    return int(any(abs(ratio - 1) > WITHIN for ratio in ratios.values()))


def _value(words: str) -> Any:
    try:
        return json.loads(words)
    except ValueError:
        return words


if __name__ == "__main__":
    raise SystemExit(main())
