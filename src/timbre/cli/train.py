"""`timbre train`: runs estimated, begun, followed, paused, stopped; and what comes of them, put to use."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from timbre.cli import promotion, search
from timbre.cli.fetch import fetch
from timbre.cli.following import Progress, check_done, follow, plain
from timbre.cli.remote import Server
from timbre.cli.told import print_facts, print_table
from timbre.cli.train_parser import parser
from timbre.errors import TrainingFailed

LOOK_S = 1.0
OVER = ("completed", "failed", "stopped", "paused")


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what a server raises."""
    if argv and argv[0] in promotion.VERBS:
        return promotion.main(argv)
    if argv and argv[0] == "search":
        return search.main(argv[1:])
    asked = parser().parse_args(argv)
    return DOES[asked.verb](Server.of(asked), asked)


def estimate(server: Server, asked: argparse.Namespace) -> int:
    """Prints what a run would take, and the job that `start --estimate` takes."""
    job = server.ask("POST", "/training/estimate", json=_asked(asked))
    found = follow(server, job["id"], Progress())
    check_done(found)
    if asked.json:
        return _print_json(found)
    told = found["result"]
    print_facts(
        {
            "time": _span(told["seconds"]),
            "a step": f"{told['step_s']:.2f} s",
            "steps": f"{told['steps']}, {told['epochs']:g} epochs",
            "memory": f"{told['memory_mb']:,.0f} MB",
            "speech": f"{told['minutes_of_speech']:g} minutes in {told['clips']} clips",
            "measured": _measured(told.get("verdict")),
            "estimate": job["id"],
        }
    )
    return 0


def _measured(verdict: dict[str, Any] | None) -> str:
    """What was measured of voices that learnt from about as much; nothing where nothing tells."""
    if verdict is None:
        return ""
    minutes, alike, cloned = verdict["measured"]["minutes"], verdict["measured"]["similarity"], verdict["cloned"]
    by = f"{minutes:g} minutes came to a similarity of {alike:.2f}, cloning alone to {cloned['similarity']:.2f}"
    if not verdict["reached"]:
        return f"less was never measured: {by}"
    if not verdict["gains"]:
        return f"{by}, which is no better for sure"
    return f"{by}; {'more was no better for sure' if verdict['enough'] else 'more was better still'}"


def start(server: Server, asked: argparse.Namespace) -> int:
    """Begins a run and prints its id; with --wait follows it to its end."""
    body = _asked(asked) | ({"estimate_job": asked.estimate} if asked.estimate else {})
    run = server.ask("POST", "/training/start", json=body)
    print(run["id"])
    if not asked.wait:
        print(f"Follow it with: timbre train watch {run['id']}", file=sys.stderr)
        return 0
    return _watched(server, run["id"])


def status(server: Server, asked: argparse.Namespace) -> int:
    """Prints a run's state and its latest figures."""
    found = _status(server, asked.run)
    if asked.json:
        return _print_json(found)
    if "run" not in found:
        print("idle")
        return 0
    run = found["run"]
    figures = run["figures"]
    print_facts(
        {
            "run": run["id"],
            "name": plain(run["name"]),
            "state": _state(run),
            "search": run.get("search_id"),
            "step": f"{run['step']} of {run['steps']}" if run["steps"] else None,
            **{words: _number(figures[name]) for name, words in FIGURES.items() if name in figures},
            "so far": _span(figures["elapsed_s"]) if "elapsed_s" in figures else None,
            "left": _span(figures["eta_s"]) if run["status"] == "running" and "eta_s" in figures else None,
            "last sample": plain(found["last_sample"]["text"]) if "last_sample" in found else None,
            "error": run.get("error", {}).get("message"),
        }
    )
    return 0


FIGURES = {
    "epoch": "epoch",
    "loss": "loss",
    "validation_loss": "validation",
    "rate": "rate",
    "gradient": "gradient",
    "memory_mb": "memory MB",
}


def watch(server: Server, asked: argparse.Namespace) -> int:
    """Follows a run until it has ended or is paused. Raises errors.TrainingFailed."""
    found = _status(server, asked.run)
    if "run" not in found:
        print("idle")
        return 0
    return _watched(server, found["run"]["id"])


def change(server: Server, asked: argparse.Namespace) -> int:
    """Pauses, resumes or stops a run."""
    run = server.ask("POST", f"/training/{asked.verb}", json=_given(run_id=asked.run))
    print(f"{run['id']} {_state(run)}")
    return 0


def runs(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a run."""
    wanted = _given(status=asked.status, search=asked.search)
    items = list(_listed(server, "/training/runs", asked.limit, **wanted))
    if asked.json:
        return _print_json(items)
    rows = [
        [run["id"], _state(run), f"{run['progress']:.0%}", run["method"], run["base"], plain(run["name"])]
        for run in items
    ]
    print_table(rows) if rows else print("There are no such runs.", file=sys.stderr)
    return 0


def log(server: Server, asked: argparse.Namespace) -> int:
    """Prints the last lines of a log; with --follow also those that come, until the run has ended."""
    wanted = _given(run_id=asked.run, lines=asked.lines)
    last = _print_lines(server.ask("GET", "/training/logs", params=wanted)["items"], 0)
    while asked.follow:
        over = _status(server, asked.run).get("run", {}).get("status", OVER[0]) in OVER
        found = server.ask("GET", "/training/logs", params=_given(run_id=asked.run, after=last))["items"]
        last = _print_lines(found, last)
        if over and not found:
            break
        time.sleep(0 if found else LOOK_S)
    return 0


def checkpoints(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a checkpoint, with its figures."""
    items = list(_listed(server, "/training/checkpoints", asked.limit, **_given(run_id=asked.run)))
    if asked.json:
        return _print_json(items)
    rows = [["", "", "step", "loss", "similarity", "word errors", ""]]
    for one in items:
        marks = (["best"] if one["best"] else []) + [use["target"] for use in one.get("promoted", [])]
        rows.append([one["id"], one["kind"], str(one["step"]), *_judged(one["figures"]), " ".join(marks)])
    print_table(rows) if items else print("There are no checkpoints.", file=sys.stderr)
    return 0


def samples(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a sample; with -o their sound goes into a folder."""
    wanted = _given(run_id=asked.run, checkpoint_id=asked.checkpoint)
    items = list(_listed(server, "/training/samples", asked.limit, **wanted))
    if asked.json:
        return _print_json(items)
    rows = [[one["id"], str(one["step"]), *_judged(one["figures"])[1:], plain(one["text"])] for one in items]
    print_table(rows) if rows else print("There are no samples.", file=sys.stderr)
    if asked.output:
        asked.output.mkdir(parents=True, exist_ok=True)
        for one in items:
            print(fetch(server, one["audio"], str(asked.output / f"{one['id']}.flac")))
    return 0


def parameters(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a parameter."""
    items = server.ask("GET", "/training/parameters")["items"]
    if asked.json:
        return _print_json(items)
    print_table([[one["name"], json.dumps(one.get("default")), one.get("about", "")] for one in items])
    return 0


def rename(server: Server, asked: argparse.Namespace) -> int:
    """Calls a run something else."""
    run = server.ask("PATCH", f"/training/runs/{quote(asked.run, safe='')}", json={"name": asked.name})
    print(f"{run['id']}  {plain(run['name'])}")
    return 0


def delete(server: Server, asked: argparse.Namespace) -> int:
    """Deletes a run."""
    server.ask("DELETE", f"/training/runs/{asked.run}")
    print(f"{asked.run} is gone.")
    return 0


def _asked(asked: argparse.Namespace) -> dict[str, Any]:
    body = _given(dataset_id=asked.dataset, build_id=asked.build, base=asked.base, name=asked.name)
    return body | {"parameters": dict(asked.changes)}


def _status(server: Server, run: str | None) -> dict[str, Any]:
    return dict(server.ask("GET", "/training/status", params=_given(run_id=run)))


def _watched(server: Server, run_id: str) -> int:
    with Progress(lines=True) as progress:
        while True:
            run = _status(server, run_id)["run"]
            figures = run["figures"]
            told = [f"step {run['step']} of {run['steps']}"] if run["steps"] else []
            told += [f"loss {figures['loss']:.4f}"] if "loss" in figures else []
            shown = {"status": _state(run), "progress": run["progress"], "note": ", ".join(told) or run.get("note", "")}
            if run["status"] == "running" and "eta_s" in figures:
                shown["eta_s"] = figures["eta_s"]
            progress.show(shown)
            if run["status"] in OVER:
                break
            time.sleep(LOOK_S)
    if run["status"] == "failed":
        error = run.get("error", {})
        reason = str(error.get("message", "nobody knows why"))
        raise TrainingFailed(run=run_id, reason=reason[:1].lower() + reason[1:].rstrip("."))
    print(f"{run_id} {_state(run)}", file=sys.stderr)
    return 0


def _state(run: dict[str, Any]) -> str:
    wishes = {"cancel": "is being stopped", "pause": "is being paused"}
    return wishes.get(run.get("wish", ""), str(run["status"]))


def _listed(server: Server, path: str, limit: int, **wanted: Any) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    while cursor is not None and limit > 0:
        page = server.ask("GET", path, params={**wanted, "limit": min(limit, 200), "cursor": cursor})
        yield from page["items"]
        limit, cursor = limit - len(page["items"]), page["next"]


def _judged(figures: dict[str, Any]) -> list[str]:
    """The validation loss, the similarity and the word error rate, as far as they are known."""
    errors = f"{figures['word_error_rate']:.1%}" if "word_error_rate" in figures else ""
    return [_number(figures.get("validation_loss")), _number(figures.get("similarity")), errors]


def _print_lines(items: list[dict[str, Any]], last: int) -> int:
    for one in items:
        print(f"{one['at']}  {one['progress']:4.0%}  {plain(one['line'])}", flush=True)
        last = one["id"]
    return last


def _print_json(found: Any) -> int:
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else ""


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 6000 else f"{whole / 3600:.1f} h"


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


DOES: dict[str, Callable[[Server, argparse.Namespace], int]] = {
    "estimate": estimate,
    "start": start,
    "status": status,
    "watch": watch,
    "pause": change,
    "resume": change,
    "stop": change,
    "runs": runs,
    "log": log,
    "checkpoints": checkpoints,
    "samples": samples,
    "parameters": parameters,
    "rename": rename,
    "delete": delete,
}
"""What does each verb."""
