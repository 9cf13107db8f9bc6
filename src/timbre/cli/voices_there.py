"""`timbre voices … --server URL`: the voices of a service that runs elsewhere."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from timbre.api.schemas import VoiceOut
from timbre.cli.fetch import byte_bar
from timbre.cli.following import Progress, check_done, follow
from timbre.cli.remote import Server
from timbre.cli.say_there import deliver
from timbre.cli.voices import ask_consent, print_made, print_voices, weighed
from timbre.errors import NotAudio

PATIENCE_S = 600.0
"""Seconds that the recordings, or the model, may take."""


def list_voices(asked: argparse.Namespace) -> int:
    """Prints a line a voice."""
    print_voices([VoiceOut.model_validate(one) for one in Server.of(asked).ask("GET", "/voices")["items"]])
    return 0


def add(asked: argparse.Namespace) -> int:
    """Sends the recordings, waits until the model has heard them, and prints the voice's id."""
    server = Server.of(asked)
    paths = [Path(file) for file in asked.files]
    for path in paths:
        if not path.is_file():
            raise NotAudio(file=path)
    form = {"name": asked.name, "language": asked.language, "consent": asked.consent or ask_consent(asked.name)}
    with _sent(paths) as files:
        job = server.ask("POST", "/voices/clone", data=form, files=files, timeout=PATIENCE_S)
    check_done(follow(server, job["id"], Progress()))
    voice = VoiceOut.model_validate(server.ask("GET", _path(job["voice_id"])))
    for note in voice.notes or []:
        print(note, file=sys.stderr)
    print_made(voice, f" --server {asked.server}")
    return 0


def mix(asked: argparse.Namespace) -> int:
    """Makes a voice that lies between others there, and prints its id."""
    parts = [{"id": id, "weight": weight} for id, weight in map(weighed, asked.parts)]
    body = {"name": asked.name, "voices": parts, "language": asked.language}
    voice = VoiceOut.model_validate(Server.of(asked).ask("POST", "/voices/mix", json=body, timeout=PATIENCE_S))
    print_made(voice, f" --server {asked.server}")
    return 0


def rename(asked: argparse.Namespace) -> int:
    """Calls a voice that was made there something else."""
    server = Server.of(asked)
    voice = server.ask("GET", _path(asked.voice))
    server.ask("PATCH", _path(voice["id"]), json={"name": asked.name})
    return 0


def remove(asked: argparse.Namespace) -> int:
    """Deletes a voice that was made there."""
    server = Server.of(asked)
    voice = server.ask("GET", _path(asked.voice))
    server.ask("DELETE", _path(voice["id"]))
    print(f"{voice['name']} is gone" + (", with its recordings." if voice["kind"] in ("cloned", "tuned") else "."))
    return 0


def preview(asked: argparse.Namespace) -> int:
    """Lets a voice read a sentence there."""
    server = Server.of(asked)
    voice = server.ask("GET", _path(asked.voice))
    deliver(server, "GET", f"{_path(voice['id'])}/preview", asked.output, None)
    return 0


def _path(voice: str) -> str:
    return f"/voices/{quote(voice, safe='')}"


@contextlib.contextmanager
def _sent(paths: list[Path]) -> Iterator[list[tuple[str, Any]]]:
    """Recordings for a form, and a bar that tells how much of them has gone."""
    from tqdm.utils import CallbackIOWrapper

    with contextlib.ExitStack() as held:
        bar = held.enter_context(byte_bar(sum(path.stat().st_size for path in paths)))
        opened: list[tuple[Path, BinaryIO]] = [(path, held.enter_context(path.open("rb"))) for path in paths]
        yield [("files", (path.name, CallbackIOWrapper(bar.update, file, "read"))) for path, file in opened]
