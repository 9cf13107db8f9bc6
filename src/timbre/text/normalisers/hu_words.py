"""Words of the Hungarian reader."""

MONTHS = [
    "január", "február", "március", "április", "május", "június", "július", "augusztus", "szeptember", "október",
    "november", "december",
]  # fmt: skip
SCALES = [(10**12, "billió"), (10**9, "milliárd"), (10**6, "millió"), (1000, "ezer"), (1, "")]
# the last word of a number with the suffix -s; words that end in others stand first
ADJECTIVES = {
    "nulla": "nullás", "egy": "egyes", "kettő": "kettes", "három": "hármas", "négy": "négyes", "öt": "ötös",
    "hat": "hatos", "hét": "hetes", "nyolc": "nyolcas", "kilenc": "kilences", "tíz": "tízes", "húsz": "húszas",
    "harminc": "harmincas", "negyven": "negyvenes", "ötven": "ötvenes", "hatvan": "hatvanas", "hetven": "hetvenes",
    "nyolcvan": "nyolcvanas", "kilencven": "kilencvenes", "száz": "százas", "ezer": "ezres", "millió": "milliós",
    "milliárd": "milliárdos", "tized": "tizedes", "század": "századas",
}  # fmt: skip
# after these a number is counted by itself: "kettő és", not "két és"
NOT_NOUNS = {
    "és", "vagy", "meg", "plusz", "mínusz", "pont", "egész", "van", "volt", "lesz", "a", "az", "per", "egyenlő",
    "szorozva", "osztva", "sem", "is", "de", "hogy", "között", "után", "előtt", "nagyobb", "kisebb", "lett", "maradt",
}  # fmt: skip
KINGS = (
    "István|Béla|László|András|Géza|Endre|Imre|Károly|Lajos|Mátyás|Ulászló|Ferdinánd|Lipót|József|Ferenc|Salamon|Kálmán"
    "|Vencel|Ottó|Zsigmond|Albert|Miksa|Rudolf|János|Pál|Péter|Pius|Henrik|Erzsébet|Katalin|Mária|Fülöp|Vilmos|György|Ince"
    "|Napóleon|Miklós|Sándor|Frigyes|Benedek|Gergely|Leó|Kelemen|Iván|Rákóczi|Edward|Eduárd|Richárd|Jakab|Ramszesz"
)
LETTERS = {
    "A": "a", "Á": "á", "B": "bé", "C": "cé", "CS": "csé", "D": "dé", "E": "e", "É": "é", "F": "ef", "G": "gé",
    "GY": "gyé", "H": "há", "I": "i", "Í": "í", "J": "jé", "K": "ká", "L": "el", "M": "em", "N": "en", "NY": "eny",
    "O": "ó", "Ó": "ó", "Ö": "ő", "Ő": "ő", "P": "pé", "Q": "kú", "R": "er", "S": "es", "SZ": "esz", "T": "té",
    "TY": "tyé", "U": "ú", "Ú": "ú", "Ü": "ű", "Ű": "ű", "V": "vé", "W": "dupla vé", "X": "iksz", "Y": "ipszilon",
    "Z": "zé", "ZS": "zsé",
}  # fmt: skip
ABBREVIATIONS = {
    "pl": "például", "dr": "doktor", "prof": "professzor", "id": "idősebb", "ifj": "ifjabb", "özv": "özvegy",
    "u": "utca", "krt": "körút", "kb": "körülbelül", "ill": "illetve", "ún": "úgynevezett", "kr. e": "Krisztus előtt",
    "kr. u": "Krisztus után", "i. e": "időszámításunk előtt", "i. sz": "időszámításunk szerint", "ld": "lásd",
    "vö": "vesd össze", "em": "emelet", "ker": "kerület", "ált": "általános", "max": "maximum", "min": "minimum",
    "tel": "telefon", "sz": "szám", "jan": "január", "feb": "február", "febr": "február", "márc": "március",
    "ápr": "április", "máj": "május", "jún": "június", "júl": "július", "aug": "augusztus", "szept": "szeptember",
    "okt": "október", "nov": "november", "dec": "december", "ny": "nyugalmazott", "szül": "született",
    "mrd": "milliárd", "oszt": "osztály",
}  # fmt: skip
SPELLED = {
    "MTA", "BME", "SZTE", "EU", "USA", "OTP", "URL", "USB", "ID", "IT", "AI", "EKG", "OECD", "IMF", "IBM", "ATM",
    "MSZMP", "EBK", "PTE", "CIA", "FBI", "BBC", "CEO", "IQ", "EP", "EB", "VB", "TB", "IP", "API", "UV", "DNS", "KDNP",
}  # fmt: skip
