"""Every way of running the vocoder that this machine has, held against torch's own in float32 and against itself."""

import copy
import random
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from timbre.engine.backends.vocoder import Kind, Precision, Vocoder, available, fastest, make
from timbre.errors import CannotPlace
from timbre.models import catalogue
from timbre.xtts import checkpoint
from timbre.xtts.config import ModelArgs
from timbre.xtts.processor import multiplies_bf16
from timbre.xtts.vocoder import Decoder, at_speed

CODES = 16
CLOSE = 1e-6  # of the whole utterance's peak
SMALL = ModelArgs(decoder_input_dim=48, vocoder_width=64, d_vector_dim=16, speaker_filters=(8, 8, 8, 8))
MADE = available()


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module", params=("small", "mini"))
def decoder(request: pytest.FixtureRequest) -> Decoder:
    if request.param == "mini":
        return checkpoint.load(catalogue.folder("mini")).hifigan_decoder
    torch.manual_seed(6)
    return Decoder(SMALL).eval()


@pytest.fixture(params=MADE, ids="-".join)
def vocoder(request: pytest.FixtureRequest, decoder: Decoder) -> Vocoder:
    return make(decoder, *request.param)


def utterance(args: ModelArgs, codes: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Random latents [codes, width] and a speaker [size]."""
    generator = torch.Generator().manual_seed(seed)
    speaker = torch.randn(args.d_vector_dim, generator=generator)
    return torch.randn(codes, args.decoder_input_dim, generator=generator), speaker / speaker.norm()


def streamed(vocoder: Vocoder, latents: Tensor, speaker: Tensor, sizes: list[int], speed: float = 1.0) -> Tensor:
    stream = vocoder.stream(speaker, speed)
    return torch.cat([*(stream.push(part) for part in latents.split(sizes)), stream.finish()])


@torch.inference_mode()
def offline(decoder: Decoder, latents: Tensor, speaker: Tensor, speed: float = 1.0) -> Tensor:
    return decoder(at_speed(latents[None], speed), speaker[None])[0]


def error(found: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the expected peak."""
    assert found.shape == expected.shape
    return float((found - expected).abs().max() / expected.abs().max())


def noise(found: Tensor, expected: Tensor) -> float:
    """The difference's root mean square, as a share of the expected one's."""
    return float((found - expected).square().mean().sqrt() / expected.square().mean().sqrt())


def cut(codes: int, seed: int) -> list[int]:
    """Chunk sizes that sum up to `codes`: empty ones, single ones, long ones."""
    chance, sizes = random.Random(seed), [1, 1]
    while sum(sizes) < codes:
        sizes.append(min(chance.choice((0, 1, 2, 5, 13)), codes - sum(sizes)))
    return sizes


def rounding(decoder: Decoder) -> float:
    """How far two computations in float32 may lie apart. One that was trained enlarges what rounding does early in it:
    torch's own float32 is up to 4e-4 from float64 with `mini`.
    """
    return 2 * CLOSE if decoder.args == SMALL else 3e-4


@pytest.mark.parametrize("speed", (1.0, 1.3, 0.8))
def test_any_way_of_cutting_comes_to_the_whole(vocoder: Vocoder, speed: float) -> None:
    latents, speaker = utterance(vocoder.decoder.args, CODES)
    whole = streamed(vocoder, latents, speaker, [CODES], speed)
    close = CLOSE if vocoder.kind == "onednn" else rounding(vocoder.decoder)
    for sizes in ([1] * CODES, cut(CODES, 1), cut(CODES, 2)):
        assert error(streamed(vocoder, latents, speaker, sizes, speed), whole) <= close


@pytest.mark.parametrize("speed", (1.0, 1.3, 0.8))
def test_in_float32_it_is_what_torch_makes_of_the_whole(vocoder: Vocoder, speed: float) -> None:
    if vocoder.precision != "fp32":
        return
    latents, speaker = utterance(vocoder.decoder.args, CODES)
    expected = offline(vocoder.decoder, latents, speaker, speed)
    assert error(streamed(vocoder, latents, speaker, cut(CODES, 3), speed), expected) <= rounding(vocoder.decoder)


@pytest.mark.parametrize("codes", (1, 2, 3))
def test_utterances_shorter_than_what_the_layers_see(vocoder: Vocoder, codes: int) -> None:
    latents, speaker = utterance(vocoder.decoder.args, codes)
    expected = offline(vocoder.decoder, latents, speaker)
    found = streamed(vocoder, latents, speaker, [1] * codes)
    assert len(found) == len(expected)
    if vocoder.precision == "fp32":
        assert error(found, expected) <= rounding(vocoder.decoder)


def test_two_utterances_at_once_are_as_each_alone(vocoder: Vocoder) -> None:
    args = vocoder.decoder.args
    spoken = [utterance(args, 20, seed) for seed in (1, 2)]
    speeds = (1.0, 0.8)
    streams = [vocoder.stream(speaker, speed) for (_, speaker), speed in zip(spoken, speeds, strict=True)]
    parts: list[list[Tensor]] = [[], []]
    for step in range(0, 20, 2):
        for stream, (latents, _), made in zip(streams, spoken, parts, strict=True):
            made.append(stream.push(latents[step : step + 2]))
    for (latents, speaker), stream, made, speed in zip(spoken, streams, parts, speeds, strict=True):
        alone = streamed(vocoder, latents, speaker, [2] * 10, speed)
        assert torch.equal(torch.cat([*made, stream.finish()]), alone)


@pytest.mark.skipif(not multiplies_bf16(), reason="this processor has no bfloat16")
def test_half_precision_is_no_further_off_in_a_stream_and_keeps_the_waves(decoder: Decoder) -> None:
    half = make(decoder, "onednn", "bf16")
    latents, speaker = utterance(decoder.args, 40)
    expected = offline(decoder, latents, speaker)
    whole = noise(streamed(half, latents, speaker, [40]), expected)
    assert 0 < noise(streamed(half, latents, speaker, cut(40, 4)), expected) <= 1.001 * whole
    assert whole < 0.02  # 34 dB below the sound


def test_there_are_no_seams(vocoder: Vocoder) -> None:
    """Around the chunks' edges, nothing of the spectrum's difference to the whole stands out."""
    codes, window = 44, torch.hann_window(256)
    latents, speaker = utterance(vocoder.decoder.args, codes)
    expected = streamed(vocoder, latents, speaker, [codes])
    stream, sizes = vocoder.stream(speaker), [5, 1, 2, 9, 4, 6, 3, 7, 7]
    parts = [*(stream.push(part) for part in latents.split(sizes)), stream.finish()]
    edges = torch.tensor([len(part) for part in parts]).cumsum(0)[:-1].tolist()
    around = [slice(edge - 128, edge + 128) for edge in edges if 128 <= edge <= len(expected) - 128]
    assert len(around) > 5
    apart = torch.cat(parts) - expected
    seams = torch.stack([torch.fft.rfft(window * apart[place]).abs() for place in around])
    sound = torch.stack([torch.fft.rfft(window * expected[place]).abs() for place in around])
    close = CLOSE if vocoder.kind == "onednn" else rounding(vocoder.decoder)
    assert float(seams.max() / sound.max()) <= close


def test_the_first_sample_comes_when_it_was_foretold(vocoder: Vocoder) -> None:
    latents, speaker = utterance(vocoder.decoder.args, 12)
    stream = vocoder.stream(speaker)
    made = [len(stream.push(latent)) for latent in latents.split(1)]
    assert next(count for count, samples in enumerate(made, 1) if samples) == stream.lookahead
    assert stream.lookahead == stream.latents_before(1)


def test_weights_that_were_packed_can_be_released() -> None:
    torch.manual_seed(6)
    decoder = Decoder(SMALL).eval()
    latents, speaker = utterance(SMALL, 12)
    for kind, precision in MADE:
        if kind == "torch":
            continue
        kept, released = copy.deepcopy(decoder), copy.deepcopy(decoder)
        expected = streamed(make(kept, kind, precision), latents, speaker, [12])
        vocoder = make(released, kind, precision, release=True)
        assert torch.equal(streamed(vocoder, latents, speaker, [12]), expected)
        assert all(one.is_meta for one in released.waveform_decoder.parameters())
        assert not any(one.is_meta for one in released.speaker_encoder.parameters())


def test_what_a_machine_has_not_is_refused(decoder: Decoder) -> None:
    wanted: tuple[Kind, Precision] = ("torch", "bf16")
    assert wanted not in available()
    with pytest.raises(CannotPlace, match="torch fp32"):
        make(decoder, *wanted)
    assert (fastest(), "fp32") in available()
