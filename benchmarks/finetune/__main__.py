"""Fine-tune `mini` on a real person by LoRA and in full, and judge both against plain cloning. Prints JSON.

    python -m benchmarks.finetune --out build/finetune train lora --rate 1e-3 --epochs 20
    python -m benchmarks.finetune --out build/finetune judge lora full
    python -m benchmarks.finetune --out build/finetune copy

Similarity to the person's held-out recordings by resemblyzer, which nothing here was trained with, and by the product's
own figure; words by Whisper. The sentences are none that the model, its fine-tune, or the choice of a checkpoint saw.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.finetune import copying, judging, person
from timbre.models import catalogue
from timbre.settings import settings
from timbre.training.finetune import Options, train
from timbre.training.watching import Kept


class Printing:
    """Keeps a run's figures in a file, and its checkpoints' paths."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._began = folder, time.monotonic()
        self._lines = (folder / "told.jsonl").open("a")

    def _tell(self, kind: str, **figures: Any) -> None:
        seconds = round(time.monotonic() - self._began, 1)
        print(line := json.dumps({"kind": kind, "seconds": seconds, **figures}), flush=True)
        self._lines.write(line + "\n")
        self._lines.flush()

    def note(self, line: str) -> None:
        self._tell("note", line=line)

    def step(self, step: int, steps: int, figures: dict[str, float]) -> None:
        if step % 20 == 0:
            self._tell("step", step=step, steps=steps, **figures)

    def validated(self, step: int, figures: dict[str, float]) -> None:
        self._tell("validated", step=step, **figures)

    def checkpoint(self, kept: Kept) -> None:
        self._tell("checkpoint", step=kept.step, best=kept.best, weights=str(kept.weights), **kept.figures)

    def flush(self) -> None: ...

    def wish(self) -> str:
        return ""


def options(method: str, changes: dict[str, Any]) -> Options:
    """The settings' own, with changes."""
    chosen = settings()
    names = {name: f"train_{name}" for name in Options.__dataclass_fields__ if hasattr(chosen, f"train_{name}")}
    found = {name: getattr(chosen, key) for name, key in names.items()}
    found |= {name: getattr(chosen, name) for name in Options.__dataclass_fields__ if name.startswith("lora_")}
    found |= {"method": method, "rate": getattr(chosen, f"train_rate_{method}"), **changes}
    return Options(**found)


def main() -> None:
    """Train, or judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/finetune"))
    parser.add_argument(
        "--recordings", type=Path, default=Path("build/speech-real"), help="where recordings are fetched to"
    )
    parser.add_argument("--model", default="mini")
    verbs = parser.add_subparsers(dest="verb", required=True)
    training = verbs.add_parser("train")
    training.add_argument("method", choices=("lora", "full"))
    training.add_argument("--name", help="of the run's folder; the method's where absent")
    for name, kind in (("rate", float), ("epochs", float), ("batch", int), ("max_steps", int), ("lora_rank", int)):
        training.add_argument(f"--{name.replace('_', '-')}", type=kind)
    for name in ("--lora-alpha", "--hide", "--text-weight", "--ema"):
        training.add_argument(name, type=float)
    training.add_argument("--vocoder", action="store_true", default=None, help="let the vocoder learn too")
    training.add_argument("--vocoder-rate", type=float)
    training.add_argument("--lora-targets")
    training.add_argument("--lora-dropout", type=float)
    training.add_argument("--checkpoint-every", type=int)
    training.add_argument("--validate-every", type=int)
    training.add_argument("--schedule")
    training.add_argument("--warmup", type=int)
    training.add_argument("--patience", type=int)
    verbs.add_parser("copy")
    judged = verbs.add_parser("judge")
    judged.add_argument("names", nargs="*")
    judged.add_argument("--sentences", type=int, default=50)
    chosen = parser.parse_args()
    base = catalogue.folder(chosen.model)
    data = chosen.out / "data"
    if not (data / "manifest.json").exists():
        person.build(chosen.recordings, data)
    if chosen.verb == "judge":
        print(json.dumps(judging.judge(base, data, chosen.out, chosen.names, chosen.sentences), indent=1))
        return
    if chosen.verb == "copy":
        folder = chosen.out / "copy"
        folder.mkdir(exist_ok=True)
        print(json.dumps(copying.copied(base, data, folder, options("lora", {}), Printing(folder)), indent=1))
        return
    said = {
        key: value
        for key, value in vars(chosen).items()
        if key in Options.__dataclass_fields__ and value is not None and key != "method"
    }
    folder = chosen.out / (chosen.name or chosen.method)
    folder.mkdir(parents=True, exist_ok=True)
    from recipes.mini.judge import whisper_base

    hearing = whisper_base(Path("build/mini"))
    print(train(base, data, folder, options(chosen.method, said), Printing(folder), hearing))


if __name__ == "__main__":
    main()
