"""A reader: turns what is not plain words into words, rule by rule, in the order of `Normaliser.rules`.

The rules here are for every language, from CLDR (numbers, units, currencies) and the package emoji. A language's own
file adds tables and rules. Each pattern starts where a token starts, so that a long token costs one attempt, not many.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import ClassVar, NamedTuple

import emoji
from babel import Locale
from babel.numbers import get_currency_name
from babel.units import format_unit

from timbre.text import numerals
from timbre.text.normalisers.words import WORDS

Say = Callable[[re.Match[str]], str]
Rule = tuple[re.Pattern[str], Say]


class Currency(NamedTuple):
    """Names of a currency and of its hundredth."""

    one: str
    many: str
    cent: str = ""
    cents: str = ""


CURRENCIES = {
    "R$": "BRL", "US$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW",
    "₺": "TRY", "TL": "TRY", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "BRL": "BRL", "USD": "USD", "EUR": "EUR",
    "GBP": "GBP", "JPY": "JPY", "CHF": "CHF", "CNY": "CNY", "元": "CNY", "円": "JPY", "원": "KRW",
}  # fmt: skip
UNITS = {
    "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "mi": "length-mile", "ft": "length-foot", "yd": "length-yard", "km/h": "speed-kilometer-per-hour",
    "mph": "speed-mile-per-hour", "m/s": "speed-meter-per-second", "kg": "mass-kilogram", "Kg": "mass-kilogram",
    "g": "mass-gram", "mg": "mass-milligram", "t": "mass-tonne", "lb": "mass-pound", "lbs": "mass-pound",
    "oz": "mass-ounce", "l": "volume-liter", "L": "volume-liter", "ml": "volume-milliliter",
    "mL": "volume-milliliter", "m²": "area-square-meter", "m2": "area-square-meter", "km²": "area-square-kilometer",
    "km2": "area-square-kilometer", "cm²": "area-square-centimeter", "m³": "volume-cubic-meter",
    "m3": "volume-cubic-meter", "ha": "area-hectare", "°C": "temperature-celsius", "ºC": "temperature-celsius",
    "° C": "temperature-celsius", "℃": "temperature-celsius", "°F": "temperature-fahrenheit",
    "℉": "temperature-fahrenheit", "°": "angle-degree", "kB": "digital-kilobyte", "KB": "digital-kilobyte",
    "MB": "digital-megabyte", "GB": "digital-gigabyte", "TB": "digital-terabyte", "Hz": "frequency-hertz",
    "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz", "GHz": "frequency-gigahertz", "W": "power-watt",
    "kW": "power-kilowatt", "MW": "power-megawatt", "kWh": "energy-kilowatt-hour", "V": "electric-volt",
    "min": "duration-minute", "s": "duration-second", "ms": "duration-millisecond", "kcal": "energy-kilocalorie",
    "hPa": "pressure-hectopascal", "%": "concentr-percent", "‰": "concentr-permille",
}  # fmt: skip
SPELT_EVERYWHERE = {"USB", "URL", "API", "CPU", "GPU", "IBM", "ABC"}  # letter by letter, though they have a vowel
_OPEN, _CLOSE = "\ue000", "\ue001"  # private use: round the name of an emoji, until its commas are known
_MAYBE_EMOJI = re.compile("[\u203c-\u3299\U0001f000-\U0001faff]")
_TONES = re.compile("[\U0001f3fb-\U0001f3ff]")
_END_OF_SENTENCE = re.compile(r"\s*$|\s+[\"“(]?[A-ZÀ-Þ]")
_INITIALS = re.compile(r"[A-Z]\. [A-Z]")
_NAME = re.compile(r" [A-ZÀ-Þ][a-zß-ÿ]")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = re.compile(
    r"(?<![\w.@/-])(?:(?:https?://|www\.)[^\s<>\"“”]+"
    r"|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|dev|app)(?:\.[a-z]{2})?(?![\w-])(?:/[^\s<>\"“”]*)?)"
)
_FILE = re.compile(
    r"(?<![\w.@/-])([\w-]+(?:\.[\w-]+)*)\.((?i:pdf|jpe?g|png|gif|svg|webp|mp[34]|wav|flac|ogg|opus|m4a|avi|mkv|mov|txt|csv"
    r"|json|xml|html?|docx?|xlsx?|pptx?|odt|epub|srt|zip|rar|tar|gz|exe|py|js|toml|ya?ml))(?![A-Za-z0-9_-]|\.\w)"
)
_ADDRESS_PART = re.compile(r"[^\W_]+|_|[^\w\s]")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+(\d{1,3}(?:[ .-]\d(?=[ .-]))?(?:[ .-]?\(?\d{2,5}\)?){2,6})(?!\d)")
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_LETTER_DASH_DIGIT = re.compile(r"(?<=[^\W\d_])-(?=\d)")
_BARE_ROMAN = re.compile(r"(?<![\w.'’-])[IVX]{2,}(?![\w'’]|\.\w)")


class Normaliser:
    """The reader of one language. Call it with cleaned text; it answers with words. Never raises on any text."""

    abbreviations: ClassVar[dict[str, str]] = {}  # whose period goes; keys in lower case, without the last period
    endings: ClassVar[dict[str, str]] = {}  # that may close a sentence, and then leave it its period
    symbols: ClassVar[dict[str, str]] = {}  # sign → word, over those of every language
    signs: ClassVar[dict[str, str]] = {}  # what is said inside an address, over dot and at
    letters: ClassVar[dict[str, str]] = {}  # names of capital letters; absent: the letter itself
    units: ClassVar[dict[str, str]] = {}  # unit symbol → CLDR unit, over UNITS; "" takes one away
    currencies: ClassVar[dict[str, Currency]] = {}  # ISO code → names; absent: CLDR's name
    scales: ClassVar[dict[str, str]] = {}  # what may follow a sum: "mi" → "milhões"
    span: ClassVar[str] = ""  # the word between the two ends of a range
    comma: ClassVar[str] = ", "  # between groups of digits, and before the name of an emoji

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = WORDS[language]
        self.gap = self.words.gap and numerals.BOUND
        self.blank = self.words.gap  # between words that are cut at
        marks = Locale(language).number_symbols["latn"]
        self.point, self.group = marks["decimal"], marks["group"]
        if self.group.isspace():  # narrow or unbreakable in CLDR; a plain one after cleaning
            self.group = " "
        group = re.escape(self.group)
        self.plain = rf"(?<!\d)(?:\d{{1,3}}(?:{group}\d{{3}})+(?!\d)|\d+)(?:{re.escape(self.point)}\d+)?"
        self.signed = rf"(?:(?<![\w)])[-−])?{self.plain}"
        self.all_units = {symbol: unit for symbol, unit in {**UNITS, **self.units}.items() if unit}
        self.all_symbols = {
            "&": self.words.conjunction, "+": self.words.plus, "=": self.words.equals, "@": self.words.at,
            "%": self.words.percent, **self.symbols,
        }  # fmt: skip
        self.all_signs = {".": self.words.dot, "@": self.words.at, **self.signs}
        self.compiled = [*self.rules()]

    def __call__(self, text: str) -> str:
        text = self._emoji(text)
        for pattern, say in self.compiled:
            text = pattern.sub(say, text)
        return text

    def rules(self) -> list[Rule]:
        """All rules in the order in which they are applied."""
        return [
            (_MAIL, self._address),
            (_WEB, self._address),
            (_FILE, self._file),
            *self._abbreviation_rules(),
            (_INTERNATIONAL, lambda found: f"{self.words.plus} {self.grouped(found[1])}"),
            *self.own_rules(),
            rule(r"(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])", lambda found: f"{int(found[1])} {int(found[2])}"),
            rule(r"(?<=\d)\s?−\s?(?=\d)", lambda _: f"{self.gap}{numerals.minus(self.language)}{self.gap}"),
            *self._range_rules(),
            *self._money_rules(),
            rule(rf"({self.signed})\s?({any_of(self.all_units)})(?!\w)", self._measure),
            (_LETTER_BY_DIGIT, lambda _: self.gap),
            (_LETTER_DASH_DIGIT, lambda _: self.gap),
            rule(r"(?<!\d)\d+(?:\.\d+){2,}", self._dotted),
            *self._foreign_rules(),
            *self.number_rules(),
            (re.compile(self.signed), lambda found: self.number(found[0])),
            *self.late_rules(),
            rule(rf"\s*({any_of(self.all_symbols)})\s*(?=([.,;:!?)])?)", self._symbol),
        ]

    def own_rules(self) -> list[Rule]:
        """What the language reads before sums, units and bare numbers: dates, hours, ordinals …"""
        return []

    def number_rules(self) -> list[Rule]:
        """What the language sees in bare numbers: years, agreement with a noun …"""
        return []

    def late_rules(self) -> list[Rule]:
        """What the language reads once no digit is left: acronyms …"""
        return []

    # Numbers

    def number(self, text: str, gender: str = "masculine") -> str:
        """A number as it is written ("-1.234,5") in words."""
        negative = text[0] in "-−"
        whole, _, fraction = text.lstrip("-−").replace(self.group, "").partition(self.point)
        if (len(whole) > 1 and whole[0] == "0") or len(whole) > numerals.LONGEST:
            said = numerals.digits(whole, self.language, self.gap)
        else:
            said = numerals.cardinal(int(whole), self.language, gender)
        if negative:
            said = f"{numerals.minus(self.language)}{self.gap}{said}"
        if fraction:
            said = self.gap.join((said, self.words.decimal, self.fraction(fraction)))
        return said

    def fraction(self, text: str) -> str:
        """The digits after the decimal mark."""
        return numerals.digits(text, self.language, self.gap)

    def grouped(self, text: str) -> str:
        """Groups of digits, each digit by itself, a comma's pause between groups: telephone numbers and codes."""
        return self.comma.join(numerals.digits(group, self.language, self.gap) for group in re.findall(r"\d+", text))

    def _grouped(self, found: re.Match[str]) -> str:
        return self.grouped(found[0])

    def gender(self, noun: str) -> str:
        """The gender in which a number stands before that noun."""
        return "masculine"

    def value(self, text: str) -> float:
        """What a number as it is written amounts to, for the choice of a plural; a very long one counts as many."""
        plain = text.lstrip("-−").replace(self.group, "").replace(self.point, ".")
        return float(plain) if len(plain) <= numerals.LONGEST else 10.0**9 + 1

    def _dotted(self, found: re.Match[str]) -> str:
        parts = found[0].split(".")
        if self.group == "." and len(parts[0]) < 4 and all(len(part) == 3 for part in parts[1:]):
            return found[0]
        return f"{self.blank}{self.words.dot}{self.blank}".join(self.number(part) for part in parts)

    def bare_roman(self) -> Rule:
        """A Roman numeral that nothing before it explains, of I, V and X alone: "Rocky IV"."""

        def say(found: re.Match[str]) -> str:
            value = numerals.roman(found[0])
            return self.number(str(value)) if value else found[0]

        return _BARE_ROMAN, say

    def _foreign_rules(self) -> list[Rule]:
        """A point where the language writes a comma: no decimal of its own, as in "version 2.0"."""
        if self.point == ".":
            return []
        said = f" {self.words.dot} "
        return [rule(r"(?<!\d)(?<!\d[.,])(\d+)\.(\d{1,2}|\d{4,})(?!\d|[.,]\d)", lambda f: f"{f[1]}{said}{f[2]}")]

    def _range_rules(self) -> list[Rule]:
        """ "10-20" is "10 to 20", and "$5-10" "5 to $10"; not so inside "2024-10-20"."""
        if not self.span:
            return []
        dash = r"\s?[-–—]\s?"
        sum_ = re.compile(rf"(?<!\w)({any_of(CURRENCIES)})\s?({self.plain}){dash}(?:\1)?\s?({self.plain})(?![\w-])")
        ends = re.compile(rf"(?<![\w-])({self.plain}){dash}({self.plain})(?![\w-])")
        with_unit = re.compile(rf"(?<![\w-])({self.plain}){dash}(?={self.plain}\s?(?:{any_of(self.all_units)})(?!\w))")
        return [
            (sum_, lambda found: f"{found[2]} {self.span} {found[1]}{found[3]}"),
            (with_unit, lambda found: f"{found[1]} {self.span} "),
            (ends, lambda found: f"{found[1]} {self.span} {found[2]}"),
        ]

    # Units and sums

    def _measure(self, found: re.Match[str]) -> str:
        unit = self.all_units[found[2]]
        named = self.unit_name(self.value(found[1]), unit)
        if not named:
            return found[0]
        said = self.number(found[1], self.gender(re.sub(r"[\d.,]+\s*", "", named)))
        return re.sub(r"\d[\d.,]*", said, named)

    def unit_name(self, value: float, unit: str) -> str:
        """The phrase for so much of a CLDR unit, its number still in digits; empty where CLDR has no name."""
        try:
            named = format_unit(value, unit, "long", format="0.######", locale=self.language)
        except (ValueError, KeyError):
            return ""
        return "" if unit in named or "٪" in named else named.replace("\xa0", " ")

    def _money_rules(self) -> list[Rule]:
        symbols = any_of(CURRENCIES)
        scale = rf"(?:\s?({any_of(self.scales)})(?!\w))?" if self.scales else "()"
        return [
            rule(rf"((?:{symbols})\s?\d+)\.(?=\d\d(?!\d))", lambda f: f[1] + self.point),  # "$5.50" in any language
            rule(
                rf"([-−]?)(?<![A-Za-z])({symbols})\s?({self.plain}){scale}",
                lambda f: self._money(f[1], f[2], f[3], f[4]),
            ),
            rule(
                rf"((?<![\w)])[-−]|)({self.plain})\s?({symbols})(?![A-Za-z])",
                lambda f: self._money(f[1], f[3], f[2], ""),
            ),
        ]

    def _money(self, sign: str, symbol: str, number: str, scale: str | None) -> str:
        code = CURRENCIES[symbol]
        if scale:
            return f"{self.number(sign + number)} {self.scaled(self.scales[scale], code)}"
        names = self.currencies.get(code)
        if names is None:
            name = get_currency_name(code, self.value(number), locale=self.language)
            return f"{self.number(sign + number)}{self.gap}{name}"
        whole, _, fraction = number.replace(self.group, "").partition(self.point)
        if len(fraction) > 2 or (fraction and not names.cent):
            return f"{self.number(sign + number, self.gender(names.many))} {names.many}"
        cents = int(fraction.ljust(2, "0") or 0)
        parts = []
        if int(whole) or not cents:
            parts.append(f"{self.number(whole, self.gender(names.one))} {self.currency_name(int(whole), names)}")
        if cents:
            name = names.cent if cents == 1 else names.cents
            parts.append(f"{self.number(str(cents), self.gender(name))} {name}")
        said = f" {self.words.conjunction} ".join(parts)
        return f"{numerals.minus(self.language)} {said}" if sign else said

    def currency_name(self, amount: int, names: Currency) -> str:
        """The name that stands after that many."""
        return names.one if amount == 1 else names.many

    def scaled(self, scale: str, code: str) -> str:
        """ "million dollars": a scale and the currency after it."""
        names = self.currencies.get(code)
        return f"{scale} {names.many if names else get_currency_name(code, 2, locale=self.language)}"

    # Words

    def letter_names(self, capitals: str) -> str:
        """An acronym letter by letter."""
        return " ".join(self.letters.get(letter, letter) for letter in capitals)

    def _abbreviation_rules(self) -> list[Rule]:
        made: list[Rule] = []
        for table in (self.endings, self.abbreviations):
            if table:
                names = any_of(table).replace(r"\ ", r"\s?")
                made.append(rule(rf"(?i:(?<![\w\u0900-\u0963.])({names})\.(?!\w))", self._abbreviation))
        return made

    def _abbreviation(self, found: re.Match[str]) -> str:
        key = re.sub(r"\.(?=\w)", ". ", found[1].lower())
        tables = {**self.abbreviations, **self.endings}
        said = tables.get(found[1].lower()) or tables.get(key)
        if not said or (_INITIALS.fullmatch(found[1]) and _NAME.match(found.string, found.end())):
            return found[0]  # written with a letter that only resembles, "vſ.", or the initials of a name
        closes = found[1].lower() in self.endings or key in self.endings
        return like(found[1], said) + ("." if closes and _END_OF_SENTENCE.match(found.string, found.end()) else "")

    def _address(self, found: re.Match[str]) -> str:
        whole = re.sub(r"^https?://", "", found[0])
        spoken = whole.rstrip(".,;:!?)'’/…")
        host, slash, path = spoken.partition("/")
        # a country is spelled: "br", but "io" and "ai" are said as they stand
        host = re.sub(r"(?<=\.)(?!io|ai)[a-z]{2}$", lambda country: self.letter_names(country[0].upper()), host)
        said = " ".join(filter(None, map(self._address_part, _ADDRESS_PART.findall(host + slash + path))))
        return said + whole[len(spoken) :].replace("/", "")

    def _file(self, found: re.Match[str]) -> str:
        """A file's name as it is spelt, its extension in capitals, for the rule of acronyms."""
        parts = [*map(self._address_part, _ADDRESS_PART.findall(found[1])), self.words.dot, found[2].upper()]
        return self.gap.join(filter(None, parts))

    def _address_part(self, part: str) -> str:
        if part.lower() == "www":
            return self.letter_names("WWW")
        return part if part[0].isalnum() else self.all_signs.get(part, "")

    def _symbol(self, found: re.Match[str]) -> str:
        return f"{self.blank}{self.all_symbols[found[1]]}" + ("" if found[2] else self.blank)

    def _emoji(self, text: str) -> str:
        if not _MAYBE_EMOJI.search(text):
            return text
        text = _TONES.sub("", text)
        named = self.language in emoji.LANGUAGES or _emoji_names(self.language)
        text = emoji.replace_emoji(text, lambda found, _: f"{_OPEN}{self._emoji_name(found)}{_CLOSE}" if named else " ")
        text = re.sub(rf"({_OPEN}[^{_CLOSE}]*{_CLOSE})(?:\s*\1)+", r"\1", text)
        text = re.sub(
            rf"(?<=[\w\u0900-\u0963{_CLOSE}])\s*{_OPEN}", self.comma, text
        )  # Devanagari vowel signs are no word characters
        text = re.sub(rf"{_CLOSE}(\s*)(?=[\w,])", lambda found: self.comma if text[found.end()] != "," else "", text)
        return text.replace(_OPEN, "").replace(_CLOSE, "")

    def _emoji_name(self, found: str) -> str:
        name = _emoji_names(self.language).get(found.replace("\ufe0f", ""))
        if not name and self.language in emoji.LANGUAGES:
            name = emoji.demojize(found, language=self.language, delimiters=("", ""))
        return "" if not name or name == found else re.sub(r"[_:’]+", " ", name)


def rule(pattern: str, say: Say) -> Rule:
    """What matches the pattern is replaced by what `say` makes of the match."""
    return re.compile(pattern), say


@lru_cache
def _emoji_names(language: str) -> dict[str, str]:
    """CLDR's names of single emoji in a language that the package emoji lacks, or writes without its capitals."""
    table = files(__package__) / "emoji_names" / f"{language}.tsv"
    rows = table.read_text("utf-8").splitlines() if table.is_file() else []
    return dict(row.split("\t") for row in rows)


def calendar_day(day: str, month: str, year: str = "") -> date | None:
    """That day if there is one; without a year any leap year, with two digits of one the nearest (1970 to 2069)."""
    full = int(year or 2000)
    if len(year) == 2:
        full += 2000 if full < 70 else 1900
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


def like(written: str, said: str) -> str:
    """`said` with a capital where `written` has one."""
    return said[:1].upper() + said[1:] if written[:1].isupper() else said


def any_of(table: dict[str, str]) -> str:
    """A pattern for any key of a table, longest first."""
    return "|".join(re.escape(key) for key in sorted(table, key=len, reverse=True))
