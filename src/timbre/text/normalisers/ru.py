"""Russian: the readings of `tests/text/cases/ru.toml`, which names its sources."""

import re

from timbre.text import numerals
from timbre.text.normalisers import ru_words as known
from timbre.text.normalisers.base import Rule, any_of, rule
from timbre.text.normalisers.common import FRACTION
from timbre.text.normalisers.slavic import Slavic

CYRILLIC = "а-яё"


class Reader(Slavic):
    """The Russian reader."""

    months = known.MONTHS
    span = "—"
    times = "умножить на"
    about = "около"
    hashtag = "хештег"
    capital = "А-ЯЁA-Z"
    vowels = "АЕЁИОУЫЭЮЯAEIOUY"
    letters = known.LETTERS
    said = known.SAID
    spelled = known.SPELLED
    abbreviations = known.ABBREVIATIONS
    endings = known.ENDINGS
    symbols = known.SYMBOLS
    signs = known.SIGNS
    units = known.UNITS
    scale_nouns = known.SCALES
    sums = known.SUMS
    scales = known.SCALED
    contracted = known.CONTRACTED
    cases = known.CASES

    def own_rules(self) -> list[Rule]:
        roman = r"([IVXLCDM]+)(?![\w'’]|\.\w)"
        end = r"(?![\w:]|[.,]\d)"
        added = any_of(dict.fromkeys(known.ADDED, ""))
        day = r"(0?[1-9]|[12]\d|3[01])"
        return [
            rule(rf"(?<=[\d{CYRILLIC}.])\s?руб(?:\.(?!\s*$|\s[А-ЯЁ]))?(?!\w)", lambda _: " ₽"),
            rule(r"(?<=\d)\s?р\.(?!\w)", lambda _: " ₽"),
            rule(r"(?<![\w.,])(\d{1,15})\s?коп(?:\.(?!\s*$|\s[А-ЯЁ]))?(?!\w)", self._kopecks),
            # dates, years
            rule(
                rf"(?<![\w/.-]){day}\.(0?[1-9]|1[0-2])\.([12]\d{{3}})(?:\s(?:года|г\.?)(?!\w))?(?![\w/]|[.,-]\d)",
                self._day,
            ),
            *self.dates(),
            rule(
                rf"(?<![\w.,-]){day}\s({'|'.join(known.MONTHS)})(?:\s([12]\d{{3}})(?:\s(?:года|г\.?))?)?(?!\w)",
                self._day_named,
            ),
            rule(r"(?<![\w.,-])([12]\d{3})\s?[-–—]\s?([12]\d{3})\s(год\w+|гг\.)", self._years),
            rule(rf"(?<![\w.,-])(\d{{1,4}})\s?г\.(?!\w)(?=\s(?:[{CYRILLIC},—-])|[,;)]|\s*$)", self._year),
            rule(r"(?<![\w.,-])([12]\d{3})\sг(?!\w)", self._year),
            rule(r"(?<![\w.,-])(\d{1,4})\s(год|года|году|годом|годе)(?!\w)", self._year),
            rule(r"(?<![\w.'’-])([IVX]+)\sв\.(?!\w)", self._century),
            # hours
            self.opening("с", "до"),
            rule(rf"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d){end}", self._clock),
            # telephones
            rule(r"(?<![\w.,-])8[ -]?\(?\d{3}\)?[ -]\d{3}[ -]\d\d[ -]\d\d(?![\w-]|[.,]\d)", self._grouped),
            rule(r"(?<![\w.,-])\d{3}-\d\d-\d\d(?![\w-]|[.,]\d)", self._grouped),
            # abbreviations before a name or a number
            rule(r"(?<![\w.])г\.\s?(?=[А-ЯЁ])", lambda _: "город "),
            rule(r"(?<![\w.])см\.(?=\s)", lambda _: "смотри"),
            rule(r"(?<=смотри\s)(?:с|стр)\.\s?(?=\d)", lambda _: "страницу "),
            rule(rf"(?<![\w.])({any_of(known.NUMBERED)})\.\s?(?=\d)", lambda f: known.NUMBERED[f[1]] + " "),
            rule(r"(?<!\w)г-(н|жа)(?!\w)", lambda f: {"н": "господин", "жа": "госпожа"}[f[1]]),
            # ordinals, compounds
            rule(r"(?<![\w.,])([234])-х(?!\w)", lambda f: self.inflected(int(f[1]), "masculine", "genitive")),
            rule(
                rf"(?<![\w.,])(?<!\d\s)(\d{{1,4}})-({added})(?!\w)(?=(?:\s([{CYRILLIC}]+))?)",
                self._ordinal,
            ),
            rule(
                r"(?<![\w.,])(\d{1,3})-(?:т?и|мя)(?!\w)", lambda f: self.inflected(int(f[1]), "masculine", "genitive")
            ),
            rule(rf"(?<![\w.,])(\d{{1,3}})-?(?=(?:{known.COMPOUNDS}))", self._compound),
            # Roman numerals
            rule(rf"\b({known.KINGS})\s{roman}", lambda f: f"{f[1]} {self._ruler(f[2], 'masculine', 'nominative')}"),
            rule(
                rf"\b((?:{known.KINGS_OBLIQUE})({any_of(known.OF_KINGS)}))\s{roman}",
                lambda f: f"{f[1]} {self._ruler(f[3], 'masculine', known.OF_KINGS[f[2]])}",
            ),
            rule(
                rf"\b((?:{known.QUEENS})({any_of(known.OF_QUEENS)}))\s{roman}",
                lambda f: f"{f[1]} {self._ruler(f[3], 'feminine', known.OF_QUEENS[f[2]])}",
            ),
            rule(
                rf"\b((?i:{any_of(known.PARTS)}))\s{roman}",
                lambda f: f"{f[1]} {self.roman(f[2], known.PARTS[f[1].lower()])}",
            ),
            rule(rf"(?<![\w.'’-])([IVX]+)(?=\s([{CYRILLIC}]{{3,}}))", self._roman_before),
            self.bare_roman(),
            # scores, fractions, ranges
            self.score(),
            rule(FRACTION, self._fraction),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " дробь "),
            rule(rf"(?<![\w.,-])(\d{{1,3}})\s?[-–—]\s?(\d{{1,3}})(?=\s([{CYRILLIC}]{{4,}}))", self._range),
            rule(r"\s>\s(?=\d)", lambda _: " больше "),
            rule(r"\s<\s(?=\d)", lambda _: " меньше "),
            *self.signs_between(),
            *self.sums_rules(),
        ]

    def number(self, text: str, gender: str = "masculine") -> str:
        """ "три целых пять десятых"."""
        whole, _, fraction = text.partition(self.point)
        if not fraction or len(fraction) > 3:
            return known.tidy(super().number(text, gender))
        said = f"{known.tidy(super().number(whole, 'feminine'))} {self._part(whole, 'цел')}"
        parts = self.inflected(int(fraction), "feminine", "nominative")
        return f"{said} {parts} {self._part(fraction, known.TENTHS[len(fraction)])}"

    def _part(self, text: str, stem: str) -> str:
        value = int(text.lstrip("-−").replace(self.group, "")[-3:] or 0)
        return stem + ("ая" if value % 10 == 1 and value % 100 != 11 else "ых")

    def inflected(self, number: int, gender: str, case: str) -> str:
        if case == "locative" and gender == "masculine":
            gender = "neuter"  # CLDR's masculine leaves tens as they are
        name = f"spellout-cardinal-{gender}" + _ruleset(case)
        return known.tidy(
            numerals.spelt(number, self.language, name) or numerals.cardinal(number, self.language, gender)
        )

    def nth(self, number: int, gender: str = "masculine", case: str = "nominative") -> str:
        if not numerals.ordinal(number, self.language):
            return ""
        return known.tidy(numerals.spelt(number, self.language, f"spellout-ordinal-{gender}{_ruleset(case)}"))

    def gender_of(self, noun: str, plural: str) -> str:
        if known.MASCULINE.fullmatch(noun):
            return "masculine"
        if plural == "few":
            return "feminine" if noun.endswith(("ы", "и")) and not known.NEUTER.fullmatch(noun) else "masculine"
        if plural == "many" or known.NEUTER.fullmatch(noun):
            return "neuter" if plural == "one" else "masculine"
        if noun.endswith(("о", "е", "ё")):
            return "neuter"
        return "feminine" if noun.endswith(("а", "я", "ь", "у", "ю", "ы", "и", "ой", "ей")) else "masculine"

    def case_of(self, noun: str, before: str, plural: str) -> str:
        asked = self.cases.get(before, "nominative")
        if plural != "one":
            if noun.endswith(("ами", "ями", "ьми")):
                return "instrumental"
            if noun.endswith(("ах", "ях")):
                return "locative"
            if asked == "dative" and noun.endswith(("ам", "ям")):
                return "dative"
            return asked if asked == "genitive" else "nominative"
        if asked == "genitive" and before in ("с", "со") and noun.endswith(("ом", "ем", "ой", "ей")):
            return "instrumental"
        if asked == "nominative" and noun.endswith(("у", "ю")):
            return "accusative"
        return "locative" if asked == "nominative" and before in ("в", "на") and noun.endswith("е") else asked

    def adjective(self, word: str) -> bool:
        return word.endswith(("ый", "ых", "ая", "ые"))

    def letter_names(self, capitals: str) -> str:
        return self.said.get(capitals) or super().letter_names(capitals)

    def grouped(self, text: str) -> str:
        return known.tidy(super().grouped(text))

    def unit_name(self, value: float, unit: str) -> str:
        """Without "метрическая"; a byte is counted without an ending."""
        return re.sub(r"(байт)ов\b", r"\1", re.sub(r"метрическ\w+\s", "", super().unit_name(value, unit)))

    def dated(self, day: int, month: str, year: str, case: str = "nominative") -> str:
        said = f"{self.nth(day, 'neuter', case)} {month}"
        return f"{said} {self.nth(int(year), case='genitive')} года" if year else said

    def _kopecks(self, found: re.Match[str]) -> str:
        noun = known.KOPECK
        return f"{self.inflected(int(found[1]), noun.gender, 'nominative')} {noun.after(self.plural(found[1]))}"

    def _date_case(self, found: re.Match[str]) -> str:
        before = self.before(found)
        if before in known.TODAY or before in ("на", "по"):
            return "nominative"
        return "dative" if before in ("к", "ко") else "genitive"

    def _day(self, found: re.Match[str]) -> str:
        if not self.date(found[1], found[2], found[3]):
            return found[0]
        return self.dated(int(found[1]), known.MONTHS[int(found[2]) - 1], found[3], self._date_case(found))

    def _day_named(self, found: re.Match[str]) -> str:
        case = self._date_case(found) if self.before(found) else "genitive"
        return self.dated(int(found[1]), found[2], found[3] or "", case)

    def _year(self, found: re.Match[str]) -> str:
        """ "в 1961 году"; but "21 год" and "2 года" are a count."""
        number, before = int(found[1]), self.before(found)
        word = found[2] if found.lastindex == 2 else ""
        if word in ("год", "года") and number < 1000:
            return found[0]
        if not word:
            word = {"в": "году", "к": "году", "": "год"}.get(before, "года")
        case = known.YEARS[word]
        if word == "году" and before not in ("к", "ко"):
            case = "locative"
        said = self.nth(number, case=case)
        return f"{said} {word}" if said else found[0]

    def _century(self, found: re.Match[str]) -> str:
        word = {"в": "веке", "": "век"}.get(self.before(found), "века")
        return f"{self.roman(found[1], case=known.YEARS[word])} {word}"

    def _years(self, found: re.Match[str]) -> str:
        word = {"в": "годах"}.get(self.before(found), "годы") if found[3] == "гг." else found[3]
        case = known.YEARS.get(word, "nominative")
        return f"{self.nth(int(found[1]), case=case)} — {self.nth(int(found[2]), case=case)} {word}"

    def _clock(self, found: re.Match[str]) -> str:
        hour, minutes, before = int(found[1]), found[2], self.before(found)
        case = self.cases.get(before, "nominative")
        if case not in ("genitive", "dative"):
            case = "nominative"
        said = self.inflected(hour, "masculine", case)
        if minutes == "00":
            words = {"nominative": ("час", "часа", "часов"), "genitive": ("часа", "часов", "часов")}
            one, few, many = words.get(case, ("часу", "часам", "часам"))
            return f"{said} {({'one': one, 'few': few}).get(self.plural(str(hour)), many)}"
        zero = f"{self.number('0')} " if minutes[0] == "0" else ""
        if zero:
            return f"{said} {zero}{self.number(minutes[1])}"
        return f"{said} {self.inflected(int(minutes), 'feminine', case)}"

    def _ordinal(self, found: re.Match[str]) -> str:
        """The letters tell gender and case, the noun what they leave open."""
        noun, before = found[3] or "", self.before(found)
        gender, case = known.ADDED[found[2]]
        if found[2] == "е" and not noun.endswith(("о", "е")) and (noun or int(found[1]) % 10 == 0):
            gender = "plural"
        if found[2] == "м" and before in ("в", "во", "на", "о", "об", "при"):
            case = "locative"
        if found[2] in ("й", "ой") and noun.endswith(("е", "и", "ы", "ой", "ей")):
            gender, case = "feminine", "genitive"
        return self.nth(int(found[1]), gender, case) or found[0]

    def _compound(self, found: re.Match[str]) -> str:
        """ "двадцатилетний", "трёхкомнатная"."""
        whole = {"1": "одно", "90": "девяносто", "100": "сто", "1000": "тысяче"}
        said = whole.get(found[1]) or self.inflected(int(found[1]), "masculine", "genitive")
        return said.replace(self.gap, "")

    def _ruler(self, text: str, gender: str, case: str) -> str:
        said = self.roman(text, gender, case)
        return said if said == text else said[:1].upper() + said[1:]

    def _roman_before(self, found: re.Match[str]) -> str:
        noun = found[2]
        case = known.YEARS.get(noun)
        if case:
            gender = "neuter" if noun.startswith(("столет", "тысяч")) else "masculine"
            return self.roman(found[1], gender, case)
        for ending, (gender, shared) in known.SHARED.items():
            if noun.endswith(ending) and len(noun) > len(ending) + 2:
                return self.roman(found[1], gender, shared)
        if (
            len(found[1]) == 1
            and found[1] in "IVX"
            and not noun.startswith(("съезд", "класс", "этап", "тур", "квартал"))
        ):
            return found[0]
        return self.roman(found[1], self.gender_of(noun, "one"), self.case_of(noun, self.before(found), "one"))

    def _fraction(self, found: re.Match[str]) -> str:
        above, below = int(found[2]), int(found[3])
        if above >= below:
            return found[0]
        if (above, below) == (1, 2):
            return "полтора" if found[1] == "1" else f"{self.number(found[1])} с половиной" if found[1] else "половина"
        plural = self.plural(found[2])
        if below in known.QUARTERS:
            one, few, many = known.QUARTERS[below]
            name = one if plural == "one" else few if plural == "few" else many
        else:
            name = self.nth(below, "feminine") if plural == "one" else self.nth(below, "plural", "genitive")
        said = f"{self.inflected(above, 'feminine', 'nominative')} {name}"
        return f"{self.number(found[1])} и {said}" if found[1] else said

    def _range(self, found: re.Match[str]) -> str:
        before = self.before(found)
        return f"{self.counted(found[1], found[3], before)}-{self.counted(found[2], found[3], before)}"


def _ruleset(case: str) -> str:
    return {"nominative": "", "instrumental": "-ablative"}.get(case, f"-{case}")
