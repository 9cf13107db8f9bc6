"""The file that a book becomes: its sound, where its chapters begin, who wrote it, and its cover."""

import struct
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from timbre.audio.encode import FORMATS, Encoder, codec_rate
from timbre.engine.protocol import RATE
from timbre.errors import NotABookFormat

Samples = NDArray[np.float32]

BOUND = ("m4b", "m4a", "mp3", "opus", "ogg", "flac", "wav")
"""The formats of a book; of these, WAV has no place for chapters."""

CONTAINERS = {"m4b": "mp4", "m4a": "mp4"}
"""Where it is another than for speech: MP4 by its general name takes a cover."""

COVERED = {"m4b", "m4a", "mp3", "flac"}
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Binding:
    """What a file says of itself. marks: where each chapter begins, in samples, and its title; end: of the last one."""

    tags: Mapping[str, str]
    marks: Sequence[tuple[int, str]] = ()
    end: int = 0
    cover: bytes = b""


def check_format(name: str) -> str:
    """A format's own name. Raises errors.NotABookFormat."""
    format = name.lower().removeprefix(".")
    if format not in BOUND:
        raise NotABookFormat(format=format, known=", ".join(BOUND))
    return format


def bytes_a_second(format: str) -> int:
    """What a second of it takes on the disk, roughly."""
    rate = FORMATS[_speech(format)].bit_rate
    return rate // 8 if rate else 2 * RATE


def bind(path: Path, format: str, sound: Generator[Samples, None, None], binding: Binding) -> None:
    """Writes a file. It is whole when this returns; what is there when it raises is of no use."""
    with closing(sound), path.open("wb") as file:
        if not FORMATS[_speech(format)].container:
            encoder = Encoder(format, RATE, binding.tags)
            for samples in sound:
                file.write(encoder.feed(samples))
            file.write(encoder.finish())
            file.seek(0)
            file.write(encoder.beginning())
            return
        with av.open(file, "w", format=CONTAINERS.get(format) or FORMATS[format].container) as container:
            _fill(container, format, sound, binding)


def _fill(container: Any, format: str, sound: Generator[Samples, None, None], binding: Binding) -> None:
    chosen = FORMATS[_speech(format)]
    container.metadata.update(binding.tags)
    if format in CONTAINERS:
        container.metadata["media_type"] = "2"  # which Apple's players take for a book
    stream = container.add_stream(chosen.codec, rate=codec_rate(chosen.codec, RATE))
    assert isinstance(stream, AudioStream)
    stream.layout = "mono"
    if chosen.bit_rate:
        stream.bit_rate = chosen.bit_rate
    cover = Cover.of(binding.cover) if format in COVERED else None
    picture = cover.stream(container) if cover else None
    if binding.marks:
        container.set_chapters(_chapters(binding))
    container.start_encoding()
    if cover and picture is not None:
        container.mux(cover.packet(picture))
    count = 0
    for samples in sound:
        for start in range(0, len(samples), CHUNK):
            part = np.clip(np.nan_to_num(samples[start : start + CHUNK]), -1, 1).astype(np.float32)
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(part[None]), format="flt", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = RATE, count, Fraction(1, RATE)
            count += len(part)
            container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _chapters(binding: Binding) -> list[dict[str, Any]]:
    """In milliseconds, which all the formats have."""
    begins = [start * 1000 // RATE for start, _ in binding.marks] + [binding.end * 1000 // RATE]
    return [
        {
            "id": n,
            "start": begins[n],
            "end": begins[n + 1],
            "time_base": Fraction(1, 1000),
            "metadata": {"title": title},
        }
        for n, (_, title) in enumerate(binding.marks)
    ]


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture that is put into the file as it is: nothing here decodes it."""

    data: bytes = field(repr=False)
    codec: str
    width: int
    height: int

    @classmethod
    def of(cls, data: bytes) -> "Cover | None":
        """None, where it is none that can be put there."""
        if data.startswith(b"\x89PNG") and (size := _png_size(data)):
            return cls(data, "png", *size)
        if data.startswith(b"\xff\xd8") and (size := _jpeg_size(data)):
            return cls(data, "mjpeg", *size)
        return None

    def stream(self, container: Any) -> Any:
        found = container.add_mux_stream(self.codec, rate=1, width=self.width, height=self.height)
        found.time_base = Fraction(1, 90_000)
        found.disposition = av.stream.Disposition.attached_pic
        return found

    def packet(self, stream: Any) -> Any:
        packet = av.Packet(self.data)
        packet.stream, packet.time_base = stream, Fraction(1, 90_000)
        packet.pts = packet.dts = 0
        packet.is_keyframe = True
        return packet


def _png_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, from its first chunk."""
    width, height = struct.unpack(">II", data[16:24]) if len(data) > 24 else (0, 0)
    return (width, height) if 0 < width < 2**16 and 0 < height < 2**16 else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG, from the frame's header."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        kind, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return (width, height) if width and height else None
        at += 2 + length
    return None


def _speech(format: str) -> str:
    """The speech's own name for it."""
    return "m4a" if format == "m4b" else format
