"""Arabic numerals in words with gender and case, and the nouns they count (عباس حسن، النحو الوافي، باب العدد).

CLDR's rules write forms that the language has not (إثنان، خمسة مائة) and know no case; hence rules of our own.
"""

from typing import NamedTuple

from timbre.text.numerals import BOUND

ONES = ["صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة"]
SHORT = ["", "واحدة", "اثنتان", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثماني", "تسع", "عشر"]
TENS = ["", "", "عشر", "ثلاث", "أربع", "خمس", "ست", "سبع", "ثمان", "تسع"]
HUNDREDS = ["", "مئة", "مئت", "ثلاثمئة", "أربعمئة", "خمسمئة", "ستمئة", "سبعمئة", "ثمانمئة", "تسعمئة"]
ORDINALS = ["", "أول", "ثاني", "ثالث", "رابع", "خامس", "سادس", "سابع", "ثامن", "تاسع", "عاشر"]


class Noun(NamedTuple):
    """A noun that is counted; one without a plural never changes."""

    one: str
    many: str = ""
    feminine: bool = False
    after: str = ""  # said after every form
    adjective: str = ""


SCALES = {
    10**12: Noun("تريليون", "تريليونات"),
    10**9: Noun("مليار", "مليارات"),
    10**6: Noun("مليون", "ملايين"),
    10**3: Noun("ألف", "آلاف"),
}
UNITS = {
    "كم": Noun("كيلومتر", "كيلومترات"), "km": Noun("كيلومتر", "كيلومترات"), "م": Noun("متر", "أمتار"),
    "m": Noun("متر", "أمتار"), "سم": Noun("سنتيمتر", "سنتيمترات"), "cm": Noun("سنتيمتر", "سنتيمترات"),
    "مم": Noun("مليمتر", "مليمترات"), "mm": Noun("مليمتر", "مليمترات"), "كغ": Noun("كيلوغرام", "كيلوغرامات"),
    "كجم": Noun("كيلوغرام", "كيلوغرامات"), "kg": Noun("كيلوغرام", "كيلوغرامات"), "غ": Noun("غرام", "غرامات"),
    "g": Noun("غرام", "غرامات"), "كم/س": Noun("كيلومتر", "كيلومترات", after=" في الساعة"),
    "كم/ساعة": Noun("كيلومتر", "كيلومترات", after=" في الساعة"),
    "km/h": Noun("كيلومتر", "كيلومترات", after=" في الساعة"), "م²": Noun("متر", "أمتار", adjective="مربع"),
    "م2": Noun("متر", "أمتار", adjective="مربع"), "m²": Noun("متر", "أمتار", adjective="مربع"),
    "كم²": Noun("كيلومتر", "كيلومترات", adjective="مربع"), "م³": Noun("متر", "أمتار", adjective="مكعب"),
    "°C": Noun("درجة", "درجات", True, " مئوية"), "°م": Noun("درجة", "درجات", True, " مئوية"),
    "°": Noun("درجة", "درجات", True), "ل": Noun("لتر", "لترات"), "مل": Noun("مليلتر", "مليلترات"),
    "GB": Noun("غيغابايت"), "MB": Noun("ميغابايت"), "TB": Noun("تيرابايت"), "KB": Noun("كيلوبايت"),
    "Hz": Noun("هرتز"), "kHz": Noun("كيلوهرتز"), "MHz": Noun("ميغاهرتز"), "GHz": Noun("غيغاهرتز"),
    "W": Noun("واط"), "kW": Noun("كيلوواط"), "V": Noun("فولت"),
}  # fmt: skip
_CENT, _FILS = Noun("سنت", "سنتات"), Noun("فلس", "فلوس")
_DOLLAR, _EURO, _RIYAL, _POUND = Noun("دولار", "دولارات"), Noun("يورو"), Noun("ريال", "ريالات"), Noun("جنيه", "جنيهات")
SUMS = {
    "$": (_DOLLAR, _CENT), "US$": (_DOLLAR, _CENT), "USD": (_DOLLAR, _CENT), "€": (_EURO, _CENT), "EUR": (_EURO, _CENT),
    "£": (_POUND, Noun("بنس", "بنسات")), "ر.س": (_RIYAL, Noun("هللة", "هللات", True)),
    "ج.م": (_POUND, Noun("قرش", "قروش")), "د.إ": (Noun("درهم", "دراهم"), _FILS),
    "د.ك": (Noun("دينار", "دنانير"), _FILS),
    "¥": (Noun("ين", "ينات"), _CENT), "₹": (Noun("روبية", "روبيات", True), _CENT),
}  # fmt: skip
# plurals in ات of masculine nouns, and broken plurals and bare singulars of feminine ones
MASCULINE = frozenset({
    "دولارات", "كيلومترات", "سنتيمترات", "كيلوغرامات", "ريالات", "جنيهات", "مليارات", "اجتماعات", "قرارات",
    "مطارات", "انتخابات", "حيوانات", "امتحانات", "اقتراحات", "تعديلات", "خلافات", "إعلانات", "مسلسلات",
    "مستشفيات", "باصات", "تلفزيونات", "لترات", "غرامات", "خليفة", "طلبة",
})  # fmt: skip
FEMININE = frozenset({
    "دقائق", "ثوان", "ثواني", "مدن", "قصص", "نساء", "غرف", "دول", "صور", "فرق", "جزر", "أسر", "ليال", "ليالي",
    "مدارس", "رسائل", "صحف", "قرى", "حقائب", "وظائف", "شقق", "نقاط", "مراحل", "سنين", "أمم", "نسخ", "أرض",
    "شمس", "نار", "دار", "حرب", "بنت", "أخت", "أم", "عين", "يد", "ذكرى", "روايات", "مواد",
})  # fmt: skip


def cardinal(number: int, feminine: bool = False, oblique: bool = False) -> str:
    """The number before a noun of that gender."""
    parts = []
    for scale, noun in SCALES.items():
        count, number = divmod(number, scale)
        if count:
            parts.append(counted(count, noun, oblique))
    hundreds, rest = divmod(number, 100)
    if hundreds:
        parts.append("مئت" + _dual(oblique) if hundreds == 2 else HUNDREDS[hundreds])
    if rest or not parts:
        parts.append(_small(rest, feminine, oblique))
    return f"{BOUND}و".join(parts)


def _dual(oblique: bool) -> str:
    return "ين" if oblique else "ان"


def _small(number: int, feminine: bool, oblique: bool) -> str:
    ones, tens = number % 10, number // 10
    if number <= 10:
        said = (SHORT if feminine and number else ONES)[number]
        return said[:-2] + "ين" if oblique and number == 2 else said
    if number < 20:
        if ones == 1:
            said = "إحدى" if feminine else "أحد"
        elif ones == 2:
            said = ("اثنت" if feminine else "اثن") + ("ي" if oblique else "ا")
        else:
            said = (SHORT if feminine else ONES)[ones]
        return f"{said}{BOUND}{'عشرة' if feminine else 'عشر'}"
    ten = TENS[tens] + ("ين" if oblique else "ون")
    if not ones:
        return ten
    said = "إحدى" if ones == 1 and feminine else _small(ones, feminine, oblique)
    return f"{said}{BOUND}و{ten}"


def counted(number: int, noun: Noun, oblique: bool = False) -> str:
    """So many of a noun: its singular, dual, plural, or accusative, as the number wants."""
    rest = number % 100
    adjective = noun.adjective and f" {noun.adjective}"
    if number == 1:
        said = noun.one + adjective
    elif number == 2 and noun.many:
        stem = noun.one[:-1] + "ت" if noun.one.endswith("ة") else noun.one
        return stem + _dual(oblique) + (adjective and adjective + _dual(oblique)) + noun.after
    else:
        words = cardinal(number, noun.feminine, oblique)
        if rest == 0:
            words = before_noun(words)
        if 3 <= rest <= 10 and noun.many:
            form = noun.many + (adjective and adjective + "ة")
        elif rest > 10 and noun.many and not noun.one.endswith("ة"):
            form = noun.one + "ًا" + (adjective and adjective + "ًا")
        else:
            form = noun.one + adjective
        said = f"{words}{BOUND}{form}"
    return said + noun.after


def before_noun(words: str) -> str:
    """A dual loses its last letter before what it counts, and a thousand its ending: "ألفا دولار"."""
    if words.endswith(("مئتان", "مئتين", "ألفان", "ألفين", "ليونان", "ليونين", "ليارين", "لياران")):
        return words[:-1]
    return words.removesuffix("ًا")


def ordinal(number: int, feminine: bool = False, oblique: bool = False) -> str:
    """With the article: "الحادي والعشرون"; from 1 to 100."""
    ones, tens = number % 10, number // 10
    if number == 100:
        return "المئة"
    ten = "ال" + TENS[tens] + ("ين" if oblique else "ون") if tens > 1 else ""
    if tens > 1 and not ones:
        return ten
    if number == 1:
        return "الأولى" if feminine else "الأول"
    name = ("حادي" if ones == 1 else ORDINALS[ones]) if number > 10 else ORDINALS[number]
    said = "ال" + name + ("ة" if feminine else "")
    if 10 < number < 20:
        return f"{said}{BOUND}{'عشرة' if feminine else 'عشر'}"
    return f"{said}{BOUND}و{ten}" if ten else said


def is_feminine(noun: str) -> bool:
    """As far as a noun's ending or the tables tell."""
    bare = noun.removeprefix("و").removeprefix("ال") if noun.startswith(("ال", "وال")) else noun
    if bare in MASCULINE:
        return False
    return bare in FEMININE or bare.endswith(("ة", "ات", "ةً"))
