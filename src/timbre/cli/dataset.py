"""`timbre dataset`: recordings of a person on their way to what a model can learn from."""

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

from timbre.cli.changes import change
from timbre.cli.fetch import check_folder, fetch_whole
from timbre.cli.following import Progress, check_done, follow, how_far, plain
from timbre.cli.remote import Server, where
from timbre.cli.told import agrees, print_facts, print_table
from timbre.errors import NotAudio, ServerAway
from timbre.jobs.states import ENDED

UPLOAD_S = 3600.0
QUIET_S = 1.0
"""Seconds without a line after which a log that is not followed is at its end."""

STEPS = ("download", "segment", "transcribe", "filter", "build")
STATES = {"open": "not done yet", "done": "done", "outdated": "to be run again"}
PAGE = 200


def main(argv: list[str]) -> int:
    """Does what is asked for. Raises what a server raises."""
    asked = parser().parse_args(argv)
    return int(asked.does(Server.of(asked), asked))


def create(server: Server, asked: argparse.Namespace) -> int:
    """Makes a dataset, and prints its id."""
    body = {"name": asked.name, "language": asked.language, "parameters": dict(asked.set)}
    made = server.ask("POST", "/training/datasets", json=body)
    print(made["id"])
    print(f"Add recordings with: timbre dataset add {made['id']} FILE …", file=sys.stderr)
    return 0


def list_datasets(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a dataset."""
    found = _all(server, "/training/datasets", search=asked.search or "")
    if asked.json:
        return _print_json(found)
    rows = []
    for one in found:
        figures = one["figures"]
        minutes = f"{figures['kept_seconds'] / 60:.1f} of {figures['seconds'] / 60:.1f} min"
        job = how_far(one["job"]) if "job" in one else ""
        rows.append([one["id"], plain(one["name"]), one["language"], minutes, f"{figures['builds']} builds", job])
    print_table(rows) if rows else print("There are no datasets.", file=sys.stderr)
    return 0


def show(server: Server, asked: argparse.Namespace) -> int:
    """Prints a dataset's facts, and a line a recording."""
    found = server.ask("GET", _path(asked.dataset))
    sources = _all(server, "/training/dataset/files", dataset_id=asked.dataset)
    if asked.json:
        return _print_json(found | {"files": sources})
    figures = found["figures"]
    changed = ", ".join(f"{name}={value}" for name, value in found["parameters"].items())
    print_facts(
        {
            "dataset": found["id"],
            "name": plain(found["name"]),
            "language": found["language"],
            "parameters": changed,
            "recordings": f"{sum(figures['sources'].values())}, {figures['seconds'] / 60:.1f} min",
            "segments": f"{figures['segments']}, {figures['transcribed']} transcribed",
            "kept": f"{figures['kept']}, {figures['kept_seconds'] / 60:.1f} min",
            "builds": figures["builds"],
            "at work": f"{found['job']['id']}: {how_far(found['job'])}" if "job" in found else None,
        }
    )
    rows = []
    for one in sources:
        said = one["error"]["message"] if "error" in one else " ".join(one["notes"])
        length = f"{one['seconds']:.1f} s" if "seconds" in one else ""
        rows.append([one["id"], plain(one["name"]), one["status"], length, plain(said)])
    if rows:
        print()
        print_table(rows)
    return 0


def status(server: Server, asked: argparse.Namespace) -> int:
    """Prints how far each step is, and which were done with other parameters or recordings than those of now."""
    found = server.ask("GET", "/training/dataset/stats", params={"dataset_id": asked.dataset})
    if asked.json:
        return _print_json(found)
    figures = {
        "download": f"{found['sources'].get('here', 0)} of {sum(found['sources'].values())} recordings",
        "segment": f"{found['segments']} segments",
        "transcribe": f"{found['transcribed']} of {found['segments']} segments",
        "filter": f"{found['kept']} kept, {found['kept_seconds'] / 60:.1f} min",
        "build": f"{found['builds']} builds",
    }
    steps = found["steps"]
    print_table([[name, STATES[steps[name]], figures[name] if steps[name] != "open" else ""] for name in STEPS])
    if "job" in found and found["job"]["status"] not in ENDED:
        print(f"\nat work: {found['job']['id']}: {how_far(found['job'])}")
    elif found["outdated"]:
        again = " ".join(STEPS[STEPS.index(found["outdated"][0]) :])
        print(f"Bring it up to date with: timbre dataset run {asked.dataset} {again}", file=sys.stderr)
    return 0


def add(server: Server, asked: argparse.Namespace) -> int:
    """Sends files, or names addresses and a folder of the service's machine. Prints a line a recording that is new."""
    urls = [one for one in asked.what if one.startswith(("http://", "https://"))]
    paths = [Path(one) for one in asked.what if one not in urls]
    if missing := [one for one in paths if not one.is_file()]:
        raise NotAudio(file=missing[0])
    if not urls and not paths and not asked.folder:
        print("timbre: name a file, an address or a folder.", file=sys.stderr)
        return 2
    path, found, known = f"{_path(asked.dataset)}/sources", [], 0
    with contextlib.ExitStack() as held:
        if paths:
            files = [("files", (file.name, held.enter_context(file.open("rb")))) for file in paths]
            found += server.ask("POST", path, files=files, timeout=UPLOAD_S)["items"]
    if urls or asked.folder:
        body = {"urls": urls} | ({"folder": asked.folder} if asked.folder else {})
        told = server.ask("POST", path, json=body, timeout=UPLOAD_S)
        found += told["items"]
        known = told["known"]
    for one in found:
        print(f"{one['id']}  {plain(one['name'])}")
    if known:
        print(f"{known} addresses were there already.", file=sys.stderr)
    print(f"Prepare them with: timbre dataset run {asked.dataset}", file=sys.stderr)
    return 0


def run(server: Server, asked: argparse.Namespace) -> int:
    """Does steps and waits for their end; without waiting prints the job's id."""
    body = {"dataset_id": asked.dataset, "steps": asked.steps, "parameters": dict(asked.set)}
    job = server.ask("POST", "/training/dataset/run", json=body)
    if asked.no_wait:
        print(job["id"])
        return 0
    check_done(follow(server, job["id"], Progress(lines=True)))
    figures = server.ask("GET", "/training/dataset/stats", params={"dataset_id": asked.dataset})
    print(
        f"{figures['kept']} of {figures['segments']} segments are kept, {figures['kept_seconds'] / 60:.1f} minutes; "
        f"there are {figures['builds']} builds."
    )
    return 0


def log(server: Server, asked: argparse.Namespace) -> int:
    """Prints the log; with --follow as it is written, also over a restart of the service."""
    last, quiet_s = 0, None if asked.follow else QUIET_S
    path = f"/training/ws/pipeline?dataset_id={quote(asked.dataset, safe='')}&after="
    while True:
        try:
            for one in server.messages(path + str(last), quiet_s):
                last = one["id"]
                if one["log"]:
                    print(f"{one['at']}  {one['stage']:10}  {plain(one['log'])}", flush=True)
            return 0  # it was deleted
        except ServerAway:
            server.ask("GET", _path(asked.dataset))  # says what is wrong, where something is
            if not asked.follow:
                return 0


def segments(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a segment."""
    wanted = {"state": asked.state or "", "reason": asked.reason or "", "search": asked.search or ""}
    found = _all(server, f"{_path(asked.dataset)}/segments", **wanted)
    if asked.json:
        return _print_json(found)
    rows = []
    for one in found:
        why = "" if one["kept"] else ",".join(one["reasons"]) or "person"
        place = f"{one['begin_s']:.2f}–{one['end_s']:.2f}"
        rows.append([one["id"], plain(one["source"]), place, "keep" if one["kept"] else "drop", why, _text(one)])
    print_table(rows) if rows else print("There are no such segments.", file=sys.stderr)
    return 0


def edit(server: Server, asked: argparse.Namespace) -> int:
    """Corrects a segment's text or edges, keeps it or leaves it out."""
    body = {"text": asked.text, "begin_s": asked.begin, "end_s": asked.end}
    wish = {name: value for name, value in body.items() if value is not None}
    if asked.verdict:
        wish["verdict"] = None if asked.verdict == "filter" else asked.verdict
    found = server.ask("PATCH", f"/training/segments/{quote(asked.segment, safe='')}", json=wish)
    print(f"{found['begin_s']:.2f}–{found['end_s']:.2f}  {'keep' if found['kept'] else 'drop'}  {_text(found)}")
    return 0


def report(server: Server, asked: argparse.Namespace) -> int:
    """Prints what the dataset holds, and what is left out and why."""
    found = server.ask("GET", f"{_path(asked.dataset)}/report")
    if asked.json:
        return _print_json(found)
    figures = server.ask("GET", _path(asked.dataset))["figures"]
    print_facts(
        {
            "recordings": f"{figures['seconds'] / 60:.1f} min",
            "kept": f"{figures['kept']} of {figures['segments']} segments, {figures['kept_seconds'] / 60:.1f} min",
        }
    )
    for reason, told in found["reasons"].items():
        print(f"  {reason:12}" + ", ".join(f"{value:g} {name}" for name, value in told.items()))
    return 0


def builds(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a build."""
    rows = []
    for one in server.ask("GET", f"{_path(asked.dataset)}/builds")["items"]:
        parts = [f"{name}: {told['clips']:g} clips, {told['seconds']:.0f} s" for name, told in one["splits"].items()]
        rows.append([one["id"], one["created_at"], "; ".join(parts)])
    print_table(rows) if rows else print("It has not been built.", file=sys.stderr)
    return 0


def export(server: Server, asked: argparse.Namespace) -> int:
    """Fetches a build as an LJSpeech set in a ZIP."""
    check_folder(asked.output)
    place = fetch_whole(server, f"{_path(asked.dataset)}/export", asked.output, build=asked.build)
    if place is not None:
        print(place)
    return 0


def delete(server: Server, asked: argparse.Namespace) -> int:
    """Deletes a dataset, or a recording of one."""
    path = _path(asked.dataset) + (f"/sources/{quote(asked.source, safe='')}" if asked.source else "")
    what = asked.source or server.ask("GET", path)["name"]
    if not asked.yes and not agrees(f"Delete {plain(what)} with all that was made of it?"):
        print("timbre: nothing was deleted, for nobody said yes; say it with --yes.", file=sys.stderr)
        return 1
    server.ask("DELETE", path)
    return 0


def parser() -> argparse.ArgumentParser:
    """All verbs."""
    made = argparse.ArgumentParser(prog="timbre dataset", description="Recordings that a model is to learn from.")
    verbs = made.add_subparsers(required=True, metavar="VERB")
    service = where()

    def verb(name: str, does: Any, about: str, dataset: bool = True, as_json: bool = False) -> argparse.ArgumentParser:
        one = verbs.add_parser(name, parents=[service], help=about)
        one.set_defaults(does=does)
        if dataset:
            one.add_argument("dataset", metavar="DATASET", help="an id of `timbre dataset list`")
        if as_json:
            one.add_argument("--json", action="store_true", help="as the API gives it")
        return one

    creating = verb("create", create, "make a dataset, still empty", dataset=False)
    creating.add_argument("name")
    creating.add_argument("--language", default="en", help="what is spoken in it (default: en)")
    _set(creating)
    verb("list", list_datasets, "the datasets that there are", dataset=False, as_json=True).add_argument(
        "--search", help="words in the name"
    )
    verb("show", show, "a dataset with its recordings", as_json=True)
    verb("status", status, "how far its steps are, and which are to be run again", as_json=True)
    adding = verb("add", add, "add recordings: files, archives, addresses")
    adding.add_argument("what", nargs="*", metavar="FILE|URL", help="audio, video, ZIP, .tar.gz, or an address")
    adding.add_argument("--folder", help="one of the service's own machine, below TIMBRE_SOURCE_FOLDERS")
    running = verb("run", run, "do the steps: those named, else all of them")
    running.add_argument("steps", nargs="*", metavar="STEP", choices=STEPS, help=", ".join(STEPS))
    running.add_argument("--no-wait", action="store_true", help="print the job's id and leave it to itself")
    _set(running)
    verb("log", log, "what was done and said").add_argument("-f", "--follow", action="store_true", help="as it goes on")
    listing = verb("segments", segments, "what the recordings were cut into", as_json=True)
    listing.add_argument("--state", choices=("kept", "dropped", "edited", "unheard"))
    listing.add_argument("--reason", help="one that the filter gave, as snr")
    listing.add_argument("--search", help="words in the text")
    editing = verb("edit", edit, "correct, keep or leave out a segment", dataset=False)
    editing.add_argument("segment", metavar="SEGMENT", help="an id of `timbre dataset segments`")
    editing.add_argument("--text", help="what is said in it")
    editing.add_argument("--begin", type=float, metavar="SECOND", help="where it begins in its recording")
    editing.add_argument("--end", type=float, metavar="SECOND", help="where it ends")
    editing.add_argument("--verdict", choices=("keep", "drop", "filter"), help="filter: as the filter says")
    verb("report", report, "how much there is, and what is left out and why", as_json=True)
    verb("builds", builds, "what was built")
    exporting = verb("export", export, "fetch a build as an LJSpeech set")
    exporting.add_argument("--build", metavar="ID", help="absent: the newest")
    exporting.add_argument("-o", "--output", metavar="FILE", help="file or folder; - for a pipe")
    deleting = verb("delete", delete, "delete a dataset, or a recording of one")
    deleting.add_argument("source", nargs="?", metavar="RECORDING", help="an id of `timbre dataset show`")
    deleting.add_argument("--yes", action="store_true", help="do not ask")
    return made


def _set(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--set",
        action="append",
        default=[],
        type=change,
        metavar="NAME=VALUE",
        help="a parameter, as max_s=9 or denoise=true; null: as the settings have it",
    )


def _path(dataset: str) -> str:
    return f"/training/datasets/{quote(dataset, safe='')}"


def _all(server: Server, path: str, **query: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        wanted = {name: value for name, value in query.items() if value} | {"limit": PAGE}
        page = server.ask("GET", path, params=wanted | ({"cursor": cursor} if cursor else {}))
        found += page["items"]
        if not (cursor := page.get("next") or ""):
            return found


def _text(segment: dict[str, Any]) -> str:
    return plain(segment.get("text") or "")


def _print_json(found: Any) -> int:
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0
