"""What can be asked of `timbre train`."""

import argparse
from pathlib import Path

from timbre.cli import promotion
from timbre.cli.changes import change
from timbre.cli.remote import where

VERBS = {
    "estimate": "measure what a run would take",
    "start": "begin to train",
    "status": "how a run is",
    "watch": "follow a run to its end",
    "pause": "put a run aside within a step",
    "resume": "go on with a run that is paused, was stopped or failed",
    "stop": "end a run, with a last checkpoint",
    "runs": "the runs, the newest first",
    "log": "what a run said",
    "checkpoints": "what runs kept",
    "samples": "what checkpoints said",
    "parameters": "what can be set for a run",
    "rename": "call a run something else",
    "delete": "delete a run that has ended, with its checkpoints",
}
"""What is done here, each with what it does; `promotion.VERBS` are the others."""

EXITS = "exit codes: 0 done; 1 it could not be done, or the run failed; 2 wrong use; 130 Ctrl+C, and the run goes on."


def parser() -> argparse.ArgumentParser:
    """All of VERBS; those of `promotion` and `search` are only told of."""
    others = "\n".join(f"  {name:14}{about}" for name, about in promotion.VERBS.items())
    searching = f"  {'search':14}runs one after another, ranked by what they said: timbre train search --help"
    made = argparse.ArgumentParser(
        prog="timbre train",
        description="A voice of one's own.",
        epilog=f"checkpoints put to use:\n{others}\n\nparameters searched for:\n{searching}\n\n{EXITS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = made.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    service, as_json = where(), argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print the API's own JSON")

    def verb(name: str, json: bool = True) -> argparse.ArgumentParser:
        return verbs.add_parser(name, parents=[service, *([as_json] if json else [])], help=VERBS[name])

    def run(one: argparse.ArgumentParser, absent: str = "else the one under way, or the newest") -> None:
        one.add_argument("run", metavar="RUN", nargs="?", help=f"an id of `timbre train runs`; {absent}")

    _what(verb("estimate"))
    starting = verb("start", json=False)
    _what(starting)
    starting.add_argument("--estimate", metavar="JOB", help="an estimate to hold it against")
    starting.add_argument("--wait", action="store_true", help="follow it to its end")
    run(verb("status"))
    run(verb("watch", json=False))
    for name in ("pause", "resume", "stop"):
        run(verb(name, json=False), "else the newest that it can be done to")
    listing = verb("runs")
    listing.add_argument("--status", choices=("queued", "running", "paused", "completed", "failed", "stopped"))
    listing.add_argument("--search", metavar="WORDS", help="words in the name")
    _limit(listing)
    logging = verb("log", json=False)
    run(logging, "else those of all runs")
    logging.add_argument("--lines", type=int, default=50, help="how many of the last ones (50)")
    logging.add_argument("-f", "--follow", action="store_true", help="and those that come, to the run's end")
    kept = verb("checkpoints")
    run(kept, "else those of all runs")
    _limit(kept)
    said = verb("samples")
    run(said, "else those of all runs")
    said.add_argument("--checkpoint", metavar="ID", help="those of one checkpoint")
    said.add_argument("-o", "--output", metavar="FOLDER", type=Path, help="bring their sound here")
    _limit(said)
    verb("parameters")
    renaming = verb("rename", json=False)
    renaming.add_argument("run", metavar="RUN", help="an id of `timbre train runs`")
    renaming.add_argument("name", metavar="NAME")
    verb("delete", json=False).add_argument("run", metavar="RUN", help="an id of `timbre train runs`")
    return made


def _what(one: argparse.ArgumentParser) -> None:
    one.add_argument("dataset", metavar="DATASET", nargs="?", help="its newest build is learnt from")
    one.add_argument("--build", metavar="ID", help="a certain build instead")
    one.add_argument("--base", metavar="MODEL", help="the model to begin with; else the service's own")
    one.add_argument("--name", help="what to call it; else as the dataset")
    one.add_argument(
        "--set", dest="changes", metavar="NAME=VALUE", action="append", default=[], type=change,
        help="a parameter of `timbre train parameters`; may be said several times",
    )  # fmt: skip


def _limit(one: argparse.ArgumentParser) -> None:
    one.add_argument("--limit", type=int, default=50, help="how many at the most (50)")
