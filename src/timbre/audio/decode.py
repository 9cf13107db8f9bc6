"""Any audio file to mono samples, by PyAV."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soxr
from av.audio.frame import AudioFrame
from av.container import InputContainer
from numpy.typing import NDArray

from timbre.errors import NotAudio

Samples = NDArray[np.float32]

KINDS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,iff,ircam,loas,matroska,webm,mlp,mov,mp3,mp4,mpc,mpc8,mpeg,"
    "mpegts,nistsphere,nut,ogg,oma,qcp,rm,shn,sox,tak,truehd,tta,voc,w64,wav,wv,xwma"
)
"""Formats that hold their own audio. Those that name other files, addresses or devices are never tried on an upload."""


def decode(source: Path | bytes, rate: int, limit_s: float | None = None, name: str = "") -> Samples:
    """The samples of a file's first audio stream: mono (the mean of its channels), in [-1, 1], at `rate`.

    limit_s: stop after so many seconds. name: what an error calls the file (default: its own name).
    Damaged parts are passed over. Raises errors.NotAudio when nothing can be decoded.
    """
    name = name or (source.name if isinstance(source, Path) else "The file")
    runs: list[Samples] = []
    seconds = 0.0
    try:
        with _opened(source) as container:
            for found, samples in _runs(container):
                left = None if limit_s is None else limit_s - seconds
                runs.append(_resampled(samples if left is None else samples[: max(int(left * found), 0)], found, rate))
                seconds += len(samples) / found
                if limit_s is not None and seconds >= limit_s:
                    break
    except (av.error.FFmpegError, OSError, ValueError, IndexError):
        if not runs:
            raise NotAudio(file=name) from None
    if not sum(map(len, runs)):
        raise NotAudio(file=name)
    return np.clip(np.nan_to_num(np.concatenate(runs)), -1, 1)


@contextlib.contextmanager
def _opened(source: Path | bytes) -> Iterator[InputContainer]:
    """Opened as bytes, never as a path or an address, and only as one of KINDS."""
    options = {"format_whitelist": KINDS, "protocol_whitelist": "pipe"}
    with (
        source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file,
        av.open(file, "r", metadata_errors="ignore", io_open=_refuse, options=options) as container,
    ):
        if not container.streams.audio:
            raise ValueError("no audio inside")
        yield container


def _refuse(*_: object) -> None:
    raise PermissionError("a file may not name another")


RUN_S = 30.0
"""Seconds that are resampled at a time, so that a long file at a high rate does not lie in memory whole."""


def _runs(container: InputContainer) -> Iterator[tuple[int, Samples]]:
    """Stretches of mono samples at one rate. A stream may change its rate: some AAC does after its first frames."""
    rate, parts, count = 0, list[Samples](), 0
    for packed in _packed(_frames(container)):
        if parts and (packed.sample_rate != rate or count >= RUN_S * rate):
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
        except av.error.FFmpegError:
            continue  # one damaged packet; those after it may be sound
        yield from (frame for frame in frames if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate)


def _resampled(samples: Samples, found: int, wanted: int) -> Samples:
    if found == wanted or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, found, wanted), np.float32)
