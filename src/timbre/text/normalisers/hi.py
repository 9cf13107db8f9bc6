"""Hindi: the readings of `tests/text/cases/hi.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Normaliser, Rule, calendar_day, rule
from timbre.text.normalisers.en import HUMS, LETTER_BY_LETTER

MONTHS = ["जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"]
MONTH = "जनवरी|फ़रवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|सितम्बर|अक्टूबर|अक्तूबर|नवंबर|नवम्बर|दिसंबर|दिसम्बर"
LETTERS = "ए बी सी डी ई एफ़ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई ज़ेड"
STEMS = {1: "पहल", 2: "दूसर", 3: "तीसर", 4: "चौथ", 6: "छठ"}  # ordinals of their own; to them comes only a vowel
KINGS = {1: "प्रथम", 2: "द्वितीय", 3: "तृतीय", 4: "चतुर्थ", 5: "पंचम", 6: "षष्ठ", 7: "सप्तम", 8: "अष्टम"}
PARTS = "अध्याय|भाग|खंड|खण्ड|अंक|दृश्य|सर्ग|पर्व|कक्षा|चरण|परिशिष्ट|अनुच्छेद|विश्व युद्ध|विश्वयुद्ध|टाइप"
SHARES = {(1, 2): "आधा", (1, 3): "एक तिहाई", (2, 3): "दो तिहाई", (1, 4): "चौथाई", (3, 4): "तीन चौथाई"}
WORD = "\u0900-\u0963\\w"  # vowel signs are no word characters to a pattern


class Reader(Normaliser):
    """The reader of Hindi."""

    span = "से"
    abbreviations: ClassVar[dict[str, str]] = {
        "डॉ": "डॉक्टर", "डा": "डॉक्टर", "प्रो": "प्रोफ़ेसर", "पं": "पंडित", "श्री": "श्री", "सं": "संख्या", "पृ": "पृष्ठ",
        "रु": "रुपये", "कु": "कुमारी", "स्व": "स्वर्गीय", "ई. पू": "ईसा पूर्व", "कि. मी": "किलोमीटर", "मो": "मोबाइल",
        "क्र": "क्रमांक", "इं": "इंजीनियर", "एड": "एडवोकेट", "जि": "ज़िला", "दि": "दिनांक",
    }  # fmt: skip
    letters: ClassVar[dict[str, str]] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTERS.split(), strict=True))
    symbols: ClassVar[dict[str, str]] = {
        "×": "गुणा", "÷": "भाग", "±": "धन या ऋण", "≈": "लगभग", "°": "डिग्री", "√": "वर्गमूल", "€": "यूरो",
        "£": "पाउंड", "₹": "रुपये", "²": "वर्ग", "³": "घन", "π": "पाई", "§": "धारा",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "स्लैश", "_": "अंडरस्कोर", "-": "डैश", ":": "कोलन", "?": "प्रश्नचिह्न", "=": "बराबर", "&": "और", "#": "हैश",
        "+": "प्लस",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {
        "किमी": "length-kilometer", "कि.मी.": "length-kilometer", "मी": "length-meter", "सेमी": "length-centimeter",
        "किग्रा": "mass-kilogram", "कि.ग्रा.": "mass-kilogram", "ग्रा": "mass-gram",
        "किमी/घंटा": "speed-kilometer-per-hour", "mi": "", "t": "",
    }  # fmt: skip
    currencies: ClassVar[dict[str, Currency]] = {
        "INR": Currency("रुपया", "रुपये", "पैसा", "पैसे"),
        "USD": Currency("डॉलर", "डॉलर", "सेंट", "सेंट"),
        "EUR": Currency("यूरो", "यूरो", "सेंट", "सेंट"),
        "GBP": Currency("पाउंड", "पाउंड", "पेंस", "पेंस"),
    }
    scales: ClassVar[dict[str, str]] = {
        "हज़ार": "हज़ार", "हजार": "हज़ार", "लाख": "लाख", "करोड़": "करोड़", "अरब": "अरब", "खरब": "खरब",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        edge = rf"(?<![{WORD}/.,-])"
        end = rf"(?![{WORD}/]|[.,]\d)"
        return [
            rule(r"(?<![\d,.])\d{1,3}(?:,\d{2})+,\d{3}(?![\d,])", lambda f: f[0].replace(",", "")),
            # telephones
            rule(r"(?<![\w-])(?:\d{5}[ -]\d{5}|0\d{2,4}[ -]\d{6,8}|[6-9]\d{9})(?![\w-])", self._grouped),
            rule(rf"{edge}(\d{{3,4}})(?=\s(?:पर|नंबर पर)\s(?:डायल|कॉल|फ़ोन|फोन))", lambda f: self.grouped(f[1])),
            # dates, hours
            rule(rf"{edge}(\d{{1,2}})([/.-])(\d{{1,2}})\2([12]\d{{3}}|\d\d){end}", self._date),
            rule(rf"{edge}([12]\d{{3}})-(\d{{2}})-(\d{{2}}){end}", lambda f: self.date(f[3], f[2], f[1]) or f[0]),
            rule(rf"(?<=[{WORD}])(\s(?:{MONTH}),?\s)([12]\d{{3}}){end}", lambda f: f[1] + self._year(f[2])),
            rule(rf"{edge}(\d{{1,2}}\s(?:{MONTH}),?\s)([12]\d{{3}}){end}", lambda f: f[1] + self._year(f[2])),
            rule(
                rf"{edge}((?:1[1-9]|20)\d\d)\s?[-–—]\s?((?:1[1-9]|20)\d\d){end}",
                lambda f: f"{self._year(f[1])} से {self._year(f[2])}",
            ),
            rule(rf"{edge}(1[1-9]\d\d){end}(?!\s?(?:रु|₹|%))", self._maybe_year),
            rule(r"(?<![\d:])(\d{1,2}):([0-5]\d)(?![\d:])(?:\s(बजे))?", self._clock),
            # ordinals
            rule(
                rf"{edge}(\d{{1,9}})\s?-?(ला|ली|ले|रा|री|रे|था|थी|थे|ठा|ठी|ठे|वाँ|वां|वीं|वी|वें|वे)(?![{WORD}])", self._ordinal
            ),
            # Roman numerals
            rule(
                rf"(?<![{WORD}])({PARTS})\s([IVXLC]+)(?![\w.]\w|\w)", lambda f: f"{f[1]} {numerals.roman(f[2]) or f[2]}"
            ),
            rule(r"(?<=[\u0900-\u0963]\s)([IVX]+)(?![\w'’]|\.\w)", self._ruler),
            self.bare_roman(),
            # fractions, signs between numbers
            rule(r"(?<![\w/.,])(\d{1,3})\s1/2(?![\w/])", self._and_half),
            rule(r"(?<![\w/.,])(\d{1,3})/(\d{1,3})(?![\w/])", self._fraction_of),
            rule(r"(?<=\d)\s?[x×]\s?(?=\d)", lambda _: " गुणा "),
            rule(rf"{edge}(\d{{1,2}})-(\d{{1,2}})(?=\sसे\s(?:जीत|हार|हरा|बराबर))", lambda f: f"{f[1]} {f[2]}"),
            rule(rf"({self.plain})\s?([<>])\s?({self.plain})", self._compared),
        ]

    def late_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![\w'’.-])([A-Z]{2,5})(?![\w'’]|\.\w)", self._acronym),
            rule(r"(?<=[\u0900-\u0963]\s)([A-Z])(?=\s[\u0900-\u0963])", lambda f: self.letter_names(f[1])),
        ]

    def date(self, day: str, month: str, year: str) -> str:
        """ "आठ मार्च दो हज़ार चौबीस"; empty when there is no such day."""
        found = calendar_day(day, month, year)
        return f"{self.number(str(found.day))} {MONTHS[found.month - 1]} {self._year(str(found.year))}" if found else ""

    def _date(self, found: re.Match[str]) -> str:
        return self.date(found[1], found[3], found[4]) or found[0]

    def _year(self, text: str) -> str:
        """Up to 1999 by hundreds: "उन्नीस सौ सैंतालीस"."""
        if not "1100" <= text < "2000":
            return self.number(text)
        rest = int(text[2:])
        return f"{self.number(text[:2])}{self.gap}सौ" + (f"{self.gap}{self.number(str(rest))}" if rest else "")

    def _maybe_year(self, found: re.Match[str]) -> str:
        """A year where what stands round it says so, else a number."""
        before, after = (
            found.string[max(0, found.start() - 6) : found.start()],
            found.string[found.end() : found.end() + 12],
        )
        told = re.search(r"(?:सन्?|वर्ष|साल|ईस्वी)\s$", before) or re.match(
            r"\s(?:में|से|तक|ई\b|ईस्वी|के (?:दशक|दौरान|बाद|चुनाव)|की क्रांति|-)|\s?[-–—]\s?[12]\d{3}(?!\d)", after
        )
        return self._year(found[1]) if told else found[0]

    def _clock(self, found: re.Match[str]) -> str:
        """Quarters and halves have words of their own."""
        hour, minute = int(found[1]), int(found[2])
        if hour > 24:
            return found[0]
        end = " बजे" if found[3] else ""
        said = self.number(str(hour))
        if minute == 0:
            return said + (end or " बजे")
        if not end:
            return f"{said} बजकर {self.number(str(minute))} मिनट"
        if minute == 30 and hour:
            return (self._half(hour)) + end
        if minute == 15:
            return (f"सवा {said}" if hour != 1 else "सवा") + end
        return f"{said} बजकर {self.number(str(minute))} मिनट"

    def _half(self, whole: int) -> str:
        """So much and a half: डेढ़, ढाई, then साढ़े."""
        return {0: "आधा", 1: "डेढ़", 2: "ढाई"}.get(whole) or f"साढ़े {self.number(str(whole))}"

    def _ordinal(self, found: re.Match[str]) -> str:
        """The ending as it is written tells gender and case."""
        number, ending = int(found[1]), found[2]
        stem = STEMS.get(number)
        if stem:
            return stem + ("ी" if ending[1:2] == "ी" else "े" if ending[1:2] == "े" else "ा")
        said = self.number(found[1]).removeprefix("एक\u00a0") if number == 100 else self.number(found[1])
        return said + ending

    def _ruler(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        if not value or found[1] == "I":
            return found[0]
        return KINGS.get(value) or self.number(str(value))

    def _and_half(self, found: re.Match[str]) -> str:
        return self._half(int(found[1]))

    def _fraction_of(self, found: re.Match[str]) -> str:
        above, below = int(found[1]), int(found[2])
        return SHARES.get((above, below)) or f"{self.number(found[1])} बटा {self.number(found[2])}"

    def _compared(self, found: re.Match[str]) -> str:
        word = "बड़ा" if found[2] == ">" else "छोटा"
        return f"{self.number(found[1])} {self.number(found[3])} से {word}"

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        spelled = word in LETTER_BY_LETTER or len(word) < 4 or not set(word) & set("AEIOUY")
        return self.letter_names(word) if spelled and word not in HUMS else word
