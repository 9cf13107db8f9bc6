"""`timbre say … --server URL`: speech of a service that runs elsewhere, as it is made."""

import argparse
import base64
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from timbre import subtitles
from timbre.cli.fetch import byte_bar
from timbre.cli.remote import Server
from timbre.cli.say import PARAMETERS, find_player, listing_of, output_format, player_format, sink_of
from timbre.cli.scripts import script_fields
from timbre.text.timed import Timed

PATIENCE_S = 300.0
"""Seconds that the first sound may take, and each further one."""


def speak(asked: argparse.Namespace) -> int:
    """Speaks. Raises what `timbre.cli.say.main` raises, and what a server raises."""
    text = sys.stdin.read() if asked.text == "-" else asked.text
    body = {name: getattr(asked, name) for name in ("voice", "language", "model", "profile", *PARAMETERS)}
    body = {name: value for name, value in body.items() if value is not None} | script_fields(asked)
    body |= {"text": text}
    if asked.subtitles:
        return _with_subtitles(asked, body)
    body |= {"stream": True}
    deliver(Server.of(asked), "POST", "/synthesize-direct", asked.output, asked.format, asked.quiet, body=body)
    return 0


def _with_subtitles(asked: argparse.Namespace, body: dict[str, Any]) -> int:
    """The whole audio in one answer, for the times of its words come with it."""
    shown = subtitles.format_of(Path(asked.subtitles).suffix)
    player = None if asked.output else find_player()
    body |= {
        "word_times": True,
        "format": player_format(player) if player else output_format(asked.output, asked.format),
    }
    with sink_of(asked.output, player) as sink, listing_of(asked.subtitles) as listing:
        found = Server.of(asked).ask("POST", "/synthesize-direct", json=body, timeout=PATIENCE_S)
        words = [Timed(one["word"], one["begin_s"], one["end_s"]) for one in found["words"]]
        assert listing is not None
        listing.write(subtitles.written(words, found["language"], shown).encode())
        sink.write(base64.b64decode(found["audio"]))
    if not asked.quiet:
        print(f"When words are said is known by {found['by']}.", file=sys.stderr)
    return 0


def deliver(
    server: Server,
    method: str,
    path: str,
    output: str | None,
    format: str | None,
    quiet: bool = False,
    body: dict[str, Any] | None = None,
) -> None:
    """Brings speech to a file, a pipe or the loudspeaker, encoded by the service, which says in it what it is."""
    player = None if output else find_player()
    wanted = player_format(player) if player else output_format(output, format)
    more: dict[str, Any] = {"params": {"format": wanted}} if body is None else {"json": body | {"format": wanted}}
    with server.answer(method, path, timeout=PATIENCE_S, **more) as answer, sink_of(output, player) as sink:
        with byte_bar(None, quiet=quiet) as bar:
            for data in answer.iter_bytes():
                sink.write(data)
                sink.flush()
                bar.update(len(data))
        if wanted == "wav" and output not in (None, "-"):
            tell_length(sink)


def tell_length(file: BinaryIO) -> None:
    """Writes its length into a WAV file that came as a stream, whose header says "until the end"."""
    whole = file.seek(0, 2)
    file.seek(0)
    start = file.read(4096)
    data = start.find(b"data", 12)
    for place, length in ((4, whole - 8), (data + 4, whole - data - 8)):
        file.seek(place)
        file.write(struct.pack("<I", length))
    file.seek(0, 2)
