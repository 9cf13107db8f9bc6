"""`timbre run JOB`: does one job of long work. Workers start it; people rarely do."""

import argparse
import importlib
import logging
import sys

from timbre.settings import settings


def main(argv: list[str]) -> int:
    """Does a job whose lease the caller holds."""
    parser = argparse.ArgumentParser(prog="timbre run", description="Do one job of long work; workers start this.")
    parser.add_argument("job", help="the job's id")
    parser.add_argument("--lease", type=int, required=True, metavar="N", help="the number of the lease that was taken")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    chosen = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    tools = importlib.import_module("timbre.jobs.tools").Tools.of(settings())
    return int(importlib.import_module("timbre.jobs.run").main(chosen.job, chosen.lease, tools, chosen.parent))
