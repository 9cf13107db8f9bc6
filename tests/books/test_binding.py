"""The file that a book becomes, read back."""

from collections.abc import Generator
from pathlib import Path

import av
import numpy as np
import pytest
from books.epubs import PIXEL

from timbre.books.binding import BOUND, Binding, Cover, bind
from timbre.engine.protocol import RATE

SECONDS = 6
TAGS = {"title": "A Short Book", "artist": "Ann Author", "comment": "made by a machine"}


def tone() -> Generator[np.ndarray, None, None]:
    for second in range(SECONDS):
        at = np.arange(RATE) / RATE
        yield (0.3 * np.sin(2 * np.pi * (220 + 40 * second) * at)).astype(np.float32)


@pytest.mark.parametrize("format", BOUND)
def test_chapters_tags_and_cover_are_in_the_file(tmp_path: Path, format: str):
    path = tmp_path / f"book.{format}"
    marks = [(0, "One: Tea"), (2 * RATE, "Dois: não"), (5 * RATE, "三")]
    bind(path, format, tone(), Binding(TAGS, marks, SECONDS * RATE, PIXEL))
    with av.open(str(path)) as file:
        heard = sum(frame.samples / frame.sample_rate for frame in file.decode(audio=0))
        told = dict(file.metadata) | dict(file.streams.audio[0].metadata)
        pictures = [stream for stream in file.streams.video if stream.disposition & av.stream.Disposition.attached_pic]
        found = [
            (round(float(one["start"] * one["time_base"]), 2), one["metadata"]["title"]) for one in file.chapters()
        ]
    assert abs(heard - SECONDS) < 0.1
    assert "machine" in told["comment"]
    if format != "wav":
        assert (told["title"], told["artist"]) == ("A Short Book", "Ann Author")
    if format not in {"wav", "flac"}:  # FFmpeg writes a FLAC's, and does not read them
        assert found == [(0.0, "One: Tea"), (2.0, "Dois: não"), (5.0, "三")]
    assert bool(pictures) == (format in {"m4b", "m4a", "mp3", "flac"})


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\x00\x00" * 9, b"\x89PNG\r\n\x1a\n", b"\x89PNG" + b"\0" * 40, b"GIF89a"],
)
def test_a_cover_that_is_no_picture_is_left_out(tmp_path: Path, data: bytes):
    assert Cover.of(data) is None
    bind(tmp_path / "book.m4b", "m4b", tone(), Binding(TAGS, cover=data))
    with av.open(str(tmp_path / "book.m4b")) as file:
        assert not file.streams.video
