"""Spanish as it is read in Spain and in America: see `tests/text/cases/es.toml`, which names its sources."""

import re
import unicodedata
from typing import ClassVar

from timbre.text.normalisers.base import Currency, Rule, like, rule
from timbre.text.normalisers.romance import Romance

# 912 345 678 is a telephone's, unless something is counted
_NOT_COUNTED = r"(?![\w-]|[.,]\d|\s(?!(?:o|u|y|e|para|si|en|desde|hasta|de)\b)[a-zà-ÿ])"


class Reader(Romance):
    """The Spanish reader."""

    span = "a"
    months: ClassVar[list[str]] = [
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
        "noviembre", "diciembre",
    ]  # fmt: skip
    of = " de "
    number_sign = r"(?:[nN]\.?[º°]|[nN]úm\.)"
    number_word = "número"
    times = "por"
    about = "unos"
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "be", "C": "ce", "D": "de", "E": "e", "F": "efe", "G": "ge", "H": "hache", "I": "i",
        "J": "jota", "K": "ka", "L": "ele", "M": "eme", "N": "ene", "O": "o", "P": "pe", "Q": "cu", "R": "erre",
        "S": "ese", "T": "te", "U": "u", "V": "uve", "W": "uve doble", "X": "equis", "Y": "ye", "Z": "zeta",
    }  # fmt: skip
    abbreviations: ClassVar[dict[str, str]] = {
        "sr": "señor", "sra": "señora", "sres": "señores", "srs": "señores", "sras": "señoras", "srta": "señorita",
        "dr": "doctor", "dra": "doctora", "dres": "doctores", "prof": "profesor", "profa": "profesora",
        "ing": "ingeniero", "lic": "licenciado", "gral": "general", "cnel": "coronel", "cap": "capítulo",
        "avda": "avenida", "av": "avenida", "pza": "plaza", "pl": "plaza", "ctra": "carretera", "apdo": "apartado",
        "dpto": "departamento", "pág": "página", "págs": "páginas", "pp": "páginas", "vol": "volumen",
        "ed": "edición", "art": "artículo", "fig": "figura", "tel": "teléfono", "tfno": "teléfono",
        "p. ej": "por ejemplo", "ud": "usted", "uds": "ustedes", "vd": "usted", "vds": "ustedes", "vs": "versus",
        "aprox": "aproximadamente", "máx": "máximo", "mín": "mínimo", "ref": "referencia", "núm": "número",
        "sto": "santo", "sta": "santa", "excmo": "excelentísimo", "excma": "excelentísima", "admón": "administración",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "etc": "etcétera", "a. c": "antes de Cristo", "d. c": "después de Cristo", "cía": "compañía",
        "s. a": "ese a", "s. l": "ese ele",
    }  # fmt: skip
    phrases: ClassVar[dict[str, str]] = {
        "EE. UU.": "Estados Unidos", "EE.UU.": "Estados Unidos", "EEUU": "Estados Unidos",
        "JJ. OO.": "Juegos Olímpicos", "RR. HH.": "recursos humanos", "CC. OO.": "Comisiones Obreras",
        "CCOO": "Comisiones Obreras",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "por", "÷": "dividido entre", "±": "más menos", "≈": "aproximadamente", "≠": "distinto de",
        "≤": "menor o igual que", "≥": "mayor o igual que", " > ": "mayor que", " < ": "menor que", "°": "grados",
        "²": "al cuadrado", "³": "al cubo", "€": "euros", "§": "sección", "√": "raíz de", "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "barra", "-": "guion", "_": "guion bajo", ":": "dos puntos", "?": "interrogación", "=": "igual",
        "&": "y", "#": "almohadilla", "+": "más", "%": "por ciento", "~": "virgulilla",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {"ha": "", "mi": "", "yd": "", "lbs": "", "h": "duration-hour"}
    currencies: ClassVar[dict[str, Currency]] = {
        "EUR": Currency("euro", "euros", "céntimo", "céntimos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "penique", "peniques"),
        "BRL": Currency("real", "reales", "centavo", "centavos"),
        "JPY": Currency("yen", "yenes"),
    }
    scales: ClassVar[dict[str, str]] = {
        "mil": "mil", "millón": "millón", "millones": "millones", "billón": "billón", "billones": "billones",
    }  # fmt: skip
    telephones = (
        rf"(?<![\w.,+-])[6-9]\d{{2}}([ .-])\d{{3}}\1\d{{3}}{_NOT_COUNTED}",
        rf"(?<![\w.,+-])[6-9]\d{{2}}([ .-])\d\d\1\d\d\1\d\d{_NOT_COUNTED}",
        rf"(?<![\w.,+-])[89]\d([ .-])\d{{3}}\1\d\d\1\d\d{_NOT_COUNTED}",
        rf"(?<![\w.,+-])(?:\(\d\d\)|\d\d)[ .-]\d{{4}}[ .-]\d{{4}}{_NOT_COUNTED}",
    )
    kings = (
        "Felipe|Alfonso|Carlos|Juan|Juan Carlos|Pablo|Fernando|Enrique|Luis|Pedro|Jaime|Sancho|Ramiro|Ordoño|Pío|León"
        "|Benedicto|Clemente|Inocencio|Gregorio|Urbano|Sixto|Napoleón|Nicolás|Alejandro|Guillermo|Jorge|Eduardo"
        "|Ricardo|Francisco|José|Ramsés|Federico|Adriano|Julio|Bonifacio|Iván|Jacobo|Gustavo|Leopoldo|Humberto"
    )
    queens = "Isabel|María|Catalina|Margarita|Cleopatra|Cristina|Juana"
    parts = "siglo|capítulo|volumen|tomo|acto|parte|fase|título|anexo|libro|escena|artículo|tipo|nivel|grado|fascículo"
    counted = "congreso|guerra|feria|conferencia|semana|jornadas?|bienal|imperio|reich|concilio|encuentro|edición"
    fractions: ClassVar[dict[int, str]] = {2: "medio", 3: "tercio", 9: "noveno", 100: "centésimo"}
    half = ("medio", "media")
    and_half = ("medio", "media")
    feminine = re.compile(
        r"\w+(?:a|ción|sión|dad|tad|tud|umbre)|\w+(?:as|ciones|siones|dades|tades|tudes|umbres)"
        r"|(?:mujer|flor|labor)(?:es)?|(?:ve[zc]|lu[zc]|vo[zc]|cru[zc]|raí[zc])(?:es)?|(?:mano|noche|tarde|parte|clase|frase"
        r"|llave|nube|calle|madre|fase|crisis|base|serie|especie|nave|torre|fuente|gente|sangre|muerte|foto|moto)s?"
        r"|imagen|imágenes|ley(?:es)?|red(?:es)?|sal(?:es)?"
    )
    masculine = re.compile(
        r"(?:día|mapa|planeta|cometa|clima|\w*grama|\w*[eo]ma|drama|sofá|turista|artista|atleta|guarda|policía|tranvía"
        r"|papa)s?"
    )
    not_nouns = re.compile(
        r"a|al|ante|bajo|con|contra|de|del|desde|e|el|ella|en|entre|era|es|esta|está|este|fue|ha|hay|hasta|la"
        r"|las|le|les|lo|los|mas|menos|mis|más|ni|no|nos|o|os|para|pero|pues|por|que|se|según|si|sin|sobre"
        r"|son|su|sus|tras|tus|u|un|una|vamos|y|ya|cada|como|cuando|donde|hoy|después|antes|además|entonces"
        r"|jamás|quizás|dos|tres|seis"
    )
    before_noun = r"\s(?:mil|grandes|mejores|primer[oa]s|últim[oa]s|nuev[oa]s)"
    syllables = re.compile(
        r"(?:(?:[BCDFGPTK][LR]|LL|RR|CH|QU|GU|S[HKPT]|[BCDFGHJKLMNPQRSTVWXYZ])?[AEIOU]{1,3}(?:NS|CK|[BCDFGJKLMNPRSTVWXYZ])?)+"
    )
    spelt = frozenset({"ID", "IP", "IA", "UE", "AI", "UI", "UAB"})
    acronyms: ClassVar[dict[str, str]] = {"OK": "okey", "PSOE": "pesoe", "CEO": "ceo"}

    def number_rules(self) -> list[Rule]:
        # hours by themselves, and whatever else has a feminine article
        hour = r"(?:(?<=\b[lL]as\s)|(?<=\b[lL]a\s))(\d{1,6})(?![.,:/]?\d|\s?%|[\w°ª-])"
        return [rule(hour, lambda f: self.number(f[1], "feminine")), *super().number_rules()]

    def own_rules(self) -> list[Rule]:
        return [
            *super().own_rules(),
            rule(r"(?<!\w)[Pp]\.\s?(?=\d)", lambda f: like(f[0], "página ")),
            rule(r"(?<!\w)D\.(?=\s[A-Z])", lambda _: "don"),
            rule(r"(?<!\w)D\.?ª(?=\s[A-Z])", lambda _: "doña"),
            rule(r"(?<=\d)-([A-Z])(?!\w)", lambda f: f" {self.letters[f[1]]}"),  # days by their letter: 11-S
            # hectares, where "ha" is not "has"
            rule(rf"({self.signed})\s?ha(?=\s(?:de|y|en)\b|[^\w\s]|\s*$)", self._hectares),
        ]

    def clock_rules(self) -> list[Rule]:
        minutes = r"(?::([0-5]\d)|\s?h\s?([0-5]\d)|\.([0-5]\d)(?=\s?h\b))"
        half = r"(?:\s([ap])(?:\.\s?m\.|m\b))"
        hour = r"(?<![\w:.,])([01]?\d|2[0-4])"
        return [
            rule(rf"{hour}{minutes}(?:\s?(h|hs|hrs|horas)\b)?(?![\w:]){half}?", self._clock),
            rule(rf"{hour}{half}", lambda f: self._hour(int(f[1])) + self._half(f, 2)),
            rule(r"(?<=\blas\s)(1?\d|2[0-4])(?=\sde la (?:mañana|tarde|noche))", lambda f: self._hour(int(f[1]))),
            rule(r"(?<=\bla\s)1(?=\sde la (?:mañana|tarde|madrugada))", lambda _: "una"),
        ]

    def ordinal_rules(self) -> list[Rule]:
        number = r"(?<![\w.,])([1-9]\d{0,3})"
        noun = r"(?=(?:\s([^\W\d_]+))?)"
        return [
            rule(rf"{number}\.?(er|º)(?!\s?[CF]\b)(?!\w){noun}", self._ordinal),
            rule(rf"(?<=\b[edaEDA]l\s)([1-9]\d?)(°)(?!\s?[CF]\b)(?!\w){noun}", self._ordinal),
            rule(rf"{number}\.?[ªa](?!\w)", lambda f: self.ordinal(int(f[1]), "feminine")),
        ]

    def agreement(self, text: str, noun: str) -> str:
        return "masculine" if noun == "mil" else super().agreement(text, noun)

    def part(self, noun: str, value: int) -> str:
        return self.ordinal(value) if noun == "siglo" and value <= 10 else self.number(str(value))

    def denominator(self, below: int) -> str:
        if below <= 10:
            return self.ordinal(below)
        plain = unicodedata.normalize("NFD", self.number(str(below))).replace("\u0301", "")
        return re.sub(r"a?$", "avo", plain)  # onceavo, treintavo

    def currency_name(self, amount: int, names: Currency) -> str:
        name = super().currency_name(amount, names)
        return f"de {name}" if amount and amount % 1_000_000 == 0 else name

    def scaled(self, scale: str, code: str) -> str:
        name = super().scaled(scale, code)
        return name if scale == "mil" else name.replace(scale + " ", scale + " de ", 1)

    def _ordinal(self, found: re.Match[str]) -> str:
        """ "primer" before its noun, "primero" by itself."""
        before = found[2] == "er" or self.gender(found[3] or "")
        return self.ordinal(int(found[1]), "masculine-adjective" if before else "masculine")

    def _hour(self, hour: int) -> str:
        return self.number(str(hour), "feminine")

    def _clock(self, found: re.Match[str]) -> str:
        hour, minutes = int(found[1]), int(found[2] or found[3] or found[4])
        said = self._hour(hour)
        if minutes:
            said += f" y {self.number(str(minutes))}"
        elif found[5]:
            said += " horas" if hour != 1 else " hora"
        return said + self._half(found, 6, hour)

    def _half(self, found: re.Match[str], group: int, hour: int | None = None) -> str:
        """The half of the day; the period of "a. m." stays where it ends the text."""
        if not found[group]:
            return ""
        hour = int(found[1]) if hour is None else hour
        late = "del mediodía" if hour == 12 else "de la tarde" if hour < 8 else "de la noche"
        stop = "." if found[0].endswith(".") and not found.string[found.end() :].strip() else ""
        return f" {late if found[group] == 'p' else 'de la mañana'}{stop}"

    def _hectares(self, found: re.Match[str]) -> str:
        return f"{self.number(found[1], 'feminine')} {'hectárea' if found[1] == '1' else 'hectáreas'}"
