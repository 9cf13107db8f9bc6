"""The vocoder as a stream, held against the whole utterance at once."""

import copy
import random
from collections.abc import Iterator, Sequence

import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from timbre.engine.stream import Convolution, Interpolation, Mean, Residual, Upsampling, VocoderStream
from timbre.xtts.config import ModelArgs
from timbre.xtts.vocoder import Decoder, at_speed

WIDTH = 32
SPEEDS = (1.0, 0.25, 0.8, 0.97, 1.03, 1.7, 4.0)
CLOSE = 1e-6  # of the whole utterance's peak; how torch convolves depends on the length, and float32 rounds up to that
EXACT = 1e-12  # the same in float64, where a mistake has no rounding to hide behind
SMALL = ModelArgs(decoder_input_dim=WIDTH, vocoder_width=WIDTH, d_vector_dim=16, speaker_filters=(8, 8, 8, 8))


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    torch.manual_seed(6)
    return Decoder(SMALL).eval()


@pytest.fixture(scope="module")
def exact(decoder: Decoder) -> Decoder:
    return copy.deepcopy(decoder).double()


def utterance(codes: int, seed: int = 0, kind: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    """Random latents [codes, width] and a speaker [size]."""
    generator = torch.Generator().manual_seed(seed)
    latents, speaker = torch.randn(codes, WIDTH, generator=generator), torch.randn(16, generator=generator)
    return latents.to(kind), speaker.to(kind)


@torch.inference_mode()
def whole(decoder: Decoder, latents: Tensor, speaker: Tensor, speed: float = 1.0) -> Tensor:
    """What the stream must come to; nothing where so few latents are left that torch refuses."""
    if int(len(latents) / speed) == 0:
        return latents.new_zeros(0)
    return decoder(at_speed(latents[None], speed), speaker[None])[0]


def pushed(stream: VocoderStream, latents: Tensor, sizes: Sequence[int]) -> list[Tensor]:
    """What came out at each chunk and at the end."""
    assert sum(sizes) == len(latents)
    return [*(stream.push(chunk) for chunk in latents.split(list(sizes))), stream.finish()]


def cut(codes: int, chance: random.Random) -> list[int]:
    """Chunk sizes that sum up to `codes`: empty ones, single ones, long ones."""
    sizes: list[int] = []
    while sum(sizes) < codes:
        sizes.append(min(chance.choice((0, 0, 1, 1, 2, 3, 7, 30)), codes - sum(sizes)))
    return [*sizes, 0]


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the expected peak."""
    assert found.shape == expected.shape
    return float((found - expected).abs().max() / expected.abs().max()) if len(expected) else 0.0


@pytest.mark.parametrize("speed", SPEEDS)
def test_any_way_of_cutting_comes_to_the_whole(exact: Decoder, speed: float) -> None:
    codes = 20
    latents, speaker = utterance(codes, kind=torch.float64)
    expected = whole(exact, latents, speaker, speed)
    chance = random.Random(f"{speed}")
    cuts = [[codes], [1] * codes, [codes - 1, 1], [1, codes - 1, 0], *(cut(codes, chance) for _ in range(2))]
    for sizes in cuts:
        found = torch.cat(pushed(VocoderStream(exact, speaker, speed), latents, sizes))
        assert error(found, expected) < EXACT


def test_random_lengths_and_speeds(exact: Decoder) -> None:
    chance = random.Random(7)
    for seed in range(25):
        codes, speed = chance.randint(1, 30), chance.uniform(0.25, 4)
        latents, speaker = utterance(codes, seed, torch.float64)
        found = torch.cat(pushed(VocoderStream(exact, speaker, speed), latents, cut(codes, chance)))
        assert error(found, whole(exact, latents, speaker, speed)) < EXACT


@pytest.mark.parametrize("speed", (0.25, 0.6, 1.0, 1.0001, 1.5, 3.0, 4.0))
@pytest.mark.parametrize("codes", (1, 2, 3))
def test_utterances_shorter_than_what_the_layers_see(exact: Decoder, codes: int, speed: float) -> None:
    latents, speaker = utterance(codes, codes, torch.float64)
    for sizes in ([codes], [1] * codes, [0, codes, 0]):
        found = torch.cat(pushed(VocoderStream(exact, speaker, speed), latents, sizes))
        assert error(found, whole(exact, latents, speaker, speed)) < EXACT


@pytest.mark.parametrize("speed", (1.0, 0.7, 0.96, 1.6))
def test_in_float32_too(decoder: Decoder, speed: float) -> None:
    for codes in (2, 30):
        latents, speaker = utterance(codes, codes)
        for sizes in ([1] * codes, cut(codes, random.Random(codes))):
            found = torch.cat(pushed(VocoderStream(decoder, speaker, speed), latents, sizes))
            assert error(found, whole(decoder, latents, speaker, speed)) < CLOSE


def test_no_latents_no_sound(decoder: Decoder) -> None:
    latents, speaker = utterance(0)
    assert [len(part) for part in pushed(VocoderStream(decoder, speaker, 0.7), latents, [0, 0])] == [0, 0, 0]


def test_the_longest_utterance_in_float32(decoder: Decoder) -> None:
    speed = 1.2
    latents, speaker = utterance(600)
    sizes = cut(600, random.Random(3))
    found = torch.cat(pushed(VocoderStream(decoder, speaker, speed), latents, sizes))
    assert error(found, whole(decoder, latents, speaker, speed)) < CLOSE


@pytest.mark.parametrize("ratio", (4.0, 24_000 / 22_050, 0.25, 1 / 1.3, 1 / 0.83, 1 / 0.999, 1 / 0.26))
def test_thousands_of_steps_are_interpolated_where_torch_interpolates_them(ratio: float) -> None:
    steps = 4000
    x = torch.randn(steps, 2, generator=torch.Generator().manual_seed(0))
    x[:, 0] = torch.arange(steps) % 2  # shows the weights themselves
    layer = Interpolation(ratio, 2, x)
    ends = torch.zeros(0, 2)
    found = torch.cat([*(layer.push(chunk, False) for chunk in x.split(97)), layer.push(ends, True)])
    expected = torch.nn.functional.interpolate(x.T[None], scale_factor=ratio, mode="linear")[0].T
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) < 1e-6


def test_two_streams_do_not_disturb_each_other_nor_the_model(decoder: Decoder) -> None:
    before = copy.deepcopy(decoder.state_dict())
    spoken = [utterance(25, seed) for seed in (1, 2)]
    speeds = (1.0, 0.7)
    streams = [VocoderStream(decoder, speaker, speed) for (_, speaker), speed in zip(spoken, speeds, strict=True)]
    parts: list[list[Tensor]] = [[], []]
    for step in range(25):
        for stream, (latents, _), made in zip(streams, spoken, parts, strict=True):
            made.append(stream.push(latents[step : step + 1]))
    for (latents, speaker), stream, made, speed in zip(spoken, streams, parts, speeds, strict=True):
        alone = torch.cat(pushed(VocoderStream(decoder, speaker, speed), latents, [1] * 25))
        assert torch.equal(torch.cat([*made, stream.finish()]), alone)
    assert all(torch.equal(before[name], weights) for name, weights in decoder.state_dict().items())


def loudest_at_seams(found: Tensor, expected: Tensor, parts: Sequence[Tensor]) -> float:
    """The strongest frequency of the difference around the chunks' edges, as a share of the sound's own strongest."""
    edges = torch.tensor([len(part) for part in parts]).cumsum(0)[:-1]
    window = torch.hann_window(256)
    around = [slice(int(edge) - 128, int(edge) + 128) for edge in edges if 128 <= edge <= len(expected) - 128]
    assert len(around) > 5
    seams = torch.stack([torch.fft.rfft(window * (found - expected)[place]).abs() for place in around])
    sound = torch.stack([torch.fft.rfft(window * expected[place]).abs() for place in around])
    return float(seams.max() / sound.max())


def test_there_are_no_seams(decoder: Decoder) -> None:
    latents, speaker = utterance(60)
    expected = whole(decoder, latents, speaker)
    sizes = [5, 1, 2, 9, 4, 13, 6, 3, 7, 10]
    parts = pushed(VocoderStream(decoder, speaker), latents, sizes)
    assert loudest_at_seams(torch.cat(parts), expected, parts) < CLOSE
    apart = [whole(decoder, chunk, speaker) for chunk in latents.split(sizes)]  # what a seam would look like
    made = torch.cat(apart)[: len(expected)]
    shortened = expected[: len(made)]
    assert loudest_at_seams(made, shortened, apart) > 1e-3


def multiplications(decoder: Decoder, speaker: Tensor, latents: Tensor, sizes: Sequence[int]) -> list[int]:
    """How many floating-point operations the convolutions took for each chunk and for the end."""
    stream, counts = VocoderStream(decoder, speaker), []
    for chunk in [*latents.split(list(sizes)), None]:
        with FlopCounterMode(display=False) as counter:
            _ = stream.finish() if chunk is None else stream.push(chunk)
        counts.append(counter.get_total_flops())
    return counts


def test_a_chunk_costs_what_its_own_length_costs(decoder: Decoder) -> None:
    latents, speaker = utterance(30)
    with FlopCounterMode(display=False) as counter:
        whole(decoder, latents, speaker)
    at_once = counter.get_total_flops()
    single = multiplications(decoder, speaker, latents, [1] * 30)
    assert max(single[20:-1]) <= max(single[8:20])
    assert max(single[8:-1]) < 1.25 * at_once / 30  # 4 or 5 frames a latent
    for counts in (single, multiplications(decoder, speaker, latents, [10] * 3)):
        assert sum(counts) < 1.01 * at_once


def carried(layer: object) -> Iterator[Tensor]:
    """All tensors that a layer and the layers in it carry."""
    held = getattr(layer, "carried", [])
    yield from [held] if isinstance(held, Tensor) else held
    inner = [*getattr(layer, "layers", []), *getattr(layer, "branches", [])]
    inner += [layer.dilated, layer.second] if isinstance(layer, Residual) else []
    for one in inner:
        yield from carried(one)


def test_what_is_carried_does_not_grow(decoder: Decoder) -> None:
    latents, speaker = utterance(120)
    stream = VocoderStream(decoder, speaker, 1.3)
    sizes = []
    for latent in latents.split(1):
        stream.push(latent)
        sizes.append(sum(one.untyped_storage().nbytes() for one in carried(stream.layers)))
    kinds = {type(layer) for layer in stream.layers.layers}
    assert kinds == {Interpolation, Convolution, Upsampling, Mean}
    assert max(sizes[70:]) <= max(sizes[20:70])


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_first_sample_comes_when_it_was_foretold(decoder: Decoder, speed: float) -> None:
    latents, speaker = utterance(50)
    stream = VocoderStream(decoder, speaker, speed)
    foretold = [stream.latents_before(samples) for samples in (1, 2, 1000, 5000)]
    assert foretold[0] == stream.lookahead
    out = [0]
    for latent in latents.split(1):
        out.append(out[-1] + len(stream.push(latent)))
    for samples, expected in zip((1, 2, 1000, 5000), foretold, strict=True):
        assert next(count for count, made in enumerate(out) if made >= samples) == expected


def test_how_far_the_vocoder_of_xtts_looks_ahead(decoder: Decoder) -> None:
    """By its kernels and rates, which the narrow decoder shares."""
    ahead = VocoderStream(decoder, utterance(1)[1]).latents_before
    assert [ahead(samples) for samples in (1, 1000, 2000, 4000)] == [4, 5, 6, 8]


def test_sound_comes_before_the_utterance_ends(decoder: Decoder) -> None:
    latents, speaker = utterance(50)
    parts = pushed(VocoderStream(decoder, speaker), latents, [10] * 5)
    codes = 1024 / 22_050 * 24_000  # samples of one
    assert all(abs(len(part) - 10 * codes) <= 512 for part in parts[1:-1])
    assert len(parts[0]) > 6 * codes and len(parts[-1]) < 4 * codes


@pytest.mark.parametrize("speed", (0.97, 0.995, 1.02))
def test_a_speed_near_one_does_not_delay_the_first_sample(exact: Decoder, speed: float) -> None:
    speaker = utterance(1, kind=torch.float64)[1]
    assert VocoderStream(exact, speaker, speed).lookahead <= 5
    for codes in (32, 33):
        latents, _ = utterance(codes, kind=torch.float64)
        found = torch.cat(pushed(VocoderStream(exact, speaker, speed), latents, [1] * codes))
        assert error(found, whole(exact, latents, speaker, speed)) < EXACT
