"""Dutch: the readings of `tests/text/cases/nl.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Rule, rule
from timbre.text.normalisers.common import CLOCK, FRACTION, Common

MONTHS = [
    "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november",
    "december",
]  # fmt: skip
NEUTER = re.compile(r"(?:uur|jaar|kilo|pond|glas|brood|dozijn|boek|huis|ei|stuk|kwartier|etmaal|gram|procent|punt)")
KINGS = (
    "Lodewijk|Willem|Filips|Karel|Hendrik|Eduard|George|Johannes|Johannes Paulus|Paulus|Pius|Leo|Gregorius|Benedictus"
    "|Clemens|Napoleon|Albert|Leopold|Boudewijn|Frederik|Frederik Willem|Wilhelm|Otto|Ferdinand|Maximiliaan|Nicolaas"
    "|Alexander|Peter|Ivan|Elizabeth|Catharina|Maria|Margaretha|Ramses|Richard|Floris|Jan|Gustaaf|Christiaan|Urbanus"
)


class Reader(Common):
    """The Dutch reader."""

    months = MONTHS
    span = "tot"
    times = "keer"
    about = "ongeveer"
    abbreviations: ClassVar[dict[str, str]] = {
        "dhr": "de heer", "mevr": "mevrouw", "mw": "mevrouw", "dr": "doctor", "drs": "doctorandus",
        "prof": "professor", "ir": "ingenieur", "ing": "ingenieur", "mr": "meester", "ds": "dominee",
        "bijv": "bijvoorbeeld", "d. w. z": "dat wil zeggen", "t. a. v": "ter attentie van",
        "m. b. t": "met betrekking tot", "i. v. m": "in verband met", "o. a": "onder andere",
        "a. u. b": "alstublieft", "z. o. z": "zie ommezijde", "t. o. v": "ten opzichte van",
        "i. p. v": "in plaats van", "n. a. v": "naar aanleiding van", "m. a. w": "met andere woorden",
        "t. b. v": "ten behoeve van", "m. i. v": "met ingang van", "o. l. v": "onder leiding van",
        "e. d": "en dergelijke", "a. s": "aanstaande", "j. l": "jongstleden", "blz": "bladzijde", "pag": "pagina",
        "nr": "nummer", "nrs": "nummers", "tel": "telefoon", "ca": "circa", "resp": "respectievelijk",
        "incl": "inclusief", "excl": "exclusief", "evt": "eventueel", "mln": "miljoen", "mld": "miljard",
        "afb": "afbeelding", "hfdst": "hoofdstuk", "vgl": "vergelijk", "zgn": "zogenaamd", "feb": "februari",
        "febr": "februari", "aug": "augustus", "sept": "september", "okt": "oktober", "nov": "november",
        "dec": "december", "i. t. t": "in tegenstelling tot", "p. st": "per stuk",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "enz": "enzovoort", "etc": "et cetera", "v. chr": "voor Christus", "n. chr": "na Christus", "jr": "junior",
        "sr": "senior", "e. a": "en anderen", "p. p": "per persoon",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "keer", "÷": "gedeeld door", "§": "paragraaf", "±": "plusminus", "≈": "ongeveer",
        "≠": "is niet gelijk aan", "≤": "kleiner dan of gelijk aan", "≥": "groter dan of gelijk aan",
        " > ": "groter dan", " < ": "kleiner dan", "°": "graden", "²": "kwadraat", "³": "tot de derde", "€": "euro",
        "£": "pond", "√": "wortel uit", "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "slash", "-": "streepje", "_": "underscore", ":": "dubbele punt", "?": "vraagteken", "=": "is",
        "&": "en", "#": "hekje", "+": "plus", "%": "procent", "~": "tilde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {"km/u": "speed-kilometer-per-hour", "ft": "", "yd": "", "°": "", "mi": ""}
    currencies: ClassVar[dict[str, Currency]] = {
        "EUR": Currency("euro", "euro", "cent", "cent"),
        "USD": Currency("dollar", "dollar", "cent", "cent"),
        "GBP": Currency("pond", "pond", "penny", "pence"),
        "JPY": Currency("yen", "yen"),
    }
    scales: ClassVar[dict[str, str]] = {
        "duizend": "duizend", "miljoen": "miljoen", "miljard": "miljard", "biljoen": "biljoen", "mln": "miljoen",
        "mld": "miljard",
    }  # fmt: skip
    spelled: ClassVar[set[str]] = {
        "KNMI", "EU", "AOW", "NOS", "CDA", "ING", "AIVD", "AFM", "HBO", "MBO", "VWO", "WAO", "WIA", "ID", "IT", "USA",
        "USB", "UWV", "RIVM", "ICT", "EHBO", "OV", "OM", "VMBO", "TU", "EK", "IQ", "AZ", "AI", "API", "URL", "CPU",
        "GPU", "ABN", "AMC", "UMC", "ADHD", "DNA", "RNA", "EO", "AVRO", "OESO", "OVSE", "BBC", "CIA", "FBI", "VIP",
        "UV", "SUV", "CAO", "ANWB", "AH", "CEO", "GPS", "IC", "IP",
    }  # fmt: skip
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "bee", "C": "cee", "D": "dee", "E": "e", "F": "ef", "G": "gee", "H": "ha", "I": "i", "J": "jee",
        "K": "ka", "L": "el", "M": "em", "N": "en", "O": "o", "P": "pee", "Q": "ku", "R": "er", "S": "es", "T": "tee",
        "U": "u", "V": "vee", "W": "wee", "X": "ix", "Y": "ypsilon", "Z": "zet",
    }  # fmt: skip
    said: ClassVar[dict[str, str]] = {
        "PvdA": "pee vee dee a", "UvA": "u vee a", "BV": "bee vee", "NV": "en vee",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        roman = r"([IVXLCDM]+)(?![\w'’]|\.\w)"
        return [
            rule(r"(?<=[a-zë])str\.(?!\w)", lambda _: "straat"),
            rule(r"(?<!\w)[Pp]\.\s?(?=\d)", lambda _: "pagina "),
            rule(r"(?<!\w)t/m(?!\w)", lambda _: "tot en met"),
            rule(r"(?<=\d)\s?(mln|mld)(?![\w.])", lambda f: f" {self.scales[f[1]]}"),
            rule(r"(?<=\d[. ])\s?[Jj]an\.(?!\w)", lambda _: "januari"),
            *self.dates(),
            # hours
            rule(rf"{CLOCK}(?=\s?(?:tot|en|-|–)\s?\d{{1,2}}[:.]\d\d\s?(?:uur|u)(?!\w))", self._clock),
            rule(rf"{CLOCK}\s?(?:uur|u\.|u|h)(?!\w)", self._clock),
            rule(r"(?<=\d)\s?u(?:ur)?(?!\w)", lambda _: " uur"),
            rule(r"(?<![\w:.,])([01]?\d|2[0-4]):00(?![\w:]|[.,]\d)", lambda f: f"{f[1]} uur"),
            # telephones
            rule(r"(?<![\w+])\+\d{1,3}(?:[ -]\(?\d{1,9}\)?){1,6}(?![\w-]|[.,]\d)", self._international),
            rule(r"(?<![\w.,-])\(?0\d{1,3}\)?(?:\s?[ -]\s?\d{2,8}){1,5}(?![\w-]|[.,]\d)", self._grouped),
            # ordinals, Roman numerals
            rule(r"(?<![\w.,])(\d{1,3}(?:\.\d{3})+|\d{1,9})(?:ste|de|e)(?!\w)", self._ordinal),
            rule(r"(?<!\w)([IVX]{2,}|[IVX](?=d?e\seeuw))(?:ste|de|e)(?!\w)", self._roman_ordinal),
            rule(rf"\b({KINGS})\s{roman}", self._king),
            self.parts("hoofdstuk|deel|akte|scène|artikel|boek|bijlage|klasse|fase|type|groep"),
            self.bare_roman(),
            rule(r"(?<!\w)['’](?=\d\d(?!\d))", lambda _: ""),
            rule(r"(?<!\w)[Aa]rt\.\s?(?=\d)", lambda _: "artikel "),
            # scores, fractions
            rule(r"(?<![\w.,/-])(\d{1,2})-(\d{1,2})(?![\w-]|[.,]\d|\s?%)", self._score),
            rule(r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)", self._clock_or_ratio),
            rule(rf"{FRACTION}(?:\s([^\W\d_]+))?", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " slash "),
            rule(r"(?<=\d),[-–—](?!\w)", lambda _: ""),
            *self.signs_between(),
            self.scaled_sums(),
        ]

    def late_rules(self) -> list[Rule]:
        return self.acronyms("['’]?s?|['’]er?s?")

    def number(self, text: str, gender: str = "masculine") -> str:
        """From 1100 to 1999 in hundreds, but for the round thousand."""
        if re.fullmatch(r"1[1-9]\d\d", text):
            rest = int(text[2:])
            tail = numerals.cardinal(rest, self.language) if rest else ""
            return f"{numerals.cardinal(int(text[:2]), self.language)}honderd{tail}"
        return super().number(text, gender)

    def unit_name(self, value: float, unit: str) -> str:
        return super().unit_name(value, unit).replace("metrische ", "")

    def _international(self, found: re.Match[str]) -> str:
        return f"{self.words.plus} {self.grouped(found[0])}"

    def _clock(self, found: re.Match[str]) -> str:
        said = f"{self.number(str(int(found[1])))} uur"
        return f"{said} {self.number(str(int(found[2])))}" if int(found[2]) else said

    def _clock_or_ratio(self, found: re.Match[str]) -> str:
        clock = int(found[1]) < 25 and len(found[2]) == 2 and int(found[2]) < 60
        return found[0] if clock else f"{found[1]} op {found[2]}"

    def _score(self, found: re.Match[str]) -> str:
        """ "3-1": two numbers that do not rise are no range."""
        if int(found[1]) < int(found[2]):
            return found[0]
        return f"{self.number(found[1])}-{self.number(found[2])}"

    def _ordinal(self, found: re.Match[str]) -> str:
        return numerals.ordinal(int(found[1].replace(".", "")), self.language) or found[0]

    def _roman_ordinal(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        return (numerals.ordinal(value, self.language) if value else None) or found[0]

    def _king(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2])
        if not value:
            return found[0]
        return f"{found[1]} de {(numerals.ordinal(value, self.language) or '').capitalize()}"

    def _fraction_of(self, found: re.Match[str]) -> str:
        above, below, noun = int(found[2]), int(found[3]), found[4] or ""
        if not above < below <= 100:
            return found[0]
        tail = f" {noun}" if noun else ""
        half = "half" if not noun or NEUTER.fullmatch(noun) else "halve"
        if (above, below) == (1, 2):
            if found[1] == "1":
                return f"ander{half}{tail}"
            return f"{self.number(found[1])} en een half{tail}" if found[1] else f"een {half}{tail}"
        whole = f"{self.number(found[1])} en " if found[1] else ""
        name = "kwart" if (above, below) == (1, 4) else numerals.ordinal(below, self.language)
        return f"{whole}{self.number(found[2])} {name}{tail}"
