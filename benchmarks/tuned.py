"""What `timbre doctor --tune` measures, for any model's folder, and nothing kept: milliseconds a step and the distance
of the next code's chances for each kind of weights, and each vocoder's speed and distance to the ear. Prints JSON.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.reading import machine
from timbre.engine.tuning import tune
from timbre.models import catalogue


def main() -> None:
    """Measure one model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="mini", help="a name of `timbre models list`, or a folder")
    options = parser.parse_args()
    folder = Path(options.model) if Path(options.model).is_dir() else catalogue.folder(options.model)
    print(json.dumps({"machine": machine(), "model": options.model, **asdict(tune(folder))}, indent=1))


if __name__ == "__main__":
    main()
