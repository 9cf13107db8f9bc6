"""Czech: the readings of `tests/text/cases/cs.toml`, which names its sources. CLDR has no ordinals for it."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers import cs_words as known
from timbre.text.normalisers.base import Rule, rule
from timbre.text.normalisers.common import FRACTION
from timbre.text.normalisers.slavic import Slavic, ordinal_parts, prepositions

PAID = r"[Ss]toj\w+|[Ss]tál\w*|[Pp]lat\w+|[Zz]aplat\w+|[Dd]al\w*|za|o"
CASES = ["genitive", "dative", "locative", "instrumental"]


class Reader(Slavic):
    """The Czech reader."""

    months = known.MONTHS
    span = "až"
    times = "krát"
    about = "asi"
    vowels = "AÁEÉĚIÍOÓUÚŮYÝ"
    letters = known.LETTERS
    scale_nouns = known.SCALES
    sums = known.SUMS
    abbreviations = known.ABBREVIATIONS
    endings = known.ENDINGS
    symbols = known.SYMBOLS
    signs = known.SIGNS
    spelled = known.SPELLED
    units = known.UNITS
    scales: ClassVar[dict[str, str]] = {"tis": "tisíc", "mil": "milion", "mld": "miliarda", "bil": "bilion"}
    cases: ClassVar[dict[str, str]] = prepositions(
        genitive="od do bez u z ze okolo kolem vedle podle podél místo kromě během uprostřed",
        dative="k ke proti vůči díky kvůli",
        instrumental="s se mezi před nad pod",
        locative="při po",
    )

    def own_rules(self) -> list[Rule]:
        roman = r"([IVXLCDM]+)(?![\w'’]|\.\w)"
        end = r"(?![\w:]|[.,]\d)"
        hours = r"(?:\s?(?:hodin|hod\.?|h)(?!\w))?"
        no_noun = r"(?![^\W\d_]+(?:ů|í|ích|el)(?!\w))"  # "224 123 456 obyvatel" is a count
        day = r"(0?[1-9]|[12]\d|3[01])"
        return [
            rule(r"(?<!\w)p\.(?=\s[A-ZÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ])", lambda _: "pan"),
            rule(r"(?<!\w)pí\.?(?=\s[A-ZÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ])", lambda _: "paní"),
            rule(r"(?<!\w)(MUDr|JUDr|PhDr|RNDr|MVDr|Ing|Mgr|Bc)\.(?!\w)", lambda f: known.TITLES[f[1]]),
            rule(
                rf"(?<!\w)((?:{PAID})(?:\s(?:to|jen|pouze|asi))?)\s1\s?(?:Kč|CZK)(?!\w)",
                lambda f: f"{f[1]} jednu korunu",
            ),
            rule(r"(?<!\w)s\.\s?(?=\d)", lambda _: "strana "),
            rule(r"(?<!\w)(do|od|podle|dle|bez|z)\s§\s?(?=\d)", lambda f: f"{f[1]} paragrafu "),
            # dates
            rule(r"(?<![\w/.-])(\d{1,2})\.\s?(\d{1,2})\.\s?([12]\d{3})(?![\w/]|[.,-]\d)", self._date),
            rule(rf"(?<![\w/.-]){day}\.\s(1[0-2]|[1-9])\.(?!\s?\d)", lambda f: self.date(f[1], f[2]) or f[0]),
            *self.dates(),
            rule(
                rf"(?<![\w.,-]){day}\.\s?({'|'.join(known.MONTHS)})(?!\w)",
                lambda f: f"{self.nth(int(f[1]), case='genitive')} {f[2]}",
            ),
            self.years(),
            rule(
                r"(?<!\w)((?i:ro[kc]\w+)|[Ll]et\w*|v|r\.)\s([12]\d{3})(?![\w%]|[.,]\d|\s?[%€$])",
                lambda f: f"{f[1]} {self.number(f[2])}",
            ),
            # hours
            self.opening("od", "do"),
            rule(
                rf"(?<!\w)((?i:ve?|od|do|po|před))\s([01]?\d|2[0-4])[.:]([0-5]\d){hours}{end}",
                self._hour,
            ),
            rule(
                rf"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d){hours}{end}",
                lambda f: self._clock(f[1], f[2], "nominative"),
            ),
            rule(r"(?<!\w)([Oo]d)\s([01]?\d|2[0-4])\s(do)\s([01]?\d|2[0-4])\s?(?:hodin|hod\.?|h)(?!\w)", self._hours),
            # telephones
            rule(
                rf"(?<![\w.,-])[2-79]\d{{2}}([ -])\d{{3}}\1\d{{3}}(?=\.?\s*$|[.,;!?]?\s{no_noun}|[;)])",
                self._grouped,
            ),
            # ordinals, Roman numerals
            rule(r"(?<![\w.,])([1-9]\d{0,3})\.(?=\s([a-záčďéěíňóřšťúůýž]+))", self._ordinal),
            rule(rf"\b({known.KINGS})\s([IVXLCDM]+)\.", lambda f: self._ruler(f, "masculine")),
            rule(rf"\b({known.QUEENS})\s([IVXLCDM]+)\.", lambda f: self._ruler(f, "feminine")),
            rule(r"(?<![\w.'’-])([IVX]+)\.(?=\s([a-záčďéěíňóřšťúůýž]+))", self._roman_before),
            rule(
                rf"\b((?i:kapitola|díl|část|svazek|kniha|akt|scéna|třída|příloha|fáze))\s{roman}",
                lambda f: f"{f[1]} {numerals.roman(f[2]) or f[2]}",
            ),
            self.bare_roman(),
            # percentages as adjectives, scores, fractions
            rule(r"(?<![\w.,-])([1-9]\d?|100)(?:%|procentní)(?=\s([a-záčďéěíňóřšťúůýž]+))", self._percentage),
            rule(r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)", lambda f: f"{f[1]} ku {self._against(int(f[2]))}"),
            rule(FRACTION, self._fraction),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " lomeno "),
            *self.signs_between(),
            *self.sums_rules(),
        ]

    def number(self, text: str, gender: str = "masculine") -> str:
        """ "tři celé čtrnáct": the decimal mark is an adjective that agrees with the whole."""
        whole, _, fraction = text.partition(self.point)
        if not fraction and whole[0] == "0" and len(whole) > 1:
            return self._digits(whole)
        said = super().number(whole, "feminine" if fraction else gender).replace("ilión", "ilion")
        said = said.removeprefix("jeden milion")
        said = f"milion{said}" if said[:1] in ("", "\u00a0") else said
        if not fraction:
            return said
        plural = self.plural(whole)
        return self.gap.join(
            (
                said,
                "celé" if plural == "few" else "celá" if plural == "one" or self.value(whole) == 0 else "celých",
                self.fraction(fraction),
            )
        )

    def fraction(self, text: str) -> str:
        """One number ("čtrnáct"), noughts before it digit by digit, more than three digits too."""
        if text[0] == "0" or len(text) > 3:
            return self._digits(text)
        return numerals.cardinal(int(text), self.language, "feminine")

    def grouped(self, text: str) -> str:
        return ", ".join(self._digits(group) for group in re.findall(r"\d+", text))

    def _digits(self, text: str) -> str:
        """A one by itself is feminine, as of a figure."""
        return self.gap.join(
            "jedna" if digit == "1" else numerals.digits(digit, self.language) for digit in text if digit != self.group
        )

    def _dotted(self, found: re.Match[str]) -> str:
        parts = found[0].split(".")
        return f" {self.words.dot} ".join(
            self._digits(part) if part in ("1", "01") else self.number(part) for part in parts
        )

    def inflected(self, number: int, gender: str, case: str) -> str:
        """Below a hundred in its case; larger ones stay as they are."""
        if case == "accusative" and number == 1 and gender == "feminine":
            return "jednu"
        if case not in CASES or not 0 < number < 100:
            return self.number(str(number), gender)
        if number == 1:
            stem = {"genitive": "oho", "dative": "omu", "locative": "om", "instrumental": "ím"}
            return (
                "jednou"
                if (gender, case) == ("feminine", "instrumental")
                else "jedn" + ("é" if gender == "feminine" else stem[case])
            )
        return self.gap.join(self._oblique(part, case) for part in ordinal_parts(number))

    def _oblique(self, part: int, case: str) -> str:
        forms = known.OBLIQUE.get(part)
        if part == 1:
            return "jedna"
        return (
            forms[CASES.index(case) if len(forms) > 1 else 0] if forms else numerals.cardinal(part, self.language) + "i"
        )

    def nth(self, number: int, gender: str = "masculine", case: str = "nominative") -> str:
        """Every part declines."""
        parts = ordinal_parts(number)
        if not parts or any(part not in known.ORDINALS for part in parts):
            return ""
        return self.gap.join(_declined(known.ORDINALS[part], gender, case) for part in parts)

    def gender_of(self, noun: str, plural: str) -> str:
        for gender, nouns in (("neuter", known.NEUTER), ("masculine", known.MASCULINE), ("feminine", known.FEMININE)):
            if nouns.fullmatch(noun):
                return gender
        if plural == "few":
            return "neuter" if noun.endswith("a") else "feminine" if noun.endswith(("ky", "ny", "sti")) else "masculine"
        if plural == "many":
            return "masculine"
        return (
            "feminine"
            if noun.endswith(("a", "ost"))
            else "neuter"
            if noun.endswith(("o", "í", "ě", "e"))
            else "masculine"
        )

    def counted(self, text: str, noun: str, before: str = "") -> str:
        """Before a genitive plural twenty-one is "dvacet jedna"."""
        if self.plural(text) == "many" and text[-1] == "1" and not text.endswith("11") and self.value(text) < 10**9:
            return self.number(text, "feminine")
        return super().counted(text, noun, before)

    def case_of(self, noun: str, before: str, plural: str) -> str:
        asked = self.cases.get(before, "nominative")
        if plural == "one":
            return "accusative" if asked == "nominative" and noun.endswith("u") else asked
        if plural == "few" and noun.endswith(("ech", "ách", "ích")):
            return "locative"
        if noun.endswith(("ům", "ám")):
            return "dative"
        if noun.endswith(("ami", "emi")):
            return "instrumental"
        return asked if plural == "many" or asked != "locative" else "nominative"

    def adjective(self, word: str) -> bool:
        return word.endswith(("ní", "ních", "ý", "ých"))

    def dated(self, day: int, month: str, year: str) -> str:
        return f"{self.nth(day, case='genitive')} {month} {self.number(year) if year else ''}".rstrip()

    def _date(self, found: re.Match[str]) -> str:
        return self.date(found[1], found[2], found[3]) or found[0]

    def _clock(self, hours: str, minutes: str, case: str) -> str:
        hour = int(hours)
        if int(minutes) and case == "nominative":
            zero = "nula " if minutes[0] == "0" else ""
            return f"{self.number(str(hour), 'feminine')} {zero}{self.number(str(int(minutes)))}"
        plural = self.plural(str(hour))
        word = {"one": "hodina", "few": "hodiny"}.get(plural, "hodin")
        if case != "nominative" and hour:
            word = {"genitive": "hodiny" if hour == 1 else "hodin", "locative": "hodinách"}.get(case, "hodinami")
        said = f"{self.inflected(hour, 'feminine', case)} {word}"
        return f"{said} {self.number(str(int(minutes)))}" if int(minutes) else said

    def _hour(self, found: re.Match[str]) -> str:
        case = {"od": "genitive", "do": "genitive", "po": "locative", "před": "instrumental"}
        if found[1].lower() in case:
            return f"{found[1]} {self._clock(found[2], found[3], case[found[1].lower()])}"
        said = self._clock(found[2], found[3], "nominative")
        return f"{found[1]} {said.replace('jedna hodina', 'jednu hodinu')}"

    def _hours(self, found: re.Match[str]) -> str:
        first, last = (self.inflected(int(found[index]), "feminine", "genitive") for index in (2, 4))
        return f"{found[1]} {first} {found[3]} {last} hodin"

    def _ordinal(self, found: re.Match[str]) -> str:
        return self._before(int(found[1]), found[2], self.before(found)) or found[0]

    def _before(self, number: int, noun: str, before: str) -> str:
        """An ordinal before a noun, or before an adjective, whose ending it then shares."""
        if noun.startswith(("letech", "léta", "let")):
            return self.nth(number, "plural", {"letech": "locative", "let": "genitive"}.get(noun, "nominative"))
        for gender, cases in known.ADJECTIVE.items():
            for case, (hard, _) in cases.items():
                if len(hard) + 2 < len(noun) and noun.endswith(hard):
                    return self.nth(number, gender, case)
        gender = self.gender_of(noun, "one")
        case = self._place(noun, before, gender)
        if case == "genitive":
            gender = "feminine" if noun.endswith(("y", "e", "ě")) else "neuter"
        return self.nth(number, gender, case)

    def _place(self, noun: str, before: str, gender: str) -> str:
        """The case of a noun in the singular: "v" and "na" ask for one of two."""
        if before in ("v", "ve", "na", "o"):
            accusative = noun.endswith(("u", "o")) if gender != "masculine" else not noun.endswith(("u", "e", "ě"))
            return "accusative" if accusative else "locative"
        asked = self.cases.get(before, "nominative")
        return "accusative" if asked == "nominative" and gender == "feminine" and noun.endswith("u") else asked

    def _ruler(self, found: re.Match[str], gender: str) -> str:
        value = numerals.roman(found[2])
        ends = "" if re.match(r"\s+[^\sA-Z]|[,;]", found.string[found.end() : found.end() + 3]) else "."
        return f"{found[1]} {self.nth(value, gender)}{ends}" if value else found[0]

    def _roman_before(self, found: re.Match[str]) -> str:
        return self._before(numerals.roman(found[1]), found[2], self.before(found)) or found[0]

    def _percentage(self, found: re.Match[str]) -> str:
        noun = found[2]
        number = self.gap.join(self._oblique(part, "genitive") for part in ordinal_parts(int(found[1])))
        number = {"1": "jedno", "100": "sto"}.get(found[1], number)
        ending = "m" if noun.endswith(("em", "ům")) else ""
        return f"{number.replace(self.gap, '')}procentní{ending}"

    def _against(self, number: int) -> str:
        return "jedné" if number == 1 else self.inflected(number, "feminine", "dative")

    def _fraction(self, found: re.Match[str]) -> str:
        """ "tři čtvrtiny", "půl", "dva a půl"."""
        above, below = int(found[2]), int(found[3])
        if above >= below or below not in known.DENOMINATORS:
            return found[0]
        ending = {"one": "a", "few": "y"}.get(self.plural(found[2]), "")
        said = f"{self.number(found[2], 'feminine')} {known.DENOMINATORS[below]}{ending}"
        if (above, below) == (1, 2):
            said = "půl"
        return f"{self.number(found[1])} a {said}" if found[1] else said


def _declined(word: str, gender: str, case: str) -> str:
    endings = known.ADJECTIVE[gender].get(case)
    return word if endings is None else word[:-1] + endings[word[-1] == "í"]
