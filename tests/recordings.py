"""Real speech made on the fly by the package that also gives us phonemes, and files of it in any format."""

import io
from functools import lru_cache

import av
import hibari
import numpy as np
import soxr

SENTENCE = "The kettle has just boiled, and the cake is on the table. Would you like a cup of tea before we leave?"


@lru_cache
def speech(rate: int = 22_050, repeat: int = 1, text: str = SENTENCE) -> np.ndarray:
    """Some seconds of one speaker, mono float32, with half a second of quiet at both ends."""
    said = _said(text)
    quiet = np.zeros(12_000, np.float32)
    whole = np.concatenate([quiet, *[said, quiet] * repeat])
    return soxr.resample(whole, 24_000, rate).astype(np.float32)


@lru_cache
def _said(text: str) -> np.ndarray:
    said = np.asarray(hibari.Hibari(threads=1)(text), np.float32)
    return said / np.abs(said).max() * 0.5


def file_of(
    samples: np.ndarray, rate: int, container: str = "wav", codec: str = "pcm_s16le", layout: str = "mono"
) -> bytes:
    """A file of samples, [count] or [channels, count], in whatever PyAV can write."""
    planes = np.atleast_2d(samples).astype(np.float32)
    file = io.BytesIO()
    with av.open(file, "w", format=container) as out:
        stream = out.add_stream(codec, rate=rate)
        stream.layout = layout
        for start in range(0, planes.shape[1], 1024):
            packed = np.ascontiguousarray(planes[:, start : start + 1024].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=layout)
            frame.sample_rate, frame.pts = rate, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


def likeness(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Correlation at the best shift (lossy codecs delay), found by FFT. 1: the same."""
    size = 1 << (len(ours) + len(theirs)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(ours, size) * np.conj(np.fft.rfft(theirs, size)), size)
    return float(cross.max() / (np.linalg.norm(ours) * np.linalg.norm(theirs)))
