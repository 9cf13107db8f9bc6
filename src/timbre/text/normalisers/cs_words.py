"""What the Czech reader knows of words: ordinals, the endings of adjectives, and the genders of common nouns."""

import re

from timbre.text.normalisers.slavic import Noun

MONTHS = [
    "ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září", "října", "listopadu",
    "prosince",
]  # fmt: skip
ORDINALS = {
    1: "první", 2: "druhý", 3: "třetí", 4: "čtvrtý", 5: "pátý", 6: "šestý", 7: "sedmý", 8: "osmý", 9: "devátý",
    10: "desátý", 11: "jedenáctý", 12: "dvanáctý", 13: "třináctý", 14: "čtrnáctý", 15: "patnáctý", 16: "šestnáctý",
    17: "sedmnáctý", 18: "osmnáctý", 19: "devatenáctý", 20: "dvacátý", 30: "třicátý", 40: "čtyřicátý",
    50: "padesátý", 60: "šedesátý", 70: "sedmdesátý", 80: "osmdesátý", 90: "devadesátý", 100: "stý", 200: "dvoustý",
    300: "třístý", 400: "čtyřstý", 500: "pětistý", 600: "šestistý", 700: "sedmistý", 800: "osmistý", 900: "devítistý",
    1000: "tisící", 2000: "dvoutisící", 3000: "třítisící",
}  # fmt: skip
# after a hard stem in -ý, after a soft one in -í
ADJECTIVE = {
    "masculine": {"genitive": ("ého", "ího"), "dative": ("ému", "ímu"), "accusative": ("ý", "í"),
                  "instrumental": ("ým", "ím"), "locative": ("ém", "ím")},
    "neuter": {"nominative": ("é", "í"), "accusative": ("é", "í"), "genitive": ("ého", "ího"),
               "dative": ("ému", "ímu"), "instrumental": ("ým", "ím"), "locative": ("ém", "ím")},
    "feminine": {"nominative": ("á", "í"), "accusative": ("ou", "í"), "genitive": ("é", "í"), "dative": ("é", "í"),
                 "instrumental": ("ou", "í"), "locative": ("é", "í")},
    "plural": {"nominative": ("é", "í"), "accusative": ("é", "í"), "genitive": ("ých", "ích"), "dative": ("ým", "ím"),
               "instrumental": ("ými", "ími"), "locative": ("ých", "ích")},
}  # fmt: skip
# Cardinals in the genitive, dative and locative (one form from five on) and in the instrumental
OBLIQUE = {
    2: ("dvou", "dvěma", "dvou", "dvěma"), 3: ("tří", "třem", "třech", "třemi"),
    4: ("čtyř", "čtyřem", "čtyřech", "čtyřmi"), 9: ("devíti",), 10: ("deseti",),
}  # fmt: skip
# Nouns whose ending does not tell their gender, by how they begin
MASCULINE = re.compile(
    r"(?:rok|den|dn[iíuy]|týdn|týden|měsíc|dům|dom|pokoj|díl|svazek|ročník|semestr|krok|zápas|bod|stup|metr|kilometr"
    r"|centimetr|milimetr|litr|mililitr|gram|kilogram|miligram|watt|kilowatt|hektar|bajt|kilobajt|megabajt|gigabajt"
    r"|terabajt|dolar|cent|haléř|lístek|stůl|stol|kočár|pes|ps[iyů]|muž|student|žá[kc]|kluk|pán|hrad|autobus|vlak"
    r"|soubor|film|telefon|počítač|obraz|gól|člen|klíč|list|případ|projekt|počet|byt|les|most|hod[yů])\w*"
)
NEUTER = re.compile(
    r"(?:míst|patr|století|dítě|dět|okn|křes|jabl|vejc|měst|slov|procent|eur(?=[oa]?$)|kil[ao]$|pol[ei]$)\w*"
)
FEMININE = re.compile(
    r"(?:žen|kni[hz]|korun|minut|hodin|vteřin|sekund|strán|stran|ulic|lekc|tříd|kapitol|noc|věc|osob|otáz|hvězd|škol"
    r"|ru[kc]|no[hz]|kart|káv|skupin|verz|část|sez[oó]n|stanic|drah|cest|sest|dcer|dív|hol|mat[ek]|lahv|sklenic|tun"
    r"|míl|libr|kop[eií]|gól[ao]vk|cen|hr[ua]|písn|básn|zkouš|řad|sérii|vln|etap|edic|domácnost|radost|možnost)\w*"
)
KINGS = (
    "Karel|Karla|Václav|Otakar|Přemysl Otakar|Jan|Jan Pavel|Jiří|Ludvík|Rudolf|Josef|František|František Josef|Leopold"
    "|Ferdinand|Maxmilián|Matyáš|Vladislav|Zikmund|Jindřich|Vilém|Filip|Petr|Pavel|Mikuláš|Alexandr|Fridrich|Napoleon"
    "|Eduard|Pius|Lev|Benedikt|Řehoř|Klement|Richard|Ramses|Ota|Boleslav|Břetislav|Vratislav|Spytihněv|Soběslav|Oldřich"
)
QUEENS = "Alžběta|Kateřina|Marie|Kleopatra|Markéta|Kristýna"
DENOMINATORS = {
    2: "polovin", 3: "třetin", 4: "čtvrtin", 5: "pětin", 6: "šestin", 7: "sedmin", 8: "osmin", 9: "devítin",
    10: "desetin", 20: "dvacetin", 100: "setin", 1000: "tisícin",
}  # fmt: skip
LETTERS = {
    "A": "á", "B": "bé", "C": "cé", "Č": "čé", "D": "dé", "Ď": "ďé", "E": "é", "F": "ef", "G": "gé", "H": "há",
    "I": "í", "J": "jé", "K": "ká", "L": "el", "M": "em", "N": "en", "Ň": "eň", "O": "ó", "P": "pé", "Q": "kvé",
    "R": "er", "Ř": "eř", "S": "es", "Š": "eš", "T": "té", "Ť": "ťé", "U": "ú", "V": "vé", "W": "vé", "X": "iks",
    "Y": "ypsilon", "Z": "zet", "Ž": "žet",
}  # fmt: skip
SCALES = {
    "tisíc": Noun("masculine", "tisíc", "tisíce", "tisíc", "tisíce"),
    "milion": Noun("masculine", "milion", "miliony", "milionů", "milionu"),
    "miliarda": Noun("feminine", "miliarda", "miliardy", "miliard"),
    "bilion": Noun("masculine", "bilion", "biliony", "bilionů", "bilionu"),
}
SUMS: dict[str, tuple[Noun, Noun | None]] = {
    "CZK": (Noun("feminine", "koruna", "koruny", "korun"), Noun("masculine", "haléř", "haléře", "haléřů")),
    "EUR": (Noun("neuter", "euro", "eura", "eur"), Noun("masculine", "cent", "centy", "centů")),
    "USD": (Noun("masculine", "dolar", "dolary", "dolarů", "dolaru"), Noun("masculine", "cent", "centy", "centů")),
    "GBP": (Noun("feminine", "libra", "libry", "liber"), Noun("feminine", "pence", "pence", "pencí")),
    "CHF": (Noun("masculine", "frank", "franky", "franků", "franku"), None),
    "PLN": (Noun("masculine", "zlotý", "zloté", "zlotých", "zlotého"), None),
    "RUB": (Noun("masculine", "rubl", "rubly", "rublů", "rublu"), None),
}
ABBREVIATIONS: dict[str, str] = {
    "prof": "profesor", "doc": "docent", "dr": "doktor", "ul": "ulice",
    "nám": "náměstí", "tř": "třída", "č": "číslo", "čp": "číslo popisné", "str": "strana", "tel": "telefon",
    "např": "například", "tj": "to je", "tzn": "to znamená", "tzv": "takzvaný", "mj": "mimo jiné", "cca": "cirka",
    "sv": "svatý", "odst": "odstavec", "kap": "kapitola", "obr": "obrázek", "tab": "tabulka", "srov": "srovnej",
    "př": "příklad", "resp": "respektive", "popř": "popřípadě", "max": "maximálně", "vč": "včetně",
    "gen": "generál", "plk": "plukovník", "red": "redaktor", "s. r. o": "s r o", "roč": "ročník", "vyd": "vydání",
}  # fmt: skip
ENDINGS: dict[str, str] = {
    "atd": "a tak dále", "apod": "a podobně", "aj": "a jiné", "př. n. l": "před naším letopočtem",
    "n. l": "našeho letopočtu", "hod": "hodin", "a. s": "á es", "př. kr": "před Kristem", "po kr": "po Kristu",
}  # fmt: skip
SYMBOLS: dict[str, str] = {
    "×": "krát", "÷": "děleno", "§": "paragraf", "±": "plus minus", "≈": "přibližně", "≠": "nerovná se",
    "≤": "menší nebo rovno", "≥": "větší nebo rovno", " > ": "větší než", " < ": "menší než", "°": "stupňů",
    "²": "na druhou", "³": "na třetí", "€": "eur", "£": "liber", "√": "odmocnina z", "π": "pí", "№": "číslo",
}  # fmt: skip
SIGNS: dict[str, str] = {
    "/": "lomeno", "-": "pomlčka", "_": "podtržítko", ":": "dvojtečka", "?": "otazník", "=": "rovná se", "&": "a",
    "#": "křížek", "+": "plus", "%": "procent", "~": "vlnovka",
}  # fmt: skip
SPELLED: set[str] = {
    "ČSOB", "ODS", "USA", "EU", "OSN", "UK", "AV", "BBC", "FBI", "CIA", "USB", "IBM", "ID", "IP", "IT",
    "DPH", "OECD", "OKD", "HDP", "OH", "MHD", "DNA", "AI", "VŠE",
}  # fmt: skip
UNITS: dict[str, str] = {
    "h": "duration-hour",
    "hod": "duration-hour",
    "ft": "",
    "yd": "",
    "t": "mass-tonne",
}
TITLES = {
    "MUDr": "doktor", "JUDr": "doktor", "PhDr": "doktor", "RNDr": "doktor", "MVDr": "doktor", "Ing": "inženýr",
    "Mgr": "magistr", "Bc": "bakalář",
}  # fmt: skip
