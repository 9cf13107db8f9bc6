"""What German, Dutch, Hungarian and Turkish readers do alike, each with words of its own language."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import CURRENCIES, SPELT_EVERYWHERE, Normaliser, Rule, any_of, calendar_day, rule

HUMS = {"HM", "HMM", "PST", "PSST", "BRR", "BRRR", "GRR", "GRRR", "MM", "MMM", "ZZZ", "SCH", "SST", "PFF", "PFFT"}
CLOCK = r"(?<![\w:.,])([01]?\d|2[0-4])[:.]([0-5]\d)(?![\w:]|[.,]\d)"

FRACTION = r"(?<![\w/.,])(?:([1-9]\d{0,2})\s)?([1-9]\d?)/(\d{1,3})(?![\w/]|,\d)"


class Common(Normaliser):
    """A reader with a table of months, letters said one by one, and a word for a sign between numbers."""

    months: ClassVar[list[str]]
    times: ClassVar[str]  # between two numbers
    about: ClassVar[str]
    hashtag: ClassVar[str] = "hashtag"
    vowels: ClassVar[str] = "AEIOUYÄÖÜÉÁÍÓŐÚŰİI"
    spelled: ClassVar[set[str]] = set()  # read letter by letter although they have a vowel
    said: ClassVar[dict[str, str]] = {}  # acronym → what is said

    def dates(self) -> list[Rule]:
        """Days written in figures, the day first, and as ISO writes them."""
        return [
            rule(
                r"(?<![\w/.-])(\d{1,2})([/.-])\s?(\d{1,2})\2\s?([12]\d{3}|\d{2})(?![\w/]|[.,-]\d)",
                lambda f: self.date(f[1], f[3], f[4]) or f[0],
            ),
            rule(r"(?<![\w/-])([12]\d{3})-(\d\d)-(\d\d)(?![\w-])", lambda f: self.date(f[3], f[2], f[1]) or f[0]),
        ]

    def date(self, day: str, month: str, year: str = "") -> str:
        """The day with its month's name, as the other rules read it on; empty when there is no such day."""
        found = calendar_day(day, month, year)
        if not found:
            return ""
        return self.dated(found.day, self.months[found.month - 1], str(found.year) if year else "")

    def dated(self, day: int, month: str, year: str) -> str:
        """A day, the name of its month and perhaps the year, in order."""
        return f"{day} {month} {year}".rstrip()

    def signs_between(self) -> list[Rule]:
        """Signs by numbers, and hashtags."""
        return [
            rule(r"(?<=\d)\s?[x×]\s?(?=\d)|(?<=\d)\s?[x×](?!\w)", lambda _: f" {self.times} "),
            rule(r"(?<=\d\s)-(?=\s\d[\d.,]*\s?=)", lambda _: "−"),
            rule(r"(?<!\w)#(?=\w)", lambda _: f"{self.hashtag} "),
            rule(r"~\s?(?=\d)", lambda _: f"{self.about} "),
        ]

    def scaled_sums(self) -> Rule:
        """A scale between the number and the sign: "2 million €"."""
        pattern = rf"(?<!\w)({self.plain})\s?({any_of(self.scales)})\s?({any_of(CURRENCIES)})(?![A-Za-z])"
        return rule(
            pattern,
            lambda f: f"{self.number(f[1], 'feminine')} {self.scaled(self.scales[f[2]], CURRENCIES[f[3]])}",
        )

    def acronyms(self, ending: str = "") -> list[Rule]:
        """Capitals without a vowel, or known to be spelt, letter by letter; `ending` is a pattern that may follow."""
        rules = [rule(rf"(?<!\w)({any_of(self.said)})(?!\w)", lambda f: self.said[f[1]])] if self.said else []
        capital = "A-ZÀ-ÖØ-ÞĞİŞŐŰ"
        return [
            *rules,
            rule(rf"(?<![\w'’.-])([{capital}]{{2,6}})({ending})(?![\w])", self._acronym),
        ]

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        spelt = word in self.spelled | SPELT_EVERYWHERE or (not set(word) & set(self.vowels) and word not in HUMS)
        return self.letter_names(word) + self.joined(found[2]) if spelt else found[0]

    def joined(self, ending: str) -> str:
        """What follows an acronym, as it stands after its letters."""
        return ending

    def parts(self, words: str) -> Rule:
        """A Roman numeral after the name of a part: "chapter V"."""

        def say(found: re.Match[str]) -> str:
            value = numerals.roman(found[2])
            return f"{found[1]} {self.number(str(value))}" if value else found[0]

        return rule(rf"\b((?i:{words}))\s([IVXLCDM]+)(?![\w.'’]\w|\w)", say)
