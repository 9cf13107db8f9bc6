"""Recordings of people, cut at pauses."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from recipes.mini.people import LONGEST, MOST, _whole, person, pieces


def words(*told: tuple[str, float, float], sure: float = 0.9) -> list[Any]:
    return [SimpleNamespace(word=f" {word}", start=begin, end=end, probability=sure) for word, begin, end in told]


def test_a_recording_is_cut_at_pauses_into_pieces_that_fit() -> None:
    said = words(*((f"word{'s' * (number % 3)}", number * 0.5, number * 0.5 + 0.3) for number in range(60)))
    found = list(pieces(said))
    assert len(found) > 3
    assert all(one.end - one.begin <= LONGEST + 0.2 and len(one.text) <= MOST for one in found)
    assert sum(len(one.text.split()) for one in found) == 60
    assert all(one.text[0].isupper() and one.text[-1] == "." for one in found)


def test_no_cut_where_there_is_no_pause() -> None:
    [only] = pieces(words(("never", 0.0, 0.4), ("cut,", 0.45, 0.9)))
    assert only.text == "Never cut."
    assert not list(pieces(words(("never", 0.0, 0.4), ("ending", 0.41, LONGEST + 1))))


def test_what_was_hardly_understood_is_left_out() -> None:
    assert not list(pieces(words(("mumble", 0.0, 0.5), sure=0.3)))


def test_figures_are_written_as_words() -> None:
    assert [one.text for one in pieces(words(("Chapter", 0.0, 0.4), ("17.", 0.5, 1.0)))] == ["Chapter seventeen."]


def test_a_recording_that_was_stopped_within_begins_anew(tmp_path: Path) -> None:
    index = tmp_path / "index-0.jsonl"
    index.write_text("".join(json.dumps({"file": name}) + "\n" for name in ("a", "a", "b")))
    assert _whole(index) == [{"file": "a"}, {"file": "a"}]
    assert len(index.read_text().splitlines()) == 2


def test_who_speaks_stands_in_the_name() -> None:
    assert person("librispeech", Path("1034-121119-0000.flac")) == "librispeech-1034"
    assert person("lj", Path("LJ001-0001.wav")) == "lj"
