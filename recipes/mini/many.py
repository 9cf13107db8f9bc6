"""The many voices: which pack reads which sentence, and the reading itself.

Half is Portuguese and half English, one after the other, so that a run stopped at any time is balanced. Some packs are
kept out of training, to learn at the end what a voice that was never heard comes to.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from recipes.mini import corpus, corpus_pt
from recipes.mini.corpus import HELD, Sentence
from recipes.mini.kokoro import Kokoro, espeak
from timbre.text.phonemes import phonemiser

HELD_VOICES = ("af_bella", "af_sarah", "bf_emma", "am_michael", "bm_george")
HELD_READINGS = 12  # of each of them
NATIVE = {
    "pt": ("pf_dora", "pm_alex", "pm_santa"),
    "en": (
        "af_alloy", "af_aoede", "af_heart", "af_jessica", "af_kore", "af_nicole", "af_nova", "af_river", "af_sky",
        "am_adam", "am_echo", "am_eric", "am_fenrir", "am_liam", "am_onyx", "am_puck", "am_santa",
        "bf_alice", "bf_isabella", "bf_lily", "bm_daniel", "bm_fable", "bm_lewis",
    ),
}  # fmt: skip
# packs of other languages that Whisper understands as well
FOREIGN: dict[str, tuple[str, ...]] = {
    "pt": (
        "ef_dora", "em_alex", "if_sara", "im_nicola", "af_alloy", "af_sky", "am_adam", "am_echo", "am_fenrir",
        "am_liam", "am_santa",
    ),
    "en": (
        "pf_dora", "pm_alex", "pm_santa", "ef_dora", "em_alex", "em_santa", "if_sara", "im_nicola", "ff_siwis",
        "hf_alpha", "hf_beta", "hm_omega", "hm_psi",
    ),
}  # fmt: skip
FOREIGN_EVERY = {"pt": 3, "en": 3}  # one sentence of so many is read by them
FACTORS = tuple(round(0.8 * (1.25 / 0.8) ** (step / 8), 4) for step in range(9))  # of `mix`; the middle one is 1
PASSES = 3  # over each corpus
PACKS = 54  # that the package carries
READERS = 2  # a process each
AHEAD = 16_000  # places of the plan between where two readers begin
READINGS = (4757, 1370)  # what each reader reads; `begin` says how to go on with more


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence by one voice, at the pace that resampling by `factor` will bring back to about an even one."""

    number: int
    split: str
    text: str
    language: str
    voice: str
    factor: float


def readings(build: Path, seed: int = 42) -> list[Reading]:
    """The whole plan, in the order of reading: what is held out, read by native voices, then the voices held out, then
    the training set.
    """
    texts = {"pt": corpus_pt.sentences(build), "en": corpus.sentences()}
    voices = {code: _turns(NATIVE[code], random.Random(f"held {code} {seed}")) for code in texts}
    plan = list(_alternate(texts, voices, slice(HELD)))
    test = [line for line in texts["en"] if line.split == "test"]
    held = [voice for _ in range(HELD_READINGS) for voice in HELD_VOICES]
    plan += [(Sentence(line.text, "held"), "en", voice) for line, voice in zip(test, held, strict=False)]
    voices = {code: _mixed(code, seed) for code in texts}
    for _ in range(PASSES):
        plan += _alternate(texts, voices, slice(HELD, None))
    pace = random.Random(f"pace {seed}")
    return [
        Reading(number, line.split, line.text, language, voice, pace.choice(FACTORS))
        for number, (line, language, voice) in enumerate(plan)
    ]


def _alternate(
    texts: dict[str, list[Sentence]], voices: dict[str, Iterator[str]], part: slice
) -> Iterator[tuple[Sentence, str, str]]:
    """A sentence of each language in turn, until the shorter list ends."""
    for pair in zip(*(lines[part] for lines in texts.values()), strict=False):
        yield from ((line, code, next(voices[code])) for line, code in zip(pair, texts, strict=True))


def _mixed(code: str, seed: int) -> Iterator[str]:
    """Native voices, and a foreign one now and then."""
    native = _turns(NATIVE[code], random.Random(f"native {code} {seed}"))
    foreign = _turns(FOREIGN[code], random.Random(f"foreign {code} {seed}"))
    for number in count():
        yield next(native if number % FOREIGN_EVERY[code] or not FOREIGN[code] else foreign)


def _turns(names: tuple[str, ...], draw: random.Random) -> Iterator[str]:
    """Every voice once, in another order each time."""
    while True:
        yield from draw.sample(names, len(names))


def share(plan: list[Reading], reader: int) -> list[Reading]:
    """What a reader reads of the plan: the first all of it, the others Portuguese from further on, for that is what
    only this teacher gives.
    """
    return [one for one in plan[AHEAD * reader :] if not reader or one.language == "pt"]


def read_aloud(build: Path, reader: int = 0, only_held: bool = False, seed: int = 42) -> None:
    """Write `speech-SEED-READER.i16` (24 kHz, one channel, end to end) and its index into `build/kokoro`, until there
    are as many readings as `READINGS` says, or as are held out.

    Goes on where an earlier run stopped: the index is the truth, and samples beyond its last line are dropped. Readers
    may run side by side, one a core.
    """
    folder = build / "kokoro"
    folder.mkdir(parents=True, exist_ok=True)
    speech, index = folder / f"speech-{seed}-{reader}.i16", folder / f"index-{seed}-{reader}.jsonl"
    written = index.read_text("utf-8").splitlines() if index.exists() else []
    last = json.loads(written[-1]) if written else {"start": 0, "samples": 0}
    end = last["start"] + last["samples"]
    speech.touch()
    mine = share(readings(build, seed), reader)[: READINGS[reader]]
    if only_held:
        mine = [one for one in mine if one.split != "train"]
    teacher = Kokoro(build)
    speaker = {name: number for number, name in enumerate(teacher.voices)}
    say = phonemiser("hibari", "en")
    with speech.open("r+b") as samples, index.open("a", encoding="utf-8") as rows:
        samples.truncate(end * 2)
        samples.seek(end * 2)
        for reading in mine[len(written) :]:
            read = espeak(reading.text) if reading.language == "pt" else say(reading.text)
            wave = teacher.read(read, reading.voice, reading.factor**-0.5)
            samples.write((wave * 32767).astype("<i2").tobytes())
            samples.flush()
            key = "espeak" if reading.language == "pt" else "phonemes"
            row = {**asdict(reading), key: read, "speaker": speaker[reading.voice]}
            rows.write(json.dumps({**row, "start": end, "samples": len(wave)}, ensure_ascii=False) + "\n")
            rows.flush()
            end += len(wave)
