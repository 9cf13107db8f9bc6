"""Cues as people can read them, and the files that players know."""

import json
from itertools import pairwise

import pysubs2
import pytest

from timbre import subtitles
from timbre.errors import UnknownSubtitles
from timbre.subtitles import LINE, LINES, LONGEST_S, PAUSE_S, SHORTEST_S, cues
from timbre.text.timed import Timed


def said(text: str, pace: float = 0.3, pauses: dict[str, float] | None = None) -> list[Timed]:
    """Words one after another, with silence after some."""
    found, at = [], 0.5
    for word in text.split():
        found.append(Timed(word, round(at, 3), round(at + pace, 3)))
        at += pace + (pauses or {}).get(word, 0.0)
    return found


LONG = (
    "The children walked slowly down the road to the old house by the water, and when they came to the door nobody "
    "was there; so they sat down on the steps, opened the basket, and ate what was left of the bread. Then it rained."
)


def test_no_cue_is_longer_than_can_be_read() -> None:
    found = cues(said(LONG), "en")
    assert all(len(cue.lines) <= LINES and max(map(len, cue.lines)) <= LINE for cue in found)
    assert all(cue.end - cue.begin <= LONGEST_S for cue in found)
    assert " ".join(line for cue in found for line in cue.lines) == LONG
    assert all(one.end <= other.begin for one, other in pairwise(found))


def test_they_end_with_sentences_and_clauses() -> None:
    ends = [cue.lines[-1][-1] for cue in cues(said(LONG), "en")]
    assert ends[-2:] == [".", "."] and sum(end in ",;." for end in ends) >= len(ends) - 1


def test_an_abbreviation_ends_none() -> None:
    assert [cue.lines for cue in cues(said("Mr. Smith is here. So am I."), "en")] == [
        ("Mr. Smith is here.",),
        ("So am I.",),
    ]


def test_a_pause_parts_two() -> None:
    assert [cue.lines for cue in cues(said("one two three", pauses={"one": PAUSE_S}), "en")] == [
        ("one",),
        ("two three",),
    ]


def test_a_short_one_stays_as_long_as_there_is_room() -> None:
    first, last = cues(said("No. Yes.", pace=0.2), "en")
    assert first.end == last.begin and last.end - last.begin == pytest.approx(SHORTEST_S)


def test_a_word_that_is_longer_than_a_line_stands_alone() -> None:
    found = cues(said(f"see {'x' * 60} there"), "en")
    assert ("x" * 60,) in [cue.lines for cue in found]


def test_signs_stand_without_blanks() -> None:
    words = [
        Timed(sign, at / 5, at / 5 + 0.2)
        for at, sign in enumerate("今天天气很好我们一起去公园散步然后回家吃饭吧明天再说")
    ]
    found = cues(words, "zh-cn")
    assert all(max(map(len, cue.lines)) <= LINE // 2 for cue in found)
    assert "".join(line for cue in found for line in cue.lines) == "".join(word.text for word in words)


@pytest.mark.parametrize("format", ["srt", "vtt"])
def test_players_read_the_files(format: str) -> None:
    words = [*said("a < b & c --> d."), *[Timed("Later.", 3725.25, 3726.5)]]
    found = pysubs2.SSAFile.from_string(subtitles.written(words, "en", format), format_=format)
    assert [(cue.start, cue.end) for cue in found] == [(500, 2600), (3_725_250, 3_726_500)]
    assert found[1].plaintext == "Later."


def test_marks_of_the_format_in_a_text_are_none() -> None:
    words = said("a <b> --> c.")
    assert "a <b> → c." in subtitles.srt(words, "en")
    assert "a &lt;b&gt; --&gt; c." in subtitles.vtt(words, "en")


def test_json_has_every_word() -> None:
    found = json.loads(subtitles.as_json(said("Olá, mundo."), "pt"))
    assert found["words"] == [
        {"word": "Olá,", "begin_s": 0.5, "end_s": 0.8},
        {"word": "mundo.", "begin_s": 0.8, "end_s": 1.1},
    ]
    assert found["cues"] == [{"begin_s": 0.5, "end_s": 1.3, "lines": ["Olá, mundo."]}]


def test_nothing_said_is_nothing_shown() -> None:
    assert subtitles.srt([], "en") == "" and subtitles.vtt([], "en") == "WEBVTT\n"


def test_formats_by_their_names() -> None:
    assert subtitles.format_of(".SRT") == "srt"
    with pytest.raises(UnknownSubtitles, match="ass"):
        subtitles.format_of(".ass")
