"""What Chinese, Japanese and Korean have alike: signs in full width, no blank between a number and the word after it.

A letter of these scripts may touch a number, so that here a token ends where Latin letters and digits end.
"""

import re
import unicodedata
from typing import ClassVar

from babel.numbers import get_currency_name

from timbre.text import numerals
from timbre.text.normalisers import base
from timbre.text.normalisers.base import CURRENCIES, Normaliser, Rule, any_of, calendar_day, rule
from timbre.text.normalisers.en import HUMS, LETTER_BY_LETTER

START, END = r"(?<![A-Za-z0-9.,-])", r"(?![A-Za-z0-9])"
RANGE = "[-–—~〜～]"
SUFFIXES = "%％年月日号时時点分년월일시분"  # that may stand at both ends of a range
SUMS = {symbol: code for symbol, code in CURRENCIES.items() if symbol not in "元円원"}
SQUARED = {
    "㎡": "area-square-meter", "㎢": "area-square-kilometer", "㎥": "volume-cubic-meter", "㎞": "length-kilometer",
    "㎏": "mass-kilogram", "㎝": "length-centimeter", "㎜": "length-millimeter", "㎖": "volume-milliliter",
    "％": "concentr-percent",
}  # fmt: skip


class EastAsian(Normaliser):
    """The reader of a language whose letters touch its numbers."""

    units: ClassVar[dict[str, str]] = SQUARED
    names: ClassVar[dict[str, str]] = {}  # symbol of a currency → its name; absent: CLDR's name
    date_words: ClassVar[tuple[str, str, str]]
    clock_words: ClassVar[tuple[str, str, str]]
    large: ClassVar[str] = ""  # pattern of the scales that may stand between a sum and its currency
    said: ClassVar[dict[str, str]] = {}  # acronym → how it is said
    spelled_gap: ClassVar[str] = " "
    plus: ClassVar[str] = ""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.signed = rf"(?:(?<![A-Za-z0-9)])[-−])?{self.plain}"
        self.compiled = [*self.rules()]

    def rules(self) -> list[Rule]:
        sum_ = rf"([-−]?){START}({any_of(SUMS)})\s?({self.plain})((?:{self.large})?)"
        return [
            rule("[Ａ-Ｚａ-ｚ＆＠＋＝＜＞￥＄／＃]|(?<=\\d)：(?=\\d)", lambda f: unicodedata.normalize("NFKC", f[0])),
            (base._MAIL, self._address),
            (base._WEB, self._address),
            (base._FILE, self._file),
            (base._INTERNATIONAL, lambda f: f"{self.plus or self.words.plus}{self.blank}{self.grouped(f[1])}"),
            rule(
                rf"{START}(?:0\d{{1,3}}-\d{{6,8}}|[01]\d{{1,2}}([ -])\d{{3,4}}\1\d{{4}})(?![\d-])",
                lambda f: self.grouped(f[0]),
            ),
            rule(rf"{START}([12]\d{{3}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?![\d/-])", self._date),
            rule(r"(?<![\d:.,])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])", self._clock),
            rule(r"(?<=第)\s?([IVXLC]+)(?![A-Za-z])\s?", self._roman),
            rule(r"(?<=제)([IVXLC]+)(?![A-Za-z])", self._roman),
            rule(r"(?<![A-Za-z])([IVXLC]+)(?=世|세(?![가-힣]))", self._roman),
            *self.own_rules(),
            rule(r"(?<![A-Za-z0-9.'’-])([IVX]{2,})(?![A-Za-z0-9'’]|\.[A-Za-z])", self._roman),
            rule(r"\s?(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/])(?:\s(?=[^\W\d_])|)", self._fraction_of),
            *self._range_rules(),
            rule(sum_, lambda f: self.sum(f[1], f[3], f[4], f[2])),
            rule(rf"()({self.plain})\s?({any_of(SUMS)})(?![A-Za-z])", lambda f: self.sum(f[1], f[2], "", f[3])),
            rule(rf"({self.signed})\s?({any_of(self.all_units)}){END}", self._measure),
            *self.number_rules(),
            rule(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])-(?=\d)", lambda _: self.gap),
            rule(r"(?<!\d)\d+(?:\.\d+){2,}", self._dotted),
            (re.compile(self.signed), lambda f: self.number(f[0])),
            *self.late_rules(),
            rule(r"(?<![A-Za-z0-9'’.-])([A-Z]{2,5})(?![A-Za-z'’]|\.[A-Za-z])", self._acronym),
            rule(rf"\s*({any_of(self.all_symbols)})\s*(?=([.,;:!?)])?)", self._symbol),
        ]

    def _range_rules(self) -> list[Rule]:
        ends = rf"(?<![A-Za-z0-9./-])({self.plain}\s?[{SUFFIXES}]?)\s?{RANGE}\s?(?={self.plain}(?![\d/-]))"
        return [rule(ends, lambda f: f"{f[1]}{self.span}{self.blank}")]

    def _date(self, found: re.Match[str]) -> str:
        day = calendar_day(found[4], found[3], found[1])
        if not day:
            return found[0]
        words = zip((day.year, day.month, day.day), self.date_words, strict=True)
        return self.blank.join(f"{number}{word}" for number, word in words)

    def _clock(self, found: re.Match[str]) -> str:
        hour, minute, second = self.clock_words
        parts = [f"{int(found[1])}{hour}"]
        if int(found[2]) or found[3]:
            parts.append(f"{int(found[2])}{minute}")
        if found[3]:
            parts.append(f"{int(found[3])}{second}")
        return self.blank.join(parts) + (
            " " if self.blank and found.string[found.end() : found.end() + 1].isdigit() else ""
        )

    def _roman(self, found: re.Match[str]) -> str:
        return str(numerals.roman(found[1]) or found[0])

    def _fraction_of(self, found: re.Match[str]) -> str:
        return (self.blank if found[0][0] == " " else "") + self.part(found[1], found[2])

    def part(self, above: str, below: str) -> str:
        """A fraction in words."""
        raise NotImplementedError

    def sum(self, sign: str, number: str, scale: str, symbol: str) -> str:
        """So much of a currency; noughts that close its fraction are not said."""
        if self.point in number:
            number = number.rstrip("0").rstrip(self.point)
        name = self.names.get(symbol) or get_currency_name(SUMS[symbol], locale=self.language)
        return f"{self.number(sign + number)}{scale}{self.gap}{name}"

    def unit_name(self, value: float, unit: str) -> str:
        named = super().unit_name(value, unit)
        return named if self.blank else named.replace(" ", "")

    def letter_names(self, capitals: str) -> str:
        return self.spelled_gap.join(self.letters.get(letter, letter) for letter in capitals)

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        if word in self.said:
            return self.said[word]
        vowels = set(word) & set("AEIOUY")
        spelled = word in LETTER_BY_LETTER or len(word) < 4 or not vowels
        return self.letter_names(word) if spelled and word not in HUMS else word
