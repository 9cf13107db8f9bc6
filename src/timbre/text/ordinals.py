"""Ordinals made of cardinals, where the spell-out rules that we have make them wrongly."""

import re

# Hungarian: the last word of a number, as its ordinal ends (MTA, A magyar helyesírás szabályai)
_HUNGARIAN = {
    "egy": "egyedik", "kettő": "kettedik", "két": "kettedik", "három": "harmadik", "négy": "negyedik", "öt": "ötödik",
    "hat": "hatodik", "hét": "hetedik", "nyolc": "nyolcadik", "kilenc": "kilencedik", "tíz": "tizedik",
    "húsz": "huszadik", "harminc": "harmincadik", "negyven": "negyvenedik", "ötven": "ötvenedik",
    "hatvan": "hatvanadik", "hetven": "hetvenedik", "nyolcvan": "nyolcvanadik", "kilencven": "kilencvenedik",
    "száz": "századik", "ezer": "ezredik", "millió": "milliomodik", "milliárd": "milliárdodik",
    "billió": "billiomodik", "nulla": "nulladik",
}  # fmt: skip
_HUNGARIAN_ALONE = {1: "első", 2: "második"}
_HUNGARIAN_ENDS = sorted(_HUNGARIAN, key=len, reverse=True)

# Italian: below eleven each has its own; then the cardinal loses its last vowel (Serianni, Grammatica italiana)
_ITALIAN = ("", "primo", "secondo", "terzo", "quarto", "quinto", "sesto", "settimo", "ottavo", "nono", "decimo")


def hungarian(number: int, said: str) -> str:
    """ "negyvenedik", of a number and its cardinal."""
    if number in _HUNGARIAN_ALONE:
        return _HUNGARIAN_ALONE[number]
    last = next((word for word in _HUNGARIAN_ENDS if said.endswith(word)), "")
    return said.removesuffix(last) + _HUNGARIAN.get(last, "")


def italian(number: int, said: str) -> str:
    """ "dodicimillesimo", of a number and its cardinal, masculine."""
    if number < len(_ITALIAN):
        return _ITALIAN[number] or "zeresimo"
    said = re.sub(r"(?<=cent)oun(o?)$", r"un\1", said)
    if said.endswith("dieci"):
        return said.removesuffix("dieci") + "decimo"
    if said.endswith("mila"):
        return said.removesuffix("mila") + "millesimo"
    if said.endswith(("milioni", "miliardi", "bilioni")):
        return said[:-1] + "esimo"
    if said.endswith("tré"):
        return said[:-1] + "eesimo"
    kept = said.endswith(("tre", "sei")) or said[-1] not in "aeiou"  # "ventun" has lost its vowel before a noun
    return (said if kept else said[:-1]) + "esimo"
