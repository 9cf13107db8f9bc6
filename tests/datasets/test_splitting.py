"""Who learns from what: no clip that judges is near one that teaches."""

from collections import Counter
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as some

from timbre.datasets.split import TEST, TRAIN, VALIDATION, Piece, divide


@some.composite
def recordings(draw: some.DrawFn, fewest: int, most: int) -> list[Piece]:
    """Segments of some sources, with pauses between them."""
    pieces = []
    for source in range(draw(some.integers(fewest, most))):
        at = 0.0
        for number in range(draw(some.integers(1, 30))):
            at += draw(some.floats(0.3, 4))
            seconds = draw(some.floats(3, 11))
            pieces.append(Piece(f"{source}-{number}", f"s{source}", at, at + seconds))
            at += seconds
    return pieces


@settings(max_examples=60, deadline=None)
@given(recordings(10, 25), some.floats(0.05, 0.3), some.integers(0, 99))
def test_with_ten_sources_no_source_is_in_two_splits(pieces: list[Piece], share: float, seed: int):
    split = divide(pieces, share, 2.0, seed)
    assert split.keys() == {piece.id for piece in pieces}, "nothing is lost where whole sources are held out"
    for source in {piece.source for piece in pieces}:
        assert len({split[piece.id] for piece in pieces if piece.source == source}) == 1
    assert set(split.values()) == {TRAIN, VALIDATION, TEST}


@settings(max_examples=60, deadline=None)
@given(recordings(1, 9), some.floats(0, 5), some.integers(0, 99))
def test_with_fewer_nothing_learnt_from_is_near_what_judges(pieces: list[Piece], gap: float, seed: int):
    split = divide(pieces, 0.1, gap, seed)
    by = {name: [piece for piece in pieces if split.get(piece.id) == name] for name in (TRAIN, VALIDATION, TEST)}
    for taught, judge in product(by[TRAIN], by[VALIDATION] + by[TEST]):
        if taught.source == judge.source:
            assert max(taught.begin_s - judge.end_s, judge.begin_s - taught.end_s) >= gap


@settings(max_examples=40, deadline=None)
@given(recordings(1, 9).filter(lambda pieces: len(pieces) >= 40), some.integers(0, 99))
def test_about_the_share_is_held_out_and_little_is_lost(pieces: list[Piece], seed: int):
    split = divide(pieces, 0.1, 2.0, seed)
    seconds = Counter()
    for piece in pieces:
        seconds[split.get(piece.id, "")] += piece.seconds
    whole = seconds.total()
    assert seconds[VALIDATION] > 0 and seconds[TEST] > 0
    assert 0.01 <= (seconds[VALIDATION] + seconds[TEST]) / whole <= 0.3
    assert seconds[TRAIN] / whole > 0.5


def test_the_same_dice_throw_the_same():
    pieces = [Piece(str(number), "s", number * 7.0, number * 7.0 + 6) for number in range(60)]
    assert divide(pieces, 0.1, 2.0, 42) == divide(list(reversed(pieces)), 0.1, 2.0, 42)
    assert divide(pieces, 0.1, 2.0, 42) != divide(pieces, 0.1, 2.0, 43)


def test_what_chooses_is_apart_from_what_judges_too():
    pieces = [Piece(str(number), "s", number * 7.0, number * 7.0 + 6.5) for number in range(100)]
    split = divide(pieces, 0.2, 2.0, 1)
    by = {name: [piece for piece in pieces if split.get(piece.id) == name] for name in (VALIDATION, TEST)}
    assert min(test.begin_s for test in by[TEST]) - max(one.end_s for one in by[VALIDATION]) >= 2.0


def test_a_clip_or_two_are_not_divided_by_force():
    assert divide([], 0.1, 2.0, 1) == {}
    assert VALIDATION in divide([Piece("a", "s", 0, 5), Piece("b", "s", 6, 11)], 0.1, 0.0, 1).values()
