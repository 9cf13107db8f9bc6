"""Samples to a file format, as a stream: what `feed` and `finish` return, joined, is the file."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from timbre.errors import UnknownFormat

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is written. container and codec are PyAV's names; an empty container: bare samples, written here."""

    mime: str
    container: str = ""
    codec: str = ""
    bit_rate: int | None = None
    streaming: dict[str, str] = field(default_factory=dict)  # what the container needs when it cannot go back


FORMATS: dict[str, Format] = {
    "wav": Format("audio/wav"),
    "mp3": Format("audio/mpeg", "mp3", "libmp3lame", 96_000, {"write_xing": "0"}),
    "ogg": Format("audio/ogg", "ogg", "libopus", 64_000, {"page_duration": "200000"}),
    "flac": Format("audio/flac", "flac", "flac"),
    "m4a": Format(
        "audio/mp4",
        "ipod",
        "aac",
        96_000,
        {"movflags": "empty_moov+default_base_moof+delay_moov", "frag_duration": "200000"},
    ),
    "opus": Format("audio/ogg", "ogg", "libopus", 64_000, {"page_duration": "200000"}),
    "aac": Format("audio/aac", "adts", "aac", 96_000),
    "pcm": Format("audio/pcm"),
}
"""Every format that Timbre writes, mono. pcm is 16 bit, little-endian, without a header. ogg holds Opus:
PyAV's packages have no Vorbis encoder."""

CHUNK = 1024
"""Samples that are given to a codec at a time."""


GENERATED = "AI-generated speech made with Timbre"
"""What every file of speech that was made here says of itself."""

Tags = Mapping[str, str]
"""What a file says of itself, by FFmpeg's names for it. aac and pcm have no place for any."""


def generated(watermark: str = "") -> Tags:
    """The tags of speech that was made here. watermark: whose mark is in it; empty: none."""
    return {"comment": f"{GENERATED}; watermark={watermark or 'none'}"}


class Encoder:
    """Encodes as the samples come. rate: of the samples, mono float32 in [-1, 1]. tags: such as `generated` gives.

    Raises errors.UnknownFormat.
    """

    def __init__(self, format: str, rate: int, tags: Tags | None = None) -> None:
        self._encoder = _encoder(format, rate, tags or {}, seekable=False)

    def feed(self, samples: Samples) -> bytes:
        """The bytes that are ready; none, where the codec waits for more samples."""
        return self._encoder.feed(samples)

    def finish(self) -> bytes:
        """The last bytes."""
        return self._encoder.finish()

    def beginning(self) -> bytes:
        """After `finish`: the first bytes as they are now known to be, to write over the start of a file.

        Only WAV has any: its header names a length that a stream cannot know, so it says "until the end".
        """
        return self._encoder.beginning()


def encode(samples: Samples, format: str, rate: int, tags: Tags | None = None) -> bytes:
    """A whole file, with its length in its header where the format has a place for it. tags: as of `Encoder`.

    Raises errors.UnknownFormat.
    """
    encoder = _encoder(format, rate, tags or {}, seekable=True)
    body = encoder.feed(samples) + encoder.finish()
    beginning = encoder.beginning()
    return beginning + body[len(beginning) :]


def _encoder(format: str, rate: int, tags: Tags, seekable: bool) -> "_Bare | _Coded":
    if format not in FORMATS:
        raise UnknownFormat(format=format, known=", ".join(FORMATS))
    if not FORMATS[format].container:
        return _Bare(rate, tags, header=format == "wav")
    return _Coded(FORMATS[format], rate, tags, seekable)


def _to_int16(samples: Samples) -> bytes:
    return np.rint(np.clip(np.nan_to_num(samples), -1, 1) * 32767).astype("<i2").tobytes()


UNKNOWN_LENGTH = 0xFFFFFFFF


def wav_header(rate: int, data_bytes: int | None, tags: Tags | None = None) -> bytes:
    """What stands before 16-bit mono samples: 44 bytes and the comment. data_bytes: their length; None: unknown yet."""
    told = _info(tags or {})
    known = data_bytes is not None and data_bytes + 36 + len(told) < UNKNOWN_LENGTH
    data = data_bytes if known and data_bytes is not None else UNKNOWN_LENGTH
    whole = data + 36 + len(told) if known else UNKNOWN_LENGTH
    start = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", whole, b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return start + told + struct.pack("<4sI", b"data", data)


def _info(tags: Tags) -> bytes:
    """The comment as a chunk of a WAV file: LIST INFO ICMT."""
    if "comment" not in tags:
        return b""
    text = tags["comment"].encode() + b"\0"
    text += b"\0" * (len(text) % 2)
    return struct.pack("<4sI4s4sI", b"LIST", 12 + len(text), b"INFO", b"ICMT", len(text)) + text


class _Bare:
    """Samples as they are, 16 bit, with or without a WAV header."""

    def __init__(self, rate: int, tags: Tags, header: bool) -> None:
        self._rate, self._tags, self._header = rate, tags, header
        self._begun, self._count = False, 0

    def feed(self, samples: Samples) -> bytes:
        data = _to_int16(samples)
        self._count += len(data)
        return self._start() + data

    def finish(self) -> bytes:
        return self._start()

    def beginning(self) -> bytes:
        return wav_header(self._rate, self._count, self._tags) if self._header else b""

    def _start(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return wav_header(self._rate, None, self._tags) if self._header else b""


class _Sink:
    """Where a container writes. It has no `seek`, so the container never asks to go back."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


class _Coded:
    """A codec in a container, by PyAV."""

    def __init__(self, format: Format, rate: int, tags: Tags, seekable: bool) -> None:
        self._rate = rate
        self._sink: _Sink | io.BytesIO = io.BytesIO() if seekable else _Sink()
        options = {} if seekable else format.streaming | {"flush_packets": "1"}
        self._container = av.open(self._sink, "w", format=format.container, options=options)
        self._container.metadata.update(tags)
        stream = self._container.add_stream(format.codec, rate=codec_rate(format.codec, rate))
        assert isinstance(stream, AudioStream)
        stream.layout = "mono"
        if format.bit_rate:
            stream.bit_rate = format.bit_rate
        self._stream = stream
        self._count = 0

    def feed(self, samples: Samples) -> bytes:
        self._push(samples)
        return self._taken()

    def finish(self) -> bytes:
        if self._count < CHUNK:
            self._push(np.zeros(CHUNK - self._count, np.float32))  # some formats cannot hold next to nothing
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return self._sink.getvalue() if isinstance(self._sink, io.BytesIO) else self._sink.taken()

    def beginning(self) -> bytes:
        return b""

    def _push(self, samples: Samples) -> None:
        samples = np.clip(np.nan_to_num(np.asarray(samples, np.float32)), -1, 1)
        for start in range(0, len(samples), CHUNK):
            part = samples[start : start + CHUNK]
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(part[None]), format="flt", layout="mono")
            frame.sample_rate = self._rate
            frame.pts, frame.time_base = self._count, Fraction(1, self._rate)
            self._count += len(part)
            self._container.mux(self._stream.encode(frame))

    def _taken(self) -> bytes:
        return b"" if isinstance(self._sink, io.BytesIO) else self._sink.taken()


OPUS_RATES = (8_000, 12_000, 16_000, 24_000, 48_000)


def codec_rate(codec: str, rate: int) -> int:
    """The rate that the codec runs at: Opus knows five only; PyAV resamples to it."""
    if codec != "libopus":
        return rate
    return next((known for known in OPUS_RATES if known >= rate), OPUS_RATES[-1])
