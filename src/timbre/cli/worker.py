"""`timbre worker`: takes jobs and has them done."""

import argparse
import logging
import os
import sys
import threading
import time
import warnings

from timbre.settings import settings


def main(argv: list[str]) -> int:
    """Works until it is told to end."""
    parser = argparse.ArgumentParser(prog="timbre worker", description="Do the jobs; the engine speaks.")
    parser.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, has ended")
    chosen = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    for name in ("celery", "kombu"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="celery.platforms")  # of running as root: our messages are bare JSON
    from timbre.jobs.worker import Worker

    if chosen.parent is not None:
        threading.Thread(target=_watch, args=(chosen.parent,), daemon=True).start()
    Worker(settings()).run()
    return 0


def _watch(parent: int) -> None:
    """Ends this process when the one that started it is no longer our parent."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)  # what it had in hand is taken on when its leases run out
