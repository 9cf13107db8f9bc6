"""Audio codes of `mini`'s recordings, by the letters of their texts, and how often they repeat themselves: what
timbre.engine.lengths and timbre.engine.loops are made from.

    python -m benchmarks.lengths

Prints quantiles for texts of about one length, and the straight lines that all but one in a thousand lie between; then
how many recordings have codes of which so many in a row are what was said just before.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from recipes.mini.codes import Codes
from recipes.mini.speech import recorded
from timbre.engine.loops import LONGEST

EDGES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 80, 120)
QUANTILES = (0.0, 0.001, 0.01, 0.5, 0.99, 0.999, 1.0)
RARE = 0.001


def repeated(codes: np.ndarray) -> int:
    """The most of the `codes` [codes] in a row that equal those of one and the same distance before."""
    longest = 0
    for period in range(1, min(LONGEST, len(codes) - 1) + 1):
        edges = np.diff(np.concatenate(([0], codes[period:] == codes[:-period], [0])))
        runs = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
        longest = max(longest, int(runs.max(initial=0)))
    return longest


def main() -> None:
    """Print the table, the lines and the repeats."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe works")
    build = parser.parse_args().build
    speech = recorded(build)
    codes = np.array([speech.frames(place) // 4 for place in range(len(speech))])
    letters = np.array([sum(one.isalnum() for one in row["text"]) for row in speech.rows])
    print(f"{len(codes)} recordings; codes at quantiles {QUANTILES}")
    for low, high in pairwise(EDGES):
        inside = codes[(letters >= low) & (letters < high)]
        print(
            f"{low:4} to {high - 1:3} letters, {len(inside):6}:",
            *(f"{one:6.1f}" for one in np.quantile(inside, QUANTILES)),
        )
    for name, slopes, side in (("fewest", np.arange(0.5, 1.2, 0.05), -1), ("most", np.arange(1.6, 3.0, 0.1), 1)):
        lines = [(slope, np.quantile(side * (codes - slope * letters), 1 - RARE) * side) for slope in slopes]
        nearest = min(lines, key=lambda line: float(np.abs(line[1] + line[0] * letters - codes).mean()))
        print(f"{name}: {nearest[1]:.1f} + {nearest[0]:.2f} a letter")
    spoken = Codes(build)
    repeats = np.bincount([repeated(spoken[place].numpy()) for place in range(len(speech))])
    print("repeated codes in a row, and recordings:", dict(enumerate(repeats.tolist())))


if __name__ == "__main__":
    main()
