"""Portuguese as it is read in Brazil: the readings of `tests/text/cases/pt.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import SPELT_EVERYWHERE, Currency, Normaliser, Rule, calendar_day, like, rule

MONTHS = [
    "janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro",
    "dezembro",
]  # fmt: skip
WEEKDAYS = {2: "segunda", 3: "terça", 4: "quarta", 5: "quinta", 6: "sexta"}
FRACTIONS = {
    2: "meio", 3: "terço", 4: "quarto", 5: "quinto", 6: "sexto", 7: "sétimo", 8: "oitavo", 9: "nono", 10: "décimo",
}  # fmt: skip

# Nouns that a number agrees with: feminine by ending, and the common ones whose ending does not tell
FEMININE_ARTICLE = r"(?:(?<=\b[àÀaA]s\s)|(?<=\b[dDnN]as\s)|(?<=\b[pP]elas\s)|(?<=\b[àÀ]\s))"
FEMININE = re.compile(
    r"(?:\w+(?:a|ção|dade|gem|tude)s?|\w+(?:ções|dades|gens|tudes)|(?:mulher|flor|cor|dor)(?:es)?|(?:vez|luz|voz|cruz)(?:es)?"
    r"|(?:noite|tarde|parte|classe|frase|chave|rede|fase|crise|base|série|espécie|ave|torre|árvore|ponte|fonte|mãe|mão|lei"
    r"|libra-esterlina)s?)"
)
MASCULINE = re.compile(
    r"(?:dia|mapa|planeta|cometa|grama|\w+grama|clima|\w*[eo]ma|drama|fantasma|pijama|sofá|chá|guarda|real|atleta|artista"
    r"|barra|vírgula|para|da|na|pela|a|à|era|cada|contra|agora|nunca|ainda|essa|esta|nessa|nesta|dessa|desta|uma|outra|toda|nada|fora"
    r"|depois|das|nas|às|as|pelas|mas|essas|estas|duas)s?"
)
BEFORE_NOUN = r"(?:\s(?:mil|grandes?|maiores|melhores|principais|primeir[oa]s|últim[oa]s))?"

KINGS = (
    "Pedro|João|Luís|Luiz|Henrique|Carlos|Filipe|Felipe|Bento|Paulo|Pio|Leão|Gregório|Jorge|Ricardo|Napoleão|Nicolau"
    "|Alexandre|Afonso|Fernando|Guilherme|Eduardo|Francisco|José|Manuel|Sebastião|Clemente|Inocêncio|Urbano|Sisto|Ramsés"
    "|Adriano|Júlio|Frederico|Juan Carlos|Haroldo|Olavo|Otávio"
)
QUEENS = "Elizabeth|Elisabete|Isabel|Maria|Catarina|Margarida|Cleópatra|Vitória"
SHORT_MONTHS = {month[:3]: month for month in MONTHS}
SAINTS = (
    "João|José|Paulo|Pedro|Jorge|Bento|Francisco|Sebastião|Miguel|Luís|Lucas|Marcos|Mateus|Tiago|Tomé|Vicente|Caetano"
    "|Bernardo|Carlos|Roque|Gonçalo|Cristóvão|Gabriel|Rafael|Domingos|Joaquim|Judas"
)
BOOKS = (
    "Gênesis|Êxodo|Levítico|Números|Deuteronômio|Josué|Juízes|Samuel|Reis|Crônicas|Jó|Salmos?|Provérbios|Eclesiastes"
    "|Isaías|Jeremias|Ezequiel|Daniel|Mateus|Marcos|Lucas|João|Atos|Romanos|Coríntios|Gálatas|Efésios|Filipenses"
    "|Colossenses|Timóteo|Hebreus|Tiago|Apocalipse"
)
PARTS = "capítulo|volume|vol|tomo|ato|parte|fase|título|anexo|livro|cena|inciso|seção|tipo|nível|grau|módulo|unidade"
EVENTS = (
    "Guerra|Copa|Semana|Conferência|Jornada|Bienal|Feira|Reich|Congresso|Encontro|Simpósio|Império|Seminário|Concílio"
)

SYLLABLES = re.compile(
    r"(?:(?:[BCDFGPTV][LR]|LH|NH|CH|QU|GU|[BCDFGHJLMNPQRSTVXZ])?[AEIOU]{1,3}(?:NS|[LMNRSXZ])?)+[BCDFGPT]?"
)
LETTERS = {
    "A": "á", "B": "bê", "C": "cê", "D": "dê", "E": "é", "F": "efe", "G": "gê", "H": "agá", "I": "i", "J": "jota",
    "K": "cá", "L": "ele", "M": "eme", "N": "ene", "O": "ó", "P": "pê", "Q": "quê", "R": "erre", "S": "esse",
    "T": "tê", "U": "u", "V": "vê", "W": "dáblio", "X": "xis", "Y": "ípsilon", "Z": "zê",
}  # fmt: skip
ACRONYMS = {
    "EUA": "Estados Unidos", "UE": "União Europeia", "OK": "oquei", "CEO": "ci i ou", "ID": "i dê", "IP": "i pê",
    "UTI": "u tê i", "EAD": "é á dê", "UPA": "upa", "IBGE": "i bê gê é", "DNA": "dê ene á", "RNA": "erre ene á",
}  # fmt: skip


class Reader(Normaliser):
    """The Brazilian reader."""

    span = "a"
    letters = LETTERS
    abbreviations: ClassVar[dict[str, str]] = {
        "sr": "senhor", "sra": "senhora", "srs": "senhores", "sras": "senhoras", "srta": "senhorita", "dr": "doutor",
        "dra": "doutora", "drs": "doutores", "prof": "professor", "profa": "professora", "profª": "professora",
        "eng": "engenheiro", "gen": "general", "cel": "coronel", "ten": "tenente",
        "sgt": "sargento", "pe": "padre", "sto": "santo", "sta": "santa", "av": "avenida", "pça": "praça",
        "rod": "rodovia", "séc": "século", "pág": "página", "págs": "páginas", "pg": "página", "vol": "volume",
        "ed": "edição", "art": "artigo", "arts": "artigos", "inc": "inciso", "fig": "figura", "tel": "telefone",
        "apto": "apartamento", "ap": "apartamento", "p. ex": "por exemplo", "obs": "observação",
        "exmo": "excelentíssimo", "ilmo": "ilustríssimo", "ref": "referência", "exma": "excelentíssima",
        "vs": "versus", "aprox": "aproximadamente", "máx": "máximo", "mín": "mínimo", "v. exa": "vossa excelência",
        "dep": "deputado", "núm": "número", "nº": "número", "n°": "número",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {
        "etc": "etcétera", "a. c": "antes de Cristo", "d. c": "depois de Cristo", "jr": "júnior", "cia": "companhia",
        "ltda": "limitada", "s. a": "esse á",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "vezes", "÷": "dividido por", "§§": "parágrafos", "§": "parágrafo", "±": "mais ou menos",
        "≈": "aproximadamente", "≠": "diferente de", "≤": "menor ou igual a", "≥": "maior ou igual a",
        " > ": "maior que", " < ": "menor que", "°": "graus", "²": "ao quadrado", "³": "ao cubo", "€": "euros",
        "R$": "reais", "√": "raiz de", "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "barra", "-": "hífen", "_": "sublinhado", ":": "dois pontos", "?": "interrogação", "=": "igual",
        "&": "e", "#": "cerquilha", "+": "mais", "%": "por cento",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {"mi": "", "yd": "", "lbs": "", "pol.": "length-inch", "pol": "length-inch"}
    currencies: ClassVar[dict[str, Currency]] = {
        "BRL": Currency("real", "reais", "centavo", "centavos"),
        "USD": Currency("dólar", "dólares", "centavo", "centavos"),
        "EUR": Currency("euro", "euros", "centavo", "centavos"),
        "GBP": Currency("libra", "libras", "pêni", "pence"),
        "JPY": Currency("iene", "ienes"),
    }
    scales: ClassVar[dict[str, str]] = {
        "mil": "mil", "milhão": "milhão", "milhões": "milhões", "bilhão": "bilhão", "bilhões": "bilhões",
        "trilhão": "trilhão", "trilhões": "trilhões", "mi": "milhões", "bi": "bilhões", "tri": "trilhões",
    }  # fmt: skip

    def own_rules(self) -> list[Rule]:
        months = "|".join(MONTHS)
        roman = r"([IVXLCDM]+)(?![\w.]\w|\w)"
        no_years = r"(?!(?:1\d|20)\d\d-(?:1\d|20)\d\d(?!\d))"
        clock = r"(?::([0-5]\d)|\s?(?:h|hs|hrs)(?:\s?([0-5]\d)(?:\s?min|m)?)?)"
        spoken = self._grouped
        return [
            rule(r"(?<!\w)(?:nº|n°|n\.º|N\.º|Nº)\s?(?=\d)", lambda f: like(f[0], "número ")),
            rule(r"(?<!\w)[Cc]ap\.\s?(?=\d|[IVXLC]+(?!\w))", lambda f: like(f[0], "capítulo ")),
            rule(r"(?<!\w)[Cc]ap\.(?!\w)", lambda f: like(f[0], "capitão")),
            # a street's name is followed by a house's number, a saint's is one of few
            rule(r"(?<!\w)R\.(?=\s(?:d[aeo]s?\s)?[A-ZÀ-Þ][^\d.,;:!?\n]{1,40},\s?(?:n[º°]\s?)?\d)", lambda _: "Rua"),
            rule(rf"(?<![\w.])S\.(?=\s(?:{SAINTS})\b)", lambda _: "São"),
            rule(r"(?<!\w)v(?=\d+\.\d)", lambda _: "vê "),
            # dates, hours
            rule(r"(?<![\w/])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/]|\.\d)", self._date),
            rule(r"(?<![\w/-])(\d{4})-(\d{2})-(\d{2})(?![\w-])", lambda f: self.date(f[3], f[2], f[1]) or f[0]),
            rule(r"(?<![\w/])(\d\d)/(\d\d)(?![\w/])", lambda f: self.date(f[1], f[2]) or f[0]),
            rule(
                r"(?:(?<=dia\s)|(?<=\dh\sde\s))(\d{1,2})/(\d{1,2})(?![\w/])",
                lambda f: self.date(f[1], f[2]) or f[0],
            ),
            rule(
                rf"(?<=\d\sde\s)({'|'.join(SHORT_MONTHS)})\.?(?=\sde\s\d{{4}}(?!\d))",
                lambda f: SHORT_MONTHS[f[1]],
            ),
            rule(
                rf"\b({BOOKS})\s(\d{{1,3}}):(\d{{1,3}})(?:-(\d{{1,3}}))?(?![\w:-])",
                lambda f: f"{f[1]} {f[2]}, {f[3]}" + (f" {self.span} {f[4]}" if f[4] else ""),
            ),
            rule(r"(?<![\w/])(0?[1-9]|1[0-2])/([12]\d{3})(?![\w/])", self._month_of_year),
            rule(rf"(?<![\w.,])0?1(?= de (?:{months}))", lambda _: "primeiro"),
            rule(rf"(?<![\w:,.])([01]?\d|2[0-4]){clock}(?![\w:])", self._hours),
            # telephones, then CPF, CNPJ and CEP
            rule(rf"(?<![\w(+]){no_years}(?:0?\(?\d\d\)?\s?)?9?\d{{4}}-\d{{4}}(?![\w-])", spoken),
            rule(r"(?<!\w)\((0?\d\d)\)\s?(9?\d{4})[- ]?(\d{4})(?![\w-])", spoken),
            rule(r"(?<![\w-])0[389]00[ -]?\d{3}[ -]?\d{4}(?![\w-])", self._free_call),
            rule(r"(?<![\w.])\d{2,3}\.\d{3}\.\d{3}(?:/\d{4})?-\d{2}(?!\w)|(?<![\w.])\d{5}-\d{3}(?!\w)", spoken),
            # ordinals
            rule(r"(?<!\w)([2-6])[ªa]-feira", lambda f: WEEKDAYS[int(f[1])] + "-feira"),
            rule(r"(?<![\w.,])([1-9]\d{0,3})\.?\s?(?<=[\d.])([ºª])(?!\s?C)(?!\w)", self._ordinal),
            rule(r"(?<![\w.,])([1-9]\d?)([oa])(?![\w'])", self._ordinal),
            # names of rulers, Roman numerals
            rule(rf"(?<!\w)D\.(?=\s(?:{KINGS})\b)", lambda _: "Dom"),
            rule(r"(?<!\w)D\.(?=\s[A-Z]\w+a\b)", lambda _: "Dona"),
            rule(r"(?<!\w)[Pp]rof\.ª", lambda f: like(f[0], "professora")),
            rule(rf"\b((?i:século|séculos))\s{roman}", lambda f: f"{f[1]} {self._ruler(f[2])}"),
            rule(rf"\b({KINGS})\s{roman}", lambda f: f"{f[1]} {self._ruler(f[2])}"),
            rule(rf"\b({QUEENS})\s{roman}", lambda f: f"{f[1]} {self._ruler(f[2], 'feminine')}"),
            rule(rf"\b((?i:{PARTS}))\s{roman}", self._part),
            rule(rf"(?<!\w)([IVX]+)(?=\s(?:{EVENTS})\b)\s(\w+)", self._event),
            self.bare_roman(),
            # fractions, signs between numbers
            rule(r"(?<![\w/.,])([1-9]\d{0,2})\s([1-9])/(\d{1,2})(?![\w/])", self._mixed),
            rule(r"(?<![\w/.,])([1-9]\d?)/(\d{1,3})(?![\w/]|,\d)(?=(?:\s([^\W\d_]+))?)", self._fraction_of),
            rule(r"(?<=\d)\s?/\s?(?=\d)", lambda _: " barra "),
            rule(r"(?<=\d)\s?[x×]\s?(?=\d)|(?<=\d)\s?[x×](?!\w)", lambda _: " vezes "),
            rule(r"(?<!\w)#(?=\d)", lambda _: "número "),
            rule(r"(?<!\w)#(?=\w)", lambda _: "hashtag "),
            rule(r"~\s?(?=\d)", lambda _: "cerca de "),
            rule(r"(?<!\w)\$\s?(?=[^\d\s])", lambda _: " "),
        ]

    def number_rules(self) -> list[Rule]:
        whole = r"(\d{1,6})(?![.,:/]?\d|\s?%|[\w°-])"
        return [
            # hours by themselves, and whatever else has a feminine article
            rule(rf"{FEMININE_ARTICLE}{whole}", lambda f: self.number(f[1], "feminine")),
            rule(
                rf"(?<![\w.,]){whole}(?= da (?:manhã|tarde|noite|madrugada)\b)", lambda f: self.number(f[1], "feminine")
            ),
            rule(rf"({self.signed})(?=({BEFORE_NOUN}\s([^\W\d_]+))?)", self._agreeing),
        ]

    def late_rules(self) -> list[Rule]:
        return [
            rule(r"(?<!\w)([A-Z]{1,3})&([A-Z]{1,3})(?!\w)", self._both),
            rule(r"(?<![\w'’.-])([A-Z]{2,5})(s?)(?![\w'’]|-[A-Z])", self._acronym),
            rule(r"(?<=\w\s)([B-DF-HJ-NP-Z])(?![\w.'’])", lambda f: LETTERS[f[1]]),
        ]

    def fraction(self, text: str) -> str:
        """Up to two digits are read as a number ("vírgula setenta e cinco"), more one by one."""
        if len(text) == 2 and text[0] != "0":
            return numerals.cardinal(int(text), self.language)
        return numerals.digits(text, self.language)

    def gender(self, noun: str) -> str:
        first = noun.lower().split(" ")[0].replace("-", "") if noun else ""
        feminine = FEMININE.fullmatch(first) and not MASCULINE.fullmatch(first)
        return "feminine" if feminine else "masculine"

    def date(self, day: str, month: str, year: str = "") -> str:
        """ "primeiro de maio de dois mil"; empty when there is no such day."""
        found = calendar_day(day, month, year)
        if not found:
            return ""
        first = "primeiro" if found.day == 1 else self.number(str(found.day))
        return f"{first} de {MONTHS[found.month - 1]}" + (f" de {self.number(str(found.year))}" if year else "")

    def currency_name(self, amount: int, names: Currency) -> str:
        name = names.one if amount == 1 else names.many
        return f"de {name}" if amount and amount % 1_000_000 == 0 else name

    def scaled(self, scale: str, code: str) -> str:
        name = super().scaled(scale, code)
        return name if scale == "mil" else name.replace(scale + " ", scale + " de ", 1)

    def unit_name(self, value: float, unit: str) -> str:
        return re.sub(" métricas?", "", super().unit_name(value, unit))

    def _date(self, found: re.Match[str]) -> str:
        return self.date(found[1], found[3], found[4]) or found[0]

    def _month_of_year(self, found: re.Match[str]) -> str:
        return f"{MONTHS[int(found[1]) - 1]} de {self.number(found[2])}"

    def _hours(self, found: re.Match[str]) -> str:
        hours, minutes = int(found[1]), int(found[2] or found[3] or 0)
        said = f"{self.number(str(hours), 'feminine')} hora{'s' if hours > 1 else ''}"
        if minutes:
            said += f" e {self.number(str(minutes))} minuto{'s' if minutes > 1 else ''}"
        return said

    def _free_call(self, found: re.Match[str]) -> str:
        number = re.sub(r"\D", "", found[0])
        return self.grouped(f"{number[:4]} {number[4:7]} {number[7:]}")

    def _ordinal(self, found: re.Match[str]) -> str:
        gender = "feminine" if found[2] in "ªa" else "masculine"
        return numerals.ordinal(int(found[1]), self.language, gender) or found[0]

    def _ruler(self, text: str, gender: str = "masculine") -> str:
        """Ordinal to ten, cardinal from eleven on."""
        value = numerals.roman(text)
        if not value:
            return text
        ordinal = numerals.ordinal(value, self.language, gender) if value <= 10 else None
        return ordinal or numerals.cardinal(value, self.language, gender)

    def _part(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[2])
        return f"{found[1]} {numerals.cardinal(value, self.language)}" if value else found[0]

    def _event(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        said = numerals.ordinal(value, self.language, self.gender(found[2])) if value else None
        return f"{said} {found[2]}" if said else found[0]

    def _mixed(self, found: re.Match[str]) -> str:
        return f"{self.number(found[1])} e {self._fraction(int(found[2]), int(found[3])) or found[2] + '/' + found[3]}"

    def _fraction_of(self, found: re.Match[str]) -> str:
        if (found[1], found[2]) == ("1", "2") and found[3] and self.gender(found[3]) == "feminine":
            return "meia"
        return self._fraction(int(found[1]), int(found[2])) or found[0]

    def _fraction(self, above: int, below: int) -> str:
        """ "três quartos", "meio", "um doze avos"; empty for what is no fraction, as in 24/7."""
        if not above < below <= 100 or above > 10:
            return ""
        if (above, below) == (1, 2):
            return "meio"
        name = FRACTIONS.get(below) or ("centésimo" if below == 100 else f"{self.number(str(below))} avos")
        return f"{self.number(str(above))} {name}{'s' if above > 1 and not name.endswith('s') else ''}"

    def _agreeing(self, found: re.Match[str]) -> str:
        noun = found[3] or ""
        several = self.value(found[1]) >= 2
        fits = noun and several == noun.endswith("s") and self.point not in found[1]
        return self.number(found[1], self.gender(noun) if fits else "masculine")

    def _both(self, found: re.Match[str]) -> str:
        return f"{self.letter_names(found[1])} e {self.letter_names(found[2])}"

    def _acronym(self, found: re.Match[str]) -> str:
        word = found[1]
        if word in ACRONYMS:
            return ACRONYMS[word]
        said = SYLLABLES.fullmatch(word) and word not in SPELT_EVERYWHERE
        return found[0] if said else self.letter_names(word)
