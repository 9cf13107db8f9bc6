"""Brazilian Portuguese sentences to read aloud, from Debian's packages. They are read and never shipped.

Jokes and proverbs of `fortunes-br` are what is held out; a game's dialogues give most of the rest, for manuals alone
would teach the words of manuals. The packages are unpacked under the build folder, not installed: that needs no root.
"""

import gzip
import random
import re
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

from recipes.mini.corpus import HELD, LENGTHS, SHORT_EVERY, TEST, VALIDATION, Sentence, short_inputs

CAMPAIGNS = "did dm dw ei httt l low nr sof sota sotbe thot trow tsg ttb utbs"
PACKAGES = (
    "fortunes-br",
    "debian-reference-pt-br",
    "focalinux-text",
    "manpages-pt-br",
    "gnome-user-docs",
    "wbrazilian",
    *(f"wesnoth-1.16-{name}" for name in CAMPAIGNS.split()),
)

LETTER = "A-Za-zÀ-ÖØ-öø-ÿ"
_CLEAN = re.compile(rf"[A-ZÀ-ÖØ-Þ][{LETTER} ,;:?!\-]*[{LETTER}][.!?]")
_BOUNDARY = re.compile(r"(?<=[a-zà-ÿ][.!?])\s+(?=[A-ZÀ-ÖØ-Þ\"“])")
_ATTRIBUTION = re.compile(r"^\s*--.*", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"<[^<>]*>|\\f[A-Z]|_(?=\w)|(?<=\w)_|`|'")
# English left untranslated, names that no rule of spelling reads, single letters, abbreviations
_FOREIGN = re.compile(
    r"(?i)\b(?:the|of|and|to|is|with|for|you|this|it|are|be|by)\b|[kwyñäëöüøåßæ]|(?![rs]|[cç]{2})([b-z])\1|\b[b-df-np-z]\b|[^aeiou\W]{5}|(?-i:[A-Z]{2})"
)
_PORTUGUESE = re.compile(
    r"(?i)\b(?:[oae]s?|d[aeo]s?|n[ao]s?|que|uma?|em|com|para|por|não|se|eu|você|meu|é)\b|[ãõçáéíóúâêô]"
)


def sentences(build: Path, seed: int = 42) -> list[Sentence]:
    """Every clean sentence, shuffled by `seed`, with short inputs made from their words; the held-out ones come first.

    Fetches the packages at the first call. Raises FileNotFoundError when a package cannot be had.
    """
    root = _unpacked(build / "debian")
    draw = random.Random(seed)
    known = {word.lower() for word in (root / "usr/share/dict/brazilian").read_text("utf-8").split()}
    found = sorted({line for text in _fortunes(root) for line in _clean(text) if _spelled(line, known)})
    draw.shuffle(found)
    seen = set(found[:HELD])
    others = {line for texts in (_dialogues, _pages) for text in texts(root) for line in _clean(text)}
    others |= {
        line for texts in (_plain, _manuals) for text in texts(root) for line in _clean(text) if _spelled(line, known)
    }
    train = sorted({*found[HELD:], *others} - seen)
    train += short_inputs(train, len(train) // SHORT_EVERY, draw, rf"[{LETTER}\-]+")
    draw.shuffle(train)
    splits = ["validation"] * VALIDATION + ["test"] * TEST + ["train"] * len(train)
    return [Sentence(text, split) for text, split in zip(found[:HELD] + train, splits, strict=True)]


def _unpacked(root: Path) -> Path:
    """The folder that holds what all packages install."""
    root.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        done = root / f"{name}.unpacked"
        if done.exists():
            continue
        try:
            subprocess.run(["apt-get", "download", name], cwd=root, check=True, capture_output=True)
            package = next(root.glob(f"{name}_*.deb"))
            subprocess.run(["dpkg-deb", "-x", package.name, "."], cwd=root, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as fault:
            raise FileNotFoundError(f"Debian's package {name} could not be fetched into {root} ({fault})") from fault
        package.unlink()
        done.touch()
    return root


def _fortunes(root: Path) -> Iterator[str]:
    for text in (root / "usr/share/games/fortunes/brasil").read_text("utf-8").split("\n%\n"):
        yield from _ATTRIBUTION.sub("", text).split("\n\n")


def _dialogues(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("usr/share/games/wesnoth/*/locale/pt_BR/LC_MESSAGES/*.mo")):
        yield from (part for text in _translations(path.read_bytes()) for part in re.split(r"\n\s*\n", text))


def _translations(catalogue: bytes) -> Iterator[str]:
    """The translated texts of a compiled gettext catalogue; its first is a header."""
    count, _, table = struct.unpack_from("<3I", catalogue, 8)
    for number in range(1, count):
        length, start = struct.unpack_from("<2I", catalogue, table + 8 * number)
        yield catalogue[start : start + length].decode("utf-8").replace("\0", "\n\n")


def _plain(root: Path) -> Iterator[str]:
    reference = root / "usr/share/debian-reference/debian-reference.pt-br.txt.gz"
    yield from gzip.decompress(reference.read_bytes()).decode("utf-8").split("\n\n")
    for path in sorted(root.glob("usr/share/doc/focalinux/text/*/index.txt.gz")):
        yield from gzip.decompress(path.read_bytes()).decode("latin-1").split("\n\n")


def _manuals(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("usr/share/man/pt_BR/man*/*.gz")):
        text = gzip.decompress(path.read_bytes()).decode("utf-8").replace("\\-", "-").replace("\\ ", " ")
        yield from re.split(r"(?:^[.'].*\n)+", text, flags=re.MULTILINE)


def _pages(root: Path) -> Iterator[str]:
    for path in sorted(root.glob("usr/share/help/pt_BR/**/*.page")):
        yield from re.findall(r"<p>(.*?)</p>", path.read_text("utf-8"), re.DOTALL)


def _clean(text: str) -> list[str]:
    text = " ".join(_MARKUP.sub("", text).split())
    kept = []
    for line in _BOUNDARY.split(text):
        line = line.strip('"“” ').removeprefix("- ").removeprefix("— ")
        plain = _CLEAN.fullmatch(line) and "--" not in line and " -" not in line and len(line) in LENGTHS
        if plain and _PORTUGUESE.search(line) and not _FOREIGN.search(line):
            kept.append(line)
    return kept


def _spelled(line: str, known: set[str]) -> bool:
    """Whether a dictionary knows every word and one has an accent: many were typed without, and would be read wrong."""
    return not line.isascii() and all(word.lower() in known for word in re.findall(rf"[{LETTER}]+", line))
