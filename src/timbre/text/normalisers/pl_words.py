"""What the Polish reader knows of words: ordinals, the endings of adjectives, and the genders of common nouns."""

import re

from timbre.text.normalisers.slavic import Noun

MONTHS = [
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
    "listopada", "grudnia",
]  # fmt: skip
ORDINALS = {
    1: "pierwszy", 2: "drugi", 3: "trzeci", 4: "czwarty", 5: "piąty", 6: "szósty", 7: "siódmy", 8: "ósmy",
    9: "dziewiąty", 10: "dziesiąty", 11: "jedenasty", 12: "dwunasty", 13: "trzynasty", 14: "czternasty",
    15: "piętnasty", 16: "szesnasty", 17: "siedemnasty", 18: "osiemnasty", 19: "dziewiętnasty", 20: "dwudziesty",
    30: "trzydziesty", 40: "czterdziesty", 50: "pięćdziesiąty", 60: "sześćdziesiąty", 70: "siedemdziesiąty",
    80: "osiemdziesiąty", 90: "dziewięćdziesiąty", 100: "setny", 200: "dwusetny", 300: "trzechsetny",
    400: "czterechsetny", 500: "pięćsetny", 600: "sześćsetny", 700: "siedemsetny", 800: "osiemsetny",
    900: "dziewięćsetny", 1000: "tysięczny", 2000: "dwutysięczny", 3000: "trzytysięczny",
}  # fmt: skip
# ending after a hard stem in -y; after "drugi" and "trzeci" an i stands before it
ADJECTIVE = {
    "masculine": {"genitive": "ego", "dative": "emu", "accusative": "y", "instrumental": "ym", "locative": "ym"},
    "neuter": {"nominative": "e", "accusative": "e", "genitive": "ego", "dative": "emu", "instrumental": "ym",
               "locative": "ym"},
    "feminine": {"nominative": "a", "accusative": "ą", "genitive": "ej", "dative": "ej", "instrumental": "ą",
                 "locative": "ej"},
    "plural": {"nominative": "e", "accusative": "e", "genitive": "ych", "dative": "ym", "instrumental": "ymi",
               "locative": "ych"},
}  # fmt: skip
# Nouns that stand after an ordinal or a number and whose ending does not tell their gender, by how they begin
MASCULINE = re.compile(
    r"(?:rok|wiek|dzie[nń]|dni|tydzie|tygod|miesiąc|dom|pokoj|pokój|tom|rozdział|semestr|etap|krok|raz|mecz|set|numer|peron"
    r"|stop|metr|kilometr|centymetr|milimetr|litr|mililitr|gram|kilogram|miligram|wat|kilowat|hektar|bajt|kilobajt|megabajt"
    r"|gigabajt|terabajt|tonaż|dolar|funt|grosz|złot|cent|procent|bilet|stół|stoł|kot|pies|ps[yó]|koń|koni|klucz|list|samoch"
    r"|kilo|punkt|gol|film|telefon|komputer|plik|obraz|utw|albumy?|telewizor|rower|student|uczni|chłopc|pan)\w*"
)
NEUTER = re.compile(
    r"(?:miejsc|piętr|stuleci|dzieck|dzieci|okn|krzesł|jabłk|jaj|miast|państw|słow|zdani|tysiącleci|pytani)\w*"
)
FEMININE = re.compile(
    r"\w*(?:kobiet|minut|godzin|sekund|osob|osób|stron|ksią[żz]k|rocznic|ulic|lekcj|klas|drog|córk|siostr|noc|rzecz|form"
    r"|szklank|butelk|łyż|gwiazd|szko[łl]|r[ęo]k|nog|nóg|kart|kawy|herbat|pizz|bułk|paczk|książecz|dziewczyn|matk|żon|ton"
    r"|lamp|ściany|próby|grupy|wersj|części|sesj|stacj|edycj|rund|parti|drużyn|bramki|mapy|głow|gruszk|kanapk|zabawk)\w*"
    r"|\w+(?:ości|cje|cja|izny|izna|ówki|anki|arki|arka)"
)
KINGS = (
    "Zygmunt|Kazimierz|Władysław|Bolesław|Mieszko|Jan|Jan Paweł|Henryk|Stefan|August|Stanisław|Ludwik|Karol|Filip|Piotr"
    "|Mikołaj|Aleksander|Fryderyk|Wilhelm|Napoleon|Jerzy|Edward|Pius|Leon|Benedykt|Paweł|Grzegorz|Klemens|Franciszek"
    "|Otton|Iwan|Ryszard|Ramzes|Przemysł|Wacław|Leszek|Konrad|Urban|Innocenty|Albert|Gustaw|Ferdynand|Juliusz|Filip"
)
QUEENS = "Elżbieta|Katarzyna|Maria|Kleopatra|Małgorzata|Krystyna"
LETTERS = {
    "A": "a", "Ą": "ą", "B": "be", "C": "ce", "Ć": "cie", "D": "de", "E": "e", "Ę": "ę", "F": "ef", "G": "gie",
    "H": "ha", "I": "i", "J": "jot", "K": "ka", "L": "el", "Ł": "eł", "M": "em", "N": "en", "Ń": "eń", "O": "o",
    "Ó": "o", "P": "pe", "Q": "ku", "R": "er", "S": "es", "Ś": "eś", "T": "te", "U": "u", "V": "fał", "W": "wu",
    "X": "iks", "Y": "igrek", "Z": "zet", "Ź": "ziet", "Ż": "żet",
}  # fmt: skip
SCALES = {
    "tysiąc": Noun("masculine", "tysiąc", "tysiące", "tysięcy", "tysiąca"),
    "milion": Noun("masculine", "milion", "miliony", "milionów", "miliona"),
    "miliard": Noun("masculine", "miliard", "miliardy", "miliardów", "miliarda"),
    "bilion": Noun("masculine", "bilion", "biliony", "bilionów", "biliona"),
}
SUMS: dict[str, tuple[Noun, Noun | None]] = {
    "PLN": (
        Noun("masculine", "złoty", "złote", "złotych", "złotego"),
        Noun("masculine", "grosz", "grosze", "groszy"),
    ),
    "USD": (
        Noun("masculine", "dolar", "dolary", "dolarów", "dolara"),
        Noun("masculine", "cent", "centy", "centów"),
    ),
    "EUR": (Noun("neuter", "euro", "euro", "euro"), Noun("masculine", "cent", "centy", "centów")),
    "GBP": (Noun("masculine", "funt", "funty", "funtów", "funta"), Noun("masculine", "pens", "pensy", "pensów")),
    "CHF": (Noun("masculine", "frank", "franki", "franków"), None),
    "CZK": (Noun("feminine", "korona", "korony", "koron"), Noun("masculine", "halerz", "halerze", "halerzy")),
    "RUB": (Noun("masculine", "rubel", "ruble", "rubli"), Noun("feminine", "kopiejka", "kopiejki", "kopiejek")),
}
