"""Arabic as news is read: the readings of `tests/text/cases/ar.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.ar_words import SUMS, UNITS, Noun, before_noun, cardinal, counted, is_feminine, ordinal
from timbre.text.normalisers.base import Normaliser, Rule, any_of, calendar_day, rule
from timbre.text.normalisers.en import HUMS, LETTER_BY_LETTER

MONTHS = [
    "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر",
    "ديسمبر",
]  # fmt: skip
NAMES = [
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
    "كانون الأول", "محرم", "صفر", "رجب", "شعبان", "رمضان", "شوال", "ابريل", "اغسطس", "اكتوبر",
]  # fmt: skip
MONTH = "|".join([*MONTHS, *NAMES])
# after these a number stands in the genitive or the accusative
OBLIQUE = frozenset({
    "في", "من", "إلى", "على", "عن", "حتى", "مع", "خلال", "بعد", "قبل", "عند", "منذ", "نحو", "حوالي", "زهاء",
    "قرابة", "عام", "سنة", "بنسبة", "بسرعة", "بقيمة", "بمعدل", "لمدة", "بعمر", "بسعر", "بلغ", "ضد", "بين",
    "بمبلغ", "مدة", "طوال", "لعام", "بعام", "منتصف",
})  # fmt: skip
LETTERS = "إيه بي سي دي إي إف جي إتش آي جيه كيه إل إم إن أو بي كيو آر إس تي يو في دبليو إكس واي زد"
SHARES = {
    2: ("نصف", "أنصاف"), 3: ("ثلث", "أثلاث"), 4: ("ربع", "أرباع"), 5: ("خمس", "أخماس"), 6: ("سدس", "أسداس"),
    7: ("سبع", "أسباع"), 8: ("ثمن", "أثمان"), 9: ("تسع", "أتساع"), 10: ("عشر", "أعشار"),
}  # fmt: skip
TITLES = {"د": "الدكتور", "أ": "الأستاذ", "م": "المهندس"}
LARGE = {
    "ألف": Noun("ألف", "آلاف"), "مليون": Noun("مليون", "ملايين"), "مليار": Noun("مليار", "مليارات"),
    "تريليون": Noun("تريليون", "تريليونات"),
}  # fmt: skip
MINUTE, SECOND = Noun("دقيقة", "دقائق", True), Noun("ثانية", "ثوان", True)
QUARTERS = {15: "والربع", 20: "والثلث", 30: "والنصف"}
ARABIC = "[\u0620-\u064a]"
_LAST_WORD = re.compile(r"(\w+)\s*$")


class Reader(Normaliser):
    """The reader of Arabic."""

    comma = "، "
    letters: ClassVar[dict[str, str]] = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", LETTERS.split(), strict=True))
    symbols: ClassVar[dict[str, str]] = {
        "×": "في", "÷": "على", "±": "زائد أو ناقص", "≈": "نحو", "≠": "لا يساوي", "√": "جذر", "²": "تربيع", "³": "تكعيب",
        "٪": "بالمئة", "π": "باي", "€": "يورو", "£": "جنيه", "§": "المادة",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "شرطة مائلة", "_": "شرطة سفلية", "-": "شرطة", ":": "نقطتان", "?": "علامة استفهام", "=": "يساوي", "&": "و",
        "#": "هاشتاغ",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        edge, end = r"(?<![\w/.,:-])", r"(?![\w/]|[.,:]\d)"
        sums = any_of(dict.fromkeys(SUMS, ""))
        units = any_of(dict.fromkeys(UNITS, ""))
        dash = r"\s?[-–—]\s?"
        return [
            rule(r"(?<=\d)٫(?=\d)", lambda _: "."),
            rule(r"(?<=\d)٬(?=\d)", lambda _: ""),
            rule(rf"(?<!\w)(و?)([دأم])\.\s?(?={ARABIC})", lambda f: f"{f[1]}{TITLES[f[2]]} "),
            rule(r"(?<!\w)(?:إلخ|الخ)(?!\w)", lambda _: "إلى آخره"),
            rule(r"(?<!\w)ق\.\s?م(?!\w)", lambda _: "قبل الميلاد"),
            rule(r"(?<!\w)ص\.\s?ب\.?(?!\w)", lambda _: "صندوق بريد"),
            rule(r"(?<!\w)ص\.\s?(?=\d)", lambda _: "صفحة "),
            rule(r"(?<![\w-])0\d{1,3}[ -]\d{3}[ -]?\d{3,4}(?![\w-])", self._grouped),
            # dates, hours
            rule(rf"{edge}(\d{{1,2}})([/-])(\d{{1,2}})\2(\d{{4}}){end}", lambda f: self.date(f[1], f[3], f[4]) or f[0]),
            rule(rf"{edge}(\d{{4}})([/-])(\d{{1,2}})\2(\d{{1,2}}){end}", lambda f: self.date(f[4], f[3], f[1]) or f[0]),
            rule(rf"{edge}([12]?\d|3[01])\s({MONTH})(?!\w)(?:\s(\d{{4}}){end})?", self._day),
            rule(rf"(?<!\w)({MONTH})\s([12]\d{{3}}){end}", lambda f: f"{f[1]} {cardinal(int(f[2]), oblique=True)}"),
            rule(r"(?<![\d:])(الساعة\s)?([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?(?![\d:])", self._clock),
            # ordinals, Roman numerals
            rule(rf"(?<!\w)({ARABIC}+)\s(ال)ـ?\s?(\d{{1,3}})(?![\w.,]\d|\d)", self._ordinal),
            rule(rf"(?<!\w)({ARABIC}+)\s()([IVX]+)(?![\w'’]|\.\w)", self._ordinal),
            # fractions, ranges, comparison, versions
            rule(r"(?<![\w/.,])(\d{1,3})/(\d{1,3})(?![\w/])", self._fraction_of),
            rule(rf"(?<![\w.,/-])(\d{{1,9}}){dash}(\d{{1,9}})(?![\w/.-]\d)(?=\s({ARABIC}+)|)", self._range),
            rule(
                rf"({self.plain})\s?([<>])\s?(?={self.plain})",
                lambda f: f"{f[1]} {'أكبر' if f[2] == '>' else 'أصغر'} من ",
            ),
            rule(r"(?<=[A-Za-z]\s)(\d+)\.(\d+)(?![\d.])", lambda f: f"{self.number(f[1])} نقطة {self.number(f[2])}"),
            # sums, units, what is counted
            rule(rf"([-−]?)(?<![A-Za-z])({sums})\s?({self.plain})", lambda f: self._sum(f, f[3], f[2])),
            rule(
                rf"((?<![\w)])[-−]|)({self.plain})\s?({sums})(?![A-Za-z{ARABIC[1:-1]}])",
                lambda f: self._sum(f, f[2], f[3]),
            ),
            rule(rf"((?<![\w)])[-−]|)({self.plain})\s?({units})(?!\w)", self._unit),
            rule(rf"({self.signed})\s?[%٪]", lambda f: f"{self._said(f, f[1])} بالمئة"),
            rule(rf"(?<![\w.,-])(\d{{1,3}})\s({'|'.join(LARGE)})(?=\s{ARABIC})", self._large),
            rule(
                rf"(?<![\w.,])((?:[وبلف]ـ?)?)({self.signed})(?!\.?\d)(?=\s(?!نقطة\s[A-Z])({ARABIC}+)|)", self._counted
            ),
        ]

    def late_rules(self) -> list[Rule]:
        return [rule(r"(?<![\w'’.-])([A-Z]{2,5})(?![\w'’]|\.\w)", self._acronym)]

    def number(self, text: str, gender: str = "masculine", oblique: bool = False) -> str:
        negative = text[0] in "-−"
        whole, _, fraction = text.lstrip("-−").replace(self.group, "").partition(self.point)
        if (len(whole) > 1 and whole[0] == "0") or len(whole) > numerals.LONGEST:
            said = self.fraction(whole)
        else:
            said = cardinal(int(whole), gender == "feminine", oblique)
        if fraction:
            said = self.gap.join((said, self.words.decimal, self.fraction(fraction)))
        return f"ناقص{self.gap}{said}" if negative else said

    def fraction(self, text: str) -> str:
        return self.gap.join(cardinal(int(digit)) for digit in text)

    def grouped(self, text: str) -> str:
        return self.comma.join(map(self.fraction, re.findall(r"\d+", text)))

    def date(self, day: str, month: str, year: str) -> str:
        """ "الثامن من مارس ألفين وأربعة وعشرين"; empty when there is no such day."""
        found = calendar_day(day, month, year)
        if not found:
            return ""
        return f"{ordinal(found.day)} من {MONTHS[found.month - 1]} {cardinal(found.year, oblique=True)}"

    def _day(self, found: re.Match[str]) -> str:
        if found[1] == "0":
            return found[0]
        said = f"{ordinal(int(found[1]), oblique=_oblique(found))} من {found[2]}"
        return f"{said} {cardinal(int(found[3]), oblique=True)}" if found[3] else said

    def _clock(self, found: re.Match[str]) -> str:
        hour, minute = int(found[2]), int(found[3])
        said = {0: "صفر", 1: "الواحدة"}.get(hour) or ordinal(hour, feminine=True)
        parts = [f"الساعة {said}"]
        if minute:
            parts.append(QUARTERS.get(minute) or f"و{counted(minute, MINUTE)}")
        if found[4] and int(found[4]):
            parts.append(f"و{counted(int(found[4]), SECOND)}")
        return " ".join(parts)

    def _ordinal(self, found: re.Match[str]) -> str:
        value = int(found[3]) if found[2] else numerals.roman(found[3])
        if not 0 < value <= 100:
            return f"{found[1]} {found[2]}{self.number(found[3])}" if found[2] else found[0]
        return f"{found[1]} {ordinal(value, is_feminine(found[1]) or found[1] == 'الذكرى', _oblique(found))}"

    def _fraction_of(self, found: re.Match[str]) -> str:
        above, below = int(found[1]), int(found[2])
        if not 0 < above < below or below not in SHARES:
            return f"{self.number(found[1])} على {self.number(found[2])}"
        one, many = SHARES[below]
        if above < 3:
            return one if above == 1 else one + ("ي" if _oblique(found) else "ا")
        return f"{cardinal(above)} {many}"

    def _range(self, found: re.Match[str]) -> str:
        gender = "feminine" if found[3] and is_feminine(found[3]) else "masculine"
        return f"{self.number(found[1], gender, _oblique(found))} إلى {self.number(found[2], gender, True)}"

    def _said(self, found: re.Match[str], text: str) -> str:
        return self.number(text, oblique=_oblique(found))

    def _of(self, found: re.Match[str], text: str, noun: Noun) -> str:
        whole, _, fraction = text.replace(self.group, "").partition(self.point)
        if fraction or len(whole) > numerals.LONGEST:
            return f"{self._said(found, text)} {noun.one}{noun.adjective and ' ' + noun.adjective}{noun.after}"
        return counted(int(whole), noun, _oblique(found))

    def _unit(self, found: re.Match[str]) -> str:
        return ("ناقص " if found[1] else "") + self._of(found, found[2], UNITS[found[3]])

    def _sum(self, found: re.Match[str], text: str, symbol: str) -> str:
        noun, cent = SUMS[symbol]
        whole, _, fraction = text.partition(self.point)
        sign = "ناقص " if found[1] else ""
        if len(fraction) > 2 or not fraction.strip("0"):
            return sign + self._of(found, text if fraction.strip("0") else whole, noun)
        cents = counted(int(fraction.ljust(2, "0")), cent, _oblique(found))
        return sign + (f"{self._of(found, whole, noun)} و{cents}" if whole.strip("0") else cents)

    def _large(self, found: re.Match[str]) -> str:
        """Before a noun the dual of a scale loses its last letter: "مليوني دولار"."""
        return before_noun(counted(int(found[1]), LARGE[found[2]], oblique=found[1] == "2" or _oblique(found)))

    def _counted(self, found: re.Match[str]) -> str:
        noun = found[3] or ""
        joint = found[1].rstrip("ـ")
        joined = joint in ("و", "ف")
        feminine = is_feminine(noun) or (not joined and _before(found) == "سنة")
        oblique = joint in ("ب", "ل") or (not joined and _oblique(found))
        said = self.number(found[2], "feminine" if feminine else "masculine", oblique)
        if len(noun) > 2 and not noun.startswith("ال") and noun not in OBLIQUE - {"عام", "سنة"}:
            said = before_noun(said)
        return joint + said

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        spelled = word in LETTER_BY_LETTER or len(word) < 4 or not set(word) & set("AEIOUY")
        return self.letter_names(word) if spelled and word not in HUMS else word


def _before(found: re.Match[str]) -> str:
    """The word before what was found."""
    before = _LAST_WORD.search(found.string, max(0, found.start() - 12), found.start())
    return before[1] if before else ""


def _oblique(found: re.Match[str]) -> bool:
    """Whether the word before wants the genitive or the accusative of what was found."""
    return _before(found) in OBLIQUE
