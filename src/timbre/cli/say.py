"""`timbre say`: a text to a file, a pipe, or the loudspeaker."""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from timbre import pronunciations, speech, subtitles, timing
from timbre.audio.encode import FORMATS, Encoder
from timbre.audio.marking import Marking
from timbre.cli.here import database
from timbre.cli.remote import where
from timbre.cli.scripts import script_arguments
from timbre.engine.blocking import Client
from timbre.engine.child import running
from timbre.engine.protocol import RATE
from timbre.errors import CannotPlay, CannotWrite, UnknownFormat
from timbre.settings import settings
from timbre.text.pronunciations import Dictionary
from timbre.voices.library import Library

Samples = NDArray[np.float32]

PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error", "-i", "-"),
    ("paplay", "--raw", "--format=s16le", f"--rate={RATE}", "--channels=1"),
    ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE), "-c", "1"),
)
"""Programs that play from a pipe: ffplay takes WAV, the others bare samples."""

LEARNING_S = 0.2
"""Seconds between two questions for what an engine is finding out."""

PARAMETERS = ("seed", "speed", "temperature")


def main(argv: list[str]) -> int:
    """Speaks. Raises errors.CannotWrite, CannotPlay, UnknownFormat, and what `speech.prepare`, the engine and a server
    raise."""
    asked = _parser().parse_args(argv)
    # Told to end, it leaves as from an error: the half-written file and the engine that it started go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if asked.server:
        from timbre.cli.say_there import speak

        return speak(asked)
    format = output_format(asked.output, asked.format)
    player = None if asked.output else find_player()
    shown = subtitles.format_of(Path(asked.subtitles).suffix) if asked.subtitles else ""
    text = sys.stdin.read() if asked.text == "-" else asked.text
    given = {name: value for name in PARAMETERS if (value := getattr(asked, name)) is not None}
    script = (asked.markup, asked.dialogue_voice)
    wish, dictionary = kept(speech.Asked(text, asked.voice, asked.language, asked.model, given, asked.profile, *script))
    bar = Bar(quiet=asked.quiet)
    with running(bar.note, asked.model or "") as engine, listing_of(asked.subtitles) as listing:
        stats = engine.ready()
        if listing:
            stats = learned(engine, stats, bar.note)
        utterance = speech.prepare(wish, stats, engine, Library.here(settings()), dictionary)
        clock = timing.clock(wish, utterance.language, stats, settings()) if listing else None
        marking = Marking(settings().watermark, RATE)
        spoken = marking.over(
            engine.speak(
                utterance.pieces,
                utterance.language,
                utterance.voice,
                utterance.sampling,
                utterance.adapter or "",
                roles=utterance.roles,
                on_words=clock.on_words if clock else None,
            )
        )
        characters = sum(len(piece.text) for piece in utterance.pieces)
        with sink_of(asked.output, player) as sink, contextlib.closing(bar.over(spoken, characters)) as heard:
            encoder = Encoder(format if player is None else player_format(player), RATE, marking.tags)
            for samples in clock.over(heard) if clock else heard:
                sink.write(encoder.feed(samples))
                sink.flush()
            sink.write(encoder.finish())
            if asked.output not in (None, "-") and (start := encoder.beginning()):
                sink.seek(0)  # a file can still be told its length
                sink.write(start)
        if clock and listing:
            listing.write(subtitles.written(clock.words(), utterance.language, shown).encode())
            bar.note(f"When words are said is known by {clock.by}.")
    return 0


def learned(engine: Client, stats: dict[str, Any], note: Callable[[str], object]) -> dict[str, Any]:
    """The engine's stats once it knows whether its model tells when words are said, which it finds out while idle."""
    if "word_times" not in stats:
        note("Finding out what in the model follows the text …")
    while "word_times" not in stats:
        time.sleep(LEARNING_S)
        stats = engine.ready()
    return stats


@contextlib.contextmanager
def listing_of(path: str | None) -> Iterator[BinaryIO | None]:
    """The file that subtitles go to, if they are wanted. Raises errors.CannotWrite."""
    if path is None:
        yield None
        return
    with whole_file(Path(path)) as file:
        yield file


def kept(wish: speech.Asked) -> tuple[speech.Asked, Dictionary]:
    """The wish by its profile, or by the default one, and the pronunciations. Raises errors.UnknownProfile."""
    with database() as rows:
        return speech.profiled(wish, rows), pronunciations.dictionary(rows)


def output_format(output: str | None, format: str | None) -> str:
    """The format that was named, else that of the file's ending, else WAV. Raises errors.UnknownFormat."""
    ending = Path(output).suffix.removeprefix(".") if output and output != "-" else ""
    name = (format or ending or "wav").lower()
    if name not in FORMATS:
        raise UnknownFormat(format=name, known=", ".join(FORMATS))
    return name


def find_player() -> tuple[str, ...]:
    """The command of a program that plays audio. Raises errors.CannotPlay."""
    for command in PLAYERS:
        if shutil.which(command[0]):
            return command
    raise CannotPlay()


def player_format(player: tuple[str, ...]) -> str:
    return "wav" if player[0] == "ffplay" else "pcm"


@contextlib.contextmanager
def sink_of(output: str | None, player: tuple[str, ...] | None) -> Iterator[BinaryIO]:
    """Where the audio goes."""
    if player is not None:
        with subprocess.Popen(player, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:  # its window was closed
                yield pipe  # type: ignore[misc]
    elif output == "-":
        yield sys.stdout.buffer
    else:
        assert output is not None
        with whole_file(Path(output)) as file:
            yield file


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that appears under its name when it is complete, and leaves nothing behind when it is not."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        if path.is_dir():
            Path(name).unlink()
            os.close(handle)
            raise IsADirectoryError(None, "it is a folder")
    except OSError as fault:
        raise CannotWrite(path=path, reason=(fault.strerror or str(fault)).lower()) from None
    partial = Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        partial.chmod(0o666 & ~mask)  # mkstemp lets nobody else read
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


class Bar:
    """A line on the error stream that tells how far the speech has come; silent where nobody watches."""

    def __init__(self, quiet: bool) -> None:
        self._shown = sys.stderr.isatty() and not quiet
        self._quiet = quiet

    def note(self, sentence: str) -> None:
        """Says what is being waited for."""
        if not self._quiet:
            print(sentence, file=sys.stderr, flush=True)

    def over(self, spoken: Iterator[Samples], characters: int) -> Generator[Samples, None, None]:
        """Passes samples on, and shows how much there is of what the text should give: some 15 characters a second."""
        began, seconds, wanted = time.monotonic(), 0.0, max(characters / 15, 1.0)
        try:
            for samples in spoken:
                seconds += len(samples) / RATE
                self._draw(min(seconds / wanted, 0.99), seconds, time.monotonic() - began)
                yield samples
            self._draw(1.0, seconds, time.monotonic() - began)
        finally:
            if self._shown:
                print(file=sys.stderr)
            if close := getattr(spoken, "close", None):
                close()

    def _draw(self, share: float, seconds: float, took: float) -> None:
        if self._shown:
            filled = round(share * 30)
            bar = "█" * filled + "░" * (30 - filled)
            line = f"\r{bar} {share:4.0%}  {seconds:.1f} s of speech in {took:.1f} s"
            print(line, end="", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre say", description="Speak a text.", parents=[where()])
    parser.add_argument("text", help="what to say; - reads it from standard input")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="file to write, - for a pipe; without it the audio plays"
    )
    parser.add_argument("--format", help=f"format, where the file's ending does not tell: {', '.join(FORMATS)}")
    parser.add_argument("--voice", default="default", help="who speaks: an id of `timbre voices list`")
    parser.add_argument("--language", help="language of the text; without it the voice's own")
    parser.add_argument("--model", help="model that speaks; must be the loaded one where an engine runs already")
    parser.add_argument("--profile", help="how to read: one of `timbre profiles list`; without it the default one")
    script_arguments(parser)
    parser.add_argument("--seed", type=int, help="the same seed gives the same audio")
    parser.add_argument("--speed", type=float, help="1 is the voice's own pace")
    parser.add_argument("--temperature", type=float, help="lower reads more evenly")
    parser.add_argument(
        "--subtitles", metavar="FILE", help="write when each word is said: a file ending in .srt, .vtt or .json"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no notes")
    return parser
