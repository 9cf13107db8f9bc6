"""Batches and teacher forcing."""

import numpy as np
import torch

from timbre.training.data import Buckets, mask, pad
from timbre.training.gpt import GptBatch, cross_entropies, embed
from timbre.xtts.config import ModelArgs
from timbre.xtts.gpt import Gpt

SMALL = ModelArgs(
    gpt_layers=2, gpt_n_model_channels=64, gpt_n_heads=2, gpt_number_text_tokens=20, gpt_start_text_token=3
)


def test_an_epoch_deals_nearly_every_recording_once_within_the_budget() -> None:
    lengths = np.random.default_rng(0).integers(5, 60, 500)
    buckets = Buckets(lengths, 300, seed=1)
    dealt = [buckets.batch(step) for step in range(buckets.per_epoch)]
    flat = [one for batch in dealt for one in batch]
    assert len(flat) == len(set(flat)) > 450
    assert all(len(batch) * max(lengths[batch]) <= 300 for batch in dealt)


def test_the_batch_of_a_step_does_not_depend_on_what_was_asked_before() -> None:
    lengths = np.arange(5, 60)
    first, second = Buckets(lengths, 200, seed=1), Buckets(lengths, 200, seed=1)
    wanted = [first.batch(step) for step in range(3 * first.per_epoch)]
    assert second.batch(2 * second.per_epoch + 1) == wanted[2 * first.per_epoch + 1]
    assert wanted[: first.per_epoch] != wanted[first.per_epoch : 2 * first.per_epoch]


def test_pad_and_mask_agree() -> None:
    rows, lengths = pad([torch.ones(2, 3), torch.ones(4, 3)])
    assert rows.shape == (2, 4, 3)
    assert rows.sum(2).bool().tolist() == mask(lengths, 4).tolist()


def batch(lengths: list[tuple[int, int]]) -> GptBatch:
    make = torch.Generator().manual_seed(2)
    text = [torch.randint(4, 20, (one,), generator=make) for one, _ in lengths]
    codes = [torch.randint(0, 1024, (one,), generator=make) for _, one in lengths]
    clips = torch.randn(2, 80, 40, generator=make)
    return GptBatch(text, codes, clips, torch.tensor([row % 2 for row in range(len(lengths))]))


def test_a_row_loses_the_same_alone_and_beside_longer_ones() -> None:
    torch.manual_seed(0)
    gpt = Gpt(SMALL).eval()
    together = batch([(5, 9), (12, 30), (3, 4)])
    hidden, layout = embed(gpt, together)
    hidden = gpt.hidden(hidden)
    for row in range(3):
        alone = GptBatch([together.text[row]], [together.codes[row]], together.clips, together.clip[row : row + 1])
        own, own_layout = embed(gpt, alone)
        own = gpt.hidden(own)
        assert torch.allclose(hidden[row, : own.shape[1]], own[0], atol=1e-5)
        assert own_layout.audio[0] == layout.audio[row]


def test_the_stop_code_is_the_target_of_one_position_a_row() -> None:
    torch.manual_seed(0)
    gpt = Gpt(SMALL)
    rows = batch([(5, 9), (12, 30)])
    x, layout = embed(gpt, rows)
    assert layout.audio.tolist() == [10, 31]
    assert layout.text.tolist() == [7, 14]
    where = layout.audio_positions()
    assert len(where[0]) == 41
    text, codes = cross_entropies(gpt, gpt.hidden(x), layout, rows)
    assert 2.5 < float(text) < 3.5  # about the logarithm of as many choices: nothing was learnt yet
    assert 6.5 < float(codes) < 7.5


def test_with_the_references_padding_four_stops_are_learnt_and_the_texts_end_is_not_seen() -> None:
    torch.manual_seed(0)
    gpt = Gpt(SMALL).eval()
    rows = batch([(5, 9), (12, 30)])
    padded = GptBatch(rows.text, rows.codes, rows.clips, rows.clip, reference_padding=True)
    layout, plain = padded.layout(), rows.layout()
    assert (layout.audio - plain.audio).tolist() == [3, 3]
    assert (layout.text - plain.text).tolist() == [-1, -1]
    assert layout.read.tolist() == plain.read.tolist()
    x, layout = embed(gpt, padded)
    losses = cross_entropies(gpt, gpt.hidden(x), layout, padded)
    assert all(torch.isfinite(one) for one in losses)


def test_what_is_masked_does_not_reach_the_model() -> None:
    torch.manual_seed(0)
    gpt = Gpt(SMALL).eval()
    one = batch([(5, 9), (12, 30)])
    other = GptBatch(one.text, [1023 - codes for codes in one.codes], one.clips, one.clip)
    masked = torch.tensor([1.0, 0.0])
    ours, theirs = (embed(gpt, rows, masked=masked)[0] for rows in (one, other))
    assert torch.equal(ours[0], theirs[0])
    assert not torch.equal(ours[1], theirs[1])


def test_latents_made_before_are_taken_as_they_are() -> None:
    torch.manual_seed(0)
    gpt = Gpt(SMALL).eval()
    rows = batch([(5, 9), (12, 30)])
    assert torch.equal(embed(gpt, rows, gpt.condition(rows.clips))[0], embed(gpt, rows)[0])
