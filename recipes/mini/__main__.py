"""`python -m recipes.mini STEP`: one step of the recipe, or `all`. Every step goes on where it was stopped."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from recipes.mini import (
    begin,
    codes,
    corpus,
    dvae,
    evaluate,
    export,
    frames,
    gpt,
    listen,
    many,
    mix,
    speakers,
    speech,
    teacher,
    vocoder,
)

SHARDS = 2  # teachers that read side by side
PACKAGE = Path(__file__).parents[2] / "src" / "timbre" / "models" / "mini"

ORDER = ("teach", "dvae", "codes", "speakers", "embeddings", "trunk", "gpt", "latents", "vocoder", "export", "evaluate")
# a teacher's share of `teach`; Kokoro reads both languages; both teachers' recordings as one set; go on from a shipped
# model; how training goes
BESIDE = ("read", "many", "mix", "begin", "listen")


def read(build: Path, shard: int, only_held: bool = False) -> None:
    """One teacher's share of the corpus, or of its beginning, which is held out."""
    lines = corpus.sentences()
    teacher.read_aloud(lines[: corpus.HELD] if only_held else lines, build / "speech", 0, shard, SHARDS)


def judge(build: Path, folder: Path, sentences: int) -> None:
    """Print what the model is worth. Where nothing was taught here, the teachers read the held-out sentences first."""
    if not list((build / "speech").glob("index-*.jsonl")):
        for shard in range(SHARDS):
            read(build, shard, only_held=True)
        speech.write_mels(build / "speech")
    print(json.dumps(evaluate.evaluate(build, folder, sentences), indent=1))


def teach(build: Path) -> None:
    """The teachers read the corpus, a process each, and the mels of what they read are made."""
    command = [sys.executable, "-m", "recipes.mini", "--build", str(build), "--shard"]
    running = [subprocess.Popen([*command, str(shard), "read"]) for shard in range(SHARDS)]
    ended = [process.wait() for process in running]
    if any(ended):
        raise SystemExit("a teacher stopped; run the step again to go on")
    speech.write_mels(build / "speech")


def steps(options: argparse.Namespace) -> dict[str, Callable[[], object]]:
    """What each step does."""
    build, folder = options.build, options.out
    return {
        "read": lambda: read(build, options.shard),
        "many": lambda: many.read_aloud(build),
        "mix": lambda: mix.mix(build),
        "teach": lambda: teach(build),
        "dvae": lambda: dvae.train(build, options.steps or dvae.STEPS),
        "codes": lambda: codes.write_codes(build),
        "speakers": lambda: speakers.train(build, options.steps or speakers.STEPS),
        "embeddings": lambda: frames.write_embeddings(build),
        "trunk": lambda: vocoder.train_trunk(build, options.steps or vocoder.TRUNK_STEPS),
        "gpt": lambda: gpt.train(build, options.steps or gpt.STEPS),
        "latents": lambda: frames.write_latents(build),
        "vocoder": lambda: vocoder.train(build, options.steps or vocoder.STEPS, options.rival_from),
        "export": lambda: export.export(build, folder),
        "begin": lambda: begin.begin(build, folder),
        "listen": lambda: print(json.dumps(listen.listen(build, options.sentences), indent=1)),
        "evaluate": lambda: judge(build, folder, options.sentences),
    }


def main() -> None:
    """Run the step that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m recipes.mini", description=__doc__)
    parser.add_argument("step", help="all, or one of: " + " ".join((*ORDER, *BESIDE)))
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where everything on the way is kept")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="the model's folder")
    parser.add_argument("--steps", type=int, default=0, help="length of a training step; 0: the recipe's")
    parser.add_argument(
        "--rival-from", type=int, default=vocoder.RIVAL_FROM, help="first step of the vocoder's discriminator"
    )
    parser.add_argument("--sentences", type=int, default=evaluate.SENTENCES, help="sentences to evaluate on")
    parser.add_argument("--shard", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    table = steps(options)
    wanted = ORDER if options.step == "all" else (options.step,)
    for name in wanted:
        if name not in table:
            parser.error(f"there is no step '{name}'")
        print(f"== {name}", file=sys.stderr, flush=True)
        try:
            table[name]()
        except FileNotFoundError as missing:  # a Debian package, or a step that has to come before
            parser.exit(1, f"{missing}\n")


if __name__ == "__main__":
    main()
