"""The sound of a source, any stretch of it: its file is read by bytes, so that three hours are as quick as a minute."""

import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from timbre.audio.encode import encode, wav_header
from timbre.datasets.work import RATE
from timbre.errors import NotAudio
from timbre.store.blobs import Blobs

Samples = NDArray[np.float32]

HEAD = 4096
"""Bytes of a file in which its samples begin."""

AT_ONCE = 2**20
"""Samples that lie in memory at a time while peaks are looked for."""


def samples(blobs: Blobs, blob: str, begin: int, end: int) -> Samples:
    """The samples of a source from `begin` up to `end`, as far as there are any. Raises errors.FileGone, NotAudio."""
    return _read(blobs, blob, begin, end).astype(np.float32) / np.float32(32768)


def wav(blobs: Blobs, blob: str, begin: int, end: int) -> bytes:
    """The same as a WAV file of its own."""
    data = _read(blobs, blob, begin, end).tobytes()
    return wav_header(RATE, len(data)) + data


def flac(blobs: Blobs, blob: str, begin: int, end: int) -> bytes:
    """The same as FLAC."""
    return encode(samples(blobs, blob, begin, end), "flac", RATE)


def peaks(blobs: Blobs, blob: str, begin: int, end: int, pixels: int) -> list[tuple[int, int]]:
    """The lowest and the highest sample, 16 bit, of each of so many equal parts of a stretch; fewer where there is
    less.

    Raises errors.FileGone, NotAudio.
    """
    count = max(min(pixels, end - begin), 1)
    edges = np.linspace(begin, end, count + 1).astype(int)
    found: list[tuple[int, int]] = []
    every = max(1, AT_ONCE * count // max(end - begin, 1))
    for first in range(0, count, every):
        part = edges[first : min(first + every, count) + 1]
        heard = _read(blobs, blob, int(part[0]), int(part[-1]))
        starts = (part[:-1] - part[0])[part[:-1] - part[0] < len(heard)]
        if len(starts):
            lows, highs = np.minimum.reduceat(heard, starts), np.maximum.reduceat(heard, starts)
            found += zip(lows.tolist(), highs.tolist(), strict=True)
    return found


def _read(blobs: Blobs, blob: str, begin: int, end: int) -> NDArray[np.int16]:
    start = _start(blobs, blob)
    begin = max(begin, 0)
    data = b"".join(blobs.read(blob, start + 2 * begin, start + 2 * max(end, begin)))
    return np.frombuffer(data[: len(data) // 2 * 2], "<i2")


@lru_cache(256)
def _start(blobs: Blobs, blob: str) -> int:
    """Where the samples of a WAV file begin."""
    head = b"".join(blobs.read(blob, 0, HEAD))
    place = 12
    while place + 8 <= len(head):
        name, size = struct.unpack_from("<4sI", head, place)
        if name == b"data":
            return place + 8
        place += 8 + size + size % 2
    raise NotAudio(file=blob)
