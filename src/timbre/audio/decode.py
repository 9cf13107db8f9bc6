"""Any audio file to mono samples, by PyAV. What comes from outside goes through `audio.safely` instead."""

import contextlib
import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray

from timbre.audio.sniff import HEAD, demuxers
from timbre.errors import NotAudio

Samples = NDArray[np.float32]


def decode(source: Path | bytes, rate: int, limit_s: float | None = None, name: str = "") -> Samples:
    """The samples of a file's first audio stream: mono (the mean of its channels), in [-1, 1], at `rate`.

    limit_s: stop after so many seconds. name: what an error calls the file (default: its own name).
    Damaged parts are passed over. Raises errors.NotAudio when nothing can be decoded.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    try:
        with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
            return np.concatenate(list(pieces(file, rate, limit_s, name)))
    except OSError:
        raise NotAudio(file=name) from None


def pieces(file: IO[bytes], rate: int, limit_s: float | None = None, name: str = "The file") -> Iterator[Samples]:
    """The same, piece by piece, of an open file. Raises errors.NotAudio, MemoryError."""
    count = 0
    for samples in _resampled(_within(_whole(file, name), limit_s), rate):
        count += len(samples)
        yield np.clip(np.nan_to_num(samples), -1, 1)
    if not count:
        raise NotAudio(file=name)


Runs = Iterator[tuple[int, Samples]]
"""Stretches of mono samples, each with its rate."""


def _whole(file: IO[bytes], name: str) -> Runs:
    """All that can be decoded: a file that is damaged further on ends there."""
    begun = False
    try:
        with _opened(file) as container:
            for run in _runs(container):
                begun = True
                yield run
    except MemoryError:
        raise
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        if not begun:
            raise NotAudio(file=name) from None


@contextlib.contextmanager
def _opened(file: IO[bytes]) -> Iterator[InputContainer]:
    """Opened as bytes, never as a path or an address, only as what its first bytes say, and for its audio alone."""
    kinds = demuxers(file.read(HEAD))
    if kinds is None:
        raise ValueError("neither audio nor video")
    file.seek(0)
    options = {"format_whitelist": kinds, "codec_whitelist": _codecs(), "protocol_whitelist": "pipe"}
    with av.open(file, "r", metadata_errors="ignore", io_open=_refuse, options=options) as container:
        if not container.streams.audio:
            raise ValueError("no audio inside")
        yield container


@lru_cache(1)
def _codecs() -> str:
    """The decoders of audio: a picture or a film beside it is not looked at."""
    return ",".join(sorted(name for name in av.codecs_available if _is_audio(name)))


def _is_audio(name: str) -> bool:
    try:
        return bool(av.Codec(name, "r").type == "audio")
    except av.codec.codec.UnknownCodecError:
        return False  # it only encodes


def _refuse(*_: object) -> None:
    raise PermissionError("a file may not name another")


RUN_S, RUN = 30.0, 2**19
"""Seconds, and samples, that are resampled at a time, so that no file lies in memory whole."""


def _runs(container: InputContainer) -> Runs:
    """Stretches of mono samples at one rate. A stream may change its rate: some AAC does after its first frames."""
    rate, parts, count = 0, list[Samples](), 0
    for packed in _packed(_frames(container)):
        if parts and (packed.sample_rate != rate or count >= min(RUN_S * rate, RUN)):
            yield rate, np.concatenate(parts)
            parts, count = [], 0
        rate = packed.sample_rate
        parts.append(packed.to_ndarray().reshape(-1, packed.layout.nb_channels).mean(1, dtype=np.float32))
        count += len(parts[-1])
    if parts:
        yield rate, np.concatenate(parts)


def _packed(frames: Iterator[AudioFrame]) -> Iterator[AudioFrame]:
    """The frames as float samples in one plane.

    PyAV counts the planes of a frame by a mark that eight channels leave no room for, and then reads memory that is not
    the frame's. One plane is counted right.
    """
    kind, converter = None, av.AudioResampler(format="flt")
    for frame in frames:
        found = (frame.format.name, frame.layout.name, frame.layout.nb_channels, frame.sample_rate)
        if found != kind:  # a converter keeps to the kind of its first frame
            kind, converter = found, av.AudioResampler(format="flt")
        frame.pts = None
        yield from converter.resample(frame)


def _frames(container: InputContainer) -> Iterator[AudioFrame]:
    for packet in container.demux(container.streams.audio[0]):
        try:
            frames = packet.decode()
        except MemoryError:  # also FFmpeg's own
            raise
        except av.error.FFmpegError:
            continue  # one damaged packet; those after it may be sound
        yield from (frame for frame in frames if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate)


def _within(runs: Runs, limit_s: float | None) -> Runs:
    """As much of it as so many seconds hold."""
    seconds = 0.0
    for rate, samples in runs:
        if limit_s is not None:
            samples = samples[: max(int((limit_s - seconds) * rate), 0)]
        seconds += len(samples) / rate
        yield rate, samples
        if limit_s is not None and seconds + 1 / rate > limit_s:
            return


def _resampled(runs: Runs, wanted: int) -> Iterator[Samples]:
    """At one rate, without a seam between runs that had the same."""
    stream, at = None, wanted
    for rate, samples in runs:
        if rate != at:
            if stream is not None:
                yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
            stream, at = soxr.ResampleStream(rate, wanted, 1, dtype="float32") if rate != wanted else None, rate
        yield samples if stream is None else stream.resample_chunk(samples)
    if stream is not None:
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
