"""Polish: the readings of `tests/text/cases/pl.toml`, which names its sources. CLDR has no ordinals for it."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.common import FRACTION
from timbre.text.normalisers.pl_words import (
    ADJECTIVE,
    FEMININE,
    KINGS,
    LETTERS,
    MASCULINE,
    MONTHS,
    NEUTER,
    ORDINALS,
    QUEENS,
    SCALES,
    SUMS,
)
from timbre.text.normalisers.slavic import Slavic, ordinal_parts, prepositions

MONTHS_SAID = "|".join(MONTHS)


class Reader(Slavic):
    """The Polish reader."""

    months = MONTHS
    span = "do"
    times = "razy"
    about = "około"
    hashtag = "hasztag"
    abbreviations: ClassVar[dict[str, str]] = {
        "prof": "profesor", "inż": "inżynier", "ul": "ulica", "al": "aleja", "pl": "plac", "os": "osiedle",
        "np": "na przykład", "tzn": "to znaczy", "tj": "to jest", "tzw": "tak zwany", "m. in": "między innymi",
        "godz": "godzina", "str": "strona", "art": "artykuł", "ust": "ustęp", "pkt": "punkt", "nr": "numer",
        "tel": "telefon", "wyd": "wydanie", "rozdz": "rozdział", "św": "święty", "ks": "ksiądz", "gen": "generał",
        "płk": "pułkownik", "red": "redaktor", "hab": "habilitowany", "im": "imienia", "woj": "województwo",
        "pow": "powiat", "zob": "zobacz", "por": "porównaj", "ok": "około", "ww": "wyżej wymieniony", "wg": "według",
        "doc": "docent", "lek": "lekarz", "sp": "spółka", "o. o": "ograniczoną odpowiedzialnością", "min": "minimum",
        "maks": "maksimum", "ang": "angielski", "łac": "łaciński",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "itd": "i tak dalej", "itp": "i tym podobne", "p. n. e": "przed naszą erą", "n. e": "naszej ery",
        "r. p. n. e": "roku przed naszą erą", "r. n. e": "roku naszej ery", "etc": "et cetera",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "razy", "÷": "podzielić przez", "§": "paragraf", "±": "plus minus", "≈": "około równe",
        "≠": "nie równa się", "≤": "mniejsze lub równe", "≥": "większe lub równe", " > ": "większe niż",
        " < ": "mniejsze niż", "°": "stopni", "²": "do kwadratu", "³": "do sześcianu", "€": "euro", "£": "funtów",
        "√": "pierwiastek z", "π": "pi", "№": "numer",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "ukośnik", "-": "myślnik", "_": "podkreślnik", ":": "dwukropek", "?": "znak zapytania", "=": "równa się",
        "&": "i", "#": "krzyżyk", "+": "plus", "%": "procent", "~": "tylda",
    }  # fmt: skip
    letters = LETTERS
    vowels = "AĄEĘIOÓUY"
    spelled: ClassVar[set[str]] = {
        "AGD", "PKO", "AGH", "UJ", "UW", "PO", "USA", "UE", "ONZ", "BBC", "FBI", "CIA", "USB", "IBM", "AK", "AWF",
        "ABW", "OK", "ID", "IP", "IT", "IPN", "UAM",
    }  # fmt: skip
    contracted: ClassVar[set[str]] = {"mln", "mld", "bln"}
    cases: ClassVar[dict[str, str]] = prepositions(
        genitive="od do bez dla u z ze około spośród oprócz wśród koło powyżej poniżej ponad blisko podczas obok",
        dative="ku dzięki przeciw",
        instrumental="między pomiędzy przed nad pod",
        locative="w we na o po przy",
    )
    scales: ClassVar[dict[str, str]] = {
        "tys": "tysiąc",
        "mln": "milion",
        "mld": "miliard",
        "bln": "bilion",
    }
    units: ClassVar[dict[str, str]] = {
        "h": "duration-hour",
        "godz": "duration-hour",
        "ft": "",
        "yd": "",
        "t": "mass-tonne",
    }
    scale_nouns = SCALES
    sums = SUMS

    def own_rules(self) -> list[Rule]:
        roman = r"([IVXLCDM]+)(?![\w'’]|\.\w)"
        year = r"([1-9]\d{2,3}|[1-9]\d?(?=\sr))"
        return [
            rule(
                r"(?<!\w)(dr|mgr|nr)(?=\s(?:[A-ZĄĆĘŁŃÓŚŹŻ\d]|inż|hab))",
                lambda f: {"dr": "doktor", "mgr": "magister", "nr": "numer"}[f[1]],
            ),
            rule(r"(?<!\w)wg(?=\s)", lambda _: "według"),
            rule(r"(?<!\w)s\.\s?(?=\d)", lambda _: "strona "),
            rule(
                r"(?<!\w)(o|do|od|po|przed)\sgodzina(?=\s\d)",
                lambda f: f"{f[1]} godzin{'ą' if f[1] == 'przed' else 'y' if f[1] in ('do', 'od') else 'ie'}",
            ),
            rule(r"(?<!\w)§§(?=\s?\d)", lambda _: "paragrafy"),
            # dates, years
            rule(r"(?<![\w/.-])(\d{1,2})([/.-])\s?(\d{1,2})\2\s?([12]\d{3})\s(?:r\.|roku)(?!\w)", self._date_of_year),
            *self.dates(),
            self.years(),
            rule(
                rf"(?<![\w.,-])(0?[1-9]|[12]\d|3[01])\.?\s({MONTHS_SAID})(?:\s([12]\d{{3}}))?(?:\s(?:roku|r\.?)(?!\w))?(?!\w)",
                self._day,
            ),
            rule(rf"(?<![\w.,-]){year}\s(?:r\.|(rok\w*)(?!\w))", self._year),
            rule(r"(?<!\w)((?i:lata|latach|lat)|(?<=0\.\s)i)\s['’]?(\d0)\.?(?![\w.,])", self._decade),
            rule(r"(?<![\w.'’-])([IVX]+)\sw\.(?!\w)", self._century),
            # hours
            self.opening("od", "do"),
            rule(
                r"(?<!\w)([Oo]|[Oo]d|[Dd]o|[Pp]o|[Pp]rzed|[Gg]odzin\w+)\s([01]?\d|2[0-4])[:.]([0-5]\d)(?![\w:]|[.,]\d)",
                self._hour,
            ),
            rule(
                r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:]|[.,]\d)",
                lambda f: self._clock(f[1], f[2], "nominative"),
            ),
            rule(
                r"(?<!\w)([Oo]|[Gg]odzin\w+)\s([01]?\d|2[0-4])(?![\w:]|[.,]\d|\s(?!rano|wiecz|w nocy|po poł)[\w%])",
                lambda f: f"{f[1]} {self._clock(f[2], '0', 'locative')}",
            ),
            rule(
                r"(?<!\w)([Oo]d)\s([01]?\d|2[0-4])\s(do)\s([01]?\d|2[0-4])(?![\w:%]|[.,]\d|\s[\w%$€])",
                lambda f: f"{f[1]} {self._clock(f[2], '0', 'genitive')} {f[3]} {self._clock(f[4], '0', 'genitive')}",
            ),
            # telephones
            rule(r"(?<![\w.,-])(?:\d{2}[ -]\d{3}[ -]\d{2}[ -]\d{2}|\d{3}-\d{3}-\d{3})(?![\w-]|[.,]\d)", self._grouped),
            # ordinals, Roman numerals
            rule(r"(?<![\w.,])([1-9]\d{0,3})\.(?=\s([a-ząćęłńóśźż]+))", self._ordinal),
            rule(rf"\b({KINGS})\s{roman}", lambda f: f"{f[1]} {self.roman(f[2])}"),
            rule(rf"\b({QUEENS})\s{roman}", lambda f: f"{f[1]} {self.roman(f[2], 'feminine')}"),
            rule(
                r"(?<![\w.'’-])([IVX]+)(?=\s(wiek\w*|wojn\w*|tysiącleci\w*|edycj\w*|klas\w*|liceum|rzeczpospolit\w*)(?!\w))",
                self._roman_before,
            ),
            rule(
                rf"\b((?i:rozdział|tom|część|akt|scena|księga|klasa|etap|faza|załącznik))\s{roman}",
                lambda f: f"{f[1]} {self.roman(f[2], 'feminine' if f[1][-1] in 'ać' else 'masculine')}",
            ),
            self.bare_roman(),
            # scores, fractions
            rule(
                r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)",
                lambda f: f"{f[1]} {self.span} {self.inflected(int(f[2]), 'masculine', 'genitive')}",
            ),
            rule(FRACTION, self._fraction),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " łamane przez "),
            # ranges: the second end in the genitive
            rule(rf"(?<![\w-])({self.plain})\s?[-–—]\s?([1-9]\d?)(?=\s[a-ząćęłńóśźż])", self._range),
            *self.signs_between(),
            *self.sums_rules(),
        ]

    def inflected(self, number: int, gender: str, case: str) -> str:
        name = f"spellout-cardinal-{gender}" + ("" if case == "nominative" else f"-{case}")
        return numerals.spelt(number, self.language, name) or numerals.cardinal(number, self.language, gender)

    def nth(self, number: int, gender: str = "masculine", case: str = "nominative") -> str:
        """Tens and units decline; what is before them stays a cardinal."""
        parts = ordinal_parts(number)
        declined = parts[-2:] if len(parts) > 1 and parts[-2] < 100 else parts[-1:]
        if not parts or number > 9999 or any(part not in ORDINALS for part in declined):
            return ""
        rest = number - sum(declined)
        said = [numerals.cardinal(rest, self.language)] if rest else []
        return self.gap.join(said + [_declined(ORDINALS[part], gender, case) for part in declined])

    def gender_of(self, noun: str, plural: str) -> str:
        if FEMININE.fullmatch(noun):
            return "feminine"
        if MASCULINE.fullmatch(noun):
            return "masculine"
        if NEUTER.fullmatch(noun):
            return "neuter"
        if plural != "one":
            return "neuter" if noun.endswith("a") else "masculine"
        return "feminine" if noun.endswith(("a", "ę")) else "neuter" if noun.endswith(("o", "e", "um")) else "masculine"

    def case_of(self, noun: str, before: str, plural: str) -> str:
        asked = self.cases.get(before, "nominative")
        if plural == "one":
            return "accusative" if noun.endswith("ę") else asked
        if noun.endswith("ach"):
            return "locative"
        if noun.endswith("ów") and plural == "few":
            return "genitive"
        if noun.endswith("ami") or (noun.endswith("mi") and asked == "instrumental"):
            return "instrumental"
        if asked == "dative" or (noun.endswith("om") and plural == "few"):
            return "dative"
        return asked if asked == "genitive" else "nominative"

    def adjective(self, word: str) -> bool:
        return word.endswith(("owe", "owy", "owych", "ne", "ny", "nych"))

    def fraction(self, text: str) -> str:
        """One number ("czternaście"), noughts before it digit by digit, more than three digits too."""
        return super().fraction(text) if text[0] == "0" or len(text) > 3 else self.number(text)

    def unit_name(self, value: float, unit: str) -> str:
        said = super().unit_name(value, unit)
        return said.replace("procenta", "procent") if unit == "concentr-percent" else said

    def dated(self, day: int, month: str, year: str) -> str:
        return f"{self.nth(day)} {month} {self.nth(int(year), case='genitive') if year else ''}".rstrip()

    def _date_of_year(self, found: re.Match[str]) -> str:
        said = self.date(found[1], found[3], found[4])
        return f"{said} roku" if said else found[0]

    def _day(self, found: re.Match[str]) -> str:
        said = f"{self.nth(int(found[1]), case='genitive')} {found[2]}"
        return f"{said} {self.nth(int(found[3]), case='genitive')} roku" if found[3] else said

    def _year(self, found: re.Match[str]) -> str:
        word = found[2] or {"locative": "roku", "genitive": "roku", "instrumental": "rokiem"}.get(
            self.cases.get(self.before(found), "genitive"), "roku"
        )
        if word not in ("rok", "roku", "rokiem", "rokowi"):
            return found[0]
        case = {"rok": "nominative", "rokiem": "instrumental", "rokowi": "dative"}.get(word)
        if not case:
            case = "locative" if self.cases.get(self.before(found)) == "locative" else "genitive"
        said = self.nth(int(found[1]), case=case)
        return f"{said} {word}" if said else found[0]

    def _century(self, found: re.Match[str]) -> str:
        case = {"w": "locative", "": "nominative"}.get(self.before(found), "genitive")
        return f"{self.roman(found[1], case=case)} {'wiek' if case == 'nominative' else 'wieku'}"

    def _decade(self, found: re.Match[str]) -> str:
        case = {"lata": "nominative", "latach": "locative", "lat": "genitive"}.get(found[1].lower(), "nominative")
        return f"{found[1]} {self.nth(int(found[2]), 'plural', case)}"

    def _hour(self, found: re.Match[str]) -> str:
        before = found[1].lower()
        case = {"godzina": "nominative", "godzinę": "accusative", "przed": "instrumental", "godziną": "instrumental"}
        return f"{found[1]} {self._clock(found[2], found[3], case.get(before, 'locative'))}"

    def _clock(self, hours: str, minutes: str, case: str) -> str:
        hour = self.nth(int(hours), "feminine", case) if int(hours) else "zerowej" if case != "nominative" else "zero"
        if not int(minutes):
            return hour
        zero = f"{self.number('0')} " if minutes[0] == "0" else ""
        return f"{hour} {zero}{self.number(str(int(minutes)))}"

    def _ordinal(self, found: re.Match[str]) -> str:
        noun, before = found[2], self.before(found)
        case = self.cases.get(before, "nominative")
        if noun.endswith("ach"):
            return self.nth(int(found[1]), "plural", "locative") or found[0]
        if case == "locative" and noun.endswith(("ę", "o", "ce", "sce")) and not noun.startswith("miejscu"):
            case = "accusative"
        return self.nth(int(found[1]), self.gender_of(noun, "one"), case) or found[0]

    def _roman_before(self, found: re.Match[str]) -> str:
        noun, before = found[2], self.before(found)
        gender = "masculine" if noun.startswith("wiek") else self.gender_of(noun, "one")
        if noun.startswith(("wojn", "edycj", "klas", "rzecz")):
            gender = "feminine"
            case = {"a": "nominative", "ę": "accusative", "ą": "instrumental"}.get(noun[-1], "genitive")
        else:
            case = {"wiek": "nominative", "wiekiem": "instrumental", "wiekowi": "dative"}.get(noun, "genitive")
            if noun == "wieku" and self.cases.get(before) == "locative":
                case = "locative"
        return self.roman(found[1], gender, case)

    def _fraction(self, found: re.Match[str]) -> str:
        """ "trzy czwarte", "pół", "dwa i pół"."""
        above, below = int(found[2]), int(found[3])
        if (above, below) == (1, 2):
            said = "pół"
        elif above < below and (name := self.nth(below, "feminine")):
            many = self.nth(below, "plural", "nominative" if self.plural(found[2]) == "few" else "genitive")
            said = f"{self.inflected(above, 'feminine', 'nominative')} {name if above == 1 else many}"
        else:
            return found[0]
        return f"{self.number(found[1])} i {said}" if found[1] else said

    def _range(self, found: re.Match[str]) -> str:
        return f"{self.number(found[1])} {self.span} {self.inflected(int(found[2]), 'masculine', 'genitive')}"


def _declined(word: str, gender: str, case: str) -> str:
    ending = ADJECTIVE[gender].get(case)
    if ending is None:
        return word
    if word in ("drugi", "trzeci"):
        stem = word[:-1]
        ending = ending.replace("y", "i", 1) if ending[0] == "y" else ending
        if word == "trzeci":
            return stem + (ending if ending[0] == "i" else "i" + ending)
        return stem + ("i" + ending if ending[0] == "e" else ending)
    return word[:-1] + ending
