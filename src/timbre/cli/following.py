"""Jobs and batches as they get on: followed until they have ended, and shown meanwhile."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from timbre.cli.remote import Server
from timbre.errors import BatchFailed, JobCancelled, JobFailed, ServerAway
from timbre.jobs.states import ENDED

LOOK_S = 1.0
AWAY_S = 120.0
"""Seconds that a service which answered before may be away: a job outlives its restart."""

Job = dict[str, Any]


def is_batch(id: str) -> bool:
    """Whether an id is that of a batch."""
    return id.startswith("b-")


def path_of(id: str) -> str:
    """Where the API has a job or a batch."""
    from urllib.parse import quote

    return f"/jobs/{'batch/' if is_batch(id) else ''}{quote(id, safe='')}"


def changes(server: Server, id: str) -> Iterator[Job]:
    """A job or a batch now, and each time that it changes, until it has ended.

    A job is told of by the service; where no WebSocket gets through it is asked for. Raises ServerAway, ServerRefused.
    """
    last: Job = {}
    if not is_batch(id):
        try:
            for last in server.messages(f"/ws/jobs/{id}"):
                yield last
        except ServerAway:
            pass  # a proxy that knows no WebSockets, a restart: asked for, it says itself what is wrong
    seen = time.monotonic()
    while not has_ended(last):
        try:
            found, seen = server.ask("GET", path_of(id)), time.monotonic()
        except ServerAway:
            if not last or time.monotonic() - seen > AWAY_S:
                raise
            found = last
        if found != last:
            last = found
            yield last
        if not has_ended(last):
            time.sleep(LOOK_S)


def has_ended(found: Job) -> bool:
    """Whether a job has, or all jobs of a batch have."""
    if "items" in found:
        return all(has_ended(job) for job in found["items"])
    return found.get("status") in ENDED


def follow(server: Server, id: str, how: "Progress") -> Job:
    """A job or a batch once it has ended, shown until then. Raises what `changes` raises."""
    last: Job = {}
    with how:
        for last in changes(server, id):
            how.show(last)
    return last


def check_done(found: Job) -> None:
    """Raises errors.JobFailed, JobCancelled, BatchFailed for what has ended in another way than completed."""
    if "items" in found:
        if failed := sum(job["status"] != "completed" for job in found["items"]):
            raise BatchFailed(batch=found["id"], failed=failed, count=len(found["items"]))
    elif found["status"] == "cancelled":
        raise JobCancelled(job=found["id"])
    elif found["status"] == "failed":
        error = found.get("error", {})
        message = str(error.get("message", "nobody knows why."))
        advice = error.get("hint") or f"See: timbre jobs show {found['id']}"
        raise JobFailed(job=found["id"], reason=message[:1].lower() + message[1:], advice=advice)


class Progress:
    """A bar on the error stream where somebody watches it; else, if wanted, a line a change on standard output."""

    def __init__(self, lines: bool = False, as_json: bool = False) -> None:
        self._lines, self._json, self._bar, self._told = lines, as_json, None, ""

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty() and not self._json:
            from tqdm import tqdm

            shape = "{percentage:3.0f}% |{bar:30}| {desc}"
            self._bar = tqdm(total=1.0, bar_format=shape, file=sys.stderr, dynamic_ncols=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, found: Job) -> None:
        """What changed."""
        if self._json:
            print(json.dumps(found, ensure_ascii=False), flush=True)
        elif self._bar is not None:
            self._bar.n = min(max(found["progress"], 0.0), 1.0)
            self._bar.set_description_str(how_far(found))
        elif self._lines and (told := f"{found['progress']:4.0%}  {how_far(found)}") != self._told:
            print(told, flush=True)
            self._told = told


def how_far(found: Job) -> str:
    """The state of a job or a batch in words: pieces that are done, and how long it will take."""
    if "items" in found:
        counts = {status: count for status, count in found["counts"].items() if count}
        return ", ".join(f"{count} {status}" for status, count in counts.items())
    parts = [found["status"]]
    if found["status"] == "processing" and found.get("pieces"):
        parts.append(f"{found.get('pieces_done', 0)} of {found['pieces']} pieces")
    if "eta_s" in found:
        parts.append(f"{_span(found['eta_s'])} left")
    if found["status"] == "completed" and "duration_s" in found:
        parts.append(f"{found['duration_s']:.1f} s of audio")
    if found.get("note") and found["status"] not in ENDED:
        parts.append(plain(found["note"]))
    return ", ".join(parts)


def plain(text: str) -> str:
    """Text from elsewhere on one line, without signs that a terminal would obey."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 100:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 6000 else f"{whole / 3600:.1f} h"
