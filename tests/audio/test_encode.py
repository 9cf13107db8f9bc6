"""Writing audio, whole and as a stream."""

import io
import wave

import av
import numpy as np
import pytest
from recordings import likeness, speech

from timbre.audio.decode import decode
from timbre.audio.encode import FORMATS, GENERATED, Encoder, encode, generated
from timbre.errors import UnknownFormat

RATE = 24_000


def read(data: bytes, format: str) -> np.ndarray:
    if format == "pcm":
        return np.frombuffer(data, "<i2").astype(np.float32) / 32767
    return decode(data, RATE)


def streamed(samples: np.ndarray, format: str, part: int) -> list[bytes]:
    encoder = Encoder(format, RATE)
    chunks = [encoder.feed(samples[start : start + part]) for start in range(0, len(samples), part)]
    return [*chunks, encoder.finish()]


@pytest.mark.parametrize("format", FORMATS)
def test_a_stream_and_a_whole_file_hold_the_same_speech(format: str):
    samples = speech(RATE)
    stream = b"".join(streamed(samples, format, 5_000))
    for data in (stream, encode(samples, format, RATE)):
        heard = read(data, format)
        assert len(heard) == pytest.approx(len(samples), abs=0.15 * RATE)  # lossy codecs pad
        assert likeness(heard, samples) > 0.97
    if format in ("wav", "flac", "pcm"):
        assert np.abs(read(stream, format) - samples).max() < 1e-4


@pytest.mark.parametrize("format", FORMATS)
def test_the_first_bytes_come_early_and_bytes_keep_coming(format: str):
    samples = speech(RATE, repeat=2)
    sizes = [len(chunk) for chunk in streamed(samples, format, RATE // 5)]
    assert sum(sizes[:5]) > 0, "nothing within a second"
    assert max(sizes) < sum(sizes) / 3, "it comes in one piece at the end"


@pytest.mark.parametrize("format", FORMATS)
def test_how_the_samples_are_cut_does_not_matter(format: str):
    samples = speech(RATE)[:RATE]
    whole, pieces = (read(b"".join(streamed(samples, format, part)), format) for part in (RATE, 777))
    assert likeness(whole, pieces) > 0.999


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("count", [0, 1, 100])
def test_hardly_any_samples_still_make_a_file(format: str, count: int):
    samples = np.full(count, 0.1, np.float32)
    for data in (b"".join(streamed(samples, format, 50)), encode(samples, format, RATE)):
        if format in ("pcm", "wav"):
            assert len(data) == 2 * count + (44 if format == "wav" else 0)
        else:
            assert len(read(data, format)) >= count


@pytest.mark.parametrize("format", FORMATS)
def test_too_loud_and_not_a_number_are_held_in_range(format: str):
    samples = np.concatenate([speech(RATE)[:RATE] * 100, np.full(100, np.nan, np.float32)])
    assert np.isfinite(read(encode(samples, format, RATE), format)).all()


def test_wav_names_its_length_when_it_is_known():
    samples = speech(RATE)
    with wave.open(io.BytesIO(encode(samples, "wav", RATE))) as file:
        assert (file.getnframes(), file.getframerate(), file.getnchannels()) == (len(samples), RATE, 1)
    encoder = Encoder("wav", RATE)
    data = bytearray(encoder.feed(samples) + encoder.finish())
    data[: len(encoder.beginning())] = encoder.beginning()
    assert bytes(data) == encode(samples, "wav", RATE)


def test_other_rates_are_kept_or_resampled():
    samples = speech(22_050)
    assert len(decode(encode(samples, "opus", 22_050), 22_050)) == pytest.approx(len(samples), abs=2_000)
    assert len(decode(encode(samples, "flac", 22_050), 22_050)) == len(samples)


def test_an_unknown_format_is_refused_with_those_there_are():
    with pytest.raises(UnknownFormat) as raised:
        Encoder("midi", RATE)
    assert all(format in raised.value.advice for format in FORMATS)


def comment(data: bytes) -> str:
    """What a file says of itself, wherever its container keeps that."""
    with av.open(io.BytesIO(data)) as file:
        told = dict(file.streams.audio[0].metadata) | dict(file.metadata)
    return {name.lower(): text for name, text in told.items()}.get("comment", "")


@pytest.mark.parametrize("format", sorted(set(FORMATS) - {"aac", "pcm"}))
def test_files_and_streams_say_that_a_machine_made_them(format: str):
    samples = speech(RATE)
    encoder = Encoder(format, RATE, generated("perth"))
    stream = b"".join([encoder.feed(samples[:7_000]), encoder.feed(samples[7_000:]), encoder.finish()])
    file = encode(samples, format, RATE, generated())
    assert comment(stream) == f"{GENERATED}; watermark=perth"
    assert comment(file) == f"{GENERATED}; watermark=none"
    for data in (stream, file):
        heard = decode(data, RATE)
        assert len(heard) == pytest.approx(len(samples), abs=0.15 * RATE) and likeness(heard, samples) > 0.97
    assert comment(encode(samples, format, RATE)) == "", "a recording of somebody says nothing of the kind"


@pytest.mark.parametrize("format", ["aac", "pcm"])
def test_what_has_no_place_for_a_comment_is_as_without_one(format: str):
    samples = speech(RATE)[:RATE]
    assert encode(samples, format, RATE, generated()) == encode(samples, format, RATE)


def test_a_wav_with_a_comment_is_still_a_plain_wav():
    samples = speech(RATE)[:RATE]
    encoder = Encoder("wav", RATE, generated())
    data = bytearray(encoder.feed(samples) + encoder.finish())
    data[: len(encoder.beginning())] = encoder.beginning()
    assert bytes(data) == encode(samples, "wav", RATE, generated())
    with wave.open(io.BytesIO(bytes(data))) as file:
        assert file.getnframes() == len(samples) and file.readframes(len(samples)) == encode(samples, "pcm", RATE)
    assert len(data) == int.from_bytes(data[4:8], "little") + 8
