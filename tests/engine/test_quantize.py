"""Weights in eight bits: near to single precision, and a row its own bit by bit.

A processor without VNNI refuses them, which is then all that is tested.
"""

import copy
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from adapters import make_adapter
from torch import Tensor

from timbre.engine import quantize
from timbre.engine.engine import Engine
from timbre.engine.protocol import Sampling
from timbre.engine.quantize import EightBitLinear, EightBitNorm, largest_made, largest_normed, rounded
from timbre.errors import CannotQuantize
from timbre.models import catalogue
from timbre.text.plan import Piece
from timbre.xtts.config import ModelArgs
from timbre.xtts.gpt import Gpt
from timbre.xtts.lora import Adapter, Added, Pair, merge

WORDS = ("Yes.", "The kettle sang.", "Nobody answered, and a door closed.", "Without hurry.")


def make(folder: Path, weights: str) -> Engine:
    return Engine(folder, "tried", threads=1, rows=24, weights=weights)


@pytest.fixture(scope="module")
def eight_bits(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    own = tmp_path_factory.mktemp("eight") / "tiny"  # others of this process may have the shared one's file mapped
    engine_folder = Path(shutil.copytree(engine_folder, own))
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


def spoken(engine: Engine, numbers: list[int], adapters: Sequence[str] = ("",)) -> list[tuple[list[int], Tensor]]:
    """Codes and latents of utterances that are decoded side by side, without being made sound. They have the adapters
    in turn.
    """
    voices = list(engine.voices().values())
    speeches = [
        engine.begin(
            [Piece(WORDS[number % len(WORDS)], 0.0)],
            "en",
            voices[number % len(voices)],
            Sampling(0.4 + number / 40, 5 + 8 * number, 0.85, 1 + number / 4, seed=number),
            adapter=adapters[number % len(adapters)],
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


def test_rows_with_adapters_are_bit_by_bit_as_alone_and_change_nothing_for_the_others(
    eight_bits: Engine, tmp_path: Path
) -> None:
    for seed, name in enumerate(("ana", "bruno"), 1):
        make_adapter(eight_bits.model.gpt.args, eight_bits.fingerprint, seed, size=2.0).to_file(tmp_path / name)
        eight_bits.adapters.load(tmp_path / name, name)
    asked = "", "ana", "bruno"
    for number, (codes, latents) in enumerate(spoken(eight_bits, list(range(12)), asked)):
        [(own_codes, own_latents)] = spoken(eight_bits, [number], asked)
        assert codes == own_codes
        assert torch.equal(latents, own_latents)
        if asked[number % 3]:
            [(_, without)] = spoken(eight_bits, [number])
            assert not torch.equal(latents[0], without[0])


def test_a_row_with_an_adapter_may_exceed_what_base_weights_can_make(eight_bits: Engine) -> None:
    draw = torch.Generator().manual_seed(7)
    weight, bias = torch.randn(32, 64, generator=draw), torch.randn(32, generator=draw)
    x = torch.randn(3, 64, generator=draw).clamp(-1, 1) * torch.tensor([[1.0], [700.0], [1.0]])
    linear = EightBitLinear(weight, bias, 1.0, "attn.c_proj")
    pair = Pair(torch.randn(64, 4, generator=draw), torch.randn(4, 32, generator=draw))
    made = linear.of(x, Added([(1, {"attn.c_proj": pair}, 0.5), (2, {}, 1.0)]))
    whole, scales = rounded(weight)
    wanted = x @ (whole * scales[:, None]).T + bias
    wanted[1] += x[1] @ pair.down @ pair.up * 0.5
    error = (made - wanted).abs().amax(1)
    assert (error <= 2e-4 * wanted.abs().amax(1)).all()
    within = linear.of(x.clamp(-1, 1))
    assert torch.equal(made[[0, 2]], within[[0, 2]])


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


@pytest.fixture(scope="module")
def mini(eight_bits: Engine) -> tuple[Gpt, Gpt, Tensor, Tensor]:
    """The built-in model in single precision and in eight bits, a prefix, and some sixty codes of real speech."""
    folder = catalogue.folder("mini")
    exact, near = make(folder, "fp32"), make(folder, "int8")
    voice = next(iter(exact.voices().values()))
    speech = exact.begin([Piece("The kettle was already singing.", 0.0)], "en", voice, Sampling(0.6, seed=1))
    utterance = speech.waiting[0]
    exact.scheduler.admit()
    exact._prefill(utterance)
    while not utterance.finished:
        exact._decode([utterance])
    return exact.model.gpt, near.model.gpt, utterance.prefix, torch.tensor(utterance.codes)


@torch.inference_mode()
def chances(gpt: Gpt, prefix: Tensor, codes: Tensor, adapter: Adapter | None = None) -> Tensor:
    """The logarithms of the next code's chances, before each code and after the last, [codes + 1, all codes]."""
    cache = gpt.empty_cache(len(prefix) + len(codes), adapter)
    first = gpt.prefill(prefix, cache)
    latents = torch.stack((first, *(gpt.step(code[None], [cache])[0] for code in codes)))
    return gpt.mel_head(latents).log_softmax(-1)


def distance(one: Tensor, other: Tensor) -> float:
    """Kullback's and Leibler's, the mean over the codes."""
    return float((one.exp() * (one - other)).sum(-1).mean())


def test_mini_says_nearly_the_same(mini: tuple[Gpt, Gpt, Tensor, Tensor]) -> None:
    exact, near, *said = mini
    one, other = chances(exact, *said), chances(near, *said)
    assert distance(one, other) < 2e-3
    assert (one.argmax(-1) == other.argmax(-1)).float().mean() > 0.9


def beyond(args: ModelArgs) -> Adapter:
    """An adapter that makes what is heard far larger than the base's weights could, but not what it is heard by."""
    adapter = make_adapter(args, size=200.0, products=("attn.c_attn", "mlp.c_fc"))
    for layer in adapter.layers:
        layer["attn.c_attn"].up[:, : 2 * args.gpt_n_model_channels] = 0
    return adapter


@pytest.mark.parametrize(("make_one", "changes"), [(make_adapter, 0.02), (beyond, 0.5)])
def test_a_row_with_an_adapter_says_nearly_what_single_precision_says_with_it_merged(
    mini: tuple[Gpt, Gpt, Tensor, Tensor], make_one: Callable[[ModelArgs], Adapter], changes: float
) -> None:
    exact, near, *said = mini
    adapter = make_one(exact.args)
    merged = copy.deepcopy(exact)
    merge(merged, adapter)
    wanted = chances(merged, *said)
    assert distance(wanted, chances(exact, *said)) > changes
    assert distance(wanted, chances(near, *said, adapter)) < 2e-3


def test_nothing_of_the_file_stays_mapped(eight_bits: Engine) -> None:
    held = [tensor for tensor in [*eight_bits.model.parameters(), *eight_bits.model.buffers()] if tensor.numel()]
    assert all(tensor.untyped_storage().nbytes() <= 2 * tensor.nbytes + 64 for tensor in held)
    assert (
        Path("/proc/self/maps").exists() is False or str(eight_bits.folder) not in Path("/proc/self/maps").read_text()
    )
