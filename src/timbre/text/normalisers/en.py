"""English as it is read in America: the readings of `tests/text/cases/en.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Normaliser, Rule, calendar_day, like, rule

MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
MONTH = (
    r"(Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
DENOMINATORS = {2: "half", 3: "third", 4: "quarter"}
SAID_DENOMINATORS = frozenset([*range(2, 11), 16, 32, 64, 100])  # 9/11 and 24/7 are no fractions
NOT_NOUNS = {"was", "is", "has", "as", "its", "his", "this", "thus", "does", "across", "always", "perhaps", "us", "yes"}

KINGS = (
    "Henry|Louis|Charles|Edward|George|William|James|Richard|John|John Paul|Philip|Frederick|Francis|Pius|Leo|Gregory"
    "|Benedict|Clement|Innocent|Urban|Napoleon|Nicholas|Alexander|Ferdinand|Peter|Pedro|Ivan|Elizabeth|Catherine|Mary"
    "|Isabella|Margaret|Ramesses|Ramses|Xerxes|Darius|Ptolemy|Cleopatra|Otto|Gustav|Christian|Haakon|Harald|Malcolm"
)
PARTS = (
    "chapter|part|act|scene|section|volume|book|phase|type|title|appendix|war|bowl|mark|class|level|grade|article"
    "|amendment|figure|table|unit|stage|episode|season"
)
# What is numbered in three figures and read by one and two: "Flight three seventy"
NUMBERED = "Boeing|Airbus|Flight|flight|Route|route|Highway|highway|Interstate|Room|room|Suite|suite"
BOOKS = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|Nehemiah|Esther|Job"
    "|Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Ezekiel|Daniel|Hosea|Amos|Jonah|Micah|Matthew|Mark|Luke|John|Acts"
    "|Romans|Corinthians|Galatians|Ephesians|Philippians|Colossians|Timothy|Titus|Hebrews|James|Peter|Jude|Revelation"
)
# Read letter by letter although they have a vowel; those without one need no entry
LETTER_BY_LETTER = {
    "AI", "API", "ATM", "BBC", "CEO", "CFO", "CIA", "COO", "CTO", "DIY", "DNA", "DOJ", "EPA", "ESPN", "EU", "FAA",
    "FAQ", "FBI", "FDA", "GDPR", "GPA", "GPU", "CPU", "HIV", "IBM", "ID", "IMF", "IP", "IQ", "IRS", "ISO", "IBAN",
    "MBA", "NBA", "NCAA", "NHL", "NIH", "NYC", "PDF", "RNA", "ROI", "SEO", "SUV", "UAE", "UCLA", "UFO", "UI", "UK",
    "UN", "URL", "USA", "USB", "USD", "UTC", "UV", "UX", "VIP", "IOU", "AKA", "AM", "PM", "EKG", "ICU", "OECD",
    "RSVP", "TBA", "ETA", "EUR", "ISP", "IPO", "MIA", "OS", "UPS", "USPS", "USSR", "VAT", "BMI", "ADHD", "ABC", "AC",
    "DC", "AD", "BCE", "BC",
}  # fmt: skip
HUMS = {
    "HM", "HMM", "SHH", "PSST", "BRR", "BRRR", "GRR", "GRRR", "MM", "MMM", "ZZZ", "TSK", "PFFT", "NTH",
}  # fmt: skip
# after "U.S." a capital may be a name ("U.S. Army"): these words are none
_NEW_SENTENCE = re.compile(
    r"\s*$|\s+(?:The|It|He|She|We|They|I|You|In|On|At|Now|But|And|This|That|There|If|When|After|So|For|As)\b"
)
UNITS_OF_TIME = {"a": "A M", "p": "P M"}


class Reader(Normaliser):
    """The American reader."""

    span = "to"
    abbreviations: ClassVar[dict[str, str]] = {
        "mr": "mister", "mrs": "missus", "ms": "miz", "dr": "doctor", "prof": "professor", "rev": "reverend",
        "gen": "general", "col": "colonel", "capt": "captain", "lt": "lieutenant", "sgt": "sergeant",
        "sen": "senator", "rep": "representative", "gov": "governor", "hon": "honorable", "mt": "mount",
        "e.g": "for example", "i.e": "that is", "vs": "versus", "approx": "approximately", "dept": "department",
        "est": "established", "vol": "volume", "apt": "apartment", "pp": "pages", "ca": "circa",
        "w. r. t": "with respect to", "ph.d": "P H D",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "etc": "et cetera", "jr": "junior", "sr": "senior", "inc": "incorporated", "ltd": "limited",
        "corp": "corporation", "ave": "avenue", "blvd": "boulevard", "rd": "road", "a.k.a": "also known as",
        "et al": "et al",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "about", "≠": "is not equal to", "=": "equals",
        "≤": "is at most", "≥": "is at least", " > ": "is greater than", " < ": "is less than", "°": "degrees",
        "§": "section", "²": "squared", "³": "cubed", "€": "euros", "£": "pounds", "¢": "cents", "√": "square root of",
        "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "slash", "-": "dash", "_": "underscore", ":": "colon", "?": "question mark", "=": "equals", "&": "and",
        "#": "hash", "+": "plus", "%": "percent", "~": "tilde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {
        "t": "", "sq. ft.": "area-square-foot", "sq ft": "area-square-foot", "sq. mi.": "area-square-mile",
        "sq mi": "area-square-mile", "in.": "length-inch", "ft.": "length-foot",
    }  # fmt: skip
    currencies: ClassVar[dict[str, Currency]] = {
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "EUR": Currency("euro", "euros", "cent", "cents"),
        "GBP": Currency("pound", "pounds", "penny", "pence"),
        "BRL": Currency("real", "reais", "centavo", "centavos"),
        "JPY": Currency("yen", "yen"),
        "INR": Currency("rupee", "rupees", "paisa", "paise"),
    }
    scales: ClassVar[dict[str, str]] = {
        "hundred": "hundred", "thousand": "thousand", "million": "million", "billion": "billion",
        "trillion": "trillion", "k": "thousand", "K": "thousand", "m": "million", "M": "million", "bn": "billion",
        "B": "billion", "T": "trillion",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        day = r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
        year = r"([12]\d{3})"
        half = r"(?:\s?([AaPp])(?:\.\s?[Mm]\.|[Mm]\b))"
        roman = r"([IVXLCDM]+)(?![\w.]\w|\w)"
        spoken = self._grouped
        return [
            rule(r"(?<!\w)St\.(?=\s[A-Z])", lambda _: "Saint"),
            rule(r"(?<=\w\s)St\.(?!\w)", lambda f: "Street" + ("." if not f.string[f.end() :].strip() else "")),
            rule(r"(?<!\w)[Nn]o\.\s?(?=\d)|(?<!\w)#(?=\d)|№\s?(?=\d)", lambda f: like(f[0], "number ")),
            rule(r"(?<!\w)p\.\s?(?=\d)", lambda _: "page "),
            # dates, hours
            rule(r"(?<![\w/])(\d{1,2})([/-])(\d{1,2})\2([12]\d{3}|\d\d)(?![\w/])", self._date),
            rule(rf"(?<![\w/-]){year}-(\d{{2}})-(\d{{2}})(?![\w-])", lambda f: self.date(f[3], f[2], f[1]) or f[0]),
            rule(r"(?<=\bon\s)(\d{1,2})/(\d{1,2})(?![\w/])", lambda f: self.date(f[2], f[1]) or f[0]),
            rule(rf"\b{MONTH}\s{day}(?![\w:]|,\d)(?:,?\s{year}(?![\w:]))?", self._month_first),
            rule(rf"(?<![\w.,]){day}\s{MONTH}\b(?:,?\s{year}(?!\w))?(?<!\s)", self._day_first),
            rule(rf"\b{MONTH}(?=,?\s{year})", lambda f: self._month(f[1])),
            rule(
                rf"\b({BOOKS})\s(\d{{1,3}}):(\d(?!\d)|\d{{1,3}}(?=[-–]\d))(?:[-–](\d{{1,3}}))?(?![\w:-])",
                lambda f: f"{f[1]} {f[2]}, {f[3]}" + (f" {self.span} {f[4]}" if f[4] else ""),
            ),
            rule(rf"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?!\d|:\d){half}?(?!\w)", self._clock),
            rule(rf"(?<![\w:.,])(1[0-2]|0?[1-9]){half}", self._hour),
            # telephones
            rule(r"(?<![\w-])(?:\+?1[ .-])?(?:\(\d{3}\)\s?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])", spoken),
            rule(r"(?<![\w-])\d{3}-\d{4}(?![\w-])", spoken),
            rule(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", spoken),
            rule(r"(?<!\w)[Ee]xt\.?\s?(\d{2,6})(?!\w|[.,]\d)", self._extension),
            rule(
                r"(?:(?<=\b[Dd]ial\s)|(?<=\b[Cc]all\s))(?:911|988|411|311|112|999|\d{3}(?!\s\w))(?![\w-]|[.,]\d)",
                spoken,
            ),
            rule(rf"\b({NUMBERED})\s([1-9])(\d\d)(?![\w-]|[.,]\d)", self._numbered),
            # ordinals, decades
            rule(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d{1,15})(?:st|nd|rd|th)(?!\w)", self._ordinal),
            rule(r"(?<![\w.,])([12]\d\d0)['’]?s(?!\w)", lambda f: _plural(self._year(f[1]))),
            rule(r"(?<!\w)['’]?([2-9]0)['’]?s(?!\w)", lambda f: _plural(self.number(f[1]))),
            # Roman numerals
            rule(rf"\b({KINGS})\s{roman}", self._ruler),
            rule(rf"\b((?i:{PARTS}))\s{roman}", self._part),
            rule(rf"\b((?i:{PARTS}))\s([ivx]{{2,4}})(?![\w'’])", self._part),
            self.bare_roman(),
            # feet, fractions, signs between numbers
            rule(r"(?<![\w.,])([1-9])['’′]\s?(\d{1,2})(?:[\"”″]|(?!\w))", lambda f: f"{f[1]} foot {f[2]}"),
            rule(r"(?<![\w/.,])([1-9]\d{0,2})\s([1-9])/(\d{1,2})(?![\w/])", self._mixed),
            rule(r"(?<![\w/.,])([1-9]\d?)/(\d{1,3})(?![\w/]|,\d)(?=(\s\w)?)", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " "),
            rule(r"(?<=\d)\s?[x×]\s?(?=\d)|(?<=\d)\s?[x×](?!\w)", lambda _: " times "),
            rule(r"(?<!\w)#(?=\w)", lambda _: "hashtag "),
            rule(r"~\s?(?=\d)", lambda _: "about "),
            rule(rf"({self.plain})\s?¢", lambda f: f"{self.number(f[1])} cent{'' if f[1] == '1' else 's'}"),
        ]

    def number_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![\w.,$€£-])(1[1-9]\d\d|20\d\d)(?!\w|[.,]\d|\s?%|-\w)(?=(?:\s([^\W\d_]+))?)", self._maybe_year),
            rule(r"(?<![\w.,])\.(\d+)", lambda f: f"point {self.fraction(f[1])}"),
        ]

    def late_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![\w.])((?:[A-Z]\.){2,})(?!\w)", self._dotted_letters),
            rule(r"(?<!\w)([A-Z]{1,3})&([A-Z]{1,3})(?!\w)", self._both),
            rule(r"(?<![\w'’.-])([A-Z]{2,5})(s?)(?![\w]|['’](?!s\b))", self._acronym),
            rule(r"(?<!\w)w/o(?!\w)", lambda _: "without"),
            rule(r"(?<!\w)w/\s?(?=\w)", lambda _: "with "),
        ]

    def date(self, day: str, month: str, year: str = "") -> str:
        """ "March eighth, twenty twenty-four"; empty when there is no such day."""
        found = calendar_day(day, month, year)
        if not found:
            return ""
        said = f"{MONTHS[found.month - 1]} {numerals.ordinal(found.day, self.language)}"
        return f"{said}, {self._year(str(found.year))}" if year else said

    def _year(self, text: str) -> str:
        return numerals.year(int(text), self.language).replace("oh-", "oh ")

    def _month(self, text: str) -> str:
        return next(month for month in MONTHS if month.startswith(text[:3]))

    def _date(self, found: re.Match[str]) -> str:
        """Month first, unless there is no such month."""
        return self.date(found[3], found[1], found[4]) or self.date(found[1], found[3], found[4]) or found[0]

    def _month_first(self, found: re.Match[str]) -> str:
        said = f"{self._month(found[1])} {numerals.ordinal(int(found[2]), self.language)}"
        return f"{said}, {self._year(found[3])}" if found[3] else said

    def _day_first(self, found: re.Match[str]) -> str:
        article = "" if found.string.endswith("the ", 0, found.start()) else "the "
        said = f"{article}{numerals.ordinal(int(found[1]), self.language)} of {self._month(found[2])}"
        return f"{said}, {self._year(found[3])}" if found[3] else said

    def _clock(self, found: re.Match[str]) -> str:
        hours, minutes = self.number(str(int(found[1]))), found[2]
        half = self._half(found, 4)
        if minutes == "00":
            said = hours if half else f"{hours} o'clock" if 1 <= int(found[1]) <= 12 else f"{hours} hundred"
        else:
            said = f"{hours} {'oh ' if minutes[0] == '0' else ''}{self.number(str(int(minutes)))}"
        if found[3]:
            said += f" and {self.number(str(int(found[3])))} seconds"
        return said + half

    def _hour(self, found: re.Match[str]) -> str:
        return self.number(str(int(found[1]))) + self._half(found, 2)

    def _half(self, found: re.Match[str], group: int) -> str:
        """ " A M" or nothing; the period of "a.m." stays where it ends the text or another sentence begins."""
        if not found[group]:
            return ""
        stop = (
            "." if found[0].endswith(".") and re.match(r"\s*$|\s+[A-Z][a-z]", found.string[found.end() :][:9]) else ""
        )
        return f" {UNITS_OF_TIME[found[group].lower()]}{stop}"

    def _ordinal(self, found: re.Match[str]) -> str:
        return numerals.ordinal(int(found[1].replace(",", "")), self.language) or found[0]

    def _ruler(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2])
        if not value or found[2] == "I":  # "Henry I", but also "Henry, I …" typed in haste
            return found[0]
        return f"{found[1]} the {numerals.ordinal(value, self.language)}"

    def _extension(self, found: re.Match[str]) -> str:
        return like(found[0], f"extension {self.grouped(found[1])}")

    def _numbered(self, found: re.Match[str]) -> str:
        rest = found[3]
        said = "hundred" if rest == "00" else f"{'oh ' if rest[0] == '0' else ''}{self.number(str(int(rest)))}"
        return f"{found[1]} {self.number(found[2])} {said}"

    def _part(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2].upper())
        if not value or (found[2] == "I" and found[1].islower()):  # "the part I like"
            return found[0]
        return f"{found[1]} {numerals.cardinal(value, self.language)}"

    def _mixed(self, found: re.Match[str]) -> str:
        above, below = int(found[2]), int(found[3])
        said = "a half" if (above, below) == (1, 2) else self._fraction(above, below)
        return f"{self.number(found[1])} and {said}" if said else found[0]

    def _fraction_of(self, found: re.Match[str]) -> str:
        return self._fraction(int(found[1]), int(found[2])) or found[0]

    def _fraction(self, above: int, below: int) -> str:
        """ "three quarters", "one half"; empty for what is no fraction, as in 24/7."""
        if not above < below or below not in SAID_DENOMINATORS:
            return ""
        name = DENOMINATORS.get(below) or numerals.ordinal(below, self.language) or ""
        plural = "halves" if below == 2 else name + "s"
        return f"{self.number(str(above))} {name if above == 1 else plural}"

    def _maybe_year(self, found: re.Match[str]) -> str:
        noun = (found[2] or "").lower()
        counted = len(noun) > 2 and noun.endswith("s") and noun not in NOT_NOUNS
        before = found.string[max(0, found.start() - 3) : found.start()].lower()
        unit = found[2] in self.all_units if found[2] else False
        return found[0] if unit or (counted and before != "in ") else self._year(found[1])

    def _dotted_letters(self, found: re.Match[str]) -> str:
        stop = "." if _NEW_SENTENCE.match(found.string, found.end()) else ""
        return found[1].replace(".", " ").strip() + stop

    def _both(self, found: re.Match[str]) -> str:
        return f"{self.letter_names(found[1])} and {self.letter_names(found[2])}"

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        spelled = word in LETTER_BY_LETTER or (not set(word) & set("AEIOUY") and word not in HUMS)
        return self.letter_names(word) + found[2] if spelled else found[0]


def _plural(text: str) -> str:
    return text[:-1] + "ies" if text.endswith("y") else text + "s"
