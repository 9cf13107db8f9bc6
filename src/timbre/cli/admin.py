"""`timbre admin`: the service at this moment, a cleanup, and its log, here or elsewhere."""

import argparse
import json
import sys
from typing import Any

from timbre.cli.following import plain
from timbre.cli.remote import Server, where
from timbre.cli.told import print_facts, print_table
from timbre.store.room import size

CLEANING_S = 600.0


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what a server raises."""
    asked = _parser().parse_args(argv)
    return int(asked.does(Server.of(asked), asked))


def stats(server: Server, asked: argparse.Namespace) -> int:
    """Prints jobs, files, processes, and what each part of the service says of itself."""
    found = server.ask("GET", "/admin/stats")
    if asked.json:
        _print_json(found)
        return 0
    storage, broker = found["storage"], found["broker"]
    free = f", {size(storage['free_bytes'])} free" if "free_bytes" in storage else ""
    facts = {
        "version": found["version"],
        "runs for": _span(found["up_s"]),
        **{f"{queue} jobs": _queue(told) for queue, told in found["queues"].items()},
        "engine": "; ".join(map(_engine, found["engines"])),
        "voices": ", ".join(f"{count} {kind}" for kind, count in found["voices"].items()),
        "storage": storage.get("error")
        or f"{storage['files']} files, {size(storage['bytes'])} in {storage['where']}{free}",
        "database": f"{found['database']['kind']}, {size(found['database']['bytes'])}",
        "models": size(found["models_bytes"]),
        "disk": f"{size(found['disk']['free_bytes'])} of {size(found['disk']['total_bytes'])} free",
        "broker": broker.get("error") or ("its own" if broker["own"] else "answers"),
        "cleanup": _cleaned(found["cleanup"]) if "cleanup" in found else "",
    }
    print_facts({name: plain(str(value)) for name, value in facts.items()})
    for title, rows in (
        ("processes", [[one["role"], str(one["pid"]), size(one["bytes"])] for one in found["processes"]]),
        ("used today", [_usage(one) for one in found["usage_today"]]),
    ):
        if rows:
            print(f"\n{title}")
            print_table(rows)
    return 0


def cleanup(server: Server, asked: argparse.Namespace) -> int:
    """Removes at once what is kept no longer, and says what that was."""
    found = server.ask("POST", "/admin/cleanup", timeout=CLEANING_S)
    if asked.json:
        _print_json(found)
    else:
        print(f"{_cleaned(found)[:1].upper()}{_cleaned(found)[1:]}.")
    return 0


def logs(server: Server, asked: argparse.Namespace) -> int:
    """Prints the last lines of the log, the oldest first."""
    wanted = {"lines": asked.lines, "role": asked.role, "search": asked.search}
    found = server.ask(
        "GET", "/admin/logs", params={name: value for name, value in wanted.items() if value is not None}
    )
    if asked.json:
        _print_json(found)
        return 0
    if not found["items"]:
        print("There is nothing in the log. Only what 'timbre serve' starts writes to it.", file=sys.stderr)
    for line in found["items"]:
        print("  ".join([line.get("at", ""), line.get("role", "").ljust(8), plain(line["text"])]).strip())
    return 0


def _print_json(found: Any) -> None:
    print(json.dumps(found, indent=1, ensure_ascii=False))


def _queue(told: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in told["jobs"].items() if count) or "none"
    return counts + (f"; the oldest has waited {told['oldest_s']:.0f} s" if told["oldest_s"] else "")


def _engine(one: dict[str, Any]) -> str:
    if "error" in one:
        error = one["error"]
        return str(error.get("message", error) if isinstance(error, dict) else error)
    state = "ready" if one.get("ready") else "not ready"
    return f"{one.get('model', 'no model')}, {state}, {one.get('running', 0)} running, {one.get('waiting', 0)} waiting"


def _usage(one: dict[str, Any]) -> list[str]:
    requests, characters = f"{one['requests']} requests", f"{one['characters']} characters"
    return [plain(one.get("name", one["key_id"])), requests, characters]


def _cleaned(found: dict[str, Any]) -> str:
    return f"{found.get('jobs') or 0} jobs and {found.get('files') or 0} files removed, {size(found.get('bytes') or 0)}"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre admin", description="The service at this moment.")
    service = where()
    service.add_argument("--json", action="store_true", help="print the API's own JSON")
    verbs = parser.add_subparsers(required=True, metavar="stats|cleanup|logs")
    telling = verbs.add_parser("stats", parents=[service], help="jobs, files, processes, and each part of the service")
    telling.set_defaults(does=stats)
    cleaning = verbs.add_parser("cleanup", parents=[service], help="remove at once what is kept no longer")
    cleaning.set_defaults(does=cleanup)
    reading = verbs.add_parser("logs", parents=[service], help="the last lines of the service's log")
    reading.set_defaults(does=logs)
    reading.add_argument("--lines", type=int, default=50, metavar="N", help="how many (default: 50)")
    reading.add_argument("--role", help="only what this one wrote: engine, api, worker, broker, wyoming, serve")
    reading.add_argument("--search", metavar="WORDS", help="only lines with these words")
    return parser
