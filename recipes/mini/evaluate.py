"""What `mini` is worth, printed: words, ends, speed and voices, on sentences that no training saw.

Text goes the way a user's does, through the normaliser and the splitter, and sound comes from the real vocoder.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.judge import whisper_base
from recipes.mini.speech import MODEL_RATE, Speech
from recipes.mini.teacher import RATE
from timbre.engine.engine import Engine
from timbre.engine.protocol import Conditioning, Sampling
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import Recogniser, plain_words, word_error_rate, word_errors
from timbre.text.plan import plan

SENTENCES, PAIRS = 100, 20
QUIET = 10 ** (-40 / 20)  # of the peak
AFTER, WINDOW = 0.3, 0.05  # seconds
LOW, HIGH = 3, 20  # two speakers of the recipe that differ clearly in pitch

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as the model read it."""

    text: str
    heard: str
    seconds: float
    work: float
    clean_end: bool


def evaluate(build: Path, folder: Path, sentences: int = SENTENCES) -> dict[str, float]:
    """All figures, by name; each reading is kept in `build/evaluation.jsonl`."""
    engine, judge, speech = Engine.load(folder, "mini"), whisper_base(build), Speech(build / "speech")
    places = speech.split("test")[:sentences]
    texts = [speech.rows[place]["text"] for place in places]
    voices = list(engine.voices().values())
    speak(engine, texts[0], voices[0], 0)  # warms, as the service does before it is ready
    readings = [read(engine, judge, text, voices[number % len(voices)], number) for number, text in enumerate(texts)]
    lines = [json.dumps(asdict(reading)) for reading in readings]
    (build / "evaluation.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return {
        "sentences": len(readings),
        "word_error_rate": word_error_rate([(reading.text, reading.heard) for reading in readings]),
        "teacher_word_error_rate": _teacher(speech, judge, places),
        "clean_ends": sum(reading.clean_end for reading in readings) / len(readings),
        "rtf": sum(reading.work for reading in readings) / sum(reading.seconds for reading in readings),
        "pairs": len(texts[:PAIRS]),
        "right_voice": follows(speech, engine, texts[:PAIRS]),
    }


def read(engine: Engine, judge: Recogniser, text: str, voice: Conditioning, seed: int) -> Reading:
    """Speak a text with the model's own sampling and hear what was said."""
    began = time.perf_counter()
    wave = speak(engine, text, voice, seed)
    work = time.perf_counter() - began
    heard = judge.hear(_at(wave, engine.rate), "en")
    silent = quiet_after(wave, engine.rate, heard.ends)
    wanted = plain_words(text)
    more = len(heard.words) > len(wanted) and word_errors(wanted, heard.words[: len(wanted)]) == 0
    return Reading(text, heard.text, len(wave) / engine.rate, work, silent and not more)


def speak(engine: Engine, text: str, voice: Conditioning, seed: int) -> Samples:
    """The whole audio of a text, 24 kHz."""
    model = engine.sampling()
    sampling = Sampling(model.temperature, model.top_k, model.top_p, model.repetition_penalty, seed=seed)
    pieces = plan(text, "en", engine.character_limit("en"))
    return np.concatenate([np.zeros(1, np.float32), *engine.speak(pieces, "en", voice, sampling)])


def quiet_after(wave: Samples, rate: int, ends: float) -> bool:
    """Whether no 50 ms later than .3 s after the last word is louder than 40 dB below the peak."""
    size = int(WINDOW * rate)
    rest = wave[int((ends + AFTER) * rate) :]
    windows = rest[: len(rest) // size * size].reshape(-1, size)
    if not len(windows):
        return True
    loudest = float(np.sqrt((windows**2).mean(1)).max())
    return loudest < QUIET * float(np.abs(wave).max())


def follows(speech: Speech, engine: Engine, texts: list[str]) -> float:
    """Share of texts whose pitch is nearer to their own reference clip's than to that of a clearly other speaker."""
    speakers = speakers_of(speech, speech.split("validation"))
    draw = np.random.default_rng(1)
    right = []
    for number, text in enumerate(texts):
        clips = {one: pick_clip(speech, speakers[one], 6 * MODEL_RATE, draw).numpy() for one in (LOW, HIGH)}
        mine, other = (LOW, HIGH) if number % 2 else (HIGH, LOW)
        said = pitch(speak(engine, text, engine.condition([clips[mine]]), number), engine.rate)
        near, far = (abs(np.log(said / pitch(clips[one], MODEL_RATE))) for one in (mine, other))
        right.append(bool(near < far))
    return float(np.mean(right))


def pitch(wave: Samples, rate: int) -> float:
    """Median fundamental frequency in hertz, by autocorrelation of 40 ms frames that have a clear one."""
    size, low, high = int(0.04 * rate), int(rate / 400), int(rate / 80)
    found = []
    for begin in range(0, len(wave) - size - high, size // 2):
        frame = wave[begin : begin + size]
        energy = float((frame**2).sum())
        if energy < 1e-3 * size * float(np.abs(wave).max()) ** 2:
            continue
        shifted = np.array([float((frame * wave[begin + lag : begin + lag + size]).sum()) for lag in range(low, high)])
        best = int(shifted.argmax())
        if shifted[best] > 0.5 * energy:
            found.append(rate / (low + best))
    return float(np.median(found)) if found else float("nan")


def _teacher(speech: Speech, judge: Recogniser, places: list[int]) -> float:
    """The judge's own error on the teacher's recordings of the same sentences."""
    heard = [judge.hear(_at(speech.wave(place), RATE), "en").text for place in places]
    return word_error_rate([(speech.rows[place]["text"], text) for place, text in zip(places, heard, strict=True)])


def _at(wave: Samples, rate: int) -> Samples:
    out: Samples = soxr.resample(wave, rate, HEARD_RATE).astype(np.float32)
    return out
