"""German: the readings of `tests/text/cases/de.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Rule, calendar_day, rule
from timbre.text.normalisers.common import CLOCK, FRACTION, Common

MONTHS = [
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
]  # fmt: skip
MONTH = "|".join([*MONTHS, "Jänner", "Feber"])
FEMININE = re.compile(
    r"\w+(?:ung|heit|keit|schaft|ion|tät|enz|anz|ei|[^s]e)|\w*(?:nacht|stadt|frau|zahl|tür|person|arbeit|zeit|welt|kraft"
    r"|mutter|tochter|schwester|insel|nummer|regel|gabel|tafel|ziffer|mauer|antwort|hand|bank|mark|wand|uhr|mahlzeit)"
)
NOT_FEMININE = re.compile(
    r"\w*(?:name|junge|käse|kunde|auge|ende|ei|interesse|löwe|hase|kollege|zeuge|gebäude|promille)"
)
NEUTER = re.compile(
    r"\w*(?:kilo|pfund|jahr|glas|dutzend|gramm|kind|buch|mal|spiel|tor|album|kapitel|haus|semester|quartal|jahrhundert"
    r"|jahrzehnt|jahrtausend|mitglied|auto|stück|prozent|zimmer|gebot|bier)"
)
# Words before an ordinal, by the ending that it takes after them
BARE = {
    "die",
    "das",
    "eine",
    "keine",
    "meine",
    "deine",
    "seine",
    "ihre",
    "unsere",
    "ins",
    "ans",
    "aufs",
    "fürs",
    "diese",
    "jede",
}
OBLIQUE = {
    "dem", "den", "des", "im", "am", "zum", "zur", "vom", "beim", "einem", "einen", "einer", "eines", "meinem",
    "meinen", "meiner", "deinem", "deinen", "deiner", "seinem", "seinen", "seiner", "ihrem", "ihren", "ihrer",
    "unserem", "unseren", "unserer", "diesem", "diesen", "jedem", "jeden", "jeder",
}  # fmt: skip
MIXED = {"ein", "kein", "mein", "dein", "sein", "ihr", "unser", "euer"}
NUMBERED = {"Jahrhundert", "Weltkrieg", "Advent", "Auflage", "Bundesliga", "Liga", "FC", "Etage", "Stock", "Sinfonie"}
PREPOSITIONS = {
    "in", "an", "auf", "mit", "bei", "aus", "nach", "seit", "von", "zu", "unter", "über", "vor", "hinter", "neben",
    "zwischen", "während", "wegen", "trotz", "ab", "außer", "gegenüber",
}  # fmt: skip
BEFORE = re.compile(r"(?:(\w+)\s+)?(\w+),?\s+(?:\d+\.\s*(?:und|oder|bis|u\.|,|[-–])\s*)*$")
KINGS = (
    "Ludwig|Friedrich|Wilhelm|Friedrich Wilhelm|Heinrich|Karl|Otto|Konrad|Leopold|Franz|Franz Joseph|Joseph|Josef"
    "|Ferdinand|Maximilian|Albert|Georg|Eduard|Philipp|Napoleon|Alexander|Nikolaus|Peter|Iwan|Pius|Leo|Gregor|Benedikt"
    "|Clemens|Innozenz|Urban|Johannes|Johannes Paul|Paul|Papst|August|Gustav|Christian|Richard"
    "|Jakob|Rudolf|Sigismund|Ramses"
)
QUEENS = "Elisabeth|Elizabeth|Katharina|Maria|Margarethe|Christina|Isabella|Kleopatra"
NEW_SENTENCE = re.compile(r"\s*$|\s+(?:Der|Die|Das|Er|Sie|Es|Wir|Ich|In|Im|Am|Und|Aber|Dann|Als|Nach|Dieser?|Später)\b")
TOGETHER = r"(?:jährig|mal|fach|prozentig|stündig|tägig|wöchig|minütig|köpfig|stellig|seitig|stöckig|teilig|malig)"

_DAYS = "am Am vom Vom zum Zum bis Bis den dem der seit Seit ab Ab nach Nach vor Vor und"
BEFORE_DAY = "(?:" + "|".join(rf"(?<=\b{word}\s)" for word in _DAYS.split()) + ")"


class Reader(Common):
    """The German reader."""

    months = MONTHS
    span = "bis"
    times = "mal"
    about = "etwa"
    hashtag = "Hashtag"
    abbreviations: ClassVar[dict[str, str]] = {
        "z. b": "zum Beispiel", "d. h": "das heißt", "u. a": "unter anderem", "z. t": "zum Teil",
        "u. u": "unter Umständen", "i. d. r": "in der Regel", "s. o": "siehe oben", "s. u": "siehe unten",
        "i. a": "im Auftrag", "z. zt": "zurzeit", "dr": "Doktor", "prof": "Professor", "dipl.-ing": "Diplomingenieur",
        "fr": "Frau", "hr": "Herr", "hrn": "Herrn", "geb": "geboren", "gest": "gestorben", "verh": "verheiratet",
        "ca": "circa", "bzw": "beziehungsweise", "inkl": "inklusive", "exkl": "exklusive", "evtl": "eventuell",
        "ggf": "gegebenenfalls", "vgl": "vergleiche", "nr": "Nummer", "bd": "Band", "abb": "Abbildung",
        "tel": "Telefon", "mio": "Millionen", "mrd": "Milliarden", "std": "Stunden", "jh": "Jahrhundert",
        "jhdt": "Jahrhundert", "sog": "sogenannt", "bspw": "beispielsweise", "zzgl": "zuzüglich",
        "abzgl": "abzüglich", "mind": "mindestens", "einschl": "einschließlich", "feb": "Februar", "aug": "August",
        "sept": "September", "okt": "Oktober", "nov": "November", "dez": "Dezember",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "usw": "und so weiter", "etc": "et cetera", "u. v. m": "und vieles mehr", "v. chr": "vor Christus",
        "n. chr": "nach Christus", "o. ä": "oder Ähnliches", "u. ä": "und Ähnliches", "jr": "junior", "sen": "senior",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "mal", "÷": "geteilt durch", "§§": "Paragrafen", "§": "Paragraf", "±": "plus minus", "≈": "ungefähr",
        "≠": "ungleich", "≤": "kleiner oder gleich", "≥": "größer oder gleich", " > ": "größer als",
        " < ": "kleiner als", "°": "Grad", "²": "hoch zwei", "³": "hoch drei", "€": "Euro", "£": "Pfund",
        "√": "Wurzel aus", "π": "Pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "Schrägstrich", "-": "Minus", "_": "Unterstrich", ":": "Doppelpunkt", "?": "Fragezeichen", "=": "gleich",
        "&": "und", "#": "Raute", "+": "plus", "%": "Prozent", "~": "Tilde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {"h": "duration-hour", "mi": "", "ft": "", "yd": ""}
    currencies: ClassVar[dict[str, Currency]] = {
        "EUR": Currency("Euro", "Euro", "Cent", "Cent"),
        "USD": Currency("Dollar", "Dollar", "Cent", "Cent"),
        "GBP": Currency("Pfund", "Pfund", "Penny", "Pence"),
        "CHF": Currency("Franken", "Franken", "Rappen", "Rappen"),
        "JPY": Currency("Yen", "Yen"),
    }
    scales: ClassVar[dict[str, str]] = {
        "Tsd": "tausend", "Tausend": "tausend", "tausend": "tausend", "Million": "Million", "Millionen": "Millionen",
        "Milliarde": "Milliarde", "Milliarden": "Milliarden", "Billion": "Billion", "Billionen": "Billionen",
        "Mio": "Millionen", "Mrd": "Milliarden",
    }  # fmt: skip
    spelled: ClassVar[set[str]] = {
        "ARD", "EU", "USA", "UN", "AG", "EZB", "BIP", "ADAC", "AOK", "IHK", "IT", "KI", "EDV", "EKG", "FAZ", "CSU",
        "CDU", "UKW", "USB", "URL", "VIP", "EM", "API", "CPU", "GPU", "ICE", "IC", "IBM", "ABC", "ADHS", "AGB", "DNA",
        "RNA", "OP", "SUV", "BRD", "UV", "ID", "IP", "IQ", "PC", "CEO", "OSZE", "OECD", "BBC", "EC", "ORF", "BASF",
        "AI", "KSC", "UdSSR", "ÖBB", "ÖVP", "SPÖ", "FPÖ", "ÖPNV", "EKD", "EBM",
    }  # fmt: skip
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "be", "C": "ce", "D": "de", "E": "e", "F": "eff", "G": "ge", "H": "ha", "I": "i", "J": "jot",
        "K": "ka", "L": "el", "M": "em", "N": "en", "O": "o", "P": "pe", "Q": "ku", "R": "er", "S": "es", "T": "te",
        "U": "u", "V": "vau", "W": "we", "X": "ix", "Y": "ypsilon", "Z": "zett", "Ä": "ä", "Ö": "ö", "Ü": "ü",
    }  # fmt: skip
    said: ClassVar[dict[str, str]] = {
        "GmbH": "ge em be ha", "AfD": "a eff de", "KdF": "ka de eff", "OHG": "o ha ge", "eG": "e ge",
        "UdSSR": "u de es es er",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        roman = r"([IVXLCDM]+)"
        return [
            rule(r"(?<=[a-zäöüß])str\.(?!\w)", lambda _: "straße"),
            rule(r"(?<!\w)Str\.(?!\w)", lambda _: "Straße"),
            rule(r"(?<!\w)St\.(?=\s[A-Z])", lambda _: "Sankt"),
            rule(r"(?<!\w)S\.\s?(?=\d)", lambda _: "Seite "),
            rule(r"(?<!\w)Art\.\s?(?=\d)", lambda _: "Artikel "),
            rule(r"(?<!\w)Abs\.\s?(?=\d)", lambda _: "Absatz "),
            rule(r"(?<!\w)Kap\.\s?(?=\d)", lambda _: "Kapitel "),
            rule(r"(?<!\w)(max|min)\.(?=\s)", lambda f: {"max": "maximal", "min": "minimal"}[f[1]]),
            rule(r"(?<=\d[. ])\s?[Jj]an\.(?!\w)", lambda _: "Januar"),
            *self.dates(),
            rule(rf"{BEFORE_DAY}(\d{{1,2}})\.(\d{{1,2}})\.(?!\d)", self._short_date),
            # hours
            rule(
                rf"{CLOCK}(?=\s?[-–]\s?\d{{1,2}}[:.]\d\d(?:\sUhr|\s?h\b))\s?[-–]\s?", lambda f: self._clock(f) + " bis "
            ),
            rule(rf"{CLOCK}\s?(?:Uhr|h)(?!\w)", self._clock),
            rule(r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:]|[.,]\d)", self._clock),
            rule(r"(?<![\w.,])1(?=\sUhr\b)", lambda _: "ein"),
            rule(r"(?<![\w:.,])(\d{1,3}):(\d{1,3})(?![\w:]|[.,]\d)", lambda f: f"{f[1]} zu {f[2]}"),
            # telephones
            rule(r"(?<![\w.,-])\(?0\d{2,4}\)?(?:\s?[/ -]\s?\d{2,8}){1,4}(?![\w-]|[.,]\d)", self._grouped),
            # Roman numerals, ordinals
            rule(rf"\b({KINGS})(s?)\s{roman}\.?(?![\w'’])", self._king),
            rule(rf"\b({QUEENS})(s?)\s{roman}\.?(?![\w'’])", self._king),
            rule(rf"\b(der|die|das|dem|den|des|im|am|zum|zur|vom|beim)\s{roman}\.(?=\s\w)", self._roman_ordinal),
            self.parts("Kapitel|Band|Teil|Akt|Szene|Abschnitt|Artikel|Typ|Stufe|Klasse|Phase|Buch|Anhang"),
            self.bare_roman(),
            rule(r"(?<![\w.,])(\d{1,4})\.(?=\s?([^\W\d_]+)|\s?(?:[-–]|u\.)\s?\d)", self._ordinal),
            # joined to a word
            rule(r"(?<![\w.,])(\d{1,4})\s?[x×](?!\w|\s?\d)", lambda f: f"{self.number(f[1], 'masculine')}mal"),
            rule(r"(?<=[mnbs]\s)(\d{1,2})\s?h(?!\w)", lambda f: f"{f[1]} Uhr"),
            rule(r"(?<![\w.,])(\d{1,4})er(?!\w)", lambda f: f"{self.number(f[1])}er"),
            rule(rf"(?<![\w.,])(\d{{1,4}})-?(?={TOGETHER})", lambda f: self.number(f[1], "masculine")),
            # fractions
            rule(r"(?<![\w/.,])([1-9]\d{0,2})\s1/2(?![\w/])", lambda f: f"{self.number(f[1], 'masculine')}einhalb"),
            rule(rf"{FRACTION}(?:\s([^\W\d_]+))?", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " Schrägstrich "),
            *self.signs_between(),
            rule(r"(?<=\d),[-–](?=\s?€)", lambda _: ""),
            rule(r"(?<![\w.,])1\s(Million|Milliarde|Billion)en(?!\w)", lambda f: f"1 {f[1]}"),
            self.scaled_sums(),
        ]

    def number_rules(self) -> list[Rule]:
        return [rule(r"(?<![\w.,-])1(?=\s([^\W\d_]+))", self._one)]

    def late_rules(self) -> list[Rule]:
        return self.acronyms("s?")

    def number(self, text: str, gender: str = "none") -> str:
        """Without a gender as in counting ("eins"); from 1100 to 1999 in hundreds."""
        if self.point in text:
            gender = "none"
        if re.fullmatch(r"1[1-9]\d\d", text):
            return numerals.year(int(text), self.language)
        return super().number(text, gender)

    def gender(self, noun: str) -> str:
        noun = noun.lower().split(" ")[0]
        return "feminine" if FEMININE.fullmatch(noun) and not NOT_FEMININE.fullmatch(noun) else "masculine"

    def dated(self, day: int, month: str, year: str) -> str:
        return f"{day}. {month} {year}".rstrip()

    def _short_date(self, found: re.Match[str]) -> str:
        if not calendar_day(found[1], found[2]):
            return found[0]
        return self.date(found[1], found[2]) + ("" if found.string[found.end() : found.end() + 9].strip() else ".")

    def _clock(self, found: re.Match[str]) -> str:
        hours, minutes = int(found[1]), int(found[2])
        said = f"{self.number(str(hours), 'masculine')} Uhr"
        return f"{said} {self.number(str(minutes))}" if minutes else said

    def _ending(self, before: str, noun: str) -> str | None:
        """The ending that an ordinal takes after these words; None where none of them asks for an ordinal."""
        found = BEFORE.search(before)
        last = found[2].lower() if found else ""
        if last == "der":
            return "n" if ((found and found[1]) or "").lower() in PREPOSITIONS else ""
        if last in MIXED:
            return "s" if NEUTER.fullmatch(noun.lower()) else "r"
        if noun in MONTHS and last in PREPOSITIONS | {"bis"}:
            return "n"
        return "n" if last in OBLIQUE else "" if last in BARE else None

    def _ordinal(self, found: re.Match[str]) -> str:
        """ "der 3. Stock"; not so in "Sie wurde 80. Dann ging sie."."""
        noun = found[2] or ""
        if NEW_SENTENCE.match(found.string, found.end()):
            return found[0]
        ending = self._ending(found.string[max(0, found.start() - 60) : found.start()], noun)
        if ending is None:
            if noun in MONTHS or noun in NUMBERED:
                ending = "s" if NEUTER.fullmatch(noun.lower()) else "" if self.gender(noun) == "feminine" else "r"
            elif noun[:1].islower() or not noun:
                ending = ""
            else:
                return found[0]
        gap = "" if not noun or found.string[found.end()].isspace() else " "
        return f"{numerals.ordinal(int(found[1]), self.language)}{ending}{gap}"

    def _king(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[3])
        if not value or (found[3] == "I" and not found[0].endswith(".")):
            return found[0]
        queen = re.fullmatch(QUEENS, found[1])
        before = re.search(r"(\w+)\s+$", found.string[max(0, found.start() - 20) : found.start()])
        dative = before and before[1].lower() in PREPOSITIONS | {"unter"}
        article = (
            ("der" if queen else "des")
            if found[2]
            else ("der" if queen else "dem")
            if dative
            else ("die" if queen else "der")
        )
        oblique = found[2] or dative
        word = (numerals.ordinal(value, self.language) or "") + ("n" if oblique else "")
        stop = "." if found[0].endswith(".") and NEW_SENTENCE.match(found.string, found.end()) else ""
        return f"{found[1]}{found[2]} {article} {word.capitalize()}{stop}"

    def _roman_ordinal(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2])
        return f"{found[1]} {value}." if value else found[0]

    def _fraction_of(self, found: re.Match[str]) -> str:
        above, below, noun = int(found[2]), int(found[3]), found[4] or ""
        if not above < below <= 100:
            return found[0]
        tail = f" {noun}" if noun else ""
        if (above, below) == (1, 2):
            return self._half(noun) + tail
        name = "halbe" if below == 2 else ((numerals.ordinal(below, self.language) or "")[:-2] + "tel").capitalize()
        whole = f"{self.number(found[1], 'masculine')} und " if found[1] else ""
        return f"{whole}{self.number(found[2], 'masculine')} {name}{tail}"

    def _half(self, noun: str) -> str:
        if not noun[:1].isupper():
            return "ein halb"
        if self.gender(noun) == "feminine":
            return "eine halbe"
        return "ein halbes" if NEUTER.fullmatch(noun.lower()) else "ein halber"

    def _one(self, found: re.Match[str]) -> str:
        """ "ein Tag", "eine Nacht", but "eins und"."""
        noun = found[1]
        return self.number("1", self.gender(noun) if noun[:1].isupper() else "none")
