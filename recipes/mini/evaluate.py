"""What `mini` is worth, printed: words in each language, ends, short inputs, speed, sound, and voices, on sentences
that no training saw. Beside each figure stands what the same judge says of the teachers.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recipes.mini.balance import kind
from recipes.mini.clips import pick_clip, speakers_of
from recipes.mini.cloning import alike, recognised
from recipes.mini.judge import whisper_base
from recipes.mini.judges import Likeness, Naturalness, at, flite
from recipes.mini.kokoro import Kokoro, espeak
from recipes.mini.many import NATIVE
from recipes.mini.reading import Reading, heard_error_rate, is_right, read_all, short_texts, speak
from recipes.mini.speech import HELD, MODEL_RATE, Speech, recorded
from recipes.mini.teacher import RATE
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import Recogniser, word_error_rate
from timbre.text.phonemes import phonemiser

SENTENCES, PAIRS, CLONED, SOUNDS = 100, 20, 10, 40
LOW, HIGH = 3, 20  # two of the first teacher's speakers that differ clearly in pitch
MOST_MB = 40.0

Samples = NDArray[np.float32]
Figures = dict[str, Any]


def evaluate(build: Path, folder: Path, sentences: int = SENTENCES) -> Figures:
    """All figures, by name; each is printed when it is known, and each reading kept in `build/evaluation.jsonl`."""
    engine, judge, speech = Engine.load(folder, "mini"), whisper_base(build), recorded(build)
    figures: Figures = {"megabytes": size(folder), "megabytes_asked": MOST_MB, "sentences": sentences}
    readings: dict[str, list[Reading]] = {}
    for language, teacher in (("en", "hibari"), ("pt", "pt")):
        places = [place for place in speech.split("test") if kind(speech.rows[place]) == teacher][:sentences]
        if language not in engine.languages or not places:
            continue
        texts, waves = [speech.rows[place]["text"] for place in places], [speech.wave(place) for place in places]
        readings[language] = read_all(engine, judge, texts, language)
        show(figures, words(judge, readings[language], waves, language))
        keep(build, readings)
        show(figures, short(build, engine, judge, texts, waves[0], language))
    show(figures, sound(readings, speech, engine.rate))
    show(figures, voices(build, engine, speech, readings))
    return figures


def show(figures: Figures, more: Figures) -> None:
    """Add to the figures, and print what is new: all of them take an hour."""
    figures |= more
    print(json.dumps(more), flush=True)


def keep(build: Path, readings: dict[str, list[Reading]]) -> None:
    """Write the readings, their waves left out."""
    rows = [asdict(reading) for each in readings.values() for reading in each]
    lines = [json.dumps({name: one for name, one in row.items() if name != "wave"}, ensure_ascii=False) for row in rows]
    (build / "evaluation.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def size(folder: Path) -> float:
    """Megabytes of the model's files."""
    return round(sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) / 1e6, 2)


def words(judge: Recogniser, readings: list[Reading], waves: list[Samples], language: str) -> Figures:
    """Words, ends and speed; and the judge's own error on the teacher's recordings of the same sentences."""
    texts = [reading.text for reading in readings]
    return {
        f"word_error_rate_{language}": word_error_rate([(one.text, one.heard) for one in readings]),
        f"word_error_rate_{language}_teacher": heard_error_rate(judge, texts, waves, RATE, language),
        f"clean_ends_{language}": float(np.mean([one.clean_end for one in readings])),
        f"rtf_{language}": sum(one.work for one in readings) / sum(one.seconds for one in readings),
    }


def short(build: Path, engine: Engine, judge: Recogniser, texts: list[str], carrier: Samples, language: str) -> Figures:
    """Share of inputs of one to three words that are heard word for word, as the model and as the teacher says them."""
    built_in = [voice for _, voice in sorted(engine.voices().items())]
    inputs, around = short_texts(texts, language, len(texts)), at(carrier, RATE)
    said = [speak(engine, text, language, built_in[n % len(built_in)], n) for n, text in enumerate(inputs)]
    taught = _taught(build, inputs, language)
    return {
        name: float(
            np.mean(
                [
                    is_right(judge, one, at(wave, rate), around, language)
                    for one, wave in zip(inputs, waves, strict=True)
                ]
            )
        )
        for name, waves, rate in (
            (f"short_right_{language}", said, engine.rate),
            (f"short_right_{language}_teacher", taught, RATE),
        )
    }


def _taught(build: Path, inputs: list[str], language: str) -> list[Samples]:
    """The second teacher's reading of the inputs, by native voices in turn."""
    teacher, names = Kokoro(build), NATIVE[language]
    say = espeak if language == "pt" else phonemiser("hibari", "en")
    return [teacher.read(say(text), names[number % len(names)]) for number, text in enumerate(inputs)]


def sound(readings: dict[str, list[Reading]], speech: Speech, rate: int) -> Figures:
    """DistillMOS of what was said in each language, of both teachers', and of a bad control."""
    judge, found = Naturalness(), Figures()
    for language, each in readings.items():
        found[f"distillmos_{language}"] = judge.mean([one.wave for one in each[:SOUNDS]], rate)
    for name in ("hibari", "en", "pt"):
        places = [place for place in speech.split("test") if kind(speech.rows[place]) == name][:SOUNDS]
        if places:
            label = name if name == "hibari" else f"kokoro_{name}"
            found[f"distillmos_{label}"] = judge.mean([speech.wave(place) for place in places], RATE)
    control, at_rate = flite([one.text for one in readings["en"][:SOUNDS]])
    return found | ({"distillmos_flite": judge.mean(control, at_rate)} if control else {})


def voices(build: Path, engine: Engine, speech: Speech, readings: dict[str, list[Reading]]) -> Figures:
    """Whether voices that were never heard are recognised when they are cloned, and the built-in ones told apart."""
    judge, texts = Likeness(), [one.text for one in readings["en"]]
    shares, ceiling, _ = recognised(engine, judge, Speech(build / HELD), texts[:CLONED])
    nearest, pair = alike(judge, [one for each in readings.values() for one in each], engine.rate)
    return {
        "held_voices_recognised": float(np.mean(list(shares.values()))),
        "held_voices_recognised_each": shares,
        "held_voices_recognised_recordings": float(np.mean(list(ceiling.values()))),
        "built_in_voices": len(engine.voices()),
        "built_in_most_alike": nearest,
        "built_in_most_alike_pair": pair,
        "right_pitch": follows(speech, engine, texts[:PAIRS]),
    }


def follows(speech: Speech, engine: Engine, texts: list[str]) -> float:
    """Share of texts whose pitch is nearer to their own reference clip's than to that of a clearly other speaker."""
    speakers = speakers_of(speech, speech.split("validation"))
    draw = np.random.default_rng(1)
    right = []
    for number, text in enumerate(texts):
        clips = {one: pick_clip(speech, speakers[one], 6 * MODEL_RATE, draw).numpy() for one in (LOW, HIGH)}
        mine, other = (LOW, HIGH) if number % 2 else (HIGH, LOW)
        said = pitch(speak(engine, text, "en", engine.condition([clips[mine]]), number), engine.rate)
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
