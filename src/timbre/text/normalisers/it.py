"""Italian: the readings of `tests/text/cases/it.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Rule, like, rule
from timbre.text.normalisers.romance import Romance

# "uno" before these: zaino, studente, gnocco, psicologo, xilofono, yogurt
_IMPURE = re.compile(r"z|s[bcdfghlmnpqrtv]|gn|p[sn]|x|y|i[aeou]")


class Reader(Romance):
    """The Italian reader."""

    span = "a"
    months: ClassVar[list[str]] = [
        "gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre",
        "novembre", "dicembre",
    ]  # fmt: skip
    first = "primo"
    number_sign = r"(?:[nN][.°º]|[nN]r\.|[nN]um\.)"
    number_word = "numero"
    times = "per"
    about = "circa"
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "bi", "C": "ci", "D": "di", "E": "e", "F": "effe", "G": "gi", "H": "acca", "I": "i",
        "J": "i lunga", "K": "cappa", "L": "elle", "M": "emme", "N": "enne", "O": "o", "P": "pi", "Q": "cu",
        "R": "erre", "S": "esse", "T": "ti", "U": "u", "V": "vu", "W": "doppia vu", "X": "ics", "Y": "ipsilon",
        "Z": "zeta",
    }  # fmt: skip
    abbreviations: ClassVar[dict[str, str]] = {
        "sig": "signor", "sigg": "signori", "sig.ra": "signora", "sig.na": "signorina", "dott": "dottor",
        "dr": "dottor", "prof": "professor", "ing": "ingegner", "avv": "avvocato", "arch": "architetto",
        "geom": "geometra", "rag": "ragionier", "gen": "generale", "col": "colonnello", "cap": "capitolo",
        "on": "onorevole", "sen": "senatore", "pag": "pagina", "pagg": "pagine", "pp": "pagine", "vol": "volume",
        "art": "articolo", "artt": "articoli", "fig": "figura", "ed": "edizione", "tel": "telefono",
        "cell": "cellulare", "es": "esempio", "p. es": "per esempio", "vs": "versus", "sec": "secolo",
        "ecc.mo": "eccellentissimo", "gent.mo": "gentilissimo", "gent.ma": "gentilissima", "egr": "egregio",
        "spett": "spettabile", "c.so": "corso", "p.za": "piazza", "p.zza": "piazza", "v.le": "viale", "max": "massimo",
        "min": "minimo", "ca": "circa", "rif": "riferimento", "s. p. a": "esse pi a", "s. r. l": "esse erre elle",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "ecc": "eccetera", "a. c": "avanti Cristo", "d. c": "dopo Cristo",
    }  # fmt: skip
    phrases: ClassVar[dict[str, str]] = {
        "dott.ssa": "dottoressa", "Dott.ssa": "Dottoressa", "prof.ssa": "professoressa",
        "Prof.ssa": "Professoressa", "sig.ra": "signora", "Sig.ra": "Signora", "sig.na": "signorina",
        "Sig.na": "Signorina", "avv.ssa": "avvocatessa", "P.za": "Piazza", "P.zza": "Piazza", "p.za": "piazza",
        "p.zza": "piazza", "C.so": "Corso", "c.so": "corso", "V.le": "Viale", "v.le": "viale", "F.lli": "Fratelli",
        "S.p.A.": "esse pi a", "S.r.l.": "esse erre elle", "s.r.l.": "esse erre elle",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "per", "÷": "diviso", "±": "più o meno", "≈": "circa", "≠": "diverso da", "≤": "minore o uguale a",
        "≥": "maggiore o uguale a", " > ": "maggiore di", " < ": "minore di", "°": "gradi", "²": "al quadrato",
        "³": "al cubo", "€": "euro", "§": "paragrafo", "√": "radice di", "π": "pi greco",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "barra", "-": "trattino", "_": "trattino basso", ":": "due punti", "?": "punto interrogativo",
        "=": "uguale", "&": "e", "#": "cancelletto", "+": "più", "%": "per cento", "~": "tilde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {"ha": "", "mi": "", "yd": "", "lbs": "", "h": "duration-hour"}
    currencies: ClassVar[dict[str, Currency]] = {
        "EUR": Currency("euro", "euro", "centesimo", "centesimi"),
        "USD": Currency("dollaro", "dollari", "centesimo", "centesimi"),
        "GBP": Currency("sterlina", "sterline", "penny", "pence"),
        "CHF": Currency("franco svizzero", "franchi svizzeri", "centesimo", "centesimi"),
        "JPY": Currency("yen", "yen"),
    }
    scales: ClassVar[dict[str, str]] = {
        "mila": "mila", "milione": "milione", "milioni": "milioni", "miliardo": "miliardo", "miliardi": "miliardi",
    }  # fmt: skip
    telephones = (
        r"(?<![\w.,+-])0\d{1,3}[ ./-]\d{3,4}[ .]?\d{3,4}(?![\w-])",
        r"(?<![\w.,+-])3\d\d[ ./-]\d{3}[ .]?\d{3,4}(?![\w-])",
        r"(?<![\w.,+-])800[ .-]\d{3}[ .]?\d{3}(?![\w-])",
    )
    kings = (
        "Emanuele|Umberto|Carlo|Carlo Alberto|Amedeo|Filiberto|Giovanni|Giovanni Paolo|Paolo|Pio|Leone|Benedetto"
        "|Clemente|Innocenzo|Gregorio|Urbano|Sisto|Bonifacio|Giulio|Alessandro|Adriano|Luigi|Enrico|Federico|Filippo"
        "|Ferdinando|Francesco|Giorgio|Edoardo|Guglielmo|Giacomo|Pietro|Nicola|Napoleone|Ramses|Riccardo|Ottone"
        "|Alfonso|Cosimo|Callisto|Eugenio|Martino"
    )
    queens = "Elisabetta|Isabella|Caterina|Maria|Margherita|Cleopatra|Cristina|Giovanna"
    parts = "secolo|capitolo|volume|tomo|atto|parte|fase|titolo|allegato|libro|scena|articolo|tipo|livello|grado|canto"
    counted = (
        "secolo|congresso|guerra|fiera|conferenza|settimana|giornata|biennale|impero|reich|concilio|edizione|legislatura"
        "|repubblica|municipio|dinastia|liceo|classe|comma|trimestre|semestre"
    )
    fractions: ClassVar[dict[int, str]] = {2: "mezzo"}
    half = ("mezzo", "mezza")
    and_half = ("mezzo", "mezza")
    feminine = re.compile(
        r"\w+(?:a|à|zione|sione|gione|trice|tudine|e)|(?:man|radi[cx]|ali)\w"  # plurals in -e are feminine
    )
    masculine = re.compile(
        r"\w+(?:ore|ale|ile|iere|ame|ume|ese|ante|ente|one(?<!ione)|ma|sta)|\w{1,2}e|mese|paese|nome|cane|pane|latte|mare|sole"
        r"|fiume|piede|pesce|re|padre|dente|ponte|monte|fiore|cuore|giornale|euro|dollaro|papà|sofà|città-stato|pianeta"
        r"|cinema|poeta|pilota|atleta|interesse|animale|mille"
    )
    not_nouns = re.compile(
        r"a|ad|ai|al|alla|alle|allo|anche|che|chi|ci|come|con|contro|da|dai|dal|dalla|dalle|degli|dei|del|della|delle|dello|di"
        r"|dopo|e|ed|era|erano|è|fa|fino|fra|gli|ha|hanno|i|il|in|invece|la|le|lo|ma|mentre|ne|nei|nel|nella|nelle|non|o|oggi"
        r"|oppure|per|perché|però|poi|prima|quando|quasi|quello|questa|questo|se|sei|sempre|sia|solo|sono|su|sua|sul"
        r"|sulla|tra|un|una|va|viene|volte"
    )
    before_noun = r"\s(?:grande|sola|solo|altro|altra|nuovo|nuova)"
    syllables = re.compile(
        r"(?:(?:S?(?:[BCDFGPTV][LR]|CH|GH|GN|GL|QU|SH|[BCDFGHJKLMNPQRSTVWYZ]))?[AEIOUY]{1,3}"
        r"(?:[LMNRS]?[BCDFGKLMNPRSTVWXZ]?(?=$)|[LMNRSTZCPBDFGVX](?=[^AEIOU]))?)+"
    )
    spelt = frozenset({"UE", "ID", "IP", "IA", "UI", "AI", "OMS", "ONG", "URL", "ISP", "IBM"})
    acronyms: ClassVar[dict[str, str]] = {"OK": "okay", "CEO": "si i o", "INPS": "INPS", "USB": "u esse bi"}

    def own_rules(self) -> list[Rule]:
        vowel = r"(?=[aeiou]\w*(?:a|ione)\b)(?!(?:alla|era|ancora|altra)\b)"
        return [
            *super().own_rules(),
            rule(r"(?<=\d)\s?ml([nd])(?!\w)(\s?€)?", self._millions),
            rule(r"(?<!\w)[Pp]\.\s?(?=\d)", lambda f: like(f[0], "pagina ")),
            rule(rf"(?<![\w.,/:-])1\s{vowel}", lambda _: "un'"),
            rule(rf"({self.signed})\s?ha(?=\s(?:di|e|in)\b|[^\w\s]|\s*$)", self._hectares),
        ]

    def clock_rules(self) -> list[Rule]:
        after = r"((?:\b[aAdDnNsS]?(?:al)?le|\b[oO]re|\b[lL]'|\b[aA]ll'|\b[dD]all'|\ble|\bel)\s?)"
        return [
            rule(rf"{after}([01]?\d|2[0-4])[.,:]([0-5]\d)(?![\w:]|[.,]\d)", lambda f: f[1] + self._hour(f[2], f[3])),
            rule(r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:])", lambda f: self._hour(f[1], f[2])),
            rule(r"(?<=\b[Ll]')1(?!\w|[.,:]\d)|(?<=ll')1(?!\w|[.,:]\d)", lambda _: "una"),
        ]

    def ordinal_rules(self) -> list[Rule]:
        number = r"(?<![\w.,])([1-9]\d{0,3})"
        article = r"(?<=\b[idsIDS]l\s)|(?<=\b[adnADN][ea]l\s)|(?<=\bsul\s)"
        return [
            rule(rf"{number}[º](?!\s?[CF]\b)(?!\w)", lambda f: self.ordinal(int(f[1]))),
            rule(rf"(?:{article}){number}°(?!\s?[CF]\b)(?!\w)", lambda f: self.ordinal(int(f[1]))),
            rule(rf"(?<![\w.,])1°(?= (?:{'|'.join(self.months)})\b)", lambda _: self.first),
            rule(rf"{number}ª(?!\w)", lambda f: self.ordinal(int(f[1]), "feminine")),
        ]

    def number(self, text: str, gender: str = "") -> str:
        """Only one agrees with its noun; "tre" takes an accent at the end of a longer number."""
        alone = text.lstrip("-−") == "1"
        return re.sub(r"(?<=[a-z])tre$", "tré", super().number(text, gender if alone else ""))

    def agreement(self, text: str, noun: str) -> str:
        gender = self.gender(noun)
        return "" if gender == "masculine" and _IMPURE.match(noun) else gender

    def ruler(self, text: str, gender: str) -> str:
        value = numerals.roman(text)
        return self.ordinal(value, gender) if value else text

    def part(self, noun: str, value: int) -> str:
        return self.ordinal(value) if noun == "secolo" else self.number(str(value))

    def plural(self, name: str) -> str:
        return name[:-1] + "i"

    def scaled(self, scale: str, code: str) -> str:
        return super().scaled(scale, code).replace(scale + " ", scale + " di ", 1)

    def _hour(self, hour: str, minutes: str) -> str:
        said = self.number(str(int(hour)), "feminine")
        return said + (f" e {self.number(str(int(minutes)))}" if int(minutes) else "")

    def _measure(self, found: re.Match[str]) -> str:
        return super()._measure(found).replace("una ora", "un'ora")

    def _millions(self, found: re.Match[str]) -> str:
        return (" milioni" if found[1] == "n" else " miliardi") + (" di euro" if found[2] else "")

    def _hectares(self, found: re.Match[str]) -> str:
        return "un ettaro" if found[1] == "1" else f"{self.number(found[1])} ettari"
