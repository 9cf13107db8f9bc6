"""What Russian, Polish and Czech readers do alike: a noun stands in the plural that its number asks for (one, few, many
by CLDR), and a number in the gender of its noun and in the case that the preposition before it asks for."""

import re
from typing import ClassVar, NamedTuple

from babel import Locale

from timbre.text import numerals
from timbre.text.normalisers.base import CURRENCIES, Rule, any_of, rule
from timbre.text.normalisers.common import Common

SCORE = r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)"
_WORD_BEFORE = re.compile(r"(?<![^\W\d_])[^\W\d_]+\s$")


class Noun(NamedTuple):
    """A noun that is counted: its gender, and its form after one, two, five, and a decimal (if not as after two)."""

    gender: str
    one: str
    few: str
    many: str
    part: str = ""

    def after(self, plural: str) -> str:
        forms = {"one": self.one, "few": self.few, "many": self.many}
        return forms.get(plural, self.part or self.few)


class Slavic(Common):
    """A reader whose numbers have case and gender."""

    cases: ClassVar[dict[str, str]] = {}  # preposition → the case after it
    sums: ClassVar[dict[str, tuple[Noun, Noun | None]]] = {}  # ISO code → the currency and its hundredth
    capital: ClassVar[str] = "A-ZĄĆĘŁŃÓŚŹŻÁČĎÉĚÍŇŘŠŤÚŮÝŽ"
    contracted: ClassVar[set[str]] = set()  # scales written without a full stop: one after them ends a sentence
    scale_nouns: ClassVar[dict[str, Noun]] = {}  # what `scales` names, with its plurals

    def __init__(self, language: str) -> None:
        self.plural_rule = Locale(language).plural_form
        super().__init__(language)

    # What a language knows

    def inflected(self, number: int, gender: str, case: str) -> str:
        """A cardinal in that gender and case."""
        return numerals.cardinal(number, self.language, gender)

    def nth(self, number: int, gender: str = "masculine", case: str = "nominative") -> str:
        """An ordinal in that gender (or the plural) and case; empty where there is none."""
        raise NotImplementedError

    def gender_of(self, noun: str, plural: str) -> str:
        """The gender of a noun as it stands after a number of that plural."""
        raise NotImplementedError

    def case_of(self, noun: str, before: str, plural: str) -> str:
        """The case in which a number stands before that noun and after that word."""
        raise NotImplementedError

    # What follows from it

    def plural(self, text: str) -> str:
        """one, few, many; "other" for a decimal."""
        if self.point in text:
            return "other"
        found = str(self.plural_rule(int(min(self.value(text), 10.0**12))))
        return "many" if found == "other" else found  # as CLDR calls it in Czech

    def before(self, found: re.Match[str]) -> str:
        """The word before what was found, in small letters."""
        start = found.start()
        word = _WORD_BEFORE.search(found.string[max(0, start - 20) : start])
        return word[0].strip().lower() if word else ""

    def counted(self, text: str, noun: str, before: str = "") -> str:
        """A number as it is written, in agreement with its noun."""
        if self.point in text or text[0] in "-−0" or len(text) > numerals.LONGEST:
            return self.number(text)
        noun = "" if noun in (self.words.dot, self.words.plus, self.words.conjunction) else noun
        plural = self.plural(text)
        case = self.case_of(noun.lower(), before, plural) if noun else self.cases.get(before, "nominative")
        number = int(text.replace(self.group, ""))
        return self.inflected(number, self.gender_of(noun.lower(), plural) if noun else "masculine", case)

    def number_rules(self) -> list[Rule]:
        return [
            rule(rf"({self.signed})(?=(?:\s([^\W\d_]+))?)", lambda f: self.counted(f[1], f[2] or "", self.before(f)))
        ]

    def sums_rules(self) -> list[Rule]:
        """A scale and perhaps a currency after a number: "3 mln zł"."""
        pattern = (
            rf"(?<![\w.,])({self.plain})\s?({any_of(self.scales)})(?!\w)(\.?)(?:\s({any_of(CURRENCIES)})(?!\w))?(?!\w)"
        )
        return [rule(pattern, self._scaled_sum)] if self.scales else []

    def _scaled_sum(self, found: re.Match[str]) -> str:
        scale = self.scale_nouns[self.scales[found[2]]]
        said = f"{self.inflected_or_number(found[1], scale.gender)} {scale.after(self.plural(found[1]))}"
        if found[4]:
            noun = self.sums.get(CURRENCIES[found[4]])
            return f"{said} {noun[0].many if noun else found[4]}"
        rest = found.string[found.end() : found.end() + 3].lstrip()
        return f"{said}." if found[3] and (not rest or (found[2] in self.contracted and rest[:1].isupper())) else said

    def inflected_or_number(self, text: str, gender: str, case: str = "nominative") -> str:
        if self.point in text or len(text) > numerals.LONGEST:
            return self.number(text)
        return self.inflected(int(text.replace(self.group, "")), gender, case)

    def _money(self, sign: str, symbol: str, number: str, scale: str | None) -> str:
        code = CURRENCIES[symbol]
        if scale or code not in self.sums or len(number) > numerals.LONGEST:
            return super()._money(sign, symbol, number, scale)
        noun, cent = self.sums[code]
        whole, _, fraction = number.replace(self.group, "").partition(self.point)
        if len(fraction) > 2 or (fraction and not cent):
            return f"{self.number(sign + number)} {noun.after('other')}"
        cents = int(fraction.ljust(2, "0") or 0)
        parts = []
        if int(whole) or not cents or not cent:
            parts.append(f"{self.inflected(int(whole), noun.gender, 'nominative')} {noun.after(self.plural(whole))}")
        if cents and cent:
            said = self.inflected(cents, cent.gender, "nominative")
            parts.append(f"{said} {cent.after(self.plural(str(cents)))}")
        said = " ".join(parts)
        return f"{numerals.minus(self.language)} {said}" if sign else said

    def _measure(self, found: re.Match[str]) -> str:
        unit = self.all_units[found[2]]
        text = found[1]
        named = self.unit_name(abs(self.value(text)), unit)
        if not named:
            return found[0]
        noun = re.sub(r"^[\d.,  ]+\s*", "", named)
        before = self.before(found)
        if self.cases.get(before) == "genitive" and self.plural(text) == "few":
            noun = re.sub(r"^[\d.,  ]+\s*", "", self.unit_name(5, unit))
        head = next((word for word in noun.split() if not self.adjective(word)), noun)
        said = self.counted(text, head, before) if text[0] not in "-−" else self.number(text)
        return f"{said} {noun}"

    def adjective(self, word: str) -> bool:
        """Whether a word of a unit's name is no noun."""
        return False

    def years(self) -> Rule:
        """ "1939-1945": both years stay in the nominative."""
        pattern = r"(?<![\w.,-])([12]\d{3})\s?[-–—]\s?([12]\d{3})(?![\w-]|[.,]\d)"
        return rule(pattern, lambda f: f"{self.number(f[1])} {self.span} {self.number(f[2])}")

    def opening(self, since: str, until: str) -> Rule:
        """ "8:00-16:00": from one hour to the other."""
        pattern = r"(?<![\w:.,-])([01]?\d|2[0-4]):([0-5]\d)\s?[-–—]\s?([01]?\d|2[0-4]):([0-5]\d)(?![\w:-]|[.,]\d)"

        def say(found: re.Match[str]) -> str:
            first = "" if self.before(found) == since else f"{since} "
            return f"{first}{found[1]}:{found[2]} {until} {found[3]}:{found[4]}"

        return rule(pattern, say)

    def score(self) -> Rule:
        """ "3:1", where it is no clock: the two numbers."""

        def say(found: re.Match[str]) -> str:
            clock = int(found[1]) < 25 and len(found[2]) == 2 and int(found[2]) < 60
            return found[0] if clock else f"{found[1]} {found[2]}"

        return rule(SCORE, say)

    def roman(self, text: str, gender: str = "masculine", case: str = "nominative") -> str:
        value = numerals.roman(text)
        return (self.nth(value, gender, case) if value else "") or text

    def late_rules(self) -> list[Rule]:
        said = [rule(rf"(?<!\w)({any_of(self.said)})(?!\w)", lambda f: self.said[f[1]])] if self.said else []
        return [*said, rule(rf"(?<![\w'’.-])([{self.capital}]{{2,6}})()(?![\w’'])", self._acronym)]


def prepositions(**cases: str) -> dict[str, str]:
    """Each preposition → the case that it asks for."""
    return {word: case for case, words in cases.items() for word in words.split()}


def ordinal_parts(number: int) -> list[int]:
    """1989 → [1000, 900, 80, 9]; numbers below twenty are one part."""
    parts = [number // 1000 * 1000, number % 1000 // 100 * 100]
    rest = number % 100
    parts += [rest] if rest < 20 else [rest // 10 * 10, rest % 10]
    return [part for part in parts if part]
