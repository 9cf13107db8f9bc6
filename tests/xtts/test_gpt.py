"""The GPT's rows: a batch of utterances of different lengths says what each would say alone."""

from pathlib import Path

import pytest
import torch

from timbre.xtts import checkpoint
from timbre.xtts.gpt import Gpt

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"


@pytest.fixture(scope="module")
def gpt() -> Gpt:
    return checkpoint.load(GOLDEN).gpt


def prefixes(gpt: Gpt) -> list[torch.Tensor]:
    """Three utterances, each with its own conditioning and length."""
    make = torch.Generator().manual_seed(3)
    width = gpt.args.gpt_n_model_channels
    lengths = (4, 19, 11)
    return [
        gpt.embed_prefix(torch.randn(32, width, generator=make), torch.randint(5, 400, (length,), generator=make))
        for length in lengths
    ]


@torch.inference_mode()
def test_rows_of_a_batch_are_as_alone(gpt: Gpt) -> None:
    rows = prefixes(gpt)
    codes = torch.tensor([[5, 900, 77], [12, 13, 14]])
    caches = [gpt.empty_cache(120) for _ in rows]
    for prefix, cache in zip(rows, caches, strict=True):
        gpt.prefill(prefix, cache)
    stepped = [gpt.step(step, caches) for step in codes]
    for row, prefix in enumerate(rows):
        own = gpt.empty_cache(120)
        gpt.prefill(prefix, own)
        for step, hidden in zip(codes, stepped, strict=True):
            assert torch.allclose(hidden[row], gpt.step(step[row : row + 1], [own])[0], atol=1e-5)


@torch.inference_mode()
def test_steps_give_the_latents_of_a_whole_pass(gpt: Gpt) -> None:
    prefix = prefixes(gpt)[0]
    codes = torch.tensor([3, 400, 1000, 8])
    cache = gpt.empty_cache(100)
    stepped = [gpt.prefill(prefix, cache), *(gpt.step(code[None], [cache])[0] for code in codes)]
    whole = gpt.hidden(torch.cat((prefix, gpt.embed_codes(codes, 1)))[None])[0, len(prefix) - 1 :]
    assert torch.allclose(torch.stack(stepped), whole, atol=1e-5)
