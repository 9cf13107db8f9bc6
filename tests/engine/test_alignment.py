"""Where in the text the reading is, and what follows for the end."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from timbre.engine.alignment import AFTER, AGAIN, BEFORE, JUMP, LIKELY, LIKELY_AFTER, REFUSALS, SPREAD, Alignment
from timbre.xtts import checkpoint

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"
LENGTH = 30


def read(alignment: Alignment, *positions: int) -> Alignment:
    for position in positions:
        attention = torch.full((LENGTH,), 0.01)
        attention[position] = 1.0
        alignment.hear(attention)
    return alignment


def test_it_follows_the_heads_and_does_not_go_back() -> None:
    assert read(Alignment(LENGTH), 1, 2, 5, 4, 6).at == 6


def test_a_glance_far_ahead_is_no_progress() -> None:
    assert read(Alignment(LENGTH), 2, 28, 3).at == 3
    assert read(Alignment(LENGTH), 2, 2 + JUMP).at == 2 + JUMP


def test_no_stop_in_mid_text() -> None:
    alignment = read(Alignment(LENGTH), *range(20))
    assert alignment.holds(wants_to_stop=True)
    assert not read(alignment, *range(20, 29)).holds(wants_to_stop=True)


def test_a_model_that_insists_on_stopping_is_right() -> None:
    alignment = read(Alignment(LENGTH), *range(20))
    assert all(alignment.holds(wants_to_stop=True) for _ in range(REFUSALS))
    assert not alignment.holds(wants_to_stop=True)


def test_wishes_alone_are_counted() -> None:
    alignment = read(Alignment(LENGTH), *range(20))
    assert all(alignment.holds(wants_to_stop=False) for _ in range(10 * REFUSALS))


def test_soon_after_the_last_symbol_everything_is_said() -> None:
    alignment = read(Alignment(LENGTH), *range(LENGTH - 2))
    assert not alignment.ended
    assert read(alignment, *[LENGTH - 2] * AFTER).ended
    assert not alignment.over(likely=0.0)
    assert read(alignment, LENGTH - 1).over(likely=0.0)


def test_where_a_symbol_is_long_its_sound_is_waited_for() -> None:
    slow = [position for position in range(LENGTH - 2) for _ in range(6)]
    alignment = read(Alignment(LENGTH), *slow, *[LENGTH - 2] * 2 * AFTER)
    assert not alignment.over(likely=0.0)
    assert read(alignment, LENGTH - 2).over(likely=0.0)


def test_a_stop_that_is_likely_then_is_not_left_to_chance() -> None:
    alignment = read(Alignment(LENGTH), *range(LENGTH - 2), *[LENGTH - 2] * LIKELY_AFTER)
    assert not alignment.over(likely=1.0)
    assert read(alignment, LENGTH - 2).over(likely=LIKELY)
    assert not alignment.over(likely=LIKELY / 2)


def test_a_text_that_is_read_again_is_noticed() -> None:
    alignment = read(Alignment(LENGTH), *range(26), *range(4, 4 + AGAIN - 1))
    assert alignment.repeats == 0
    assert read(alignment, 4 + SPREAD).repeats == AGAIN
    assert alignment.at == 25


def test_a_look_that_rests_or_glances_back_is_no_reading() -> None:
    resting = read(Alignment(LENGTH), *range(20), *[BEFORE - 1] * 2 * AGAIN)
    assert resting.repeats == 0
    assert read(resting, *[5] * 2 * AGAIN).repeats == 0
    glancing = read(Alignment(LENGTH), *range(20), *[4, 6, 8, 19] * AGAIN)
    assert glancing.repeats == 0


@pytest.mark.parametrize("heads", [((0, 1),), ((0, 0), (1, 1))])
@torch.inference_mode()
def test_the_attention_that_is_kept_is_the_heads_own(heads: tuple[tuple[int, int], ...]) -> None:
    gpt = checkpoint.load(GOLDEN).gpt
    gpt.args = replace(gpt.args, alignment_heads=heads)
    prefix = torch.randn(50, gpt.args.gpt_n_model_channels, generator=torch.Generator().manual_seed(0))
    cache = gpt.empty_cache(60)
    gpt.prefill(prefix, cache)
    gpt.step(torch.tensor([7]), [cache])
    x = torch.cat((prefix, gpt.embed_codes(torch.tensor([7]), 1)))[None]
    wanted = torch.zeros(49)  # all but the start code, and the code itself
    for layer, block in enumerate(gpt.gpt.h):
        query, key, _ = block.split(x)
        for head in [head for of, head in heads if of == layer]:
            scores = query[0, head, -1] @ key[0, head].T / query.shape[-1] ** 0.5
            wanted += scores.softmax(-1)[:49]
        x = block(x)
    assert cache.attention is not None
    assert torch.allclose(cache.attention, wanted, atol=1e-5)
