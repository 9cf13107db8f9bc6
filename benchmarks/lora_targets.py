"""Which weights a LoRA should touch: `mini` fine-tuned on a real person by each choice, the same steps and dice. Prints
a table, and leaves the figures in a file.

    python -m benchmarks.lora_targets --out build/lora-targets --steps 400 --rate 1e-3

Choices are those of the setting `lora_targets`. Time of a step, and what it took of the processor, which a busy machine
changes less; the most memory, each run having a process of its own; similarity to the person's held-out recordings by
resemblyzer, with its 95 % interval, and words by Whisper, of held-out sentences said by the best checkpoint. What was
trained is not trained again.
"""

import argparse
import json
import multiprocessing
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.finetune import judging, person
from benchmarks.finetune.__main__ import Printing, options
from benchmarks.reading import machine
from timbre.models import catalogue
from timbre.store.files import write_whole
from timbre.training.finetune import train

CHOICES = {
    "attention": "attention",
    "mlp": "what lies between",
    "all": "attention + what lies between",
    "heads": "both + heads and embeddings",
}


class Timing(Printing):
    """Keeps when steps were made, too."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.at: list[tuple[int, float, float]] = []
        self.memory_mb = 0.0

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        super().step(step, steps, figures)
        self.memory_mb = figures["memory_mb"] if not self.at else max(self.memory_mb, figures["memory_mb"])
        self.at.append((step, time.monotonic(), time.process_time()))


def learn(base: Path, data: Path, folder: Path, target: str, steps: int, changes: dict[str, Any]) -> dict[str, Any]:
    """One run. Its steps are timed where no validation comes between."""
    kept = folder / "learnt.json"
    if kept.exists():
        found: dict[str, Any] = json.loads(kept.read_text())
        return found
    folder.mkdir(parents=True, exist_ok=True)
    watcher, every = Timing(folder), max(1, steps // 4)
    looks = {"max_steps": steps, "validate_every": every, "checkpoint_every": every, "patience": 0, "sentences": 1}
    train(base, data, folder, options("lora", {"lora_targets": target, **looks, **changes}), watcher)
    spans = [
        (after[1] - before[1], after[2] - before[2])
        for before, after in zip(watcher.at, watcher.at[1:], strict=False)
        if before[0] % every
    ]
    found = {
        "step_s": round(median(one for one, _ in spans), 3),
        "processor_s": round(median(one for _, one in spans), 3),
        "memory_mb": watcher.memory_mb,
        "bytes": judging.best(folder).stat().st_size,
    }
    write_whole(kept, json.dumps(found).encode())
    return found


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        "| a LoRA beside | seconds a step | of the processor | memory, MB | kept, MB | similarity | words wrong |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in found["runs"].items():
        takes = f"{one['step_s']} | {one['processor_s']} | {one['memory_mb']:,.0f} | {one['bytes'] / 1e6:.1f}"
        alike = f"{one['similarity']:.3f} ± {one['interval']:.3f} | {one['word_error_rate']:.3f}"
        lines.append(f"| {CHOICES[name]} | {takes} | {alike} |")
    plain = found["cloned"]
    alike = f"{plain['similarity']:.3f} ± {plain['interval']:.3f} | {plain['word_error_rate']:.3f}"
    return "\n".join([*lines, f"| nothing: plain cloning | | | | | {alike} |"])


def main() -> None:
    """Train and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/lora-targets"))
    parser.add_argument("--recordings", type=Path, default=Path("build/speech-real"))
    parser.add_argument("--model", default="mini")
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--sentences", type=int, default=50)
    parser.add_argument("--targets", nargs="*", choices=list(CHOICES), default=list(CHOICES))
    asked = parser.parse_args()
    base, out = catalogue.folder(asked.model), asked.out
    data = out / "data"
    if not (data / "manifest.json").exists():
        person.build(asked.recordings, data)
    changes = {"rate": asked.rate} if asked.rate else {}
    runs = {}
    for target in asked.targets:
        with multiprocessing.get_context("spawn").Pool(1) as alone:  # the most memory is a process's
            runs[target] = alone.apply(learn, (base, data, out / target, target, asked.steps, changes))
    judged = judging.judge(base, data, out, asked.targets, asked.sentences)
    told = ("similarity", "interval", "word_error_rate")
    found = {
        "machine": machine(),
        "steps": asked.steps,
        "sentences": judged["sentences"],
        "cloned": {key: judged["base"][key] for key in told},
        "runs": {name: {**one, **{key: judged[name][key] for key in told}} for name, one in runs.items()},
    }
    write_whole(out / "lora_targets.json", json.dumps(found, indent=1).encode())
    print(table(found))


if __name__ == "__main__":
    main()
