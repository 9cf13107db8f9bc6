"""Turkish: the readings of `tests/text/cases/tr.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Rule, like, rule
from timbre.text.normalisers.common import CLOCK, FRACTION, Common

MONTHS = [
    "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim", "Kasım", "Aralık",
]  # fmt: skip
# Capitals that follow an ordinal with a full stop; before any other one the stop ends the sentence
NAMED = (
    "Dünya|Cadde|Caddesi|Sokak|Sokağı|Bölüm|Kat|Sınıf|Sayı|Cilt|Madde|Lig|Ordu|Kolordu|Tümen|Ulusal|Uluslararası|Olağan|Dönem"
    "|Yüzyıl|Bölge|Ağır|Asliye|Sulh|Cumhurbaşkanı|Balkan|Haçlı|Avrupa|Türkiye|İstanbul|Ankara"
)
SULTANS = (
    "Murat|Murad|Mehmet|Mehmed|Bayezid|Selim|Süleyman|Mustafa|Osman|Ahmet|Ahmed|İbrahim|Mahmut|Mahmud|Abdülhamit|Abdülhamid"
    "|Abdülmecit|Kılıç|Alaeddin|Elizabeth|Charles|George|William|Louis|Henry|Nikolay|Katerina|Petro|Paul|Jean|Pius"
)
CAPITALS = {
    "Sok": "Sokağı", "Bul": "Bulvarı", "Gen": "General", "Av": "Avukat", "Tel": "Telefon", "Böl": "Bölüm",
    "Haz": "Hazırlayan",
}  # fmt: skip  # verbs and nouns of their own when written small
BACK, FRONT = "aıou", "eiöü"
SUFFIX = r"['’]([a-zçğıöşüâî]+)"
TO_BACK = str.maketrans("eiöü", "aıou")


class Reader(Common):
    """The Turkish reader."""

    months = MONTHS
    times = "çarpı"
    about = "yaklaşık"
    vowels = "AEIİOÖUÜÂÎÛ"
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "be", "C": "ce", "Ç": "çe", "D": "de", "E": "e", "F": "fe", "G": "ge", "Ğ": "yumuşak ge",
        "H": "he", "I": "ı", "İ": "i", "J": "je", "K": "ke", "L": "le", "M": "me", "N": "ne", "O": "o", "Ö": "ö",
        "P": "pe", "Q": "kü", "R": "re", "S": "se", "Ş": "şe", "T": "te", "U": "u", "Ü": "ü", "V": "ve", "W": "ve",
        "X": "iks", "Y": "ye", "Z": "ze",
    }  # fmt: skip
    abbreviations: ClassVar[dict[str, str]] = {
        "dr": "doktor", "prof": "profesör", "doç": "doçent", "yrd": "yardımcı", "müh": "mühendis", "öğr": "öğretim",
        "alb": "albay", "hz": "hazreti", "sn": "sayın", "örn": "örneğin", "bkz": "bakınız", "cad": "caddesi",
        "cd": "caddesi", "sk": "sokağı", "mah": "mahallesi", "apt": "apartmanı", "yy": "yüzyıl", "çev": "çeviren",
        "m. ö": "milattan önce", "m. s": "milattan sonra", "t. c": "Türkiye Cumhuriyeti", "no": "numara",
        "ltd": "limitet", "ort": "ortalama", "kr": "kuruş", "dk": "dakika", "age": "adı geçen eser",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "vb": "ve benzeri", "vs": "vesaire", "vd": "ve diğerleri", "a. ş": "anonim şirketi",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "çarpı", "÷": "bölü", "±": "artı eksi", "≈": "yaklaşık", "≠": "eşit değildir", "≤": "küçük eşittir",
        "≥": "büyük eşittir", " > ": "büyüktür", " < ": "küçüktür", "°": "derece", "²": "kare", "³": "küp",
        "€": "avro", "§": "paragraf", "√": "karekök", "π": "pi", "₺": "lira",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "eğik çizgi", "-": "tire", "_": "alt çizgi", ":": "iki nokta", "?": "soru işareti", "=": "eşittir",
        "&": "ve", "#": "kare", "+": "artı", "%": "yüzde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {
        "%": "", "km/sa": "speed-kilometer-per-hour", "km/s": "", "mi": "", "ft": "", "dk": "duration-minute",
        "sn": "duration-second", "gr": "mass-gram",
    }  # fmt: skip
    currencies: ClassVar[dict[str, Currency]] = {
        "TRY": Currency("lira", "lira", "kuruş", "kuruş"),
        "USD": Currency("dolar", "dolar", "sent", "sent"),
        "EUR": Currency("avro", "avro", "sent", "sent"),
        "GBP": Currency("sterlin", "sterlin", "peni", "peni"),
    }
    scales: ClassVar[dict[str, str]] = {
        "bin": "bin", "milyon": "milyon", "milyar": "milyar", "trilyon": "trilyon", "mn": "milyon", "mr": "milyar",
    }  # fmt: skip
    spelled: ClassVar[set[str]] = {
        "AB", "ABD", "AKP", "IMF", "AVM", "ATM", "İTÜ", "USB", "DNA", "RNA", "AİHM", "BAE", "IBM", "ID", "IP", "CEO",
        "EKG", "URL", "CIA", "FBI", "EFT", "İBB", "İHA", "AA", "AYM", "HSYK", "GPS", "IQ", "UV",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"(?<!\w)(?:MÖ|M\.Ö\.)(?=\s?\d)", lambda _: "milattan önce"),
            rule(r"(?<!\w)(?:MS|M\.S\.)(?=\s?\d)", lambda _: "milattan sonra"),
            rule(r"(?<!\w)([Nn])o(?=\s?:\s?\d)", lambda f: like(f[1], "numara")),
            rule(r"(?<!\w)s\.\s?(?=\d)", lambda _: "sayfa "),
            rule(r"(?<!\w)(Sok|Bul|Gen|Av|Tel|Böl|Haz)\.(?=\s?:?\s?\S)", lambda f: CAPITALS[f[1]]),
            *self.dates(),
            # percent stands before its number
            rule(r"%\s?(?=\d)", lambda _: "yüzde "),
            rule(rf"({self.signed})\s?%", lambda f: f"yüzde {f[1]}"),
            rule(r"‰\s?(?=\d)", lambda _: "binde "),
            # hours
            rule(rf"(?<=[Ss]aat\s){CLOCK}", self._clock),
            rule(rf"{CLOCK}(?=['’][dt][ae])", self._clock),
            rule(rf"{CLOCK}(?=\s?[-–]\s?\d{{1,2}}[:.]\d\d(?!\d))", self._clock),
            rule(r"(?<=\d[-–])([01]?\d|2[0-4])[:.]([0-5]\d)(?=\s(?:arası|saatleri))", self._clock),
            rule(r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:]|[.,]\d)", self._clock),
            rule(r"(?<=\d)\s?:\s?(?=\d)", lambda _: " "),
            # telephones
            rule(r"(?<![\w.,-])\(?0\d{3}\)?(?:[ -]?\d{2,4}){2,4}(?![\w-]|[.,]\d)", self._grouped),
            # ordinals, Roman numerals
            rule(r"(?<![\w.,])(\d{1,9})['’]?(?:[ıiuü]?nc[ıiuü])([a-zçğıöşü]*)", self._ordinal),
            rule(rf"(?<![\w.,])(\d{{1,4}})\.(?=\s(?:[a-zçğıöşü]|(?:{NAMED}|{SULTANS})\b))()", self._ordinal),
            rule(
                rf"(?<![\w.])([IVXL]{{2,}}|[IVX](?=\.\s(?:[a-zçğıöşü]|(?:{NAMED}|{SULTANS})\b)))\.(?=\s\w)", self._roman
            ),
            self.parts("bölüm|cilt|kısım|perde|sahne|madde|kitap|sınıf|tip|seviye|aşama"),
            self.bare_roman(),
            # fractions
            rule(rf"{FRACTION}(?:{SUFFIX})?", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " bölü "),
            *self.signs_between(),
            self.scaled_sums(),
            rule(rf"(?<![\w.,])({self.plain}){SUFFIX}", lambda f: self._suffixed(self.number(f[1]), f[2])),
        ]

    def late_rules(self) -> list[Rule]:
        return [
            rule(rf"(?<=lira){SUFFIX}", lambda f: f[1].translate(TO_BACK)),
            rule(rf"(?:(?<=dolar)|(?<=metre)|(?<=litre)|(?<=gram)|(?<=avro)|(?<=derece)){SUFFIX}", lambda f: f[1]),
            *self.acronyms(rf"(?:{SUFFIX.replace('(', '(?:')})?"),
        ]

    def joined(self, ending: str) -> str:
        return ending.lstrip("'’")

    def unit_name(self, value: float, unit: str) -> str:
        """ "saatte 120 kilometre": what one of them takes stands first."""
        amount, _, per = super().unit_name(value, unit).partition("/")
        return f"{_within(per)} {amount}" if per else amount

    def _money(self, sign: str, symbol: str, number: str, scale: str | None) -> str:
        return super()._money(sign, symbol, number, scale).replace(f" {self.words.conjunction} ", " ")

    def _clock(self, found: re.Match[str]) -> str:
        hours = str(int(found[1]))
        return hours if found[2] == "00" else f"{hours} {found[2]}"

    def _ordinal(self, found: re.Match[str]) -> str:
        said = numerals.ordinal(int(found[1]), self.language)
        return said + found[2] if said else found[0]

    def _roman(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        return (numerals.ordinal(value, self.language) if value else None) or found[0]

    def _suffixed(self, said: str, suffix: str) -> str:
        """A suffix joined to the last word: "dörtte", "dördü"."""
        if said.endswith("dört") and suffix[:1] in BACK + FRONT:
            said = said[:-1] + "d"
        return said + suffix

    def _fraction_of(self, found: re.Match[str]) -> str:
        """ "dörtte üç", "yarım", "iki buçuk"."""
        above, below = int(found[2]), int(found[3])
        if not above < below <= 1000:
            return found[0]
        if (above, below) == (1, 2) and not found[4]:
            return f"{self.number(found[1])} buçuk" if found[1] else "yarım"
        said = f"{_within(self.number(found[3]))} {self._suffixed(self.number(found[2]), found[4] or '')}"
        return f"{self.number(found[1])} tam {said}" if found[1] else said


def _within(word: str) -> str:
    """The locative: "dörtte", "saatte", "onda"."""
    last = next((mark for mark in reversed(word) if mark in BACK + FRONT), "e")
    vowel = "a" if last in BACK and not word.endswith("saat") else "e"
    return f"{word}{'t' if word[-1] in 'fstkçşhp' else 'd'}{vowel}"
