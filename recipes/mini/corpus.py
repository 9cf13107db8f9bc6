"""Sentences to read aloud, from Debian's packages `fortunes` and `wordnet-base`. They are read and never shipped."""

import random
import re
from dataclasses import dataclass
from pathlib import Path

FORTUNES = Path("/usr/share/games/fortunes")
WORDNET = Path("/usr/share/wordnet")  # the example sentences of its glosses: many words that fortunes lack
LENGTHS = range(12, 111)  # characters of a sentence
VALIDATION, TEST = 200, 200  # sentences that no training sees
HELD = VALIDATION + TEST
SHORT_EVERY = 8  # one short input (one to three words) for so many sentences, or the model never learns to stop early

_SKIP = {"art", "ascii-art", "translate-me", "perl"}  # drawings, other languages, code
_CLEAN = re.compile(r"[A-Z][A-Za-z ,;:'?!\-]*[A-Za-z][.!?]")
_BOUNDARY = re.compile(r"(?<=[a-z][.!?])\s+(?=[A-Z\"])")
_ATTRIBUTION = re.compile(r"^\s*--.*", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One line of the corpus and the part it plays: `train`, `validation` or `test`."""

    text: str
    split: str


def sentences(seed: int = 42) -> list[Sentence]:
    """Every clean English sentence of both sources, shuffled by `seed`, with short inputs made from their words.

    The order is the order of reading: held-out sentences, all of them fortunes, come first.
    Raises FileNotFoundError when a source is not installed.
    """
    draw = random.Random(seed)
    found = sorted({line for fortune in _fortunes() for line in _clean(fortune)})
    draw.shuffle(found)
    seen = set(found[:HELD])
    train = sorted({*found[HELD:], *(line for line in _examples() if line not in seen)})
    train += short_inputs(train, len(train) // SHORT_EVERY, draw)
    draw.shuffle(train)
    splits = ["validation"] * VALIDATION + ["test"] * TEST + ["train"] * len(train)
    return [Sentence(text, split) for text, split in zip(found[:HELD] + train, splits, strict=True)]


def _fortunes() -> list[str]:
    paths = [path for path in sorted(FORTUNES.glob("*")) if not path.suffix and path.name not in _SKIP]
    if not paths:
        raise FileNotFoundError(f"{FORTUNES} is empty. Install it with: apt-get install fortunes")
    return [text for path in paths for text in path.read_text("utf-8", "ignore").split("\n%\n")]


def _examples() -> list[str]:
    paths = sorted(WORDNET.glob("data.*"))
    if not paths:
        raise FileNotFoundError(f"{WORDNET} is empty. Install it with: apt-get install wordnet-base")
    quoted = [text for path in paths for text in re.findall(r'"([^"]+)"', path.read_text("utf-8", "ignore"))]
    return [line for text in quoted for line in _clean(text[:1].upper() + text[1:].rstrip(" ;,.") + ".")]


def _clean(fortune: str) -> list[str]:
    text = " ".join(_ATTRIBUTION.sub("", fortune).split())
    kept = []
    for line in _BOUNDARY.split(text):
        line = line.strip('" ')
        plain = _CLEAN.fullmatch(line) and "--" not in line and len(line) in LENGTHS
        if plain and not re.search(r"[A-Z]{2}|\b[b-hj-z]\b", line):
            kept.append(line)
    return kept


def short_inputs(lines: list[str], count: int, draw: random.Random, word: str = r"[A-Za-z']+") -> list[str]:
    """`count` inputs of one to three neighbouring words, with the full stop that a piece of text always ends in. `word`
    is what one looks like, as a regular expression.
    """
    made = []
    for _ in range(count):
        words = re.findall(word, draw.choice(lines))
        length = min(draw.choice((1, 1, 2, 2, 3)), len(words))
        start = draw.randrange(len(words) - length + 1)
        phrase = " ".join(words[start : start + length])
        made.append(phrase[:1].upper() + phrase[1:] + draw.choice("...!?"))
    return made
