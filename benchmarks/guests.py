"""Whether a second person in a dataset is noticed, on recordings of real people. Prints JSON.

People of LibriSpeech, the English and the Italian speaker of Debian's prompts. Within one recording: so many pieces
of one person with a few of another, each piece 3 to 15 s long; they are told apart where no more than one piece is with
the wrong one. The same with everybody's long-term spectrum made equal, as if one microphone had heard all. Somebody
alone should be one person. Between recordings: how often a recording of another person alone is known as such, by
whether both speak equally high. Needs what `make mini-evaluate` and the recipe of mini fetched.
"""

import argparse
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import fftconvolve, firwin2, stft

from benchmarks.reading import machine
from benchmarks.recorded import prompts
from timbre.audio import vad
from timbre.audio.decode import decode
from timbre.datasets import people
from timbre.datasets.people import Voice
from timbre.datasets.work import RATE

Samples = NDArray[np.float32]
Everybody = dict[str, list[Voice]]

PIECE_S = (2.5, 15.0)
FEWEST, MOST = 8, 24  # pieces of somebody
MAIN = 10
GUESTS = (9, 4, 3, 2)  # pieces of the other one
ALONE = 12  # random choices of everybody's pieces
REACH_DB = 20.0  # how far a spectrum is moved


def recordings(folder: Path, keep: Path, seed: int) -> dict[str, list[Samples]]:
    """Pieces of everybody who has enough of them."""
    found: dict[str, list[Samples]] = defaultdict(list)
    for path in sorted(folder.glob("audio_data/librispeech_*/**/*.flac")):
        found[path.name.partition("-")[0]].append(decode(path, RATE))
    for language in ("en", "it"):
        known = [one for one in prompts(language, keep) if not one.name.startswith("confbridge-")]
        random.Random(seed).shuffle(known)
        found[language] = [one.samples for one in known]
    fitting = {who: [one for one in all_ if _fits(one)][:MOST] for who, all_ in found.items()}
    return {who: pieces for who, pieces in fitting.items() if len(pieces) >= FEWEST}


def _fits(samples: Samples) -> bool:
    return PIECE_S[0] <= len(samples) / RATE <= PIECE_S[1]


def voices(pieces: Sequence[Samples]) -> list[Voice]:
    """As the product keeps them."""
    heard = ((one, np.asarray(soxr.resample(one, RATE, vad.RATE), np.float32)) for one in pieces)
    found = (people.voice(one, vad.speech_spans(narrow)) for one, narrow in heard)
    return [one for one in found if one is not None]


def by_one_microphone(found: dict[str, list[Samples]]) -> dict[str, list[Samples]]:
    """Everybody with the mean of all long-term spectra."""
    spectra = {who: _spectrum(pieces) for who, pieces in found.items()}
    common = np.mean(list(spectra.values()), 0)
    made = {}
    for who, pieces in found.items():
        gain = np.clip(common - spectra[who], -REACH_DB, REACH_DB)
        filter_ = firwin2(513, np.linspace(0, 1, len(gain)), 10 ** (gain / 20))
        made[who] = [fftconvolve(one, filter_, "same").astype(np.float32) for one in pieces]
    return made


def _spectrum(pieces: Sequence[Samples]) -> NDArray[np.float64]:
    """In dB by frequency, smooth, about none on the whole."""
    power = np.mean([np.square(np.abs(stft(one, RATE, nperseg=1024)[2])).mean(1) for one in pieces], 0)
    smooth = np.convolve(np.pad(10 * np.log10(power + 1e-12), 4, mode="edge"), np.ones(9) / 9, "valid")
    return np.asarray(smooth - smooth.mean())


def equally_high(one: Sequence[Voice], other: Sequence[Voice]) -> bool:
    """Whether two people are not told apart by their pitch."""
    highs = [np.median([np.log(voice.pitch) for voice in group if voice.pitch]) for group in (one, other)]
    return bool(abs(highs[0] - highs[1]) < people.HIGHER)


def within(everybody: Everybody) -> dict[str, Any]:
    """Two people in one recording: shares that were told apart."""
    told: dict[str, Any] = {}
    for count in GUESTS:
        apart: dict[bool, list[bool]] = {True: [], False: []}
        seconds = []
        for main, guest in itertools.permutations(everybody.values(), 2):
            apart[equally_high(main, guest)].append(_told_apart(main[:MAIN], guest[-count:]))
            seconds.append(sum(one.frames for one in guest[-count:]) / 100)
        told[f"{MAIN}+{count}"] = {
            "seconds_of_guest": round(float(np.median(seconds)), 1),
            "pairs": len(seconds),
            "told_apart": round(float(np.mean(apart[True] + apart[False])), 3),
            "of_one_pitch": round(float(np.mean(apart[True])), 3),
        }
    return told


def _told_apart(main: list[Voice], guest: list[Voice]) -> bool:
    """Whether at most one piece is in a group that is mostly the other one's."""
    groups = people.told_apart([*main, *guest])
    owners = [sum(number < len(main) for number in group) * 2 > len(group) for group in groups]
    wrong = sum((number < len(main)) != owner for group, owner in zip(groups, owners, strict=True) for number in group)
    return len(set(owners)) == 2 and wrong <= 1


def alone(everybody: Everybody, seed: int) -> dict[str, Any]:
    """One person in one recording."""
    dice, two, count = random.Random(seed), 0, 0
    for found in everybody.values():
        for _ in range(ALONE):
            chosen = dice.sample(found, dice.randint(min(8, len(found)), len(found)))
            two += len(people.told_apart(chosen)) > 1
            count += 1
    return {"recordings": count, "taken_for_two": two}


def between(everybody: Everybody) -> dict[str, Any]:
    """A recording of one person, and another one of another person alone."""
    noticed: dict[bool, list[bool]] = {True: [], False: []}
    for main, guest in itertools.permutations(everybody.values(), 2):
        found = people.main_speaker([main, guest])
        noticed[equally_high(main, guest)].append(0.0 in found[1] or 0.0 in found[0])
    return {
        "pairs": sum(map(len, noticed.values())),
        "noticed_of_another_pitch": round(float(np.mean(noticed[False])), 3),
        "noticed_of_one_pitch": round(float(np.mean(noticed[True])), 3),
    }


def main() -> None:
    """All of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=Path, default=Path("build/mini/people/librispeech"))
    parser.add_argument("--keep", type=Path, default=Path("build/speech-real"), help="where prompts are fetched to")
    parser.add_argument("--seed", type=int, default=2)
    options = parser.parse_args()
    heard = recordings(options.people, options.keep, options.seed)
    own = {who: voices(pieces) for who, pieces in heard.items()}
    one = {who: voices(pieces) for who, pieces in by_one_microphone(heard).items()}
    told = {
        name: {"two_in_one_recording": within(everybody), "one_in_one_recording": alone(everybody, options.seed)}
        for name, everybody in (("own_microphones", own), ("one_microphone", one))
    }
    print(json.dumps({"machine": machine(), "people": len(own), **told, "between_recordings": between(own)}, indent=1))


if __name__ == "__main__":
    main()
