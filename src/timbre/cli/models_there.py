"""`timbre models … --server URL`: the models of a service that runs elsewhere."""

import argparse
import sys
import time
from typing import Any
from urllib.parse import quote

from timbre.cli.remote import Server
from timbre.cli.told import agrees, print_facts, print_table
from timbre.errors import LicenceNotAccepted, ServerRefused
from timbre.store.room import size

LOOK_S = 1.0
ENDED = {"completed", "failed", "cancelled"}


def list_models(asked: argparse.Namespace) -> int:
    """Prints a line a model."""
    print_table([_row(one) for one in _ask(asked, "GET", "/models")["items"]])
    return 0


def show_model(asked: argparse.Namespace) -> int:
    """Prints all that is known of one model."""
    one = _ask(asked, "GET", _path(asked))
    print_facts(
        {
            "id": one["id"],
            "state": _state(one),
            "languages": " ".join(one.get("languages", [])),
            "voices": one.get("voices"),
            "size": size(one["bytes"]) if "bytes" in one else None,
            "licence": one.get("licence"),
            "source": one.get("source"),
            "revision": one.get("revision"),
            "installed at": one.get("installed_at"),
        },
        [need["about"] for need in one["needs"]],
    )
    return 0


def install_model(asked: argparse.Namespace) -> int:
    """Shows the licence, accepts it, and follows the job that fetches the files."""
    if asked.source:
        print(
            "timbre: --from takes files of the service's own machine; run it there, without --server.", file=sys.stderr
        )
        return 2
    found = _ask(asked, "GET", _path(asked, "licence"))
    if found["needed"] and not found["accepted"]:
        print(found["text"], file=sys.stderr)
        if not (asked.accept_license or agrees("Do you accept this licence?")):
            raise LicenceNotAccepted(model=asked.model, licence=found["name"], url=found["url"])
        _ask(asked, "POST", _path(asked, "licence"))
    job = _ask(asked, "POST", _path(asked, "install"))
    print(f"Job {job['id']} installs it; it goes on when this command ends.", file=sys.stderr)
    told = ""
    while job["status"] not in ENDED:
        if (note := job.get("note", told)) != told:
            told = note
            print(f"{job['progress']:4.0%}  {told}", file=sys.stderr, flush=True)
        time.sleep(LOOK_S)
        job = _ask(asked, "GET", f"/jobs/{job['id']}")
    if job["status"] != "completed":
        error = job.get("error", {"message": f"The job was {job['status']}.", "hint": "Ask for it again."})
        raise ServerRefused(message=error["message"], hint=error["hint"])
    print(f"{asked.model} is installed.")
    return 0


def load_model(asked: argparse.Namespace) -> int:
    """Lets the service exchange its model."""
    one = _ask(asked, "POST", _path(asked, "load"), timeout=None)
    print(f"{one['id']} is loaded: {', '.join(one.get('languages', []))}.")
    return 0


def unload_model(asked: argparse.Namespace) -> int:
    """Lets the service forget its model."""
    _ask(asked, "POST", _path(asked, "unload"), timeout=None)
    print(f"{asked.model} is unloaded; nothing is spoken until a model is loaded.")
    return 0


def remove_model(asked: argparse.Namespace) -> int:
    """Removes a model there."""
    _ask(asked, "DELETE", _path(asked))
    print(f"{asked.model} is gone.")
    return 0


def _ask(asked: argparse.Namespace, method: str, path: str, **more: Any) -> Any:
    return Server.of(asked).ask(method, path, **more)


def _path(asked: argparse.Namespace, what: str = "") -> str:
    return f"/models/{quote(asked.model, safe='')}" + (f"/{what}" if what else "")


def _row(one: dict[str, Any]) -> list[str]:
    room = size(one["bytes"]) if "bytes" in one else ""
    return [one["id"], _state(one), room, " ".join(one.get("languages", [])), one.get("licence", "")]


def _state(one: dict[str, Any]) -> str:
    if "installing" in one:
        return "installing"
    return "loaded" if one["loaded"] else "installed" if one["installed"] else "not installed"
