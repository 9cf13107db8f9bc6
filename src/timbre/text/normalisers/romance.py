"""What readers of Spanish, Italian and French do alike: dates, rulers and centuries, fractions, acronyms, agreement.

A language fills the tables, adds its hours, telephones and ordinals, and overrides what it says otherwise.
"""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import SPELT_EVERYWHERE, Normaliser, Rule, any_of, calendar_day, like, rule

ROMAN = r"([IVX]{2,}|[IVX](?!\.\s[A-ZÀ-Þ]))(?![\w'’]|\.\w)"
_TEXT_ENDS = re.compile(r"\s*(?:$|\n)")
_DENOMINATORS = frozenset([*range(2, 11), 12, 16, 20, 32, 64, 100])  # 9/11 and 24/7 are no fractions


class Romance(Normaliser):
    """The common part; no language by itself."""

    months: ClassVar[list[str]] = []
    of: ClassVar[str] = " "  # between day, month and year
    first: ClassVar[str] = ""  # the first of a month; empty where it is a plain "one"
    number_sign: ClassVar[str] = ""  # a pattern for "no." before a number
    number_word: ClassVar[str] = ""
    times: ClassVar[str] = ""
    about: ClassVar[str] = ""
    phrases: ClassVar[dict[str, str]] = {}  # abbreviations of more than a word or without a period, as they are written
    telephones: ClassVar[tuple[str, ...]] = ()  # patterns
    kings: ClassVar[str] = ""
    queens: ClassVar[str] = ""
    parts: ClassVar[str] = ""  # what a Roman numeral counts after it: chapters
    counted: ClassVar[str] = ""  # what a Roman numeral counts before it: congresses
    fractions: ClassVar[dict[int, str]] = {}  # names of denominators where they are no ordinals
    half: ClassVar[tuple[str, str]] = ("", "")  # half a litre, half an hour
    and_half: ClassVar[tuple[str, str]] = ("", "")  # two litres and a half, two hours and a half
    feminine: ClassVar[re.Pattern[str]]
    masculine: ClassVar[re.Pattern[str]]
    not_nouns: ClassVar[re.Pattern[str]]  # may follow a number, and is none of what it counts
    before_noun: ClassVar[str] = ""  # what may stand between a number and its noun: a pattern that begins with \s
    syllables: ClassVar[re.Pattern[str]]
    spelt: ClassVar[frozenset[str]] = frozenset()  # letter by letter although it could be said
    acronyms: ClassVar[dict[str, str]] = {}

    def own_rules(self) -> list[Rule]:
        months = "|".join(self.months)
        return [
            rule(rf"(?<!\w){self.number_sign}\s?(?=\d)", lambda f: like(f[0], f"{self.number_word} ")),
            rule(r"(?<![\w/])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/]|\.\d)", self._date),
            rule(r"(?<![\w/-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", lambda f: self.date(f[3], f[2], f[1]) or f[0]),
            rule(r"(?<![\w/])(\d\d)/(\d\d)(?![\w/])", lambda f: self.date(f[1], f[2]) or f[0]),
            rule(r"(?<![\w/])(0?[1-9]|1[0-2])/([12]\d{3})(?![\w/])", self._month_of_year),
            rule(rf"(?<![\w.,])0?1(?={self.of}(?:{months})\b)", lambda _: self.first or self.number("1")),
            *self.clock_rules(),
            *(rule(pattern, self._grouped) for pattern in self.telephones),
            # thousands with blanks
            rule(r"(?<![\w.,+])\d{1,3}(?: \d{3})+(?![\w-])", lambda f: f[0].replace(" ", "")),
            *self.ordinal_rules(),
            *self._roman_rules(),
            rule(r"(?<![\w/.,])([1-9]\d{0,2})\s1/2\s([^\W\d_]+)", self._and_half),
            rule(r"(?<![\w/.,])([1-9]\d{0,2})\s([1-9])/(\d{1,2})(?![\w/])", self._mixed),
            rule(r"(?<![\w/.,])([1-9]\d?)/(\d{1,3})(?![\w/]|,\d)(?=(?:\s([^\W\d_]+))?)", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: f" {self.signs['/']} "),
            rule(r"(?<=\d)\s?[x×]\s?(?=\d)|(?<=\d)\s?[x×](?!\w)", lambda _: f" {self.times} "),
            rule(r"(?<!\w)#(?=\d)", lambda _: f"{self.number_word} "),
            rule(r"(?<!\w)#(?=\w)", lambda _: "hashtag "),
            rule(r"~\s?(?=\d)", lambda _: f"{self.about} "),
            rule(r"(?<!\w)v(?=\d+\.\d)", lambda _: self.letters["V"] + " "),
            rule(r"(?<!\w)['’](?=\d\d(?!\w))", lambda _: ""),
            rule(r"(?<=['’])€", lambda _: self.symbols["€"]),
        ]

    def _abbreviation_rules(self) -> list[Rule]:
        return [rule(rf"(?<![\w.])({any_of(self.phrases)})(?!\w)", self._phrase), *super()._abbreviation_rules()]

    def clock_rules(self) -> list[Rule]:
        """The hours of the day."""
        return []

    def ordinal_rules(self) -> list[Rule]:
        """Ordinals in digits with their ending."""
        return []

    def number_rules(self) -> list[Rule]:
        return [rule(rf"({self.signed})(?=((?:{self.before_noun})?\s([^\W\d_]+))?)", self._agreeing)]

    def late_rules(self) -> list[Rule]:
        return [
            rule(r"(?<!\w)([A-Z]{1,3})&([A-Z]{1,3})(?!\w)", self._both),
            rule(r"(?<![\w.-])([A-Z]{2,5})(?!\w|['’]\w|-[A-Z])", self._acronym),
            rule(r"(?<=\w\s)([B-DF-HJ-NP-XZ])(?![\w.'’]|-\w)", lambda f: self.letters[f[1]]),
        ]

    def _roman_rules(self) -> list[Rule]:
        return [
            rule(rf"\b({self.kings})\s{ROMAN}", lambda f: f"{f[1]} {self.ruler(f[2], 'masculine')}"),
            rule(rf"\b({self.queens})\s{ROMAN}", lambda f: f"{f[1]} {self.ruler(f[2], 'feminine')}"),
            rule(rf"\b((?i:{self.parts}))\s{ROMAN}", self._part),
            rule(rf"(?<!\w)([IVX]+)\s(?=((?i:{self.counted}|{self.parts}))\b)", self._counted),
            self.bare_roman(),
        ]

    # Numbers

    def number(self, text: str, gender: str = "") -> str:
        """Without a gender it stands by itself ("uno"), and so does what comes before a decimal mark."""
        return super().number(text, "" if self.point in text else gender)

    def fraction(self, text: str) -> str:
        """Up to two digits are read as a number, more one by one."""
        if len(text) == 2 and text[0] != "0":
            return numerals.cardinal(int(text), self.language, "")
        return numerals.digits(text, self.language)

    def gender(self, noun: str) -> str:
        first = noun.lower().partition(" ")[0]
        if not first or self.not_nouns.fullmatch(first):
            return ""
        return "feminine" if self.feminine.fullmatch(first) and not self.masculine.fullmatch(first) else "masculine"

    def agreement(self, text: str, noun: str) -> str:
        """The gender in which a number stands before that word, which may be no noun."""
        counts = self.value(text) == 1 or noun.endswith(("s", "x"))
        return self.gender(noun) if counts else ""

    def ordinal(self, number: int, gender: str = "masculine") -> str:
        """In words, or the digits where there is none."""
        return numerals.ordinal(number, self.language, gender) or str(number)

    def ruler(self, text: str, gender: str) -> str:
        """The number in a ruler's name: an ordinal to ten, from eleven on a cardinal."""
        value = numerals.roman(text)
        return (self.ordinal(value, gender) if value <= 10 else self.number(str(value))) if value else text

    def part(self, noun: str, value: int) -> str:
        """A Roman numeral after what it counts."""
        return self.number(str(value))

    # Dates

    def date(self, day: str, month: str, year: str = "") -> str:
        """ "ocho de marzo de dos mil"; empty when there is no such day."""
        found = calendar_day(day, month, year)
        if not found:
            return ""
        said = self.first if found.day == 1 and self.first else self.number(str(found.day))
        return self.of.join([said, self.months[found.month - 1], *([self.number(str(found.year))] if year else [])])

    def _date(self, found: re.Match[str]) -> str:
        return self.date(found[1], found[3], found[4]) or found[0]

    def _month_of_year(self, found: re.Match[str]) -> str:
        return f"{self.months[int(found[1]) - 1]}{self.of}{self.number(found[2])}"

    # Fractions

    def _mixed(self, found: re.Match[str]) -> str:
        above, below = int(found[2]), int(found[3])
        said = self.and_half[0] if (above, below) == (1, 2) else self.fraction_name(above, below)
        return f"{self.number(found[1])} {self.words.conjunction} {said}" if said else found[0]

    def _and_half(self, found: re.Match[str]) -> str:
        """ "dos horas y media": the half stands after what is counted."""
        unit = self.all_units.get(found[2])
        name = re.sub(r"[\d.,]+\s*", "", self.unit_name(int(found[1]), unit)) if unit else found[2]
        gender = self.gender(name) if unit or self.agreement(found[1], found[2].lower()) else ""
        if not gender:
            return found[0]
        half = self.and_half[gender == "feminine"]
        return f"{self.number(found[1], gender)} {name} {self.words.conjunction} {half}"

    def _fraction_of(self, found: re.Match[str]) -> str:
        if (found[1], found[2]) == ("1", "2") and found[3]:
            gender = self.gender(found[3])
            if gender:
                return self.half[gender == "feminine"]
        return self.fraction_name(int(found[1]), int(found[2])) or found[0]

    def fraction_name(self, above: int, below: int) -> str:
        """ "tres cuartos"; empty for what is no fraction, as in 24/7."""
        if not above < below or below not in _DENOMINATORS:
            return ""
        name = self.fractions.get(below) or self.denominator(below)
        return f"{self.number(str(above), 'masculine')} {name if above == 1 else self.plural(name)}"

    def denominator(self, below: int) -> str:
        """The name of a denominator that is not in the table: the ordinal."""
        return self.ordinal(below)

    def plural(self, name: str) -> str:
        """The plural of a fraction's name."""
        return name if name.endswith("s") else name + "s"

    # Words

    def unit_name(self, value: float, unit: str) -> str:
        return re.sub(" m[eé]tri(?:ca|che|que)s?", "", super().unit_name(value, unit))

    def _phrase(self, found: re.Match[str]) -> str:
        closes = found[0].endswith(".") and _TEXT_ENDS.match(found.string, found.end())
        return self.phrases[found[0]] + ("." if closes else "")

    def _part(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2])
        return f"{found[1]} {self.part(found[1].lower(), value)}" if value else found[0]

    def _counted(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        return f"{self.ordinal(value, self.gender(found[2]))} " if value else found[0]

    def _agreeing(self, found: re.Match[str]) -> str:
        return self.number(found[1], self.agreement(found[1], (found[3] or "").lower()))

    def _both(self, found: re.Match[str]) -> str:
        return f"{self.letter_names(found[1])} {self.words.conjunction} {self.letter_names(found[2])}"

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        if word in self.acronyms:
            return self.acronyms[word]
        said = self.syllables.fullmatch(word) and word not in self.spelt | SPELT_EVERYWHERE
        return word if said else self.letter_names(word)
