"""What the recipe measures: ends, short inputs, and voices told apart."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from recipes.mini.cloning import alike, packs
from recipes.mini.evaluate import pitch, size
from recipes.mini.reading import Reading, is_right, quiet_after, short_texts
from timbre.evaluation.intelligibility import Heard, plain_words

RATE = 24_000
TONE = np.sin(np.arange(RATE) * 2 * np.pi * 150 / RATE).astype(np.float32)
SILENCE = np.zeros(RATE, np.float32)


class Ear:
    """Hears what it is told, one answer after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def hear(self, samples: Any, language: str) -> Heard:
        text = self.answers.pop(0)
        return Heard(text, plain_words(text), 1.0)


class Pitches:
    """A judge to whom a voice is its loudness and no more."""

    def voice(self, waves: list[Any], rate: int) -> Any:
        angle = float(np.mean([np.abs(wave).max() for wave in waves]))
        return np.array([np.cos(angle), np.sin(angle)], np.float32)


def test_what_sounds_long_after_the_last_word_is_no_clean_end() -> None:
    assert quiet_after(np.concatenate((TONE, SILENCE)), RATE, ends=1.0)
    assert not quiet_after(np.concatenate((TONE, SILENCE, TONE)), RATE, ends=1.0)
    assert quiet_after(TONE, RATE, ends=1.0)


@pytest.mark.parametrize(("language", "sentence"), [("en", "The cat sat on a mat."), ("pt", "Não há pão à mesa.")])
def test_short_texts_are_words_of_the_sentences_and_none_comes_twice(language: str, sentence: str) -> None:
    found = short_texts([sentence], language, 8)
    assert len(set(found)) == 8
    words = set(plain_words(sentence))
    assert all(1 <= len(plain_words(text)) <= 3 and set(plain_words(text)) <= words for text in found)


@pytest.mark.parametrize(
    ("answers", "right"),
    [
        (["Good day."], True),
        (["Good bay.", "A sentence. Good day! A sentence.", "A sentence."], True),
        (["Good bay.", "A sentence. Good bay. A sentence.", "A sentence."], False),
        (["Bay.", "I say good day. Bay. I say good day.", "I say good day."], False),
    ],
)
def test_a_short_input_is_heard_alone_or_between_two_sentences(answers: list[str], right: bool) -> None:
    ear: Any = Ear(*answers)
    assert is_right(ear, "Good day.", TONE, SILENCE, "en") is right


def test_the_two_voices_that_are_most_alike() -> None:
    judge: Any = Pitches()
    said = [("ana", 0.1), ("bento", 0.9), ("caio", 0.95), ("ana", 0.2)]
    readings = [Reading("", "en", name, "", 1.0, 0.1, True, TONE * height) for name, height in said]
    much, pair = alike(judge, readings, RATE)
    assert pair == ("bento", "caio")
    assert much == pytest.approx(np.cos(0.05), abs=1e-3)


def test_recordings_of_a_pack_are_found_by_its_name() -> None:
    held: Any = SimpleNamespace(rows=[{"voice": "a"}, {"voice": "b"}, {"voice": "a"}])
    assert packs(held) == {"a": [0, 2], "b": [1]}


def test_the_pitch_of_a_tone_is_its_frequency() -> None:
    assert pitch(TONE, RATE) == pytest.approx(150, rel=0.01)


def test_size_counts_every_file_of_the_folder(tmp_path: Path) -> None:
    for name, count in (("model.safetensors", 700_000), ("dvae.safetensors", 300_000)):
        (tmp_path / name).write_bytes(bytes(count))
    assert size(tmp_path) == 1.0
