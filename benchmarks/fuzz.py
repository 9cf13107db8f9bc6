"""Texts that nobody would write, to see what breaks: `python -m benchmarks.fuzz` (`make fuzz`).

100,000 of them over all languages: characters at random, scraps that look like something, the cases and paragraphs of
the tests spliced and mutated. Of each: it is read without an error, a second reading changes nothing, no digit is left,
no plain word that was put into it is lost, its pieces have all its letters and keep the limit, the tokenizer takes
them, and, of one in ten, the same pieces come out when it is written bit by bit. What broke is printed, then the
counts; the exit status is 1 if anything did. The same `--seed` makes the same texts.

`--growth` asks instead how much longer 100,000 characters take than 25,000, of scraps that are repeated: four times as
long is linear.
"""

import argparse
import json
import random
import sys
import time
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from timbre.text import tokenizer
from timbre.text.growing import Growing
from timbre.text.languages import LANGUAGES
from timbre.text.normalise import bound, normalise
from timbre.text.numerals import BOUND
from timbre.text.split import Piece, split

TABLES = Path(__file__).parent.parent / "tests" / "text"
SHOWN = 3  # examples printed of each way to break, in each language
ONE_IN = 10  # texts that are also written bit by bit

WORDS = {
    "ru": "брадомила", "ar": "برادوميلا", "hi": "ब्रदोमिला", "ko": "브라도밀라", "zh-cn": "蓝鲸", "ja": "くじら",
}  # fmt: skip
"""A word that no rule has anything to say about; `bradomila` in all other languages."""

SCRAPS = [
    "Dr.", "z. B.", "€", "R$", "$", "£", "1", "23", "1998", "007", ".", ",", "/", "-", "–", "—", ":", ";", "!",
    "?", "…", "...", "Uhr", "%", "km", "kg", "m²", "II", "IV.", "XXI", "www.", "a.com", "me@x.org", "😀", "👍🏽",
    "❤️", "½", "²", "\n", "\n\n", " ", " ", "1.", "a)", "(", ")", "[", "]", "«", "»", "“", "”", "„", "'", '"',
    "’", "https://x.y/z?a=b", "+55", "(11)", "98765-4321", "12/10/2024", "3.9.1920", "14:30", "7h", "p.m.",
    "#tag_1", "C++", "file.txt", "2.10.1", "-3", "1,5", "1.234,56", "1/2", "№5", "§ 4", "°C", "ª", "º", "A",
    "B.", "ABC", "USA", "iPhone", "D.C.", "&", "@", "=", "×", "÷", "≤", "π", "\u00a0", "\u200b", "e\u0301",
    "\u0301", "\u202e", "٣", "५", "三", "第", "年", "月", "日", "個", "分", "억", "개", "시", "года", "кг", "в", "هـ",
    "،", "؟", "।", "रु", "を", "ー", "ﬁ", "ß", "İ", "ı", "Ǆ", "𝟙", "①", "Ⅳ", "<b>", "{x}", "[STOP]", "|", "\\",
    "~", "^", "*", "_", "`", "\x00",
]  # fmt: skip
BLOCKS = [
    (0x20, 0x7F), (0x20, 0x7F), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x600, 0x6FF), (0x900, 0x97F),
    (0x2000, 0x206F), (0x20A0, 0x22FF), (0x2600, 0x27BF), (0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0xFF00, 0xFFEF), (0x1F300, 0x1FAFF),
]  # fmt: skip

NASTY = [
    "a", "7", "7 ", " ", "\n", "(", ")", '"', "“", "’", ".", "...", "a.", "A. ", "a@", "a@a.",
    "www.", "I", "XIV ", "1.", "1,5 ", "-", "—", "10:30 ", "1/2 ", "R$1", "é", "e\u0301", "\u0301",
    "😀", "👍🏽", "привет ", "你好", "مرحبا ", "aя你", "نن1", "한1개", "x-1", "#a", "_", "=",
]  # fmt: skip
EASY = 0.005  # seconds; less is measured too coarsely to say how it grows


class Maker:
    """Makes texts of a language from a source of chance, with its plain word in them."""

    def __init__(self, language: str, chance: random.Random) -> None:
        self.language = language
        self.word = WORDS.get(language, "bradomila")
        self._chance = chance
        self._known = [case["input"] for case in _table("cases", language)["case"]]
        paragraphs = _table("paragraphs", language).get("paragraph", [])
        self._known += [" ".join(row["sentences"]).replace("¦", "") for row in paragraphs]
        self._foreign = [case["input"] for case in _table("cases", chance.choice([*LANGUAGES]))["case"]]

    def text(self) -> str:
        """The next one."""
        kind = self._chance.choice((self._characters, self._scraps, self._spliced, self._mutated, self._repeated))
        text = kind()
        for _ in range(self._chance.randint(0, 2)):
            at = self._chance.randint(0, len(text))
            text = f"{text[:at]} {self.word} {text[at:]}"
        return text

    def _characters(self) -> str:
        blocks = self._chance.choices(BLOCKS, k=3)
        return "".join(
            chr(self._chance.randint(*self._chance.choice(blocks))) for _ in range(self._chance.randint(1, 60))
        )

    def _scraps(self) -> str:
        blank = self._chance.choice(("", "", " "))
        return blank.join(self._chance.choices(SCRAPS, k=self._chance.randint(1, 14)))

    def _spliced(self) -> str:
        parts = []
        for _ in range(self._chance.randint(2, 4)):
            whole = self._chance.choice(self._known if self._chance.random() < 0.8 else self._foreign)
            start = self._chance.randint(0, len(whole) // 2)
            parts.append(whole[start : self._chance.randint(start, len(whole))])
        return self._chance.choice(("", " ", "\n")).join(parts)

    def _mutated(self) -> str:
        marks = list(self._chance.choice(self._known))
        for _ in range(self._chance.randint(1, 4)):
            at = self._chance.randrange(len(marks) or 1)
            what = self._chance.randint(0, 3)
            if what == 0 and marks:
                del marks[at]
            elif what == 1 and marks:
                marks[at : at + 1] = marks[at : at + 1] * 2
            elif what == 2 and marks:
                marks[at] = marks[at].swapcase()
            else:
                marks.insert(at, self._chance.choice(SCRAPS))
        return "".join(marks)

    def _repeated(self) -> str:
        part = "".join(self._chance.choices(SCRAPS, k=self._chance.randint(1, 3)))
        return part * self._chance.randint(2, 30)


def _table(kind: str, language: str) -> dict[str, list[dict[str, str]]]:
    path = TABLES / kind / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def broken(text: str, language: str, word: str, torn: int = 0) -> Iterator[str]:
    """What does not hold for a text, in a few words each. torn: it is also written so many characters at a time."""
    try:
        said = normalise(text, language)
        if normalise(said, language) != said:
            yield "a second reading changes it"
        if any(unicodedata.category(mark) == "Nd" for mark in said):
            yield "a digit is left"
        if _count(said, word) < _count(text, word):
            yield "a word is lost"
        limit = LANGUAGES[language].limit
        tied = bound(text, language)
        pieces = split(tied, language, limit)
        if any(len(piece.text) > limit for piece in pieces):
            yield "a piece is too long"
        if _letters("".join(piece.text for piece in pieces)) != _letters(tied):
            yield "letters are lost in the pieces"
        for piece in pieces:
            tokenizer.prepare(piece.text, language)
        if torn and [piece.text for piece in _written(text, language, torn)] != [piece.text for piece in pieces]:
            yield "other pieces when it is written bit by bit"
    except Exception as fault:
        yield f"raises {type(fault).__name__}"


def _count(text: str, word: str) -> int:
    return text.casefold().replace(BOUND, " ").count(word)


def _letters(text: str) -> str:
    return "".join(mark for mark in text if mark.isalnum())


def _written(text: str, language: str, size: int) -> list[Piece]:
    growing = Growing(language, LANGUAGES[language].limit)
    pieces = [piece for at in range(0, len(text), size) for piece in growing.add(text[at : at + size])]
    return pieces + growing.flush()


def growth(language: str, part: str, size: int) -> float:
    """How many times longer a part takes that is repeated to four times that many characters: processor time."""
    limit = LANGUAGES[language].limit

    def seconds(length: int) -> float:
        text = (part * length)[:length]
        begun = time.thread_time()
        split(bound(text, language), language, limit)
        return time.thread_time() - begun

    short = min(seconds(size) for _ in range(3))
    return min(seconds(4 * size) for _ in range(2)) / max(short, EASY)


def run(count: int, seed: int, languages: list[str]) -> dict[str, Counter[str]]:
    """Language → what broke, how often, of `count` texts over all of them; what broke is printed."""
    found = {language: Counter[str]() for language in languages}
    for number, language in enumerate(languages):
        chance = random.Random(f"{seed} {language}")
        maker = Maker(language, chance)
        for _ in range(count // len(languages) + (number < count % len(languages))):
            text = maker.text()
            torn = chance.randint(1, 9) if chance.random() < 1 / ONE_IN else 0
            for what in broken(text, language, maker.word, torn):
                found[language][what] += 1
                if found[language][what] <= SHOWN:
                    print(f"{language}: {what}: {text!r}" + f" (by {torn})" * bool(torn), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="texts in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--language", choices=LANGUAGES, action="append", help="this one alone; may be repeated")
    parser.add_argument("--growth", action="store_true", help="how the time grows with the length")
    chosen = parser.parse_args()
    if chosen.growth:
        for language in chosen.language or [*LANGUAGES]:
            grown = {part: round(growth(language, part, 25_000), 1) for part in NASTY}
            worst = max(grown, key=lambda part: grown[part])
            print(f"{language}: at most {grown[worst]} times as long ({worst!r})", flush=True)
        return
    begun = time.perf_counter()
    found = run(chosen.count, chosen.seed, chosen.language or [*LANGUAGES])
    counts = {language: dict(kinds) for language, kinds in found.items() if kinds}
    print(json.dumps({"texts": chosen.count, "seed": chosen.seed, "broken": counts}))
    print(f"{time.perf_counter() - begun:.0f} s", file=sys.stderr)
    sys.exit(bool(counts))


if __name__ == "__main__":
    main()
