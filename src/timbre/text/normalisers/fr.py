"""French as it is read in France: the readings of `tests/text/cases/fr.toml`, which names its sources."""

import re
from typing import ClassVar

from timbre.text import numerals
from timbre.text.normalisers.base import Currency, Rule, rule
from timbre.text.normalisers.romance import Romance


class Reader(Romance):
    """The French reader."""

    span = "à"
    months: ClassVar[list[str]] = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ]  # fmt: skip
    first = "premier"
    number_sign = r"(?:[nN][°º]|[nN]o\.)"
    number_word = "numéro"
    times = "fois"
    about = "environ"
    letters: ClassVar[dict[str, str]] = {
        "A": "a", "B": "bé", "C": "cé", "D": "dé", "E": "e", "F": "effe", "G": "gé", "H": "ache", "I": "i",
        "J": "ji", "K": "ka", "L": "elle", "M": "emme", "N": "enne", "O": "o", "P": "pé", "Q": "ku", "R": "erre",
        "S": "esse", "T": "té", "U": "u", "V": "vé", "W": "double vé", "X": "ixe", "Y": "i grec", "Z": "zède",
    }  # fmt: skip
    abbreviations: ClassVar[dict[str, str]] = {
        "prof": "professeur", "p. ex": "par exemple", "cf": "confer", "p": "page", "pp": "pages", "vol": "volume",
        "chap": "chapitre", "art": "article", "fig": "figure", "éd": "édition", "tél": "téléphone", "av": "avenue",
        "bd": "boulevard", "boul": "boulevard", "pl": "place", "apt": "appartement", "env": "environ", "vs": "versus",
        "max": "maximum", "min": "minimum", "réf": "référence", "c.-à-d": "c’est-à-dire", "st": "saint",
    }  # fmt: skip
    endings: ClassVar[dict[str, str]] = {"etc": "et cetera"}
    phrases: ClassVar[dict[str, str]] = {
        "av. J.-C.": "avant Jésus-Christ", "apr. J.-C.": "après Jésus-Christ", "ap. J.-C.": "après Jésus-Christ",
        "J.-C.": "Jésus-Christ", "c.-à-d.": "c’est-à-dire", "c-à-d": "c’est-à-dire", "Mme": "Madame",
        "Mmes": "Mesdames", "Mlle": "Mademoiselle", "Mlles": "Mesdemoiselles", "MM.": "Messieurs", "Dr": "docteur",
        "Dr.": "docteur", "Dre": "docteure", "Mgr": "Monseigneur", "Pr": "professeur", "Pr.": "professeur",
        "bd": "boulevard", "bd.": "boulevard", "Bd": "boulevard", "Bd.": "boulevard", "rdv": "rendez-vous",
        "RDV": "rendez-vous", "svp": "s’il vous plaît",
        "SVP": "s’il vous plaît", "Cie": "compagnie", "St": "Saint", "Ste": "Sainte", "St.": "Saint", "Ste.": "Sainte",
    }  # fmt: skip
    symbols: ClassVar[dict[str, str]] = {
        "×": "fois", "÷": "divisé par", "±": "plus ou moins", "≈": "environ", "≠": "différent de",
        "≤": "inférieur ou égal à", "≥": "supérieur ou égal à", " > ": "supérieur à", " < ": "inférieur à",
        "°": "degrés", "²": "au carré", "³": "au cube", "€": "euros", "§": "paragraphe", "√": "racine de", "π": "pi",
    }  # fmt: skip
    signs: ClassVar[dict[str, str]] = {
        "/": "barre oblique", "-": "tiret", "_": "tiret bas", ":": "deux-points", "?": "point d’interrogation",
        "=": "égal", "&": "et", "#": "dièse", "+": "plus", "%": "pour cent", "~": "tilde",
    }  # fmt: skip
    units: ClassVar[dict[str, str]] = {
        "mi": "", "yd": "", "lbs": "", "ko": "digital-kilobyte", "Ko": "digital-kilobyte", "Mo": "digital-megabyte",
        "Go": "digital-gigabyte", "To": "digital-terabyte",
    }  # fmt: skip
    currencies: ClassVar[dict[str, Currency]] = {
        "EUR": Currency("euro", "euros", "centime", "centimes"),
        "USD": Currency("dollar", "dollars", "cent", "cents"),
        "GBP": Currency("livre", "livres", "penny", "pence"),
        "CHF": Currency("franc suisse", "francs suisses", "centime", "centimes"),
        "JPY": Currency("yen", "yens"),
    }
    scales: ClassVar[dict[str, str]] = {
        "million": "million", "millions": "millions", "milliard": "milliard", "milliards": "milliards",
    }  # fmt: skip
    telephones = (
        r"(?<![\w.,+-])0\d([ .-])\d\d\1\d\d\1\d\d\1\d\d(?![\w-])",
        r"(?<![\w.,+-])0\s?[89]\d\d([ .-])\d{3}\1\d{3}(?![\w-])",
    )
    kings = (
        "Louis|Charles|Henri|François|Philippe|Napoléon|Jean|Paul|Jean-Paul|Pie|Léon|Benoît|Clément|Innocent|Grégoire"
        "|Urbain|Sixte|Boniface|Jules|Alexandre|Adrien|Édouard|Georges|Guillaume|Jacques|Richard|Frédéric|Nicolas|Pierre"
        "|Ferdinand|Alphonse|Ramsès|Albert|Baudouin|Léopold|Othon|Robert|Hugues|Rainier|Mohammed|Hassan|Ivan"
    )
    queens = "Élisabeth|Elizabeth|Catherine|Marie|Marguerite|Cléopâtre|Christine|Isabelle|Jeanne"
    parts = "chapitre|volume|tome|acte|partie|phase|titre|annexe|livre|scène|article|type|niveau|grade|chant"
    counted = "congrès|conférence|guerre|république|reich|empire|concile|édition|siècle|arrondissement|dynastie"
    fractions: ClassVar[dict[int, str]] = {2: "demi", 3: "tiers", 4: "quart"}
    half = ("un demi", "une demi")
    and_half = ("demi", "demie")
    feminine = re.compile(
        r"(?:\w+(?:tion|sion|xion|gion|t[ée]|ée|ie|ue|ure|ette|elle|esse|ence|ance|anse|ense|euse|ille|ine|ane|aine|ade|tude"
        r"|rice|ise|ère|lle|nne|sse|tte|che|cre|ande|ude|ose|ouse|oise|ope)|page|image|plage|cage|femme|heure|minute|seconde"
        r"|personne|tonne|livre|place|table|chaise|école|voiture|chose|tête|porte|lettre|phrase|ligne|pomme|chambre"
        r"|étoile|couronne|cuillère|main|mère|sœur|fleur|mer|dent|clé|clef|fin|part|mort|nuit|maison|saison|raison|leçon"
        r"|chanson|façon|boisson|couleur|valeur|heure|peur|note|vache|poire|carte|orange|idée|photo|moto|once|marche|arme|note)s?"
        r"|(?:fois|voix|noix|croix|souris|brebis)"
    )
    masculine = re.compile(
        r"(?:comité|été|côté|musée|lycée|trophée|génie|incendie|magazine|silence|squelette|père|frère|mystère"
        r"|caractère|cimetière|stade|grade|garde|murmure|problème|arrêté|traité|député|invité|employé|café|domaine"
        r"|dimanche|sucre|litre|mille|moine|capitaine|domestique|genre|site|mois)s?"
    )
    not_nouns = re.compile(
        r"a|ai|alors|après|au|aux|avant|avec|car|ce|ces|cet|cette|chez|comme|contre|dans|de|depuis|des|donc|du|elle|en"
        r"|entre|est|et|eu|fut|il|ils|je|jusque|la|le|les|leur|lui|mais|même|ne|ni|non|nous|on|ont|ou|où|par|parmi|pas|pendant"
        r"|plus|pour|près|puis|quand|que|qui|sa|sans|ses|si|sont|sous|sur|très|tu|un|une|va|vers|vous|y|à|était|ère"
    )
    before_noun = r"\s(?:grandes?|petites?|belles?|nouvelles?|autres?|jeunes|vieilles|bonnes|premières|dernières)"
    syllables = re.compile(
        r"(?:(?:[BCDFGPTV][LR]|CH|PH|TH|SH|GN|QU|GU|S[CKLMNPT]|[BCDFGHJKLMNPQRSTVWXZ])?[AEIOUY]{1,3}"
        r"(?:[LMNRS]?[BCDFGKLMNPRSTWXZ]?[ST]?(?=$)|[BCDFGKLMNPRSTXZ])?)+"
    )
    spelt = frozenset({
        "USA", "UE", "RER", "CIA", "IA", "ID", "IP", "UV", "OS", "PIB", "UMP", "RSA", "CSA", "HS", "ISF", "IRM", "SUV",
        "CEA", "IVG", "AOC", "IUT", "OMS", "ENS", "UI", "RAS", "OGM", "SAV", "RIB", "IGN", "ONG", "ARN", "AMF", "IMC",
        "ERP", "URL", "APL", "URSS", "INC", "TER", "JO", "OM",
    })  # fmt: skip
    acronyms: ClassVar[dict[str, str]] = {"OK": "okay", "CEO": "si i o", "FNAC": "FNAC"}

    def own_rules(self) -> list[Rule]:
        return [
            rule(r"(?<![\w.])M\.(?=\s(?:[A-ZÀ-Þ]|et\s))", lambda _: "Monsieur"),
            rule(r"(?<=\bguerre de )(1?\d|39)-(\d\d)(?!\w)", lambda f: f"{self.number(f[1])}-{self.number(f[2])}"),
            rule(r"(?<=\d/\d)\s?h(?!\w)", lambda _: " d’heure"),
            *super().own_rules(),
        ]

    def clock_rules(self) -> list[Rule]:
        return [
            rule(
                r"(?<![\w:.,])([01]?\d|2[0-4])\s?(?::|[hH]\s?(?=[0-5]\d(?!\d)))([0-5]\d)(?:\s?mi?n)?(?![\w:])",
                lambda f: self._hours(f[1], f[2]),
            ),
            rule(r"(?<![\w:.,/])(\d{1,3})\s?[hH](?![\w/'’])", lambda f: self._hours(f[1], "0")),
        ]

    def ordinal_rules(self) -> list[Rule]:
        number = r"(?<![\w.,])([1-9]\d{0,3})"
        roman = r"(?<!\w)([IVX]+)"
        said = {"er": "masculine", "re": "feminine", "ère": "feminine", "ere": "feminine"}
        return [
            rule(r"(?<![\w.,])[1I](er|[èe]?re)(s?)(?!\w)", lambda f: self.ordinal(1, said[f[1]]) + f[2]),
            rule(r"(?<![\w.,])2n?d(e?s?)(?!\w)", lambda f: f"second{f[1]}"),
            rule(rf"{number}(?:i?[eè]me|e)(s?)(?!\w)", lambda f: self.ordinal(int(f[1])) + f[2]),
            rule(rf"{roman}(?:i?[eè]me|e)(s?)(?!\w)", self._roman_ordinal),
            rule(r"(?<=\bannées )['’]?((?:\d\d)?\d0)(?!\w)", lambda f: self.number(f[1]).removesuffix("s")),
        ]

    def grouped(self, text: str) -> str:
        """Telephone numbers are read by pairs."""
        groups = re.findall(r"\d+", text)
        return ", ".join(
            self.number(group) if len(group) < 3 else numerals.digits(group, self.language) for group in groups
        )

    def ruler(self, text: str, gender: str) -> str:
        value = numerals.roman(text)
        return self.ordinal(1, gender) if value == 1 else self.number(str(value)) if value else text

    def part(self, noun: str, value: int) -> str:
        return self.ordinal(1, self.gender(noun)) if value == 1 else self.number(str(value))

    def scaled(self, scale: str, code: str) -> str:
        name = super().scaled(scale, code)
        return name.replace(scale + " ", scale + (" d’" if name[len(scale) + 1] == "e" else " de "), 1)

    def currency_name(self, amount: int, names: Currency) -> str:
        if amount and amount % 1_000_000 == 0:
            return f"d’{names.many}" if names.many[0] == "e" else f"de {names.many}"
        return names.one if amount < 2 else names.many

    def _hours(self, hours: str, minutes: str) -> str:
        said = f"{self.number(str(int(hours)), 'feminine')} heure{'s' if int(hours) > 1 else ''}"
        return f"{said} {self.number(str(int(minutes)))}" if int(minutes) else said

    def _roman_ordinal(self, found: re.Match[str]) -> str:
        value = numerals.roman(found[1])
        return self.ordinal(value) + found[2] if value else found[0]
