"""Numbers as words, by the spell-out rules of Unicode CLDR (package unicode-rbnf)."""

import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from timbre.text import ordinals

if TYPE_CHECKING:
    from unicode_rbnf import RbnfEngine

BOUND = "\u00a0"  # the blank inside a number: text is not cut there
BY_DIGITS = ("zh", "ja")  # where CLDR writes a year digit by digit
LONGEST = 15  # digits; a longer number is no quantity, and is read digit by digit

_ROMAN = re.compile(r"(M{0,3})(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def cardinal(number: int, language: str, gender: str = "masculine") -> str:
    """ "forty-two". `language` is an ISO code ("zh"); the gender counts where the language has one."""
    genders = (f"spellout-cardinal-{gender}", "spellout-cardinal", "spellout-numbering", "spellout-cardinal-sinokorean")
    return _spell(number, language, *genders)


def minus(language: str) -> str:
    """The word before a negative number: what CLDR adds to "one" in "minus one"."""
    return cardinal(-1, language).removesuffix(cardinal(1, language)).strip()


def ordinal(number: int, language: str, gender: str = "masculine") -> str | None:
    """ "forty-second", or None where CLDR has no ordinals for the language."""
    if language == "hu":
        return ordinals.hungarian(number, cardinal(number, language))
    if language == "ru" and number >= 10_000 and number % 1000 == 0:
        return None  # what CLDR has is a cardinal
    if language == "it":
        said = ordinals.italian(number, cardinal(number, language))
        return said[:-1] + "a" if gender == "feminine" else said
    return _spell(number, language, f"spellout-ordinal-{gender}", "spellout-ordinal") or None


def year(number: int, language: str) -> str:
    """ "nineteen eighty-four" where years are read so, else the plain number."""
    if language in BY_DIGITS:
        return digits(str(number), language, "")
    return _spell(number, language, "spellout-numbering-year", "spellout-numbering")


def digits(text: str, language: str, gap: str = BOUND) -> str:
    """Each digit by itself: "zero zero seven"."""
    return gap.join(_spell(int(digit), language, "spellout-numbering") for digit in text)


def roman(text: str) -> int:
    """The value of a well-formed Roman numeral in capitals; 0 for anything else."""
    if not _ROMAN.fullmatch(text):
        return 0
    values = [_ROMAN_VALUES[letter] for letter in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)


def spelt(number: int, language: str, ruleset: str) -> str:
    """A number by one of CLDR's rulesets; empty where the language lacks it."""
    return _spell(number, language, ruleset)


@lru_cache(maxsize=4096)
def _spell(number: int, language: str, *rulesets: str) -> str:
    from unicode_rbnf.engine import NoRuleForNumberError, RulesetNotFoundError

    engine = _engine(language)
    for name in rulesets:
        with suppress(NoRuleForNumberError, RulesetNotFoundError):
            said = engine.format_number(number, ruleset_names=[name]).text
            return said.replace(" ", BOUND).replace("〇", "零")  # CLDR's ideographic nought is a sign, not a word
    return ""


@lru_cache
def _engine(language: str) -> "RbnfEngine":
    from unicode_rbnf import RbnfEngine

    return RbnfEngine.for_language(language)
