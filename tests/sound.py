"""Recordings made on the fly, and what is really in an audio file."""

import io
import wave

import av
import numpy as np


def decoded(data: bytes, format: str | None = None) -> tuple[np.ndarray, int]:
    """Mono samples and their rate. `pcm` is read as it is: 16 bit at 24 kHz."""
    if format == "pcm":
        return np.frombuffer(data, "<i2").astype(np.float32) / 32768, 24_000
    parts = []
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        rate = stream.rate
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        for frame in container.decode(stream):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.concatenate(parts), rate


def seconds(data: bytes, format: str | None = None) -> float:
    samples, rate = decoded(data, format)
    return len(samples) / rate


def wav(samples: np.ndarray, rate: int = 22_050) -> bytes:
    """A WAV file of float samples."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setparams((1, 2, rate, 0, "NONE", ""))
        writer.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return file.getvalue()
