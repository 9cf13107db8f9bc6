"""`timbre read`: a book, notes or subtitles to a file of speech with chapters, or to a file a chapter."""

import argparse
import contextlib
import hashlib
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timbre.cli.remote import where
from timbre.cli.told import print_table
from timbre.errors import UnknownChapters

if TYPE_CHECKING:
    from timbre.books.book import Book, Chapter
    from timbre.books.narrator import Narrator
    from timbre.books.target import Target
    from timbre.books.work import Work

PARAMETERS = ("seed", "speed", "temperature")


def main(argv: list[str]) -> int:
    """Reads. Raises errors.CannotWrite, UnknownChapters, NotABookFormat, NoRoom, and what opening a book and speaking
    raise."""
    from timbre.books.opening import open_book
    from timbre.books.target import Target

    parser = _parser()
    asked = parser.parse_args(argv)
    if not asked.output and not asked.list:
        parser.error("say where it goes with -o FILE, or look at its chapters with --list")
    # Told to end, it leaves as from an error: the engine that it started goes with it, and what was said is kept.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    book = open_book(asked.file)
    chosen = choose(book, asked.chapters)
    if asked.list:
        _list(book, chosen, asked.speed or 1.0)
        return 0
    target = Target.of(asked.output, asked.format)
    with _narrator(asked, book, chosen) as narrator:
        _read(asked, book, chosen, target, narrator)
    return 0


def _read(
    asked: argparse.Namespace, book: "Book", chosen: "Sequence[tuple[int, Chapter]]", target: "Target", who: "Narrator"
) -> None:
    from timbre.books.dubbing import dub
    from timbre.books.reading import read_chapter
    from timbre.books.work import Work

    with Work(target.path) as work, _kept_note(work, asked.quiet):
        _check_room(target, work, chosen, who)
        with Progress(sum(len(chapter.text) for _, chapter in chosen), asked.quiet) as progress:
            if book.cues:
                dubbed = dub(who, work, book.title, book.cues, progress)
                parts = [dubbed.part]
                _tell_late(dubbed.late, len(book.cues), asked.quiet)
            else:
                parts = []
                for number, chapter in chosen:
                    progress.name(f"{len(parts) + 1}/{len(chosen)}")
                    parts.append(read_chapter(who, work, chapter, number, progress))
                    if target.is_folder:
                        target.write_chapter(work, book, number, parts[-1], who)
        if not target.is_folder:
            with Progress(sum(part.length(work) for part in parts), asked.quiet) as progress:
                progress.name("writing")
                target.write(work, book, parts, who, progress)
        elif book.cues:
            target.write_chapter(work, book, 1, parts[0], who)
        work.done()


def choose(book: "Book", wanted: str | None) -> "list[tuple[int, Chapter]]":
    """The chapters that are meant, each with its number. wanted: such as 2-5 or 1,4-. Raises errors.UnknownChapters."""
    every = list(enumerate(book.chapters, 1))
    if wanted is None:
        return every
    numbers = set[int]()
    for part in wanted.replace(" ", "").split(","):
        found = re.fullmatch(r"(\d{1,6})(?:(-)(\d{1,6})?)?", part)
        first = int(found[1]) if found else 0
        last = (int(found[3]) if found[3] else len(every) if found[2] else first) if found else 0
        if not 1 <= first <= last <= len(every):
            raise UnknownChapters(chapters=wanted, count=len(every))
        numbers |= set(range(first, last + 1))
    return [(number, chapter) for number, chapter in every if number in numbers]


class Progress:
    """A line on the error stream: how far it is, and how long it will take; silent where nobody watches."""

    def __init__(self, whole: int, quiet: bool) -> None:
        from tqdm import tqdm

        self._bar: Any = tqdm(
            total=whole,
            smoothing=0.1,
            leave=False,
            disable=quiet or not sys.stderr.isatty(),
            bar_format="{desc}{percentage:3.0f}% {bar} {elapsed}, {remaining} left",
        )
        self._count = 0.0

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def name(self, what: str) -> None:
        """What is done now."""
        self._bar.set_description_str(f"{what} ")

    def __call__(self, more: float, fresh: bool) -> None:
        """So much more of the whole. fresh: it was done only now, and not kept from before."""
        if self._bar.disable:
            return
        before, self._count = int(self._count), self._count + more
        step = min(int(self._count) - before, max(self._bar.total - self._bar.n, 0))
        if fresh:
            self._bar.update(step)
        else:
            self._bar.n += step
            self._bar.initial += step


@contextlib.contextmanager
def _narrator(asked: argparse.Namespace, book: "Book", chosen: "Sequence[tuple[int, Chapter]]") -> "Iterator[Narrator]":
    """Who reads: the engine here, or a service elsewhere."""
    given = {name: value for name in PARAMETERS if (value := getattr(asked, name)) is not None}
    language = asked.language or (book.language if book.language.lower() not in {"und", "mul", "zxx"} else "") or None
    if asked.server:
        from timbre.cli.read_there import There

        yield There(asked, language, _seed(book), given)
        return
    from timbre import speech
    from timbre.books.narrator import Here
    from timbre.cli.say import Bar, kept
    from timbre.engine.child import running
    from timbre.settings import settings
    from timbre.voices.library import Library

    wish = speech.Asked("", asked.voice, language, asked.model, given, asked.profile, dialogue=asked.dialogue_voice)
    wish, dictionary = kept(wish)
    if wish.sampling.get("seed") is None:
        wish = replace(wish, sampling={**wish.sampling, "seed": _seed(book)})
    with running(Bar(quiet=asked.quiet).note, asked.model or "") as engine:
        yield Here(engine, Library.here(settings()), dictionary, wish)


def _seed(book: "Book") -> int:
    """A book's own, so that who goes on with it has the same."""
    return int.from_bytes(hashlib.sha256(book.title.encode()).digest()[:4]) // 2


def _check_room(target: "Target", work: "Work", chosen: "Sequence[tuple[int, Chapter]]", narrator: "Narrator") -> None:
    """Raises errors.NoRoom, when the pieces and what they become will not fit on the disk."""
    from timbre.books.binding import bytes_a_second
    from timbre.store.room import check_room

    seconds = sum(_seconds(chapter, narrator.speed) for _, chapter in chosen)
    wanted = seconds * (bytes_a_second("flac") + bytes_a_second(target.format)) - work.bytes()
    check_room(f"Reading into {target.path.name}", target.path.parent, max(round(wanted), 0))


def _seconds(chapter: "Chapter", speed: float) -> float:
    from timbre.books.reading import CHARACTERS_A_SECOND

    return len(chapter.text) / CHARACTERS_A_SECOND / (speed if speed > 0 else 1)  # which speaking refuses


@contextlib.contextmanager
def _kept_note(work: "Work", quiet: bool) -> Iterator[None]:
    """Says, when it ends early, that it can be gone on with."""
    try:
        yield
    except BaseException:
        if len(work) and not quiet:
            print(f"What was said is kept in {work.folder}; the same command goes on.", file=sys.stderr)
        raise


def _tell_late(late: Sequence[float], count: int, quiet: bool) -> None:
    if late and not quiet:
        how = f"{len(late)} of {count} subtitles begin" if len(late) > 1 else f"1 of {count} subtitles begins"
        print(f"{how} late: by {sum(late) / len(late):.1f} s on average, {max(late):.1f} s at most.", file=sys.stderr)


def _list(book: "Book", chosen: "Sequence[tuple[int, Chapter]]", speed: float) -> None:
    rows = [(str(number), chapter.title, chapter) for number, chapter in chosen]
    print(", ".join(part for part in (book.title, book.author, book.language) if part))
    print_table(
        [
            ("", "chapter", "characters", "minutes"),
            *[(number, title, str(len(one.text)), _minutes(_seconds(one, speed))) for number, title, one in rows],
            (
                "",
                "all",
                str(sum(len(one.text) for *_, one in rows)),
                _minutes(sum(_seconds(one, speed) for *_, one in rows)),
            ),
        ]
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f}"


def _parser() -> argparse.ArgumentParser:
    from timbre.books.binding import BOUND

    parser = argparse.ArgumentParser(
        prog="timbre read",
        description="Read a book, notes or subtitles aloud. The same command goes on where it was stopped.",
        parents=[where()],
    )
    parser.add_argument("file", type=Path, help="EPUB, Markdown (.md), subtitles (.srt, .vtt), or plain text")
    parser.add_argument(
        "-o", "--output", metavar="OUT", help=f"file to write ({', '.join(BOUND)}), or a folder, for a file a chapter"
    )
    parser.add_argument("--list", action="store_true", help="print the chapters, and speak nothing")
    parser.add_argument("--chapters", metavar="2-5", help="only these: numbers of --list, such as 2-5 or 1,4-")
    parser.add_argument("--format", help="format, where the file's ending does not tell; of a folder's files: mp3")
    parser.add_argument("--voice", default="default", help="who reads: an id of `timbre voices list`")
    parser.add_argument("--dialogue-voice", metavar="VOICE", help="who reads what stands in quotation marks")
    parser.add_argument("--language", help="language of the text; without it the book's own, else the voice's")
    parser.add_argument("--model", help="model that speaks; must be the loaded one where an engine runs already")
    parser.add_argument("--profile", help="how to read: one of `timbre profiles list`; without it the default one")
    parser.add_argument("--seed", type=int, help="another seed reads it otherwise; without it the book has its own")
    parser.add_argument("--speed", type=float, help="1 is the voice's own pace")
    parser.add_argument("--temperature", type=float, help="lower reads more evenly")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress and no notes")
    return parser
