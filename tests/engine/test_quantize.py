"""Weights in eight bits: near to single precision, and a row its own bit by bit.

A processor without VNNI refuses them, which is then all that is tested.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from timbre.engine import quantize
from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling
from timbre.engine.quantize import EightBitLinear, EightBitNorm, largest_made, largest_normed, rounded
from timbre.errors import CannotQuantize
from timbre.models import catalogue
from timbre.text.plan import Piece

WORDS = ("Yes.", "The kettle sang.", "Nobody answered, and a door closed.", "Without hurry.")


def make(folder: Path, weights: str) -> Engine:
    return Engine(folder, "tried", threads=1, rows=24, weights=weights)


@pytest.fixture(scope="module")
def eight_bits(engine_folder: Path) -> Iterator[Engine]:
    if not quantize.available():
        with pytest.raises(CannotQuantize):
            make(engine_folder, "int8")
        pytest.xfail("this processor has no VNNI")
    yield make(engine_folder, "int8")


@pytest.mark.parametrize(("inputs", "outputs"), [(64, 192), (288, 1152), (1152, 288), (1024, 1026)])
def test_only_the_weights_rounding_is_lost(eight_bits: Engine, inputs: int, outputs: int) -> None:
    draw = torch.Generator().manual_seed(inputs)
    stored, bias = torch.randn(inputs, outputs, generator=draw), torch.randn(outputs, generator=draw)
    x = torch.randn(5, inputs, generator=draw) * torch.tensor([[1e-2], [1.0], [0.1], [5.0], [0.0]])
    weight = stored.T  # as GPT-2's checkpoints have it: not contiguous
    whole, scales = rounded(weight)
    wanted = x @ (whole * scales[:, None]).T + bias
    linear = EightBitLinear(weight, bias, float(x.abs().max()))
    error = (linear(linear.steps_of(x)) - wanted).abs().max()
    assert error <= 2e-4 * wanted.abs().max()


def test_the_largest_value_has_room(eight_bits: Engine) -> None:
    """All of a row's length in one channel, and along the weights that make most of it."""
    width, wide = 64, 256
    draw = torch.Generator().manual_seed(5)
    norm = torch.nn.LayerNorm(width)
    norm.weight.data, norm.bias.data = (torch.randn(width, generator=draw) for _ in range(2))
    weight, bias = torch.randn(wide, width, generator=draw), torch.randn(wide, generator=draw)
    along = torch.cat((torch.eye(width), -torch.eye(width), weight * norm.weight, -weight * norm.weight)) * 1e3
    normed = EightBitLinear(weight, bias, largest_normed(norm))
    assert (normed.steps_of(norm(along)) >= 0).all() and (normed.steps_of(norm(along)) < 65536).all()
    made = normed(EightBitNorm(norm, normed.step)(along))
    second = EightBitLinear(torch.randn(8, wide, generator=draw), torch.zeros(8), largest_made(norm, weight, bias))
    assert (second.steps_of(made) >= 0).all() and (second.steps_of(made) < 65536).all()
    assert torch.allclose(made, norm(along) @ weight.T + bias, atol=0.05 * float(made.detach().abs().max()))


def spoken(engine: Engine, numbers: list[int]) -> list[tuple[list[int], Tensor]]:
    """Codes and latents of utterances that are decoded side by side, without being made sound."""
    voices = list(engine.voices().values())
    speeches = [
        engine.begin(
            [Piece(WORDS[number % len(WORDS)], 0.0)],
            "en",
            voices[number % len(voices)],
            Sampling(0.4 + number / 40, 5 + 8 * number, 0.85, 1 + number / 4, seed=number),
        )
        for number in numbers
    ]
    rows = engine.scheduler.running = [speech.waiting.popleft() for speech in speeches]
    for row in rows:
        engine._prefill(row)
    while running := [row for row in rows if not row.finished]:
        engine._decode(running)
    engine.scheduler.running, engine.scheduler.speeches = [], []
    return [(row.codes, torch.stack(row.hidden)) for row in rows]


def test_of_24_streams_each_is_bit_by_bit_as_alone(eight_bits: Engine) -> None:
    for number, (codes, latents) in enumerate(spoken(eight_bits, list(range(24)))):
        [(own_codes, own_latents)] = spoken(eight_bits, [number])
        assert codes == own_codes
        assert torch.equal(latents, own_latents)


def heard(engine: Engine, number: int) -> np.ndarray:
    voice = list(engine.voices().values())[number]
    parts = engine.speak([Piece(WORDS[2], 0.0)], "en", voice, Sampling(seed=number))
    return np.concatenate(list(parts))


def test_sound_beside_others_is_within_a_step_of_sixteen_bits(eight_bits: Engine) -> None:
    own = heard(eight_bits, 0)
    voices = list(eight_bits.voices().values())
    speeches = [
        eight_bits.begin([Piece(WORDS[2], 0.0)], "en", voices[number % 4], Sampling(seed=number))
        for number in range(12)
    ]
    parts = []
    while not eight_bits.idle:
        eight_bits.step()
        parts += speeches[0].take()
        for other in speeches[1:]:
            other.take()
    assert np.abs(np.concatenate(parts) - own).max() <= 1 / 32768


@torch.inference_mode()
def test_mini_says_nearly_the_same(eight_bits: Engine) -> None:
    """Kullback and Leibler's distance of the next code, over sixty codes of real speech."""
    folder = catalogue.folder("mini")
    exact, near = make(folder, "fp32"), make(folder, "int8")
    voice = next(iter(exact.voices().values()))
    speech = exact.begin([Piece("The kettle was already singing.", 0.0)], "en", voice, Sampling(0.6, seed=1))
    utterance = speech.waiting[0]
    exact.scheduler.admit()
    exact._prefill(utterance)
    while not utterance.finished:
        exact._decode([utterance])
    codes = torch.tensor(utterance.codes)
    whole = torch.cat((utterance.prefix, exact.model.gpt.embed_codes(codes, first=1)))[None]
    said = slice(len(utterance.prefix) - 1, None)
    one, other = (
        engine.model.gpt.mel_head(engine.model.gpt.hidden(whole)[:, said]).log_softmax(-1) for engine in (exact, near)
    )
    distance = (one.exp() * (one - other)).sum(-1)
    assert float(distance.mean()) < 2e-3
    assert (one.argmax(-1) == other.argmax(-1)).float().mean() > 0.9


def test_nothing_of_the_file_stays_mapped(eight_bits: Engine) -> None:
    held = [tensor for tensor in [*eight_bits.model.parameters(), *eight_bits.model.buffers()] if tensor.numel()]
    assert all(tensor.untyped_storage().nbytes() <= 2 * tensor.nbytes + 64 for tensor in held)
    assert (
        Path("/proc/self/maps").exists() is False or str(eight_bits.folder) not in Path("/proc/self/maps").read_text()
    )
