"""Races the engine against the public reference on a full-size XTTS with random weights: both loaded, a run of one,
a run of the other, in turn, so that a noisy machine is as noisy to both.

Writes JSON and a table. `reference/README.md` says how the reference's environment and its checkpoint are made.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.reading import machine, spread

HERE = Path(__file__).parent
BARS = (
    # what, the reference's figure, ours, times better that is asked for
    ("milliseconds a code, alone", "ms_per_code", "ms_per_code", 3.7),
    ("milliseconds a code, of 8 at once", "ms_per_code", "ms_per_code_of_8", 14),
    ("vocoder, streamed; the reference at once, which is its quicker way", "vocoder_rtf", "vocoder_rtf", 1.6),
    ("vocoder, streamed; the reference streamed as it streams", "vocoder_rtf_streamed", "vocoder_rtf", 1.6),
    ("real-time factor, one sentence", "rtf", "rtf", 3.2),
    ("real-time factor, ten sentences", "rtf", "rtf_of_10", 6),
    ("first audio, seconds", "first_chunk_s", "first_audio_s", 5),
    ("resident megabytes", "resident_mb", "resident_mb", 2800 / 1300),
)

Figures = list[dict[str, float]]


@contextmanager
def racing(command: list[str], folder: Path, threads: int) -> Iterator[subprocess.Popen[str]]:
    """A racer as a process, which races once for each line that it reads."""
    environment = os.environ | ({"OMP_NUM_THREADS": str(threads)} if threads else {})
    environment.pop("GOMP_SPINCOUNT", None)  # which is ours, and ours sets it again
    with subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def once(process: subprocess.Popen[str]) -> dict[str, float]:
    """One race. Raises RuntimeError when the racer has ended."""
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    while line := process.stdout.readline():
        if line.startswith("{"):
            found: dict[str, float] = json.loads(line)
            return found
    raise RuntimeError("a racer ended; its own words stand above")


def race(reference: Path, golden: Path, runs: int, ours: list[str], threads: int) -> dict[str, Figures]:
    """The figures of every run, of the reference and of ours with each `WEIGHTS,VOCODER`."""
    each = ["--codes", "150", "--threads", str(threads)]
    commands = {"reference": [str(reference / "bin" / "python"), "race.py", str(golden), "--each-line", *each]}
    for kind in ours:
        weights, _, vocoder = kind.partition(",")
        chosen = ["--weights", weights, "--vocoder", vocoder or "auto"]
        commands[kind] = [sys.executable, "-m", "benchmarks.racer", str(golden), *chosen, *each]
    found: dict[str, Figures] = {name: [] for name in commands}
    with ExitStack() as stack:
        racers = {
            name: stack.enter_context(
                racing(command, HERE / "reference" if name == "reference" else HERE.parent, threads)
            )
            for name, command in commands.items()
        }
        for run in range(runs + 1):
            for name, racer in racers.items():
                figures = once(racer)
                print(name, json.dumps(figures), file=sys.stderr, flush=True)
                if run:  # the first warms
                    found[name].append(figures | vocoder_of_reference(figures))
    return found


def vocoder_of_reference(figures: dict[str, float]) -> dict[str, float]:
    """The reference's vocoder as real-time factors; ours has its own."""
    seconds = {"vocoder_rtf": "vocoder_s", "vocoder_rtf_streamed": "vocoder_streamed_s"}
    return {name: figures[of] / figures["audio_s"] for name, of in seconds.items() if of in figures}


def summary(found: dict[str, Figures]) -> dict[str, dict[str, dict[str, float]]]:
    """Minimum, median and maximum of each figure of each racer."""
    return {name: {key: spread([one[key] for one in runs]) for key in runs[0]} for name, runs in found.items() if runs}


def table(figures: dict[str, dict[str, dict[str, float]]], kind: str) -> str:
    """The bars, one a line: both racers' minimum, median and maximum, and how many times better ours is."""
    lines = [
        f"| full-size XTTS | reference | ours ({kind}) | times better | asked |",
        "| --- | --- | --- | --- | --- |",
    ]
    for what, theirs, ours, asked in BARS:
        reference, mine = figures["reference"][theirs], figures[kind][ours]
        better = reference["median"] / mine["median"]
        lines.append(f"| {what} | {told(reference)} | {told(mine)} | {better:.1f} | {asked:.1f} |")
    return "\n".join(lines)


def told(figure: dict[str, float]) -> str:
    """Minimum, median and maximum in a cell."""
    return " ".join(f"{figure[key]:.3g}" if figure[key] < 100 else f"{figure[key]:.0f}" for key in figure)


def main() -> None:
    """Race, write the figures, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True, help="the environment that reference/install.sh made")
    parser.add_argument("--golden", type=Path, required=True, help="the folder that reference/golden.py wrote")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--ours", nargs="+", default=["int8,onednn-bf16", "int8,onednn-fp32"], metavar="WEIGHTS,VOCODER"
    )
    parser.add_argument("--threads", type=int, default=0, help="0: as torch finds them")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "race.json")
    options = parser.parse_args()
    found = race(options.reference.resolve(), options.golden.resolve(), options.runs, options.ours, options.threads)
    figures = summary(found)
    options.out.parent.mkdir(exist_ok=True, parents=True)
    options.out.write_text(
        json.dumps({"machine": machine(), "runs": options.runs, "figures": figures}, indent=1) + "\n"
    )
    for kind in options.ours:
        print(table(figures, kind), end="\n\n")


if __name__ == "__main__":
    main()
