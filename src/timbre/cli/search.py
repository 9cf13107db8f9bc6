"""`timbre train search`: which parameters suit a dataset best, tried by runs one after another."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from timbre.cli.changes import change
from timbre.cli.following import Progress, plain
from timbre.cli.remote import Server, where
from timbre.cli.told import print_facts, print_table
from timbre.errors import SearchFailed

LOOK_S = 1.0
OVER = ("completed", "failed", "stopped", "paused")

VERBS = {
    "start": "begin a search",
    "status": "its trials, the best first",
    "watch": "follow it to its end",
    "list": "the searches, the newest first",
    "pause": "put a search aside within a step",
    "resume": "go on with one that is paused, was stopped or failed",
    "stop": "end a search",
    "delete": "delete one that has ended, with its runs",
}
"""What is done here, each with what it does."""


def main(argv: list[str]) -> int:
    """Does one of VERBS. Raises what a server raises, and errors.SearchFailed."""
    asked = parser().parse_args(argv)
    return DOES[asked.verb](Server.of(asked), asked)


def parser() -> argparse.ArgumentParser:
    """All of VERBS."""
    made = argparse.ArgumentParser(
        prog="timbre train search",
        description="Which parameters suit a dataset best: runs one after another, ranked by what they said.",
        epilog="exit codes: 0 done; 1 it could not be done, or the search failed; 2 wrong use; 130 Ctrl+C.",
    )
    verbs = made.add_subparsers(dest="verb", required=True, metavar="|".join(VERBS))
    service, as_json = where(), argparse.ArgumentParser(add_help=False)
    as_json.add_argument("--json", action="store_true", help="print the API's own JSON")
    parsers = {}
    for name, about in VERBS.items():
        shown = [as_json] if name in {"status", "list"} else []
        parsers[name] = verbs.add_parser(name, parents=[service, *shown], help=about)
    for name in ("pause", "resume", "stop", "delete"):
        parsers[name].add_argument("search", metavar="SEARCH", help="an id of `timbre train search list`")
    for name in ("status", "watch"):
        parsers[name].add_argument("search", metavar="SEARCH", nargs="?", help="an id; else the newest")
    parsers["list"].add_argument("--limit", type=int, default=50, help="how many at the most (50)")
    _what(parsers["start"])
    return made


def _what(one: argparse.ArgumentParser) -> None:
    one.add_argument("dataset", metavar="DATASET", nargs="?", help="its newest build is learnt from")
    one.add_argument("--build", metavar="ID", help="a certain build instead")
    one.add_argument("--base", metavar="MODEL", help="the model to begin with; else the service's own")
    one.add_argument("--name", help="what to call it; else as the dataset")
    for name, about in (("methods", "lora, full or both"), ("batches", "segments a batch"), ("ranks", "of adapters")):
        one.add_argument(f"--{name}", metavar="A,B", type=_values, help=f"what is tried: {about}")
    for method in ("lora", "full"):
        one.add_argument(f"--rates-{method}", metavar="A,B", type=_values, help=f"learning rates of {method}")
    one.add_argument("--trials", type=int, help="runs at the most; else as the service is set")
    one.add_argument("--looks", type=int, help="times that each run speaks and is judged; else as the service is set")
    one.add_argument(
        "--set", dest="changes", metavar="NAME=VALUE", action="append", default=[], type=change,
        help="a parameter that all runs have: max_steps=300; may be said several times",
    )  # fmt: skip
    one.add_argument("--wait", action="store_true", help="follow it to its end")


def _values(words: str) -> list[Any]:
    return [change(f"value={word.strip()}")[1] for word in words.split(",")]


def start(server: Server, asked: argparse.Namespace) -> int:
    """Begins a search and prints its id; with --wait follows it and prints its trials."""
    names = ("methods", "rates_lora", "rates_full", "batches", "ranks", "trials", "looks", "base", "name")
    body = {name: getattr(asked, name) for name in names}
    body |= {"dataset_id": asked.dataset, "build_id": asked.build, "parameters": dict(asked.changes)}
    given = {name: value for name, value in body.items() if value is not None}
    found = server.ask("POST", "/training/search", json=given)
    print(found["id"])
    if not asked.wait:
        print(f"Follow it with: timbre train search watch {found['id']}", file=sys.stderr)
        return 0
    return _watched(server, found["id"])


def status(server: Server, asked: argparse.Namespace) -> int:
    """Prints a search and its trials, the best first."""
    found = _one(server, asked.search)
    if found is None:
        print("There is no search.", file=sys.stderr)
        return 0
    if asked.json:
        return _print_json(found)
    tried = {name: ", ".join(str(one) for one in some) for name, some in found["space"].items()}
    print_facts(
        {
            "search": found["id"],
            "name": plain(found["name"]),
            "state": _state(found),
            "trials": f"{len(found['trials'])} of {found['wanted']}, of {found['steps']} steps each",
            **{name.replace("_", " "): some for name, some in tried.items()},
            "error": found.get("error", {}).get("message"),
        }
    )
    _print_trials(found)
    return 0


def watch(server: Server, asked: argparse.Namespace) -> int:
    """Follows a search until it has ended or is paused, and prints its trials. Raises errors.SearchFailed."""
    found = _one(server, asked.search)
    if found is None:
        print("There is no search.", file=sys.stderr)
        return 0
    return _watched(server, found["id"])


def listed(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a search."""
    items = server.ask("GET", "/training/searches", params={"limit": min(max(asked.limit, 1), 200)})["items"]
    if asked.json:
        return _print_json(items)
    rows = [[one["id"], _state(one), f"{one['progress']:.0%}", one["base"], plain(one["name"])] for one in items]
    print_table(rows) if rows else print("There is no search.", file=sys.stderr)
    return 0


def act(server: Server, asked: argparse.Namespace) -> int:
    """Pauses, resumes or stops a search."""
    found = server.ask("POST", f"/training/search/{asked.search}/{asked.verb}")
    print(f"{found['id']} {_state(found)}")
    return 0


def delete(server: Server, asked: argparse.Namespace) -> int:
    """Deletes a search with its runs."""
    server.ask("DELETE", f"/training/search/{asked.search}")
    print(f"{asked.search} is gone.")
    return 0


def _one(server: Server, search: str | None) -> dict[str, Any] | None:
    if search:
        return dict(server.ask("GET", f"/training/search/{search}"))
    items = server.ask("GET", "/training/searches", params={"limit": 1})["items"]
    return dict(items[0]) if items else None


def _watched(server: Server, search: str) -> int:
    with Progress(lines=True) as progress:
        while True:
            found = server.ask("GET", f"/training/search/{search}")
            now = next((one for one in found["trials"] if one["status"] == "running"), None)
            note = f"trial {now['number']} of {found['wanted']}, step {now['step']} of {now['steps']}" if now else ""
            progress.show({"status": _state(found), "progress": found["progress"], "note": note})
            if found["status"] in OVER:
                break
            time.sleep(LOOK_S)
    if found["status"] == "failed":
        reason = str(found.get("error", {}).get("message", "nobody knows why"))
        raise SearchFailed(search=search, reason=reason[:1].lower() + reason[1:].rstrip("."))
    _print_trials(found)
    return 0


def _print_trials(found: dict[str, Any]) -> None:
    rows = [["", "", "steps", "score", "similarity", "word errors", "loss", "", ""]]
    for one in found["trials"]:
        figures = one["figures"]
        errors = f"{figures['word_error_rate']:.1%}" if "word_error_rate" in figures else ""
        rows.append(
            [
                str(one.get("rank", "")),
                one["status"],
                f"{one.get('step', 0)} of {one['steps']}",
                *(_number(value) for value in (one.get("score"), figures.get("similarity"))),
                errors,
                _number(figures.get("validation_loss")),
                ", ".join(str(value) for value in one["parameters"].values()),
                one.get("run_id", ""),
            ]
        )
    print_table(rows)


def _state(found: dict[str, Any]) -> str:
    wishes = {"cancel": "is being stopped", "pause": "is being paused"}
    return wishes.get(found.get("wish", ""), str(found["status"]))


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else ""


def _print_json(found: Any) -> int:
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


DOES: dict[str, Callable[[Server, argparse.Namespace], int]] = {
    "start": start,
    "status": status,
    "watch": watch,
    "list": listed,
    "pause": act,
    "resume": act,
    "stop": act,
    "delete": delete,
}
"""What does each verb."""
