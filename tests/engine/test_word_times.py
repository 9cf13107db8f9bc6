"""When words are said, by attention whose way is known."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from timbre.engine.engine import Engine
from timbre.engine.word_times import LAG, STEP, Timing, way
from timbre.errors import NoWordTimes
from timbre.models import catalogue
from timbre.text.placing import Placed
from timbre.text.plan import Piece
from timbre.text.timed import Timed

CODE_S = 1024 / 22_050
WORDS = [Placed("one", 1, 4), Placed("two", 5, 8), Placed("three.", 9, 13)]  # ids 4, 8 and 13 are blanks and the mark
POSITIONS = 16  # START, fourteen ids, STOP


def looks(path: list[int], noise: float = 0.0, positions: int = POSITIONS) -> np.ndarray:
    """Attention [codes, positions] that is mostly where the path is, and a little on both sides of it."""
    found = np.random.default_rng(3).random((len(path), positions)).astype(np.float32) * noise + 0.01
    for code, at in enumerate(path):
        found[code, at] += 1.0
        found[code, max(at - 1, 0)] += 0.3
        found[code, min(at + 1, positions - 1)] += 0.3
    return found / found.sum(1, keepdims=True)


def timing(attention: np.ndarray) -> Timing:
    made = Timing(WORDS, POSITIONS, CODE_S)
    for row in attention:
        made.hear(torch.from_numpy(row))
    return made


WALK = [2, 3, 4, 4, 5, 5, 5, 5, 6, 7, 8, 8, 9, 9, 10, 11, 11, 12, 13, 13, 14, 14, 15]
BEGINS = [1 - LAG, 9 - LAG, 14 - LAG]  # codes: the first is chosen unseen, so the walk begins at the second
ENDS = [5 - LAG, 14 - LAG, 21 - LAG]  # the blank before the last is too short for a pause: its words share it


def test_a_clear_way_is_followed() -> None:
    assert way(looks(WALK)).tolist() == WALK


def test_words_begin_and_end_where_the_way_comes_to_them_and_leaves_them() -> None:
    found = timing(looks(WALK)).times(len(WALK) + 1)
    assert [word.text for word in found] == ["one", "two", "three."]
    assert [word.begin for word in found] == pytest.approx([at * CODE_S for at in BEGINS], abs=1e-3)
    assert [word.end for word in found] == pytest.approx([at * CODE_S for at in ENDS], abs=1e-3)


def test_noise_and_glances_change_little() -> None:
    attention = looks(WALK, noise=0.15)
    attention[[6, 14]] = attention[[6, 14]][:, ::-1]  # looks the other way for a moment
    found = timing(attention).times(len(WALK) + 1)
    assert [word.begin for word in found] == pytest.approx([at * CODE_S for at in BEGINS], abs=1.5 * CODE_S)


def test_a_pause_is_nobodys() -> None:
    rest = WALK[:5] + [5] * 30 + WALK[5:]
    one, two, _ = timing(looks(rest)).times(len(rest) + 1)
    assert two.begin - one.end == pytest.approx(34 * CODE_S, abs=2.5 * CODE_S)


def test_the_way_never_goes_back_and_comes_to_the_end() -> None:
    found = way(np.random.default_rng(1).random((60, 90)).astype(np.float32))
    moves = np.diff(found)
    assert found[0] <= STEP and found[-1] >= 89 - STEP
    assert moves.min() >= 0 and moves.max() <= STEP


def test_codes_too_few_for_the_text_leave_the_rest_at_the_end() -> None:
    found = timing(looks([2, 3, 4])).times(4)
    assert [word.begin <= word.end for word in found] == [True] * 3
    assert found[-1].end == pytest.approx((4 - LAG) * CODE_S, abs=1e-3)


@pytest.mark.parametrize("codes", [0, 1])
def test_an_utterance_of_next_to_nothing_has_its_words(codes: int) -> None:
    assert [word.text for word in Timing(WORDS, POSITIONS, CODE_S).times(codes)] == ["one", "two", "three."]


def test_what_was_taken_back_is_not_counted() -> None:
    """Codes that went in circles are cut off the end, and what was seen while they were chosen with them."""
    whole = timing(looks([*WALK, *WALK[8:12] * 4])).times(len(WALK) + 1)
    assert whole == timing(looks(WALK)).times(len(WALK) + 1)


def test_a_word_without_any_sign_is_a_moment() -> None:
    made = timing(looks(WALK))
    made.words = [Placed("one", 1, 4), Placed("???", 4, 4), Placed("two", 5, 8)]
    one, unknown, two = made.times(len(WALK) + 1)
    assert one.end <= unknown.begin == unknown.end <= two.begin


@pytest.fixture(scope="module")
def mini() -> Engine:
    return Engine.load(catalogue.folder("mini"), "mini", threads=1)


def said(engine: Engine, words: bool, speed: float = 1.0) -> tuple[np.ndarray, list[list[Timed]], list[int]]:
    pieces = [Piece("The children walked slowly down the road.", 0.3), Piece("Nobody answered, and he slept.", 0.0)]
    voice = next(iter(engine.voices().values()))
    speech = engine.begin(pieces, "en", voice, replace(engine.sampling(), seed=3, speed=speed), words=words)
    parts = []
    while not speech.finished or speech.ready:
        parts += speech.take()
        engine.step()
    return np.concatenate(parts), speech.words, speech.starts


def test_a_model_tells_its_own_words_where_they_sound(mini: Engine) -> None:
    samples, told, starts = said(mini, words=True)
    assert [" ".join(word.text for word in words) for words in told] == [
        "The children walked slowly down the road.",
        "Nobody answered, and he slept.",
    ]
    step = mini.rate // 100
    loud = [np.abs(samples[at : at + step]).max() > 0.05 * np.abs(samples).max() for at in range(0, len(samples), step)]
    first, last = loud.index(True) / 100, (len(loud) - loud[::-1].index(True)) / 100
    assert told[0][0].begin == pytest.approx(first, abs=0.12)
    assert starts[1] / mini.rate + told[1][-1].end == pytest.approx(last, abs=0.12)


def test_speed_moves_them_with_the_sound(mini: Engine) -> None:
    (_, told, _), (_, quick, _) = said(mini, words=True), said(mini, words=True, speed=1.5)
    slow_ends, quick_ends = ([word.end for words in one for word in words] for one in (told, quick))
    assert quick_ends == pytest.approx([end / 1.5 for end in slow_ends], abs=2e-3)


def test_who_does_not_ask_hears_the_same_and_is_told_nothing(mini: Engine) -> None:
    (samples, _, _), (alike, told, _) = said(mini, words=True), said(mini, words=False)
    assert np.array_equal(samples, alike) and told == []


def test_a_model_without_heads_says_so(mini: Engine) -> None:
    heads, mini.heads = mini.heads, ()
    try:
        with pytest.raises(NoWordTimes, match="mini"):
            said(mini, words=True)
    finally:
        mini.heads = heads
