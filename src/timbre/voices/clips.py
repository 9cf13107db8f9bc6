"""Reference clips: from the files that a user has to what the model hears."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from timbre.audio import vad
from timbre.audio.decode import decode
from timbre.audio.dsp import faded, trimmed
from timbre.audio.encode import encode
from timbre.audio.quality import measure
from timbre.audio.safely import decode_safely
from timbre.audio.speakers import two_speakers
from timbre.engine.protocol import CLIP_RATE, MAX_CLIPS
from timbre.errors import BadVoice, ClipsTooLarge, NoSpeech, TooLittleSpeech, TwoSpeakers

Samples = NDArray[np.float32]

USED_S = 30.0
"""Seconds of a clip that the model hears: XTTS cuts the rest off."""

LISTENED_S = 300.0
"""Seconds of a file in which speech is looked for."""

LEAST_SPEECH_S = 3.0
PERHAPS_TWO, SURE_OF_TWO = 2.2, 3.0  # of audio.speakers.two_speakers
EDGE_S = 0.2  # kept before the first word and after the last


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording made ready: mono FLAC at 22,050 Hz with the speech of the file, and what there is to say about it."""

    shown: str  # the name of the user's file, for people to read
    flac: bytes
    seconds: float
    speech_s: float
    notes: list[str]

    @property
    def file(self) -> str:
        """A name made from the content: the same recording is the same file."""
        return f"{hashlib.sha256(self.flac).hexdigest()[:32]}.flac"

    @property
    def samples(self) -> Samples:
        """Float32 at 22,050 Hz, as the model is given them."""
        return decode(self.flac, CLIP_RATE)


def take(files: Sequence[tuple[str, Path]], limit_mb: int) -> list[Clip]:
    """Makes 1 to 10 files ready, each with its name for people to read. The same recording twice counts once.

    Raises errors.BadVoice, ClipsTooLarge, NoSpeech, TwoSpeakers, TooLittleSpeech, and what `decode_safely` raises,
    naming the file.
    """
    if not 1 <= len(files) <= MAX_CLIPS:
        raise BadVoice(reason=f"there are {len(files)} recordings, not 1 to {MAX_CLIPS}")
    megabytes = sum(path.stat().st_size for _, path in files) / 1e6
    if megabytes > limit_mb:
        raise ClipsTooLarge(megabytes=round(megabytes, 1), limit=limit_mb)
    clips: dict[str, Clip] = {}
    for shown, path in files:
        clip = hear(shown, path)
        clips.setdefault(clip.file, clip)
    speech_s = sum(clip.speech_s for clip in clips.values())
    if speech_s < LEAST_SPEECH_S:
        names = ", ".join(clip.shown for clip in clips.values())
        raise TooLittleSpeech(seconds=round(speech_s, 1), files=names, wanted=round(LEAST_SPEECH_S))
    return list(clips.values())


def hear(shown: str, path: Path) -> Clip:
    """Finds the speech in a file, cuts to it, and judges it.

    Raises errors.NoSpeech, TwoSpeakers, and what `decode_safely` raises.
    """
    samples = decode_safely(path, CLIP_RATE, shown, LISTENED_S)
    narrow = np.asarray(soxr.resample(samples, CLIP_RATE, vad.RATE), np.float32)
    spans = vad.speech_spans(narrow)
    if not spans:
        raise NoSpeech(file=shown)
    notes = [f"{shown}: {warning}." for warning in measure(samples, CLIP_RATE, spans).warnings()]
    start, end = max(spans[0][0] - EDGE_S, 0.0), spans[-1][1] + EDGE_S
    if end - start > USED_S or len(samples) / CLIP_RATE >= LISTENED_S:
        end = min(end, _last_pause(spans, start))
        notes.append(
            f"{shown}: only {end - start:.0f} s of it are used, from its first word on; the model hears no more."
        )
    second = two_speakers(narrow, [(begin, min(stop, end)) for begin, stop in spans if begin < end])
    if second >= SURE_OF_TWO:
        raise TwoSpeakers(file=shown)
    if second >= PERHAPS_TWO:
        notes.append(f"{shown}: it may hold two speakers, or two recordings that sound unlike; listen to the preview.")
    used = faded(trimmed(samples, CLIP_RATE, start, end), CLIP_RATE)
    speech_s = sum(min(stop, end) - begin for begin, stop in spans if begin < end)
    return Clip(shown, encode(used, "flac", CLIP_RATE), len(used) / CLIP_RATE, speech_s, notes)


def _last_pause(spans: Sequence[tuple[float, float]], start: float) -> float:
    """Where to cut a clip that is too long: after the last stretch of speech that fits, if that leaves most of it."""
    fitting = [stop + EDGE_S for _, stop in spans if stop + EDGE_S - start <= USED_S]
    return fitting[-1] if fitting and fitting[-1] - start > USED_S / 2 else start + USED_S
