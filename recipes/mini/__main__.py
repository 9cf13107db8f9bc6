"""`python -m recipes.mini STEP …`: one step of the recipe, or `all`. Every step goes on where it was stopped, and `all`
with the step it had come to.

For more recordings another day: raise `many.READINGS`, then `begin`, then `all`: it goes on from the shipped model.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from recipes.mini import (
    begin,
    codes,
    corpus,
    done,
    dvae,
    evaluate,
    export,
    frames,
    gpt,
    listen,
    many,
    mix,
    people,
    speakers,
    speech,
    teacher,
    vocoder,
)

SHARDS = 2  # processes of the first teacher, side by side
PACKAGE = Path(__file__).parents[2] / "src" / "timbre" / "models" / "mini"

BEFORE = ("teach", "many", "people", "mix")  # hibari reads English, Kokoro both languages; recorded people; all as one
# neither needs the other; side by side, with half the processors each, both are done sooner than one after the other
LANES = (("dvae", "codes", "gpt"), ("speakers", "embeddings", "trunk"))
AFTER = ("latents", "vocoder", "export", "evaluate")
ORDER = (*BEFORE, *LANES[0], *LANES[1], *AFTER)
# one process's share of `teach` and of `many`; go on from a shipped model; how training goes
BESIDE = ("read", "read-many", "begin", "listen")


def read(build: Path, shard: int, only_held: bool = False) -> None:
    """One teacher's share of the corpus, or of its beginning, which is held out."""
    lines = corpus.sentences()
    teacher.read_aloud(lines[: corpus.HELD] if only_held else lines, build / "speech", 0, shard, SHARDS)


def judge(build: Path, folder: Path, sentences: int) -> None:
    """Print what the model is worth. Where nothing was taught here, the teachers read the held-out sentences first."""
    if not (build / speech.HELD).exists():
        for shard in range(SHARDS):
            read(build, shard, only_held=True)
        speech.write_mels(build / "speech")
        many.read_aloud(build, only_held=True)
        mix.mix(build)
    print(json.dumps(evaluate.evaluate(build, folder, sentences), indent=1))


def teach(build: Path) -> None:
    """The teachers read the corpus, a process each, and the mels of what they read are made."""
    side_by_side(build, [["--shard", str(shard), "read"] for shard in range(SHARDS)])
    speech.write_mels(build / "speech")


def side_by_side(build: Path, asked: list[list[str]]) -> None:
    """Run this program with each of the lists of arguments at once. Raises SystemExit when one of them failed.

    Each has its share of the processors: threads that wait for one that another process keeps from running make a step
    take many times as long.
    """
    threads = max(1, (os.cpu_count() or 1) // len(asked))
    command = [sys.executable, "-m", "recipes.mini", "--build", str(build)]
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    running = [subprocess.Popen([*command, *one], env=environment) for one in asked]
    ended = [process.wait() for process in running]
    if any(ended):
        raise SystemExit("one of the processes stopped; run the step again to go on")


def whole(options: argparse.Namespace) -> None:
    """Everything that is not done yet."""
    run(options, BEFORE, again=False)
    lanes = [[step for step in lane if not done.is_done(options.build, step)] for lane in LANES]
    side_by_side(options.build, [["--unless-done", *lane] for lane in lanes if lane])
    run(options, AFTER, again=False)


def run(options: argparse.Namespace, wanted: Sequence[str], again: bool = True) -> None:
    """The steps one after another; what is done already only when asked for `again`."""
    table = steps(options)
    for name in wanted:
        if not again and done.is_done(options.build, name):
            continue
        print(f"== {name}", file=sys.stderr, flush=True)
        table[name]()
        done.mark(options.build, name)


def steps(options: argparse.Namespace) -> dict[str, Callable[[], object]]:
    """What each step does."""
    build, folder = options.build, options.out
    return {
        "read": lambda: read(build, options.shard),
        "read-many": lambda: many.read_aloud(build, options.shard),
        "many": lambda: side_by_side(build, [["--shard", str(one), "read-many"] for one in range(many.READERS)]),
        "people": lambda: people.record(build),
        "mix": lambda: mix.mix(build),
        "teach": lambda: teach(build),
        "dvae": lambda: dvae.train(build, options.steps or dvae.STEPS),
        "codes": lambda: codes.write_codes(build),
        "speakers": lambda: speakers.train(build, options.steps or speakers.STEPS),
        "embeddings": lambda: frames.write_embeddings(build),
        "trunk": lambda: vocoder.train_trunk(build, options.steps or vocoder.TRUNK_STEPS, options.rival_from),
        "gpt": lambda: gpt.train(build, options.steps or gpt.STEPS),
        "latents": lambda: frames.write_latents(build),
        "vocoder": lambda: vocoder.train(build, options.steps or vocoder.STEPS, options.rival_from),
        "export": lambda: export.export(build, folder),
        "begin": lambda: begin.begin(build, options.source),
        "listen": lambda: print(json.dumps(listen.listen(build, options.sentences), indent=1)),
        "evaluate": lambda: judge(build, folder, options.sentences),
    }


def main() -> None:
    """Run the steps that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m recipes.mini", description=__doc__)
    parser.add_argument("wanted", metavar="STEP", nargs="+", help="all, or of: " + " ".join((*ORDER, *BESIDE)))
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where everything on the way is kept")
    parser.add_argument("--from", dest="source", type=Path, default=PACKAGE, help="the model that `begin` goes on from")
    parser.add_argument("--out", type=Path, default=PACKAGE, help="the model's folder")
    parser.add_argument("--steps", type=int, default=0, help="length of a training step; 0: the recipe's")
    parser.add_argument(
        "--rival-from", type=int, default=0, help="first step of the vocoder's discriminator; 0: the recipe's"
    )
    parser.add_argument("--sentences", type=int, default=evaluate.SENTENCES, help="sentences to evaluate on")
    parser.add_argument("--unless-done", action="store_true", help="pass over steps that came to their end before")
    parser.add_argument("--shard", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    for name in options.wanted:
        if name not in (*ORDER, *BESIDE, "all"):
            parser.error(f"there is no step '{name}'")
    try:
        if options.wanted == ["all"]:
            whole(options)
        else:
            run(options, options.wanted, again=not options.unless_done)
    except FileNotFoundError as missing:  # a Debian package, or a step that has to come before
        parser.exit(1, f"{missing}\n")


if __name__ == "__main__":
    main()
