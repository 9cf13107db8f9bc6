"""Reading audio files of every kind."""

import numpy as np
import pytest
from recordings import file_of, likeness, speech

from timbre.audio.decode import decode
from timbre.errors import NotAudio

RATE = 22_050


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_s16le", 44_100),
        ("wav", "pcm_u8", 8_000),
        ("wav", "pcm_f32le", 22_050),
        ("wav", "pcm_s32le", 96_000),
        ("flac", "flac", 48_000),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("ipod", "aac", 44_100),
        ("adts", "aac", 22_050),
        ("webm", "libopus", 48_000),
        ("matroska", "pcm_s16le", 16_000),
        ("aiff", "pcm_s16be", 44_100),
    ],
)
def test_whatever_the_format_it_is_the_same_speech(container: str, codec: str, rate: int):
    ours = decode(file_of(speech(rate), rate, container, codec), RATE)
    assert ours.dtype == np.float32 and ours.ndim == 1
    assert len(ours) == pytest.approx(len(speech(RATE)), abs=0.15 * RATE)
    band = decode(file_of(speech(rate), rate), RATE)  # what that rate can hold at all
    assert likeness(ours[: 3 * RATE], band[: 3 * RATE]) > 0.95


@pytest.mark.parametrize(("codec", "container"), [("pcm_s16le", "wav"), ("flac", "flac"), ("libopus", "ogg")])
def test_channels_are_mixed_down(codec: str, container: str):
    left = speech(48_000)
    both = decode(file_of(np.stack([left, np.zeros_like(left)]), 48_000, container, codec, "stereo"), RATE)
    alone = decode(file_of(left, 48_000), RATE)
    assert likeness(both, alone) > 0.98
    assert np.abs(both).max() == pytest.approx(np.abs(alone).max() / 2, rel=0.15)


@pytest.mark.parametrize(("codec", "container"), [("aac", "adts"), ("pcm_s16le", "wav"), ("flac", "flac")])
def test_eight_channels(codec: str, container: str):
    planes = np.stack([speech(48_000)] + [np.zeros_like(speech(48_000))] * 7)
    heard = decode(file_of(planes, 48_000, container, codec, "7.1"), RATE)
    assert likeness(heard, speech()) > 0.9


def test_a_path_and_its_bytes_are_one(tmp_path):
    data = file_of(speech(), RATE)
    (tmp_path / "0").write_bytes(data)
    assert np.array_equal(decode(tmp_path / "0", RATE), decode(data, RATE))


def test_it_stops_at_the_limit():
    data = file_of(speech(44_100), 44_100)
    assert len(decode(data, RATE, limit_s=1.5)) == pytest.approx(1.5 * RATE, abs=2)


def test_values_that_are_no_numbers_become_silence():
    samples = np.full(RATE, np.nan, np.float32)
    samples[100] = 7.0
    heard = decode(file_of(samples, RATE, "wav", "pcm_f32le"), RATE)
    assert np.isfinite(heard).all() and np.abs(heard).max() <= 1


def test_a_damaged_file_gives_what_is_left():
    data = bytearray(file_of(speech(), RATE, "mp3", "libmp3lame"))
    data[20_000:21_000] = bytes(1_000)
    assert len(decode(bytes(data[: len(data) * 3 // 4]), RATE)) > RATE


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"\0" * 5_000,
        b"This is no audio at all.\n" * 100,
        b"#EXTM3U\n#EXTINF:10,\nhttp://localhost/x.wav\n",
    ],
    ids=["nothing", "four bytes", "zeros", "text", "playlist"],
)
def test_what_is_not_audio_is_refused_by_name(tmp_path, data: bytes):
    (tmp_path / "notes.txt").write_bytes(data)
    with pytest.raises(NotAudio, match=r"notes\.txt is not audio"):
        decode(tmp_path / "notes.txt", RATE)
    with pytest.raises(NotAudio, match="holiday is not audio"):
        decode(data, RATE, name="holiday")


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{path}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{path}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
    ],
    ids=["hls", "concat", "sdp"],
)
def test_a_file_that_names_another_does_not_make_us_read_it(tmp_path, text: str):
    secret = tmp_path / "secret.wav"
    secret.write_bytes(file_of(speech(), RATE))
    with pytest.raises(NotAudio):
        decode(text.format(path=secret).encode(), RATE)
