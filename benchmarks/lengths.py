"""Audio codes that `mini`'s recordings have, by the letters of their texts: what timbre.engine.lengths is made from.

    python -m benchmarks.lengths

Prints quantiles for texts of about one length, and the straight lines that all but one in a thousand lie between.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from recipes.mini.speech import Speech

EDGES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 80, 120)
QUANTILES = (0.0, 0.001, 0.01, 0.5, 0.99, 0.999, 1.0)
RARE = 0.001


def main() -> None:
    """Print the table and the lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe works")
    speech = Speech(parser.parse_args().build / "speech")
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


if __name__ == "__main__":
    main()
