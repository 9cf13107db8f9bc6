"""By what the times of words are known: told, or recognised in real speech, and shown as they are written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from recordings import SENTENCE, speech

from recipes.mini.judge import whisper_files
from timbre.engine.protocol import RATE
from timbre.errors import NoWordTimes
from timbre.settings import Settings
from timbre.speech import Asked
from timbre.text.timed import Timed
from timbre.timing import ATTENTION, RECOGNITION, Clock, clock


def settings(home: Path, **more: Any) -> Settings:
    return Settings(_env_file=None, home=home, whisper="base", **more)  # type: ignore[call-arg]


def test_what_the_engine_tells_is_shown_as_it_is_written_without_markup(tmp_path: Path) -> None:
    wish = Asked("[voice:ana]It costs $2. [pause 1s][voice:bruno]So what?")
    made = clock(wish, "en", {"model": "mini", "word_times": True}, settings(tmp_path))
    assert made.by == ATTENTION and made.on_words is not None
    made.on_words(1, [Timed("So", 3.0, 3.2), Timed("what?", 3.2, 3.5)])
    made.on_words(0, [Timed(word, at / 2, at / 2 + 0.5) for at, word in enumerate(("It", "costs", "two", "dollars."))])
    assert made.words() == [
        Timed("It", 0.0, 0.5),
        Timed("costs", 0.5, 1.0),
        Timed("$2.", 1.0, 2.0),
        Timed("So", 3.0, 3.2),
        Timed("what?", 3.2, 3.5),
    ]


@pytest.mark.parametrize("stats", [{"model": "mini"}, {"model": "mini", "word_times": False}])
def test_without_heads_and_without_a_whisper_it_is_refused(tmp_path: Path, stats: dict[str, Any]) -> None:
    with pytest.raises(NoWordTimes, match="mini"):
        clock(Asked("Hello."), "en", stats, settings(tmp_path))


def test_recognised_words_are_those_of_the_text(tmp_path: Path) -> None:
    whisper_files(tmp_path / "whisper").rename(tmp_path / "whisper" / "base")
    text = SENTENCE.replace("boiled,", "boiled —")
    made = clock(Asked(text), "en", {"model": "mini", "word_times": False}, settings(tmp_path))
    assert made.by == RECOGNITION and made.on_words is None
    samples = speech(RATE)
    assert np.array_equal(np.concatenate(list(made.over(iter(np.array_split(samples, 7))))), samples)
    words = made.words()
    assert " ".join(word.text for word in words) == text
    times = [time for word in words for time in (word.begin, word.end)]
    assert times == sorted(times) and times[0] >= 0 and times[-1] <= len(samples) / RATE
    again = Clock(made.text, "en", ATTENTION, "mini", made.whisper)
    again.recognise(samples)  # where the engine went on to another model meanwhile
    assert again.words() == words and again.by == RECOGNITION
