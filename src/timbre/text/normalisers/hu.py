"""Hungarian: the readings of `tests/text/cases/hu.toml`, which names its sources.

Numbers are written here as the Academy's rules have them (tizenkétezer-ötszáz), where CLDR differs.
"""

import re
from typing import ClassVar

from timbre.text import numerals, ordinals
from timbre.text.normalisers.base import Currency, Rule, rule
from timbre.text.normalisers.common import FRACTION, Common
from timbre.text.normalisers.hu_words import (
    ABBREVIATIONS,
    ADJECTIVES,
    KINGS,
    LETTERS,
    MONTHS,
    NOT_NOUNS,
    SCALES,
    SPELLED,
)

SUFFIX = r"([a-záéíóöőúüű]+)"
DAY_SUFFIX = re.compile(r"j?(?:[ea]i?|[éá](?:n|t|től|tól|ig|re|ra|vel|val|nek|nak|hez|hoz))")
ADJECTIVE = re.compile(r"[aeoö]?s(?!z)(\w*)")
UNIT_WORDS = "méter|gramm|liter|bájt|fok|perc|óra|watt|volt|hertz|százalék|forint|euró|dollár|cent|font|hektár|kalória"
POWERS = {1: "tized", 2: "század", 3: "ezred", 4: "tízezred", 5: "százezred", 6: "milliomod"}
CLOCK = r"(?<![\w:.,])([01]?\d|2[0-4])"


class Reader(Common):
    """The Hungarian reader."""

    months = MONTHS
    times = "szorozva"
    about = "körülbelül"
    vowels = "AÁEÉIÍOÓÖŐUÚÜŰ"
    letters = LETTERS
    abbreviations = ABBREVIATIONS
    spelled = SPELLED
    endings: ClassVar[dict[str, str]] = {
        "stb": "satöbbi", "kft": "káefté", "zrt": "zéerté", "nyrt": "enyerté", "bt": "bété",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "szorozva", "÷": "osztva", "§": "paragrafus", "±": "plusz-mínusz", "≈": "körülbelül", "≠": "nem egyenlő",
        "≤": "kisebb vagy egyenlő mint", "≥": "nagyobb vagy egyenlő mint", " > ": "nagyobb mint",
        " < ": "kisebb mint", "°": "fok", "²": "a négyzeten", "³": "a köbön", "€": "euró", "√": "gyök", "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "per", "-": "kötőjel", "_": "aláhúzás", ":": "kettőspont", "?": "kérdőjel", "=": "egyenlő", "&": "és",
        "#": "kettős kereszt", "+": "plusz", "%": "százalék",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {
        "h": "duration-hour",
        "mi": "",
        "ft": "",
        "yd": "",
        "lb": "",
        "lbs": "",
        "p": "duration-minute",
    }
    currencies: ClassVar[dict[str, Currency]] = {
        "HUF": Currency("forint", "forint", "fillér", "fillér"),
        "EUR": Currency("euró", "euró", "cent", "cent"),
        "USD": Currency("dollár", "dollár", "cent", "cent"),
        "GBP": Currency("font", "font", "penny", "penny"),
        "JPY": Currency("jen", "jen"),
    }
    scales: ClassVar[dict[str, str]] = {
        "ezer": "ezer", "millió": "millió", "milliárd": "milliárd", "billió": "billió", "mrd": "milliárd",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        months = "|".join(MONTHS)
        small = "a-záéíóöőúüű"
        return [
            rule(r"(?<=\d)\s?db\.?(?!\w)", lambda _: " darab"),
            # dates: the year, the month, the day
            rule(r"(?<![\w/.-])([12]\d{3})([.-])\s?(\d{1,2})\2\s?(\d{1,2})(?!\d)(?:\.(?!\w))?(?=(-?))", self._date),
            rule(rf"(?<![\w.,])([12]\d{{3}})\.(?=\s(?:{months})(?!\w))", lambda f: f[1]),
            rule(rf"((?:{months})\s)(\d{{1,2}})\.(?!\w)", self._day),
            # hours
            rule(rf"{CLOCK}[:.]([0-5]\d)(?=-(?:kor|tól|től|ig|ra|re)(?!\w))", self._clock),
            rule(rf"{CLOCK}:([0-5]\d)(?![\w:]|[.,]\d)", self._clock),
            rule(r"(?<![\w:.,])(\d{1,3}):(?=\d{1,3}(?![\w:]|[.,]\d))", lambda f: f"{self.number(f[1])}-"),
            # telephones
            rule(r"(?<![\w.,-])\(?06\)?(?:[ /-]\(?\d{1,4}\)?){2,5}(?![\w-]|[.,]\d)", self._grouped),
            # ranges, ordinals, Roman numerals
            rule(r"(?<![\w.,-])(\d+)\s?[-–]\s?(\d+)(?=\sközött)", lambda f: f"{f[1]} és {f[2]}"),
            rule(rf"(?<![\w.,-])(\d{{1,4}})[-–](\d{{1,4}})\.(?=\s[{small}])", self._ordinal_range),
            rule(
                rf"(?<![\w.,])(\d{{1,3}}(?:\s\d{{3}})+|\d{{1,6}})\.(?=\s?[{small}])",
                lambda f: self._nth(f[1]) or f[0],
            ),
            rule(rf"(?<![\w.])([IVXL]{{2,}}|[IVX](?=\.\s(?:[{small}]|(?:{KINGS})\b)))\.(?=\s\w)", self._roman),
            self.parts("fejezet|kötet|rész|felvonás|szakasz|cikk|típus|osztály"),
            self.bare_roman(),
            # fractions, times
            rule(rf"{FRACTION}(?:-{SUFFIX})?", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " per "),
            rule(rf"(?<![\w.,])({self.plain})\s?[x×]\s?(?=\d)", lambda f: f"{_often(self.number(f[1]))} "),
            *self.signs_between(),
            self.scaled_sums(),
            # a suffix joins the last word
            rule(rf"(?<=[^\W\d_])(?=\d{{1,4}}-{SUFFIX}(?!\w))", lambda _: " "),
            rule(rf"(?<![\d.,])(\d+(?:\.\d+){{2,}}|{self.plain})-{SUFFIX}(?!\w)", self._suffixed),
        ]

    def number_rules(self) -> list[Rule]:
        return [rule(rf"({self.signed})(?=\s{SUFFIX})", self._before_word)]

    def late_rules(self) -> list[Rule]:
        return [
            rule(rf"\b([^\W\d_]*(?:{UNIT_WORDS}))-{SUFFIX}(?!\w)", self._unit_suffix),
            *self.acronyms(f"(?:-{SUFFIX.strip('()')})?"),
        ]

    # Numbers

    def number(self, text: str, gender: str = "") -> str:
        """With a gender, that is before a noun: "két", not "kettő"."""
        if not re.fullmatch(rf"[\d{re.escape(self.group)}]{{1,19}}", text) or re.match(r"0\d", text):
            said = super().number(text, gender)
        else:
            whole = text.replace(self.group, "")
            said = self.cardinal(int(whole)) if len(whole) <= numerals.LONGEST else super().number(text)
        return said[:-5] + "két" if gender and said.endswith("kettő") and self.point not in text else said

    def cardinal(self, number: int) -> str:
        """ "kétezer-huszonnégy": above two thousand a hyphen between the thousands."""
        if number <= 2000:
            return numerals.cardinal(number, self.language)
        said = []
        for value, name in SCALES:
            count, number = divmod(number, value)
            if count:
                word = numerals.cardinal(count, self.language)
                said.append((re.sub("kettő$", "két", word) if name else word) + name)
        return "-".join(said)

    def ordinal(self, number: int) -> str:
        """ "huszonegyedik"; empty from a million on, and for nought."""
        return ordinals.hungarian(number, self.cardinal(number)) if 0 < number < 1_000_000 else ""

    def fraction(self, text: str) -> str:
        """ "tizennégy század"."""
        if len(text) not in POWERS:
            return super().fraction(text)
        return f"{self.number(str(int(text)), 'noun')}{self.gap}{POWERS[len(text)]}"

    def gender(self, noun: str) -> str:
        return "noun"

    def letter_names(self, capitals: str) -> str:
        return " ".join(self.letters.get(letter, letter) for letter in re.findall("SZ|CS|GY|ZS|NY|TY|.", capitals))

    # Rules

    def _before_word(self, found: re.Match[str]) -> str:
        return self.number(found[1], "" if found[2] in NOT_NOUNS or found[2].startswith((*MONTHS,)) else "noun")

    def _date(self, found: re.Match[str]) -> str:
        said = self.date(found[4], found[3], found[1])
        return said if found[5] or not said else f"{said.rpartition(' ')[0]} {self._named_day(int(found[4]))}"

    def dated(self, day: int, month: str, year: str) -> str:
        return f"{year} {month} {day}".lstrip()

    def _day(self, found: re.Match[str]) -> str:
        day = int(found[2])
        if not 1 <= day <= 31:
            return found[0]
        return found[1] + self._named_day(day) + ("" if found.string[found.end() : found.end() + 9].strip() else ".")

    def _named_day(self, day: int) -> str:
        return "elseje" if day == 1 else self.ordinal(day) + ("a" if self.ordinal(day)[-4] in "ao" else "e")

    def _clock(self, found: re.Match[str]) -> str:
        return f"{int(found[1])} óra" + (f" {int(found[2])}" if int(found[2]) else "")

    def _nth(self, text: str) -> str:
        return self.ordinal(int(text.replace(self.group, "")))

    def _ordinal_range(self, found: re.Match[str]) -> str:
        return f"{self.number(found[1])}-{self.ordinal(int(found[2]))}"

    def _roman(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        return self.ordinal(value) if value else found[0]

    def _fraction_of(self, found: re.Match[str]) -> str:
        """ "háromnegyed", "fél", "két és fél"."""
        above, below = int(found[2]), int(found[3])
        if not above < below <= 1000:
            return found[0]
        if (above, below) == (1, 2):
            said = "fél"
        else:
            name = "ketted" if below == 2 else self.ordinal(below).removesuffix("ik")
            said = self.number(found[2], "noun") + name
        said = f"{self.number(found[1], 'noun')} és {said}" if found[1] else said
        return said + (found[4] or "")

    def _suffixed(self, found: re.Match[str]) -> str:
        number, suffix = found[1], found[2]
        if number.isdigit() and 1 <= int(number[:9]) <= 31 and DAY_SUFFIX.fullmatch(suffix):
            day = "else" if int(number) == 1 else self.ordinal(int(number))
            return day + ("j" if int(number) == 1 and suffix[0] != "j" else "") + suffix
        *first, last = number.split(".") if number.count(".") > 1 else [number]
        before = "".join(f"{self.number(part)} {self.words.dot} " for part in first)
        return before + self._joined(self.number(last), suffix)

    def _joined(self, said: str, suffix: str) -> str:
        """ "hét" and "es" are "hetes", "négy" and "gyel" "néggyel", "kettő" and "szer" "kétszer"."""
        adjective = ADJECTIVE.fullmatch(suffix)
        ending = next((word for word in ADJECTIVES if said.endswith(word)), "")
        if adjective and ending:
            return said.removesuffix(ending) + ADJECTIVES[ending] + adjective[1]
        if said.endswith("kettő") and suffix.startswith("sz"):
            return said[:-5] + "két" + suffix
        if said.endswith("kettő") and suffix == "en":
            return said[:-1] + "en"
        if re.fullmatch(r"[aeoö]t\w*|[aeo]n", suffix):
            said = re.sub("három$", "hárm", re.sub("hét$", "het", re.sub("ezer$", "ezr", said)))
        return re.sub("gygy", "ggy", re.sub("szsz", "ssz", re.sub("a$", "á", said) + suffix))

    def _unit_suffix(self, found: re.Match[str]) -> str:
        word, suffix = found[1], found[2]
        if word.endswith("a") and suffix != "kor":
            word = word[:-1] + "á"
        return word + suffix

    def _acronym(self, found: re.Match[str]) -> str:
        said = super()._acronym(found)
        if said == found[0] or "-" not in found[2]:
            return said
        letters, _, suffix = said.rpartition("-")
        return re.sub("e$", "é", re.sub("a$", "á", letters)) + suffix


def _often(said: str) -> str:
    """ "ötször"."""
    last = next((mark for mark in reversed(said) if mark in "aáeéiíoóöőuúüű"), "e")
    word = re.sub("kettő$", "két", said)
    if word.endswith("két"):
        return word + "szer"
    return word + ("szor" if last in "aáoóuú" else "ször" if last in "öőüű" else "szer")
