"""`timbre read`, as its user runs it."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from books import epubs
from books.epubs import PIXEL, make, xhtml
from commanding import Command
from running import Service
from sound import decoded

ONE = "The kettle has just boiled. Somebody ought to make the tea."
TWO = "Dinner is ready, and nobody came."
RATE = 24_000
STEP = 0.005
"""The codes are the same; in other company the vocoder may round otherwise."""


@pytest.fixture
def command(service: Service, tmp_path: Path) -> Command:
    return Command(service, tmp_path, TIMBRE_WATERMARK="off")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    pages = {
        "a.xhtml": xhtml(f"<h1>Tea</h1><p>{ONE}</p>"),
        "b.xhtml": xhtml(f"<h1>Dinner</h1><p>{TWO}</p>"),
        "c.xhtml": xhtml("<h1>Night</h1><p>[voice:nobody] All are asleep.</p>"),
    }
    table = epubs.nav(("a.xhtml", "One: Tea"), ("b.xhtml", "Two: Dinner"), ("c.xhtml", "Three: Night"))
    return make(tmp_path / "book.epub", pages, contents=table, cover=PIXEL)


def wait(done: Callable[..., bool]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_book_becomes_a_file_with_its_chapters(command: Command, book: Path):
    assert command.done("read", book, "-o", "book.m4b") == ""
    with av.open(str(command.folder / "book.m4b")) as file:
        found = file.chapters()
        told, seconds = dict(file.metadata), (file.duration or 0) / 1e6
        assert [stream.codec_context.name for stream in file.streams.audio] == ["aac"]
        assert len(file.streams.video) == 1
    assert [one["metadata"]["title"] for one in found] == ["One: Tea", "Two: Dinner", "Three: Night"]
    starts = [float(one["start"] * one["time_base"]) for one in found]
    assert starts[0] == 0 < starts[1] < starts[2] < seconds
    assert (told["title"], told["artist"], told["genre"]) == ("A Short Book", "Ann Author", "Audiobook")
    assert "AI-generated" in told["comment"]
    assert names(command.folder) == {"book.epub", "book.m4b"}


def test_its_chapters_are_listed_and_chosen(command: Command, book: Path):
    said = command.done("read", book, "--list", "--chapters", "2-")
    assert "A Short Book, Ann Author, en" in said and "Two: Dinner" in said and "One: Tea" not in said
    command.done("read", book, "-o", "both.wav", "--chapters", "2-3", "--seed", "5")
    command.done("read", book, "-o", "parts/", "--chapters", "2,3", "--format", "wav", "--seed", "5")
    assert names(command.folder / "parts") == {"02 Two Dinner.wav", "03 Three Night.wav"}
    both, _ = decoded((command.folder / "both.wav").read_bytes())
    parts = [decoded(path.read_bytes())[0] for path in sorted((command.folder / "parts").iterdir())]
    whole = np.concatenate(parts)
    assert len(both) == len(whole) and np.abs(both - whole).max() <= STEP
    with av.open(str(command.folder / "parts" / "02 Two Dinner.wav")) as file:
        assert "AI-generated" in file.metadata["comment"]


def test_killed_it_goes_on_at_the_piece_that_is_missing(command: Command):
    text = "\n\n".join(
        f"This is paragraph {n} of a text that takes a while to be said, word by word." for n in range(40)
    )
    (command.folder / "long.txt").write_text(text)
    work = command.folder / ".cut.flac.timbre"

    def kept() -> dict[str, int]:
        return {path.name: path.stat().st_mtime_ns for path in work.glob("*-*.flac")}

    before: dict[str, int] = {}
    for many in (1, 3):
        child = command.start("read", "long.txt", "-o", "cut.flac")
        wait(lambda least=many: len(kept()) >= least)
        child.kill()
        child.communicate()
        assert child.returncode == -signal.SIGKILL and not (command.folder / "cut.flac").exists()
        assert before.items() <= kept().items()
        before = kept()
    command.done("read", "long.txt", "-o", "cut.flac")
    command.done("read", "long.txt", "-o", "whole.flac")
    assert names(command.folder) == {"long.txt", "cut.flac", "whole.flac"}
    cut, whole = (decoded((command.folder / name).read_bytes())[0] for name in ("cut.flac", "whole.flac"))
    assert len(cut) == len(whole) > 10 * RATE and np.abs(cut - whole).max() <= STEP


def test_interrupted_it_says_what_is_kept_and_another_voice_begins_anew(command: Command):
    (command.folder / "long.txt").write_text("Tea is ready, and there is a lot of it for everybody. " * 60)
    work = command.folder / ".a.wav.timbre"
    child = command.start("read", "long.txt", "-o", "a.wav", "--voice", "ana")
    wait(lambda: len(list(work.glob("*-*.flac"))) > 1)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 130 and "goes on" in said and "Traceback" not in said
    (command.folder / "long.txt").write_text(ONE)
    command.done("read", "long.txt", "-o", "a.wav", "--voice", "bruno")
    command.done("read", "long.txt", "-o", "b.wav", "--voice", "bruno")
    one, other = (decoded((command.folder / name).read_bytes())[0] for name in ("a.wav", "b.wav"))
    assert len(one) == len(other) and np.abs(one - other).max() <= STEP
    assert not work.exists()


def test_subtitles_are_said_at_their_times(command: Command):
    cues = [(1.0, "Tea."), (30.0, "Dinner is ready."), (30.1, "And nobody came."), (90.0, "The end.")]
    text = "".join(f"{n}\n00:{at // 60:02.0f}:{at % 60:06.3f} --> 00:59:00.000\n{said}\n\n" for n, (at, said) in
                   enumerate(cues, 1)).replace(".", ",")  # fmt: skip
    (command.folder / "film.srt").write_text(text.replace("Tea,", "Tea."))
    done = command("read", "film.srt", "-o", "film.wav")
    assert done.returncode == 0 and "1 of 4 subtitles begins late" in done.stderr, done.stderr
    samples, rate = decoded((command.folder / "film.wav").read_bytes())
    for at in (1.0, 30.0, 90.0):
        start = round(at * rate)
        assert not samples[start - rate // 2 : start].any() and samples[start : start + rate // 5].any()


def test_a_service_elsewhere_reads_and_what_it_said_is_put_together_here(service: Service, tmp_path: Path, book: Path):
    there = Command(service, tmp_path, home=tmp_path / "nothing", TIMBRE_WATERMARK="off")
    there.done("read", book, "-o", "book.opus", "--server", service.url, "--seed", "5", "--voice", "ana")
    with av.open(str(tmp_path / "book.opus")) as file:
        assert [one["metadata"]["title"] for one in file.chapters()] == ["One: Tea", "Two: Dinner", "Three: Night"]
    (tmp_path / "film.srt").write_text("1\n00:00:02,000 --> 00:00:03,000\nTea.\n")
    there.done("read", "film.srt", "-o", "film.wav", "--server", service.url)
    assert not decoded((tmp_path / "film.wav").read_bytes())[0][: 2 * RATE].any()
    assert "nobody" in there.refused("read", book, "-o", "c.wav", "--server", service.url, "--voice", "nobody")
    assert names(tmp_path) <= {"book.epub", "book.opus", "film.srt", "film.wav", "nothing"}


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["book.epub", "-o", "a.midi"], "midi"),
        (["book.epub", "-o", "none/a.wav"], "folder"),
        (["book.epub", "-o", "a.wav", "--chapters", "3-4"], "3-4"),
        (["book.epub", "-o", "a.wav", "--chapters", "x"], "'x'"),
        (["book.epub", "-o", "a.wav", "--voice", "nobody"], "nobody"),
        (["book.epub", "-o", "a.wav", "--language", "ja"], "Japanese"),
        (["book.epub", "-o", "a.wav", "--speed", "0"], "speed"),
        (["none.epub", "-o", "a.wav"], "none.epub"),
    ],
)
def test_a_refusal_is_one_sentence_and_leaves_nothing(command: Command, book: Path, arguments: list[str], word: str):
    assert word in command.refused("read", *arguments)
    assert names(command.folder) == {"book.epub"}


def test_two_at_once_do_not_write_the_same_file(command: Command):
    (command.folder / "long.txt").write_text("Tea is ready, and there is a lot of it for everybody. " * 60)
    child: subprocess.Popen[str] = command.start("read", "long.txt", "-o", "a.wav")
    try:
        wait(lambda: (command.folder / ".a.wav.timbre" / "lock").exists())
        assert "Another" in command.refused("read", "long.txt", "-o", "a.wav")
    finally:
        child.terminate()
        child.communicate(timeout=20)


def test_who_speaks_in_quotation_marks_may_have_another_voice(command: Command):
    (command.folder / "talk.txt").write_text("“Tea is ready,” said she. Nobody answered her at all.")
    for name, more in (("a", ()), ("b", ("--dialogue-voice", "bruno")), ("c", ("--dialogue-voice", "bruno"))):
        command.done("read", "talk.txt", "-o", f"{name}.wav", "--voice", "ana", *more)
    a, b, c = (decoded((command.folder / f"{name}.wav").read_bytes())[0] for name in "abc")
    assert len(b) == len(c) and np.abs(b - c).max() <= STEP
    assert len(a) != len(b) or np.abs(a - b).max() > STEP
