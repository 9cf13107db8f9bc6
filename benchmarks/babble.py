"""Babble: 1,000 inputs of one to three words, spoken by the whole engine, and whether each ends with its text.

    python -m benchmarks.babble --count 1000 --guard off --out build/babble/off.jsonl
    python -m benchmarks.babble --count 1000 --guard on --out build/babble/on.jsonl --like build/babble/off.jsonl
    python -m benchmarks.babble --count 1000 --control clean --out build/babble/clean.jsonl

Half of the inputs are neighbouring words of sentences that no training saw, half are frequent words in any order. Each
has a seed, so with the guard on or off an utterance is the same up to where the guard steps in, and `--like` takes the
verdict of a sound that did not change from the other file. What is worse than there, was wrongly cut.

`--hesitant 8` makes the model one that does not know when to stop, as fine-tuning on padded recordings does: so much is
taken from the logit of its stop. `--blind` takes the alignment heads from it: floor, ceiling and loops are left. The
controls are the teacher's recordings of the same inputs: `clean`, and `spoiled` with another word or noise behind the
text. One JSON object a line, begun anew where the last run stopped; the figures are printed at the end. Needs the
recipe's environment (`make mini-evaluate`), and the folder that its judge is kept in.
"""

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import torch
from numpy.typing import NDArray

from benchmarks.hearing import Listener, sound_end
from recipes.mini.corpus import Sentence, sentences
from recipes.mini.judge import whisper_files
from recipes.mini.teacher import RATE, _recording
from timbre.engine.engine import Engine
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.models import catalogue
from timbre.text.plan import plan

Samples = NDArray[np.float32]

FREQUENT = 2000  # words of the corpus
BEFORE, BEHIND = "The words are as follows.", "And that is the end of it."  # what the judge hears an utterance between
PAUSE, ADDED, NOISE = 0.15, 0.5, 10 ** (-25 / 20)  # of what spoils a recording: seconds before it, of it, its loudness


@dataclass(frozen=True, slots=True)
class Sound:
    """An utterance as it is judged. `codes`: what it is made of; none for a recording."""

    wave: Samples  # 24 kHz
    codes: tuple[int, ...] = ()

    @property
    def mark(self) -> str:
        """What tells it from others: its codes, which no rounding changes, or else its samples."""
        made = np.array(self.codes).tobytes() if self.codes else self.wave.tobytes()
        return sha256(made).hexdigest()[:16]


class Teacher:
    """Reads the same inputs without a fault: what the judge says of it is the judge's own error."""

    def __init__(self) -> None:
        from hibari import Hibari

        self._reader = Hibari(threads=1)

    def read(self, text: str, number: int) -> Samples:
        """A recording as the model was taught with, 24 kHz."""
        return _recording(self._reader, number, Sentence(plan(text, "en")[0].text, "test"), 999)[1]

    def spoil(self, text: str, number: int) -> Samples:
        """A recording with another word behind it, or noise of half a second."""
        draw = np.random.default_rng(number)
        wave = self.read(text, number)
        if number % 2:
            word = str(draw.choice(["water", "seven", "people", "garden", "again", "music", "yellow", "doctor"]))
            rest = self.read(word, number)
        else:
            rest = draw.normal(0, NOISE * float(np.abs(wave).max()), int(ADDED * RATE)).astype(np.float32)
        return np.concatenate((wave, np.zeros(int(PAUSE * RATE), np.float32), rest))


class Model:
    """Speaks by the model's own sampling, the built-in voices in turn. Without the guard, what it says is what it
    wants.
    """

    def __init__(self, name: str, guard: bool, hesitant: float = 0.0, blind: bool = False) -> None:
        folder = Path(name) if Path(name).is_dir() else catalogue.folder(name)
        self.engine, self.guard = Engine.load(folder, name, threads=1), guard
        gpt = self.engine.model.gpt
        with torch.no_grad():
            gpt.mel_head.bias[gpt.args.gpt_stop_audio_token] -= hesitant
        if blind:
            self.engine.heads = ()
        self.voices = [self.engine.voices()[key] for key in sorted(self.engine.voices())]

    def speak(self, text: str, number: int) -> Sound:
        """The whole sound of a text."""
        engine = self.engine
        sampling = replace(engine.sampling(), seed=number)
        pieces = plan(text, "en", engine.character_limit("en"))
        speech = engine.begin(pieces, "en", self.voices[number % len(self.voices)], sampling)
        utterances = list(speech.waiting)
        for utterance in utterances if not self.guard else []:
            utterance.alignment, utterance.fewest, utterance.guarded = None, 0, False
            utterance.most = engine.model.config.model_args.gpt_max_audio_tokens
        parts: list[Samples] = []
        while not speech.finished or speech.ready:
            parts += speech.take()
            engine.step()
        return Sound(np.concatenate(parts), tuple(code for utterance in utterances for code in utterance.codes))


def inputs(count: int, seed: int = 7) -> list[str]:
    """Texts of one to three words as somebody types them, with and without a mark at the end; none was taught."""
    corpus, draw = sentences(), random.Random(seed)
    taught = {line.text for line in corpus if line.split == "train"}
    held = [_words(line.text) for line in corpus if line.split != "train"]
    said = Counter(word.lower() for line in corpus for word in _words(line.text))
    frequent = [word for word, _ in said.most_common(FREQUENT) if len(word) > 1 or word in "ai"]
    found: dict[str, None] = {}
    while len(found) < count:
        length = draw.choice((1, 2, 3))
        words = draw.choice(held)
        if len(found) % 2:
            phrase = [draw.choice(frequent) for _ in range(length)]
        elif len(words) >= length:
            begin = draw.randrange(len(words) - length + 1)
            phrase = words[begin : begin + length]
        else:
            continue
        text = " ".join(phrase)
        text = text[:1].upper() + text[1:] + draw.choice((".", ".", "!", "?", ""))
        if text not in taught:
            found[text] = None
    return list(found)


def measure(texts: list[str], say: Callable[[str, int], Sound], build: Path, out: Path, like: Path | None) -> None:
    """Speaks and judges what `out` does not have yet, a line each."""
    done = len(rows(out)) if out.exists() else 0
    teacher = Teacher()
    listener = Listener(whisper_files(build), heard(teacher.read(BEFORE, 3)), heard(teacher.read(BEHIND, 3)), BEHIND)
    known = {row["sound"]: row for row in rows(like)} if like else {}
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a", encoding="utf-8") as file:
        for number, text in list(enumerate(texts))[done:]:
            made = say(text, number)
            sound = made.mark
            usual = sound_end(heard(teacher.read(text, number)))
            row = {"number": number, "text": text, "sound": sound, "codes": len(made.codes), "usual": round(usual, 2)}
            if sound in known:
                row = {**known[sound], **row}
            else:
                row |= asdict(listener.judge(text, heard(made.wave), usual, sure=bool(known)))
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()


def report(found: list[dict[str, Any]], other: list[dict[str, Any]]) -> dict[str, Any]:
    """The figures, and against another run's: what changed, what it mended, and what it cut that was right."""
    figures: dict[str, Any] = {
        "inputs": len(found),
        "babble": sum(row["babble"] for row in found),
        "babble_by_one_hearing": sum(row["strict"] for row in found),
        "right_word_for_word": sum(row["right"] for row in found),
        "babbled": [row["text"] for row in found if row["babble"]],
    }
    pairs = [(ours, theirs) for ours, theirs in zip(found, other, strict=False) if ours["sound"] != theirs["sound"]]
    if other:
        worse = [ours for ours, theirs in pairs if theirs["right"] and not ours["right"]]
        figures["changed"] = len(pairs)
        figures["mended"] = sum(theirs["babble"] and not ours["babble"] for ours, theirs in pairs)
        figures["wrongly_cut"] = [row["text"] for row in worse]
        shorter = [ours for ours, theirs in pairs if ours["codes"] < theirs["codes"] and not theirs["babble"]]
        figures["shorter_without_need"] = [row["text"] for row in shorter]
    return figures


def rows(path: Path) -> list[dict[str, Any]]:
    """What was judged so far."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def heard(wave: Samples) -> Samples:
    """24 → 16 kHz, as the judge hears."""
    out: Samples = soxr.resample(wave, RATE, HEARD_RATE).astype(np.float32)
    return out


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z][A-Za-z']*", text)


def _speaker(options: argparse.Namespace) -> Callable[[str, int], Sound]:
    if options.control:
        teacher = Teacher()
        read = teacher.read if options.control == "clean" else teacher.spoil
        return lambda text, number: Sound(read(text, number))
    return Model(options.model, options.guard == "on", options.hesitant, options.blind).speak


def main() -> None:
    """Measure, then print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="mini", help="a name of `timbre models list`, or a folder")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--guard", choices=["on", "off"], default="on")
    parser.add_argument("--hesitant", type=float, default=0.0, help="what the logit of the stop is lowered by")
    parser.add_argument("--blind", action="store_true", help="without the heads that align")
    parser.add_argument("--control", choices=["clean", "spoiled"], help="the teacher's recordings instead")
    parser.add_argument("--out", type=Path, required=True, help="JSON lines")
    parser.add_argument("--like", type=Path, help="another run's lines, to compare with")
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe works")
    options = parser.parse_args()
    measure(inputs(options.count), _speaker(options), options.build, options.out, options.like)
    print(json.dumps(report(rows(options.out), rows(options.like) if options.like else []), indent=1))


if __name__ == "__main__":
    main()
