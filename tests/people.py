"""Recordings of real people: the prompts of Debian's packages asterisk-core-sounds-en-g722 and -it-g722."""

import random
from pathlib import Path

import av
import numpy as np
import pytest

SOUNDS = Path("/usr/share/asterisk/sounds")
ALLISON, CARLO = "en_US_f_Allison", "it_IT_m_Carlo"
RATE = 16_000
SMALLEST = 12_000  # bytes of a prompt, 1.5 s: below are single words and beeps
ELSEWHERE = "confbridge-"  # prompts of a later year, with another microphone


def prompts(person: str, seconds: float, seed: int, prefix: str = "") -> np.ndarray:
    """So many seconds of a person at 16 kHz, a quarter of a second of quiet between the prompts.

    prefix: of their names; without one all but those that were recorded elsewhere.
    """
    paths = [path for path in sorted((SOUNDS / person).glob("*.g722")) if path.stat().st_size > SMALLEST]
    files = [one for one in paths if one.name.startswith(prefix) and (prefix or not one.name.startswith(ELSEWHERE))]
    if not files:
        pytest.skip("wants Debian's packages asterisk-core-sounds-en-g722 and asterisk-core-sounds-it-g722")
    random.Random(seed).shuffle(files)
    parts: list[np.ndarray] = []
    while sum(map(len, parts)) < seconds * RATE:
        parts += [read(files.pop()), np.zeros(RATE // 4, np.float32)]
    return np.concatenate(parts)


def read(path: Path) -> np.ndarray:
    with av.open(str(path), format="g722") as file:  # it has no header to know it by
        frames = [frame.to_ndarray().reshape(-1) for frame in file.decode(audio=0)]
    return np.concatenate(frames).astype(np.float32) / 32768
