"""What fine-tuning a full-size XTTS takes, by LoRA and in full: time and memory of its steps at equal batch.

    python -m benchmarks.learning --base FULL [--out FOLDER] [--rows 4] > benchmarks/results/learning.json
    python -m benchmarks.learning --table benchmarks/results/learning.json

FULL is what `benchmarks/reference/golden.py --size full` wrote. Each run is the product's own trainer with its defaults
in a process of its own: a first step that makes all ready, then three that are timed, by the clock and by what they
took of the processor, which a busy machine changes less. Memory is the most that the process had; what it is divided
into is what the tensors take, the rest being what a step keeps on its way. With `--out` the adapter of the LoRA run
stays there, for `python -m benchmarks.exported make --adapter`.
"""

import argparse
import json
import multiprocessing
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import soundfile

from benchmarks.reading import machine
from timbre.audio.encode import encode
from timbre.runs import parameters

TIMED, CLIPS, HELD = 3, 8, 2
SECONDS = 6.0
RATE = 22_050
TEXTS = Path(__file__).parent / "data" / "plain_sentences.tsv"
RUNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("lora", {"method": "lora", "rate": 1e-2, "warmup": 0}),  # a rate at which few steps are seen in what is said
    ("full", {"method": "full"}),
    ("lora, saving memory", {"method": "lora", "save_memory": True}),
    ("full, saving memory", {"method": "full", "save_memory": True}),
)


class Few:
    """A watcher that lets a few steps be made."""

    def __init__(self) -> None:
        self.figures: list[dict[str, float]] = []
        self.at: list[tuple[float, float]] = []

    def note(self, line: str) -> None: ...
    def validated(self, step: int, figures: dict[str, float]) -> None: ...
    def checkpoint(self, kept: Any) -> None: ...

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        self.figures.append(figures)
        self.at.append((time.monotonic(), time.process_time()))

    def flush(self) -> None: ...

    def wish(self) -> str:
        return "pause" if len(self.figures) > TIMED else ""


def build(golden: Path, into: Path) -> None:
    """Clips of one length, cut from the golden files' longest."""
    wave, _ = soundfile.read(golden / "reference_long.wav", dtype="float32")
    lines = [line.split("\t") for line in TEXTS.read_text("utf-8").splitlines()]
    texts = [text for language, text in lines if language == "pt"]
    clips = []
    for number, begin in enumerate(np.linspace(0, len(wave) - SECONDS * RATE, CLIPS + HELD).astype(int)):
        flac = encode(wave[begin : begin + int(SECONDS * RATE)], "flac", RATE)
        (into / f"{number}.flac").write_bytes(flac)
        split = "train" if number < CLIPS else "validation"
        told = {"file": f"{number}.flac", "sha256": str(number), "text": texts[number % len(texts)]}
        clips.append({**told, "samples": int(SECONDS * RATE), "source": str(number), "split": split})
    manifest = {"format": 1, "name": "sweep", "language": "pt", "rate": RATE, "clips": clips}
    (into / "manifest.json").write_text(json.dumps(manifest))


def learnt(base: Path, data: Path, changes: dict[str, Any], keep: Path | None) -> dict[str, Any]:
    """A few steps."""
    from timbre.training.finetune import Session
    from timbre.training.job import options_of

    watcher = Few()
    with TemporaryDirectory(prefix="timbre-learning-", dir=data.parent) as folder:
        session = Session(base, data, Path(folder), options_of(parameters.whole(changes)), watcher, None)  # type: ignore[arg-type]
        weights = sum(one.numel() * one.element_size() for one in session.task.gpt.parameters())
        session.run()
        [optimizer] = session.task.turns[0].optimizers
        learning = [one for group in optimizer.param_groups for one in group["params"]]
        kept = sum(one.numel() for state in optimizer.state.values() for one in state.values() if one.ndim)
        if keep is not None and session.task.lora is not None:
            session.task.lora.adapter("learnt", session.fingerprint).to_file(keep)
    step_s, processor_s = np.median(np.diff(np.array(watcher.at), axis=0), axis=0)
    return {
        "step_s": round(float(step_s), 2),
        "processor_s": round(float(processor_s), 2),
        "memory_mb": watcher.figures[-1]["memory_mb"],
        "learning": sum(one.numel() for one in learning),
        "weights_mb": round(weights / 2**20, 1),
        "gradients_mb": _mb(sum(one.numel() for one in learning)),
        "optimizer_mb": _mb(kept),
        "losses": [round(one["loss"], 4) for one in watcher.figures],
    }


def _mb(count: int) -> float:
    return round(count * 4 / 2**20, 1)


def table(found: dict[str, Any]) -> str:
    """The figures for people."""
    lines = [
        "| run | seconds a step | of the processor | memory, MB | weights, MB | that learn | gradients, MB "
        "| optimiser, MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in found["runs"].items():
        lines.append(
            f"| {name} | {one['step_s']} | {one['processor_s']} | {one['memory_mb']:,.0f} | {one['weights_mb']:,} "
            f"| {one['learning']:,} | {one['gradients_mb']:,} | {one['optimizer_mb']:,} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=Path, metavar="FULL")
    parser.add_argument("--out", type=Path, metavar="FOLDER")
    parser.add_argument("--rows", type=int, default=4, help="clips a batch")
    parser.add_argument("--table", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.table:
        print(table(json.loads(asked.table.read_text())))
        return
    if asked.base is None:
        parser.error("--base is needed")
    found: dict[str, Any] = {"machine": machine(), "rows": asked.rows, "seconds_a_clip": SECONDS, "runs": {}}
    if asked.out:
        asked.out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="timbre-learning-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        build(asked.base, data)
        for name, changes in RUNS:
            keep = asked.out / "adapter.safetensors" if asked.out and name == "lora" else None
            changes = {"batch": asked.rows, "checkpoint_every": 1000, "validate_every": 1000, **changes}
            with multiprocessing.get_context("spawn").Pool(1) as alone:  # the most memory is a process's
                found["runs"][name] = alone.apply(learnt, (asked.base, data, changes, keep))
    runs = found["runs"]
    found["lora_of_full"] = round(runs["lora"]["memory_mb"] / runs["full"]["memory_mb"], 3)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
