"""What the filter leaves out, and why."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import people
import pytest
import soxr
from recordings import speech
from working import add_segment, add_source, again, change, in_hand, notes, remove, segment, segments

from timbre.datasets.filter import REASONS, filter_, reasons
from timbre.datasets.parameters import Parameters
from timbre.datasets.report import report_of
from timbre.datasets.work import RATE, Work

GOOD = {
    "seconds": 6.0,
    "words": 14,
    "characters": 80,
    "rate": 13.0,
    "sure": 0.9,
    "snr_db": 40.0,
    "silence": 0.1,
    "clipped": 0.0,
    "likeness": 0.9,
}
TEXT = "She sells sea shells by the shore, while nobody watches the tide."
OTHER = "Yesterday evening the train from the north arrived forty minutes late again."


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return in_hand(tmp_path)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, []),
        ({"seconds": 2.0}, ["length"]),
        ({"seconds": 12.0}, ["length"]),
        ({"words": 1}, ["words"]),
        ({"words": 60}, ["words"]),
        ({"characters": 230}, ["words"]),
        ({"rate": 2.0}, ["rate"]),
        ({"rate": 40.0}, ["rate"]),
        ({"sure": 0.3}, ["confidence"]),
        ({"differs": 0.9}, ["text"]),
        ({"differs": 0.1, "sure": 0.3}, []),
        ({"snr_db": 9.0}, ["snr"]),
        ({"silence": 0.5}, ["silence"]),
        ({"clipped": 0.1}, ["clipping"]),
        ({"likeness": 0.1}, ["speaker"]),
        ({"snr_db": 9.0, "silence": 0.5, "words": 0}, ["words", "snr", "silence"]),
    ],
)
def test_every_reason_is_told_and_all_of_them(changes: dict[str, Any], wanted: list[str]):
    assert reasons(GOOD | changes, Parameters({})) == wanted


def test_what_was_not_measured_is_no_reason():
    assert reasons({"words": 14, "characters": 80, "rate": 13.0, "sure": 0.9}, Parameters({})) == []


def test_a_text_of_a_persons_own_is_not_doubted():
    assert reasons(GOOD | {"sure": 0.1, "differs": 0.9}, Parameters({}), by_hand=True) == []


def said(work: Work, text: str, **more: Any) -> str:
    """A segment in a recording of its own."""
    sound = speech(text=text)
    source = add_source(work, sound, f"{text[:5]}.wav")
    return add_segment(work, source, 0.3, len(sound) / RATE - 0.3, heard=text, figures={"sure": 0.9}, **more)


def test_a_noisy_segment_is_left_out_and_a_person_can_put_it_back(work: Work):
    good = said(work, TEXT)
    sound = speech(text=OTHER)
    noisy = sound + np.random.default_rng(1).normal(size=len(sound)).astype(np.float32) * 0.05
    bad = add_segment(work, add_source(work, noisy), 0.3, len(sound) / RATE - 0.3, heard=OTHER, figures={"sure": 0.9})
    filter_(work)
    assert segment(work, good).reasons == [] and segment(work, bad).reasons == ["snr"]
    assert report_of(work.database, work.dataset, None)["segments"] == {"kept": 1, "dropped": 1}
    change(work, bad, verdict="keep")
    filter_(again(work))
    row = segment(work, bad)
    assert row.verdict == "keep" and row.reasons == ["snr"], "the reason stays to be read"
    told = report_of(work.database, work.dataset, None)
    assert told["segments"] == {"kept": 2, "dropped": 0} and told["reasons"] == {}


def test_judging_again_by_other_figures_measures_nothing_again(work: Work, monkeypatch: pytest.MonkeyPatch):
    id = said(work, TEXT)
    filter_(work)
    monkeypatch.setattr("timbre.datasets.figures.sound", None)
    strict = again(work, snr_db=99.0)
    begun = time.monotonic()
    filter_(strict)
    assert segment(work, id).reasons == ["snr"] and time.monotonic() - begun < 2
    filter_(again(work))
    assert segment(work, id).reasons == []


def test_the_same_recording_twice_is_once(work: Work):
    first, second = said(work, TEXT), said(work, TEXT)
    louder = add_source(work, np.roll(speech(text=TEXT), 500) * 0.4)
    third = add_segment(work, louder, 0.3, len(speech(text=TEXT)) / RATE - 0.3, heard=TEXT, figures={"sure": 0.9})
    filter_(work)
    assert [segment(work, id).reasons for id in (first, second, third)] == [[], ["duplicate"], ["duplicate"]]
    change(work, third, verdict="keep")
    filter_(again(work))
    assert [segment(work, id).reasons for id in (first, second, third)] == [["duplicate"], ["duplicate"], []]


def test_the_same_words_said_again_are_no_copy(work: Work):
    """One person, one sentence, said twice."""
    heard = people.prompts(people.ALLISON, 12, 5)
    sound = soxr.resample(heard, people.RATE, RATE).astype(np.float32)
    source = add_source(work, sound)
    ids = [add_segment(work, source, at, at + 5, heard=TEXT, figures={"sure": 0.9}) for at in (0.2, 5.5)]
    filter_(work)
    assert not any("duplicate" in segment(work, id).reasons for id in ids)


def talked(person: str, count: int, seed: int, prefix: str = "") -> list[np.ndarray]:
    """So many stretches of five seconds."""
    heard = soxr.resample(people.prompts(person, 5.0 * count, seed, prefix), people.RATE, RATE).astype(np.float32)
    return [heard[at * 5 * RATE : (at + 1) * 5 * RATE] for at in range(count)]


@pytest.mark.parametrize(("main", "guest"), [(people.ALLISON, people.CARLO), (people.CARLO, people.ALLISON)])
def test_who_speaks_most_in_a_recording_is_kept(work: Work, main: str, guest: str):
    turns = [*[(main, one) for one in talked(main, 16, 1)], *[(guest, one) for one in talked(guest, 6, 2)]]
    np.random.default_rng(3).shuffle(turns)  # type: ignore[arg-type]
    source = add_source(work, np.concatenate([one for _, one in turns]))
    whose = {
        add_segment(work, source, at * 5, at * 5 + 5, heard=f"{TEXT} {at}", figures={"sure": 0.9}): who
        for at, (who, _) in enumerate(turns)
    }
    filter_(work)
    left_out = {row.id for row in segments(work) if "speaker" in row.reasons}
    assert left_out == {id for id, who in whose.items() if who == guest}
    for row in segments(work):
        assert (row.figures["likeness"] > 0.5) == (whose[row.id] == main)
    told = report_of(work.database, work.dataset, None)["speakers"]
    assert told == {"main_s": 80.0, "others_s": 30.0}


def test_a_guest_of_a_few_seconds_is_left_out(work: Work):
    turns = [(people.ALLISON, one) for one in talked(people.ALLISON, 10, 1)]
    turns[5:5] = [(people.CARLO, one) for one in talked(people.CARLO, 2, 2)]
    source = add_source(work, np.concatenate([one for _, one in turns]))
    guests = set()
    for at, (who, _) in enumerate(turns):
        id = add_segment(work, source, at * 5, at * 5 + 5, heard=f"{TEXT} {at}", figures={"sure": 0.9})
        guests |= {id} if who == people.CARLO else set()
    filter_(work)
    assert {row.id for row in segments(work) if "speaker" in row.reasons} == guests


def alone(work: Work, who: str, count: int, seed: int, later: str = "") -> str:
    """A recording in which one person speaks; later: a prefix of the prompts of another year."""
    source = add_source(work, np.concatenate(talked(who, count, seed, later)), f"{who} {seed}")
    for at in range(count):
        words = f"{TEXT} {who} {seed} {at}"
        add_segment(work, source, at * 5, at * 5 + 5, heard=words, figures={"sure": 0.9})
    return source


def test_one_person_alone_is_not_divided(work: Work):
    alone(work, people.ALLISON, 16, 2)
    alone(work, people.ALLISON, 8, 3, people.ELSEWHERE)
    filter_(work)
    assert not any("speaker" in row.reasons for row in segments(work))
    assert not any("likeness" in row.figures for row in segments(work)), "what nothing tells is not told"


@pytest.mark.parametrize(("main", "guest"), [(people.ALLISON, people.CARLO), (people.CARLO, people.ALLISON)])
def test_a_recording_in_which_somebody_else_speaks_alone_is_left_out_and_can_be_put_back(
    work: Work, main: str, guest: str
):
    theirs = alone(work, guest, 10, 2)
    ours = [alone(work, main, 8, seed) for seed in (3, 5)]  # neither as long as the guest's
    filter_(work)
    for row in segments(work):
        assert ("speaker" in row.reasons) == (row.source_id == theirs)
        assert row.source_id in {theirs, *ours}
    assert notes(work)[theirs] == ["Somebody else speaks alone in it: 10 segments are left out, and can be put back."]
    assert not any(notes(work)[one] for one in ours)
    assert any(line.startswith(f"{guest} 2: Somebody else") for line in work.tell.lines)
    assert report_of(work.database, work.dataset, None)["speakers"] == {"main_s": 80.0, "others_s": 50.0}
    back = next(row.id for row in segments(work) if row.source_id == theirs)
    kept = report_of(work.database, work.dataset, None)["segments"]["kept"]
    change(work, back, verdict="keep")
    filter_(again(work))
    assert report_of(work.database, work.dataset, None)["segments"]["kept"] == kept + 1
    remove(work, ours)
    filter_(again(work))
    assert notes(work) == {theirs: []} and not any("speaker" in row.reasons for row in segments(work))


def test_a_silent_recording_and_an_empty_dataset_are_no_fault(work: Work):
    filter_(work)
    told = report_of(work.database, work.dataset, None)
    assert told["segments"] == {"kept": 0, "dropped": 0} and "sounds" not in told and "speakers" not in told
    id = add_segment(work, add_source(work, np.zeros(6 * RATE, np.float32)), 0, 5)
    filter_(again(work))
    assert {"words", "silence"} <= set(segment(work, id).reasons) <= set(REASONS)


def test_the_report_counts_what_there_is(work: Work):
    said(work, TEXT)
    said(work, OTHER)
    filter_(work)
    told = report_of(work.database, work.dataset, None)
    assert sum(told["histograms"]["snr_db"]["kept"]) == 2 and len(told["histograms"]["rate"]["edges"]) == 13
    assert told["sounds"]["characters"]["h"] == sum(text.lower().count("h") for text in (TEXT, OTHER))
    assert "z" in told["sounds"]["missing"] and "e" not in told["sounds"]["missing"]
    assert "verdict" not in told, "as long as nothing was measured there is none"
