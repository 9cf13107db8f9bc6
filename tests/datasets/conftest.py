"""A Whisper, and a person's prompts with what they say."""

from pathlib import Path

import numpy as np
import people
import pytest
import soxr

from recipes.mini.judge import whisper_files
from timbre.datasets.work import RATE

PROMPTS = {
    "agent-alreadyon": "That agent is already logged on. Please enter your agent number followed by the pound key.",
    "agent-incorrect": "Login incorrect. Please enter your agent number followed by the pound key.",
    "auth-incorrect": "Password incorrect. Please enter your password followed by the pound key.",
    "at-tone-time-exactly": "At the sound of the tone, the time will be exactly",
    "agent-loginok": "Agent logged in.",
}


@pytest.fixture(scope="session")
def whisper_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Whisper base as faster-whisper loads it."""
    return whisper_files(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="session")
def allison() -> dict[str, tuple[np.ndarray, str]]:
    """Prompts of one person at 22,050 Hz, each with its text."""
    folder = people.SOUNDS / people.ALLISON
    if not folder.is_dir():
        pytest.skip("wants Debian's package asterisk-core-sounds-en-g722")
    return {
        name: (soxr.resample(people.read(folder / f"{name}.g722"), people.RATE, RATE).astype(np.float32), text)
        for name, text in PROMPTS.items()
    }
