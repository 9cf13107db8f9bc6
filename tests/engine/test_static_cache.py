"""The batch with fixed places, as a GPU runs it: the same speech as with a cache for each row."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from adapters import make_adapter

from timbre.engine.decoding import SeparateCaches
from timbre.engine.static_cache import SPAN, StaticCache, recorded
from timbre.xtts import checkpoint
from timbre.xtts.gpt import Gpt


@pytest.fixture(scope="module")
def gpt(engine_folder: Path) -> Gpt:
    gpt = checkpoint.load(engine_folder).gpt
    gpt.args = replace(gpt.args, alignment_heads=((0, 0), (1, 1)))
    return gpt


def prefixes(gpt: Gpt, count: int) -> list[torch.Tensor]:
    draw = torch.Generator().manual_seed(3)
    return [torch.randn(30 + 11 * row, gpt.args.gpt_n_model_channels, generator=draw) for row in range(count)]


@pytest.mark.parametrize("with_adapters", [False, True])
@torch.inference_mode()
def test_rows_that_come_and_go_hear_what_they_hear_apart(gpt: Gpt, with_adapters: bool) -> None:
    """More than a span of positions, places rounded up, and holes filled by whoever stands last."""
    adapters = [None, *(make_adapter(gpt.args, seed=seed) for seed in (1, 2))] if with_adapters else [None]
    static, apart = StaticCache(gpt, 5, 400), SeparateCaches(gpt)
    ours, theirs = {}, {}
    codes = torch.randint(0, 1000, (160, 8), generator=torch.Generator().manual_seed(4)).tolist()
    waiting = list(enumerate(prefixes(gpt, 8)))
    leaves = {20: 1, 35: 0, 60: 3, 61: 4, 100: 2}
    for step in range(160):
        if step % 7 == 0 and waiting and len(ours) < 5:
            number, prefix = waiting.pop(0)
            adapter = adapters[number % len(adapters)]
            ours[number], one = static.begin(prefix, 400, adapter)
            theirs[number], other = apart.begin(prefix, 400, adapter)
            assert torch.allclose(one, other, atol=1e-5)
        said = [codes[step][number] for number in ours]
        found, wanted = static.step(said, list(ours.values())), apart.step(said, list(theirs.values()))
        assert torch.allclose(found, wanted, atol=2e-4)
        for number, row in ours.items():
            looked, look = row.attention, theirs[number].attention
            assert looked is not None and look is not None
            assert torch.allclose(looked, look, atol=1e-5)
        if (gone := leaves.get(step)) is not None:
            static.leave(ours.pop(gone))
            apart.leave(theirs.pop(gone))
    assert max(row.length for row in ours.values()) > SPAN
    assert not waiting


@torch.inference_mode()
def test_who_does_not_move_keeps_what_it_said(gpt: Gpt) -> None:
    static, apart = StaticCache(gpt, 2, 400), SeparateCaches(gpt)
    first, second = prefixes(gpt, 2)
    (still, _), (moves, _) = static.begin(first, 400), static.begin(second, 400)
    alone, _ = apart.begin(first, 400)
    for code in range(100):
        static.step([code], [moves])
    assert torch.allclose(static.step([7], [still]), apart.step([7], [alone]), atol=1e-4)


@torch.inference_mode()
def test_a_step_with_an_adapter_is_not_kept_to_be_replayed(gpt: Gpt) -> None:
    static = StaticCache(gpt, 2, 400)
    first, second = prefixes(gpt, 2)
    (plain, _), (fine_tuned, _) = static.begin(first, 400), static.begin(second, 400, make_adapter(gpt.args))
    static.step([7, 8], [plain, fine_tuned])
    assert not static._steps
    static.step([7], [plain])
    assert len(static._steps) == 1


@torch.inference_mode()
def test_no_place_is_said(gpt: Gpt) -> None:
    static = StaticCache(gpt, 1, 100)
    prefix = prefixes(gpt, 1)[0]
    with pytest.raises(ValueError, match="no place"):
        static.begin(prefix, static.room + 1)
    static.begin(prefix, 100)
    with pytest.raises(ValueError, match="no place"):
        static.begin(prefix, 100)


@pytest.mark.gpu
@torch.inference_mode()
def test_a_graph_replays_what_was_recorded(gpt: Gpt) -> None:
    x = torch.zeros(3, device="cuda")
    replay = recorded(lambda: x * 2)
    x.fill_(4)
    assert replay().tolist() == [8, 8, 8]
