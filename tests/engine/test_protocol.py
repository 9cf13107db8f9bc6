"""What goes over the wire comes out as it went in, and nonsense is refused by name."""

import numpy as np
import pytest

from timbre.engine.protocol import (
    Conditioning,
    Sampling,
    read_json,
    read_voices,
    samples_from_bytes,
    samples_to_bytes,
    write_voices,
)
from timbre.errors import BadParameter, BadRequest


def a_voice(seed: int) -> Conditioning:
    random = np.random.default_rng(seed)
    return Conditioning(random.normal(size=(32, 24)).astype(np.float32), random.normal(size=512).astype(np.float32))


def test_a_voice_comes_back_bit_for_bit():
    voice = a_voice(1)
    back = Conditioning.from_bytes(voice.to_bytes())
    assert np.array_equal(back.latents, voice.latents) and np.array_equal(back.embedding, voice.embedding)


def test_named_voices_come_back_by_name():
    voices = {"ana": a_voice(1), "ana/maria": a_voice(2)}
    back = read_voices(write_voices(voices))
    assert back.keys() == voices.keys()
    assert np.array_equal(back["ana/maria"].latents, voices["ana/maria"].latents)


def test_samples_come_back_bit_for_bit():
    samples = np.random.default_rng(0).normal(size=1001).astype(np.float32)
    assert np.array_equal(samples_from_bytes(samples_to_bytes(samples)), samples)


@pytest.mark.parametrize("junk", [b"", b"RIFF....WAVE", b"\xff" * 64])
def test_junk_is_no_voice(junk: bytes):
    with pytest.raises(BadRequest):
        Conditioning.from_bytes(junk)


def test_a_voice_with_values_that_are_no_numbers_is_refused():
    with pytest.raises(BadRequest, match="not numbers"):
        Conditioning.from_bytes(Conditioning(np.full((32, 4), np.nan, np.float32), np.ones(512, np.float32)).to_bytes())


def test_a_voice_file_appears_whole(tmp_path):
    voice = a_voice(3)
    voice.to_file(tmp_path / "voice.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["voice.safetensors"]
    assert np.array_equal(Conditioning.from_file(tmp_path / "voice.safetensors").latents, voice.latents)


@pytest.mark.parametrize(
    ("name", "value"),
    [("speed", 0.1), ("speed", 5), ("temperature", 0), ("top_k", 0), ("seed", -1), ("top_p", "x"), ("speed", True)],
)
def test_sampling_out_of_range_is_refused_by_name(name: str, value: object):
    with pytest.raises(BadParameter, match=name):
        Sampling(**{name: value})


def test_sampling_comes_back_and_knows_no_other_parameter():
    sampling = Sampling(speed=1.5, seed=7)
    assert Sampling.from_dict(sampling.as_dict()) == sampling
    with pytest.raises(BadRequest, match="volume"):
        Sampling.from_dict({"volume": 11})


@pytest.mark.parametrize("message", ["", "[]", "{", b"\xff\xfe"])
def test_what_is_no_json_object_is_refused(message: str | bytes):
    with pytest.raises(BadRequest):
        read_json(message)
