"""`timbre jobs`: texts that are spoken while nobody waits, of the service here or of one elsewhere."""

import argparse
import contextlib
import json
import shutil
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from timbre.cli.fetch import check_folder, fetch, fetch_whole
from timbre.cli.following import Job, Progress, check_done, follow, has_ended, how_far, is_batch, path_of, plain
from timbre.cli.jobs_parser import parser
from timbre.cli.remote import Server
from timbre.cli.scripts import script_fields
from timbre.cli.told import print_facts, print_table
from timbre.errors import BadBatch, JobEnded, NotText, TimbreError
from timbre.jobs.states import SAID, Status

MOST_TEXTS = 100
PAGE = 200
"""Jobs that the API lists at once."""

ENDING_S = 30.0
"""Seconds that a job which is to be deleted has for its end."""

MANNER = ("seed", "speed", "temperature", "top_k", "top_p", "repetition_penalty")


def main(argv: list[str]) -> int:
    """Does what was asked. Returns 0 when it was done, 1 when it could not be or a job failed, 2 for a wrong use."""
    asked = parser().parse_args(argv)
    does = {verb.__name__.rstrip("_"): verb for verb in VERBS}[asked.verb]
    return does(Server.of(asked), asked)


def submit(server: Server, asked: argparse.Namespace) -> int:
    """Makes a job of a text, and prints its id; with --wait or -o follows it to its end."""
    check_folder(asked.output)
    format = asked.format or (Path(asked.output).suffix[1:].lower() if asked.output and asked.output != "-" else "")
    body = {
        "voice_id": asked.voice,
        "target_language": asked.language,
        "format": format or None,
        "quality_profile_id": asked.profile,
        "model": asked.model,
        "name": asked.name,
        "word_times": asked.word_times or None,
        **{name: getattr(asked, name) for name in MANNER},
    }
    job = server.ask(
        "POST", "/jobs", json={"text": _text(asked), **_given(body), **script_fields(asked)}, headers=_once(asked)
    )
    if not (asked.wait or asked.output):
        return _made(job, asked)
    print(f"{job['id']} is submitted.", file=sys.stderr)
    job = _followed(server, job["id"], Progress())
    if asked.json:
        _print_json(job)
    check_done(job)
    if asked.output:
        fetch(server, f"{path_of(job['id'])}/download", asked.output, format=asked.format)
    if asked.output != "-" and not asked.json:
        print(_line(job) + (f", in {asked.output}" if asked.output else ""))
    return 0


def batch(server: Server, asked: argparse.Namespace) -> int:
    """Makes a job of each line of a file, or of each row of a sheet; with --wait or --zip follows them all."""
    check_folder(asked.zip)
    data = asked.file.read_bytes()
    common = {"voice": asked.voice, "language": asked.language, "format": asked.format}
    common |= {"quality_profile_id": asked.profile, "name": asked.name}
    if asked.file.suffix.lower() in {".csv", ".tsv"}:
        sheet = {"file": (asked.file.name, data, "text/csv")}
        found = server.ask("POST", "/jobs/batch/csv", data=_given(common), files=sheet, headers=_once(asked))
    else:
        jobs = [_given({"text": line, **_as_job(common)}) for line in _lines(asked.file, data)]
        body = _given({"name": asked.name, "jobs": jobs})
        found = server.ask("POST", "/jobs/batch", json=body, headers=_once(asked))
    if not (asked.wait or asked.zip):
        return _made(found, asked)
    print(f"{found['id']} is submitted: {len(found['items'])} jobs.", file=sys.stderr)
    found = _followed(server, found["id"], Progress())
    if asked.json:
        _print_json(found)
    if asked.zip and any(job["status"] == "completed" for job in found["items"]):
        fetch_whole(server, f"{path_of(found['id'])}.zip", asked.zip)
    if asked.zip != "-" and not asked.json:
        print(_line(found) + (f", in {asked.zip}" if asked.zip else ""))
    check_done(found)
    return 0


def list_(server: Server, asked: argparse.Namespace) -> int:
    """Prints a line a job, the newest first."""
    items: list[Job] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None and len(items) < asked.limit:
        wanted = {"search": asked.search, "status": asked.status, "batch": asked.batch, "cursor": page["next"]}
        wanted["limit"] = str(min(asked.limit - len(items), PAGE))
        page = server.ask("GET", "/jobs", params=_given(wanted))
        items += page["items"]
    if asked.json:
        _print_json(page | {"items": items})
    elif items:
        print_table([_row(job) for job in items])
        if page["next"] is not None:
            print(f"There are more: --limit {2 * asked.limit} shows them.", file=sys.stderr)
    else:
        print('There are no such jobs. Make one with: timbre jobs submit "Hello."', file=sys.stderr)
    return 0


def show(server: Server, asked: argparse.Namespace) -> int:
    """Prints all that is known of a job, or of a batch and its jobs."""
    found = server.ask("GET", path_of(asked.id))
    if asked.json:
        _print_json(found)
    elif is_batch(asked.id):
        print_facts({"batch": found["id"], "name": plain(found.get("name", "")), "jobs": how_far(found)})
        print_table([_row(job) for job in found["items"]])
    else:
        print_facts({_label(name): _told(name, found) for name in found})
    return 0


def watch(server: Server, asked: argparse.Namespace) -> int:
    """Follows a job or a batch to its end. Raises what `check_done` raises, so that the exit code tells."""
    found = _followed(server, asked.id, Progress(lines=True, as_json=asked.json))
    if not asked.json and sys.stderr.isatty():
        print(_line(found))
    check_done(found)
    return 0


def download(server: Server, asked: argparse.Namespace) -> int:
    """Fetches a job's audio, or a batch's archive."""
    if is_batch(asked.id):
        place = fetch_whole(server, f"{path_of(asked.id)}.zip", asked.output, format=asked.format)
    else:
        ending = Path(asked.output).suffix[1:] if asked.output else ""
        format = asked.format or (ending if ending.lower() in AUDIO else "")
        place = fetch(server, f"{path_of(asked.id)}/download", asked.output, format=format)
    if place is not None:
        print(place)
    return 0


def subtitles(server: Server, asked: argparse.Namespace) -> int:
    """Fetches when the words of a job are said."""
    ending = Path(asked.output).suffix[1:].lower() if asked.output else ""
    wanted = asked.format or (ending if ending in SUBTITLES else "")
    place = fetch_whole(server, f"{path_of(asked.id)}/subtitles", asked.output, format=wanted)
    if place is not None:
        print(place)
    return 0


SUBTITLES = {"srt", "vtt", "json"}
AUDIO = {"wav", "mp3", "ogg", "flac", "m4a", "opus"}
"""Endings that say in which format the audio is wanted."""


def cancel(server: Server, asked: argparse.Namespace) -> int:
    """Stops jobs that have not ended."""

    def one(id: str) -> str:
        _check_alive(server.ask("GET", path_of(id)), id)  # the API deletes a job that has ended
        server.ask("DELETE", path_of(id))
        return "is cancelled"

    return _each(asked.ids, one)


def delete(server: Server, asked: argparse.Namespace) -> int:
    """Deletes jobs and their audio; one that has not ended is cancelled first."""

    def one(id: str) -> str:
        done = server.ask("DELETE", path_of(id))["status"]
        deadline = time.monotonic() + ENDING_S
        while done != "deleted" and time.monotonic() < deadline:
            if has_ended(server.ask("GET", path_of(id))):
                done = server.ask("DELETE", path_of(id))["status"]
            else:
                time.sleep(0.1)
        return "is deleted" if done == "deleted" else "is being cancelled; delete it once it has ended"

    return _each(asked.ids, one)


def pause(server: Server, asked: argparse.Namespace) -> int:
    """Puts jobs aside."""
    return _each(asked.ids, lambda id: _after(server, id, "pause", "is paused"))


def resume(server: Server, asked: argparse.Namespace) -> int:
    """Lets paused jobs go on."""
    return _each(asked.ids, lambda id: _after(server, id, "resume", "goes on"))


VERBS: tuple[Callable[[Server, argparse.Namespace], int], ...] = (
    submit,
    list_,
    show,
    watch,
    download,
    subtitles,
    cancel,
    pause,
    resume,
    delete,
    batch,
)


def _after(server: Server, id: str, what: str, told: str) -> str:
    server.ask("POST", f"{path_of(id)}/{what}")
    return told


def _each(ids: list[str], one: Callable[[str], str]) -> int:
    """Does something with each of them and says so. One that cannot be keeps none of the others."""
    failed = 0
    for id in ids:
        try:
            print(f"{id} {one(id)}.", flush=True)
        except TimbreError as fault:
            failed += 1
            print(f"timbre: {fault}\n{fault.advice}", file=sys.stderr)
    return 1 if failed else 0


def _check_alive(found: Job, id: str) -> None:
    if has_ended(found):
        raise JobEnded(job=id, state=SAID[Status(found.get("status", "completed"))])


def _followed(server: Server, id: str, how: Progress) -> Job:
    """`follow`, and who ends it with Ctrl+C is told that the job does not end with it."""
    try:
        return follow(server, id, how)
    except KeyboardInterrupt:
        print(f"\nIt goes on. Watch it again with: timbre jobs watch {id}", file=sys.stderr)
        raise


def _text(asked: argparse.Namespace) -> str:
    """Raises errors.NotText."""
    if asked.text != "-" and asked.file is None:
        return str(asked.text)
    data = asked.file.read_bytes() if asked.file else sys.stdin.buffer.read()
    return _decoded(data, asked.file or "The standard input")


def _decoded(data: bytes, file: Any) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotText(file=file) from None


def _lines(file: Path, data: bytes) -> list[str]:
    """The texts of a file, one a line. Raises errors.NotText, BadBatch."""
    found = [line.strip() for line in _decoded(data, file).splitlines() if line.strip()]
    if not 1 <= len(found) <= MOST_TEXTS:
        raise BadBatch(reason=f"{file} has {len(found) or 'no'} lines with a text", most=MOST_TEXTS)
    return found


def _as_job(common: dict[str, Any]) -> dict[str, Any]:
    """What a sheet's form says of all rows, as each text of a list says it."""
    job = {name: common[name] for name in ("format", "quality_profile_id")}
    return job | {"voice_id": common["voice"], "target_language": common["language"]}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """Those that have a value."""
    return {name: value for name, value in values.items() if value not in (None, "")}


def _once(asked: argparse.Namespace) -> dict[str, bytes]:
    return {"Idempotency-Key": asked.once.encode()} if asked.once else {}


def _made(found: Job, asked: argparse.Namespace) -> int:
    """Prints what was made: its id alone, for scripts, or all of it."""
    if asked.json:
        _print_json(found)
    else:
        print(found["id"])
        print(f"Watch it with: timbre jobs watch {found['id']}", file=sys.stderr)
    return 0


def _print_json(found: Any) -> None:
    print(json.dumps(found, indent=1, ensure_ascii=False))


def _line(found: Job) -> str:
    return f"{found['id']}  {how_far(found)}"


def _row(job: Job) -> list[str]:
    """A job's line of a list."""
    state = job["status"] if job["status"] != "processing" else f"{job['progress']:.0%}"
    length = f"{job['duration_s']:.1f} s".rjust(8) if "duration_s" in job else ""
    words = plain(job.get("name") or job.get("text") or job["kind"])
    room = max(shutil.get_terminal_size().columns - 74, 20) if sys.stdout.isatty() else 60
    words = words if len(words) <= room else f"{words[: room - 1]}…"
    return [job["id"], state, length, job.get("voice_id", ""), _moment(job["created_at"]), words]


def _label(name: str) -> str:
    return name.removesuffix("_id").removesuffix("_at").removesuffix("_s").replace("_", " ")


def _told(name: str, job: Job) -> Any:
    """A fact of a job, for people."""
    value = job[name]
    if name.endswith("_at"):
        return _moment(value)
    if name == "progress":
        return f"{value:.0%}"
    if name.endswith("_s"):
        return f"{value:.1f} s"
    if name == "error":
        return plain(f"{value['message']} {value['hint']}")
    if isinstance(value, dict | list):
        return plain(json.dumps(value, ensure_ascii=False))
    return plain(value) if isinstance(value, str) else value


def _moment(told: str) -> str:
    """A time as this machine's clock has it."""
    with contextlib.suppress(ValueError):
        return f"{datetime.fromisoformat(told).astimezone():%Y-%m-%d %H:%M}"
    return plain(told)
