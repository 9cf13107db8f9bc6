"""Who is let into the batch."""

from collections import deque

import torch

from timbre.engine.scheduler import A_STEP, AHEAD, Scheduler
from timbre.engine.utterance import Speech, Utterance


def utterance(most: int = 10) -> Utterance:
    return Utterance("x" * most, torch.zeros(5, 4), None, None, 0, most)  # type: ignore[arg-type]


def speech(pieces: int, most: int = 10) -> Speech:
    return Speech(deque(utterance(most) for _ in range(pieces)), 4)


def fill(scheduler: Scheduler) -> None:
    while scheduler.admit():
        pass


def finish(scheduler: Scheduler, one: Speech) -> None:
    """The first running utterance of a speech ends."""
    next(utterance for utterance in one.begun if not utterance.finished).finished = True
    scheduler.leave()


def test_a_newcomer_finds_a_row_beside_a_long_text() -> None:
    scheduler = Scheduler(rows=8, positions=10_000)
    long, newcomer = speech(30), speech(2)
    scheduler.add(long)
    fill(scheduler)
    assert long.running == 6
    scheduler.add(newcomer)
    fill(scheduler)
    assert newcomer.running == 2


def test_who_has_fewest_rows_comes_next_and_of_those_the_first_to_come() -> None:
    scheduler = Scheduler(rows=4, positions=10_000)
    first, second, third = speech(5), speech(5), speech(5)
    for one in (first, second, third):
        scheduler.add(one)
    fill(scheduler)
    assert (first.running, second.running, third.running) == (2, 1, 1)
    finish(scheduler, first)
    finish(scheduler, third)
    fill(scheduler)
    assert (first.running, second.running, third.running) == (2, 1, 1)


def test_what_nobody_listens_to_lets_all_others_go_first_and_leaves_a_row_free() -> None:
    scheduler = Scheduler(rows=8, positions=10_000)
    jobs = [speech(30), speech(30)]
    for one in jobs:
        one.background = True
        scheduler.add(one)
    fill(scheduler)
    assert sum(one.running for one in jobs) == 7, "one of eight is kept"
    live = speech(3)
    scheduler.add(live)
    fill(scheduler)
    assert live.running == 1 and scheduler.waiting == 0
    finish(scheduler, jobs[0])
    fill(scheduler)
    assert live.running == 2, "the next row is theirs too"


def test_background_speech_is_not_among_those_who_are_waited_for() -> None:
    scheduler = Scheduler(rows=1, positions=10_000)
    for background in (False, False, True, True):
        one = speech(1)
        one.background = background
        scheduler.add(one)
    fill(scheduler)
    assert scheduler.waiting == 1


def test_who_waits_goes_on_waiting_while_the_one_before_is_between_two_utterances() -> None:
    scheduler = Scheduler(rows=1, positions=10_000)
    first, second = speech(5), speech(5)
    scheduler.add(first)
    scheduler.add(second)
    fill(scheduler)
    assert scheduler.waiting == 1
    finish(scheduler, first)
    assert not scheduler.running and scheduler.waiting == 1
    fill(scheduler)
    assert first.running == 1 and second.running == 0


def test_each_step_lets_in_a_few() -> None:
    scheduler = Scheduler(rows=16, positions=10_000)
    scheduler.add(speech(10))
    assert len(scheduler.admit()) == A_STEP


def test_memory_bounds_the_batch_and_what_is_too_large_for_it_runs_alone() -> None:
    scheduler = Scheduler(rows=8, positions=40)
    small, large = speech(4), speech(1, most=100)
    scheduler.add(small)
    fill(scheduler)
    assert small.running == 2  # of 15 positions each
    scheduler.remove(small)
    scheduler.add(large)
    fill(scheduler)
    assert large.running == 1


def test_nobody_overtakes_who_waits_for_memory() -> None:
    scheduler = Scheduler(rows=8, positions=100)
    scheduler.add(speech(1, most=60))
    fill(scheduler)
    large, small = speech(1, most=90), speech(1)
    scheduler.add(large)
    scheduler.add(small)
    fill(scheduler)
    assert (large.running, small.running) == (0, 0)


def test_what_nobody_has_heard_yet_is_not_decoded_without_end() -> None:
    scheduler = Scheduler(rows=8, positions=10_000)
    one = speech(30)
    scheduler.add(one)
    for _ in range(30):
        fill(scheduler)
        for running in list(scheduler.running):
            running.finished = True
        scheduler.leave()
    assert len(one.begun) == AHEAD


def test_a_speech_that_is_dropped_leaves_its_rows_at_once() -> None:
    scheduler = Scheduler(rows=4, positions=10_000)
    one, other = speech(5), speech(1)
    scheduler.add(one)
    scheduler.add(other)
    fill(scheduler)
    scheduler.remove(one)
    assert scheduler.running == list(other.begun)
    assert one.finished


def test_waiting_counts_those_that_find_no_row() -> None:
    scheduler = Scheduler(rows=2, positions=10_000)
    for _ in range(2):
        scheduler.add(speech(1))
    assert scheduler.waiting == 0
    fill(scheduler)
    for _ in range(3):
        scheduler.add(speech(1))
    assert scheduler.waiting == 3
