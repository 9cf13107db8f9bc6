"""How alike a voice becomes by how many minutes it learnt from: `mini` fine-tuned on a real person, so many steps each
time, whatever the minutes. Prints a table, and leaves the figures in a file.

    python -m benchmarks.minutes --out build/minutes --steps 400
    python -m benchmarks.minutes --out build/minutes --write      # for the product to cite

Similarity of held-out sentences to the person's held-out recordings by resemblyzer, with its 95 % interval, beside
plain cloning by the same clips. `--write` puts the file where a dataset's report and an estimate cite it; what they say
of it is `timbre.datasets.sufficiency`'s to judge, and nothing while nothing is better than cloning for sure. What was
trained is not trained again.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from benchmarks.finetune import judging, person
from benchmarks.finetune.__main__ import Printing, options
from timbre.datasets import sufficiency
from timbre.models import catalogue
from timbre.store.files import write_whole
from timbre.training.finetune import train

AMOUNTS = (1.0, 2.0, 5.0, 10.0)
"""Minutes to learn from; then all that there are."""

CITED = Path(sufficiency.__file__).with_name(sufficiency.CURVE)


def learn(base: Path, recordings: Path, out: Path, minutes: float, steps: int, method: str) -> float:
    """One fine-tune. Returns the minutes that it really learnt from."""
    folder = out / f"{minutes:g}"
    data = folder / "data"
    manifest = person.build(recordings, data, minutes)
    every = max(1, steps // 4)
    changes = {"max_steps": steps, "validate_every": every, "checkpoint_every": every, "patience": 0}
    if not (folder / "done").exists():
        train(base, data, folder, options(method, changes), Printing(folder))
        (folder / "done").touch()
    learnt = [clip["samples"] for clip in manifest["clips"] if clip["split"] == "train"]
    return round(sum(learnt) / manifest["rate"] / 60, 1)


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = ["| minutes | similarity | words wrong |", "| --- | --- | --- |"]
    for name, one in (("cloned", found["cloned"]), *((f"{one['minutes']:g}", one) for one in found["points"])):
        alike = f"{one['similarity']:.3f} ± {one['interval']:.3f}"
        lines.append(f"| {name} | {alike} | {one['word_error_rate']:.3f} |")
    return "\n".join(lines)


def main() -> None:
    """Train, judge, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/minutes"))
    parser.add_argument("--recordings", type=Path, default=Path("build/speech-real"))
    parser.add_argument("--model", default="mini")
    parser.add_argument("--method", choices=("lora", "full"), default="lora")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--minutes", type=float, nargs="*", default=[*AMOUNTS, 0.0], help="0: all")
    parser.add_argument("--sentences", type=int, default=50)
    parser.add_argument("--write", action="store_true", help=f"to {CITED.name} in the package")
    asked = parser.parse_args()
    base, out = catalogue.folder(asked.model), asked.out
    known = {
        f"{one:g}": learn(base, asked.recordings, out, one, asked.steps, asked.method) for one in sorted(asked.minutes)
    }
    everything = person.build(asked.recordings, out / "everything")
    judged = judging.judge(base, out / "everything", out, list(known), asked.sentences)
    told = ("similarity", "interval", "word_error_rate")
    found = {
        "model": asked.model,
        "person": everything["name"],
        "judge": "resemblyzer",
        "method": asked.method,
        "steps": asked.steps,
        "sentences": judged["sentences"],
        "cloned": {key: judged["base"][key] for key in told},
        "points": sorted(
            ({"minutes": minutes, **{key: judged[name][key] for key in told}} for name, minutes in known.items()),
            key=lambda one: one["minutes"],
        ),
    }
    write_whole(CITED if asked.write else out / CITED.name, json.dumps(found, indent=1).encode())
    print(table(found))
    most = max(one["minutes"] for one in found["points"])
    print(f"With {most:g} minutes: {sufficiency.judged(found, most) or 'nothing is said, for nothing is sure'}")


if __name__ == "__main__":
    main()
