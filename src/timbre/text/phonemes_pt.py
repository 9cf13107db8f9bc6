"""Brazilian Portuguese from spelling to sounds, by rule: IPA, with the stress before the vowel that carries it.

A word is read in passes: what spelling leaves open is settled (`spelling_pt`), letters are grouped, vowels become the
middle of a syllable or a glide, the stress is placed, and each group sounds by its neighbours. Whether a stressed e or
o is open is in `openness_pt`. Text comes without digits: the normaliser has spelled them out.
"""

import re
import unicodedata
from dataclasses import dataclass

from timbre.text.openness_pt import is_open
from timbre.text.spelling_pt import settle

# words that lean on the next one
_WEAK = {
    "a": "a", "à": "a", "o": "ʊ", "as": "as", "às": "as", "os": "ʊs", "e": "i", "ao": "aw", "aos": "aws", "de": "ʤɪ",
    "da": "da", "do": "dʊ", "das": "das", "dos": "dʊs", "em": "ẽj", "na": "na", "no": "nʊ", "nas": "nas", "nos": "nʊs",
    "um": "ũ", "uns": "ũs", "por": "poɾ", "com": "kõ", "que": "kɪ", "se": "sɪ", "me": "mɪ", "te": "ʧɪ", "lhe": "ʎɪ",
    "lhes": "ʎɪs", "mas": "mas", "ou": "ow", "num": "nũ", "pra": "pɾa", "pro": "pɾʊ", "ex": "es",
}  # fmt: skip
# what a hyphen ties to a verb, beside the weak words
_ATTACHED = {"lo": "lʊ", "la": "la", "los": "lʊs", "las": "las", "vos": "vʊs"}

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_UNIT = re.compile(r"tch|[cl]h|nh|sh|ph|th|rr|ss|[qg]u(?=[eiéíêî])|q[uü]|g[uü](?=[aeiouáâãéêíóôõ])|.")
_VOWELS = "aàáâãeéêẽiíîĩoóôõuúûũüy"
_BARE = str.maketrans(_VOWELS, "aaaaaeeeeiiiioooouuuuui")
_SOUNDS = {
    "tch": "ʧ", "ch": "ʃ", "sh": "ʃ", "lh": "ʎ", "nh": "ɲ", "rr": "x", "ss": "s", "ç": "s", "S": "s", "Z": "z",
    "K": "k", "x": "ʃ", "ph": "f", "th": "t", "j": "ʒ", "qu": "k", "gu": "ɡ", "qü": "kw", "gü": "ɡw", "h": "", "q": "k",
}  # fmt: skip
_VOICED = ("b", "d", "g", "gu", "gü", "v", "z", "Z", "j", "m", "n", "nh", "l", "lh", "r", "rr")
_NASAL = "\u0303"
_REDUCED = {"a": "ɐ", "e": "ɪ", "o": "ʊ"}
_LINKED = re.compile(r"s(?= ˈ?[aɐeɛiɪoɔuʊbdʤɡvzʒmnlɾ])")  # "os olhos" is read as one


@dataclass(slots=True)
class _Unit:
    """Letters that sound together. A vowel is the middle of a syllable unless it is a glide."""

    letters: str
    vowel: bool
    glide: bool = False


def phonemes(text: str) -> str:
    """The sounds of a normalised text, its marks kept."""
    said = _WORD.sub(lambda found: _compound(found[0]), unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFD", _LINKED.sub("z", said))


def _compound(written: str) -> str:
    """A word and what hyphens tie to it: `comprá-lo`, `guarda-chuva`."""
    first, *others = re.sub("['’]", "", written.lower()).split("-")
    said = _WEAK.get(first) or word(first)
    for other in others:
        said += _WEAK.get(other) or _ATTACHED.get(other) or " " + word(other)
    return said


def word(written: str) -> str:
    """The sounds of one lower-case word."""
    units = _units(settle(written))
    middles = [place for place, unit in enumerate(units) if unit.vowel and not unit.glide]
    stressed = _stressed(units, middles) if middles else -1
    if len(middles) > 2 and stressed < middles[-2] and _rises(units, middles):
        units[middles[-2]].glide = True  # história
    said = "".join(_sound(units, place, stressed, middles) for place in range(len(units)))
    return re.sub(r"t(?=ˈ?[iɪj])", "ʧ", re.sub(r"d(?=ˈ?[iɪj])", "ʤ", said))


def _units(spelled: str) -> list[_Unit]:
    units = [_Unit(letters, letters in _VOWELS) for letters in _UNIT.findall(spelled)]
    for place, unit in enumerate(units):
        unit.glide = unit.vowel and _glides(units, place)
    return units


def _letters(units: list[_Unit], place: int) -> str:
    return units[place].letters if 0 <= place < len(units) else ""


def _is_vowel(units: list[_Unit], place: int) -> bool:
    return 0 <= place < len(units) and units[place].vowel


def _glides(units: list[_Unit], place: int) -> bool:
    """Whether a vowel belongs to the one before it: the i of `pai`, but not of `país`, `rainha`, `ruim` and `caiu`."""
    letter, before, after = units[place].letters, _letters(units, place - 1), _letters(units, place + 1)
    if not _is_vowel(units, place - 1) or units[place - 1].glide:
        return False
    if before in "ãõ":
        return letter in "eo"
    if letter not in "iuy" or before.translate(_BARE) == letter:
        return False
    closes = after in ("l", "m", "n", "r", "z") and not _is_vowel(units, place + 2)
    last_iu = letter == "i" and after == "u" and place + 2 >= len(units)
    return not (after == "nh" or (closes and before not in "eéê") or last_iu)


def _rises(units: list[_Unit], middles: list[int]) -> bool:
    """Whether the word ends in an unstressed i or u and another vowel, said as one syllable."""
    return middles[-1] - middles[-2] == 1 and units[middles[-2]].letters in "iu"


def _stressed(units: list[_Unit], middles: list[int]) -> int:
    """The place of the stressed vowel: where an accent is, or by the word's ending."""
    for place in middles:
        if units[place].letters in "áéíóúâêôûîũ":
            return place
    if units[middles[-1]].letters in "ãõ":  # not that of irmãozinho
        return middles[-1]
    tail = "".join(unit.letters for unit in units[middles[-1] :])
    light = re.fullmatch(r"[aeo]s?|[ae]m|ens", tail)
    return middles[-2] if light and len(middles) > 1 else middles[-1]


def _is_coda(units: list[_Unit], place: int) -> bool:
    """Whether an m or n only makes the vowel before it nasal."""
    return _letters(units, place) in ("m", "n") and _is_vowel(units, place - 1) and not _is_vowel(units, place + 1)


def _sound(units: list[_Unit], place: int, stressed: int, middles: list[int]) -> str:
    unit = units[place]
    if not unit.vowel:
        return _consonant(units, place)
    if unit.glide:
        return "j" if unit.letters.translate(_BARE) in "ie" else "w"
    sound = _vowel(units, place, stressed, middles)
    return "ˈ" + sound if place == stressed else sound


def _vowel(units: list[_Unit], place: int, stressed: int, middles: list[int]) -> str:
    letter = units[place].letters
    bare = letter.translate(_BARE)
    next_letters = _letters(units, place + 1)
    end = "".join(unit.letters for unit in units[place + 1 :])
    after = place + 1 + (place + 1 < len(units) and units[place + 1].glide)
    if letter in "ãõũĩẽ" or _is_coda(units, after):
        nasal = ("ɐ" if bare == "a" else bare) + _NASAL
        ending = {("e", "m"): "j", ("e", "ns"): "j", ("a", "m"): "w"}.get((bare, end), "")
        return nasal + ending
    if bare == "a" and (next_letters == "nh" or (place == stressed and next_letters in ("m", "n"))):
        return "ɐ" + _NASAL
    if place == stressed and bare in "eo":
        plain = "".join(unit.letters for unit in units).translate(_BARE)
        start = sum(len(unit.letters) for unit in units[:place])
        wide = letter in "éó" or (letter == bare and is_open(plain.lower(), start))
        return {"e": "ɛ", "o": "ɔ"}[bare] if wide else bare
    if place == middles[-1] and place > stressed and end in ("", "s"):
        return _REDUCED.get(bare, bare)
    return bare


def _consonant(units: list[_Unit], place: int) -> str:
    letters, before, after = units[place].letters, _letters(units, place - 1), _letters(units, place + 1)
    vowel_before, vowel_after = _is_vowel(units, place - 1), _is_vowel(units, place + 1)
    front = after[:1].translate(_BARE) in ("e", "i")
    if letters == "c":
        return "s" if front else "k"
    if letters == "g":
        return "ʒ" if front else "ɡ"
    if letters == "r":
        return "x" if not before or before in ("n", "l", "s") else "ɾ"
    if letters == "l":
        return "l" if vowel_after else "w"
    if letters == "s":
        return "z" if (vowel_before and vowel_after) or (before and after in _VOICED) else "s"
    if letters == "z":
        return "z" if vowel_after or after in _VOICED else "s"
    if letters in ("m", "n") and _is_coda(units, place):
        return ""
    return _SOUNDS.get(letters, letters)
