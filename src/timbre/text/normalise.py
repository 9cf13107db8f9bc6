"""What will be read: numbers, signs and abbreviations as words; plain words as they are."""

import re
import unicodedata

from timbre.text.languages import resolve
from timbre.text.normalisers import normaliser
from timbre.text.numerals import BOUND

PASSES = 4  # what one pass leaves may be read by the next; by far most text is done after the first

_THIN = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")  # blanks that group digits
_INNER_JOINER = re.compile(r"(?<=\w)([\u200c\u200d])(?=\w)")
_LINE_END = re.compile(r"\s*\n\s*")
_REPLACED = {"⁄": "/", "©": "", "®": "", "™": "", "〇": "零"}
_KEPT_NUMBERS = "²³"  # read with their unit: m²
# brackets too: no text may spell the model's own marks, such as [STOP]
_UNSAID = re.compile(r"[\[\]{}<>|\\_*^~`/#\ufe0f]+")
_LOOSE_ACCENT = re.compile(r"(?<![^\W\d_])[\u0300-\u036f]+")


def normalise(text: str, language: str) -> str:
    """The text as it will be read in that language: no digit, sign or emoji is left, an empty line parts paragraphs.

    A second call changes nothing. Raises errors.UnknownLanguage, and nothing else on any text.
    """
    return bound(text, language).replace(BOUND, " ")


def bound(text: str, language: str) -> str:
    """The same with the blanks inside numbers marked as `numerals.BOUND`, for whoever cuts the text."""
    read = normaliser(resolve(language))
    text = _clean(text)
    for _ in range(PASSES):
        done = _sweep(read(text))
        if done == text:
            break
        text = done
    return text


def _clean(text: str) -> str:
    """One form for each character: composed letters, plain digits and blanks, no invisible marks."""
    text = _LOOSE_ACCENT.sub("", unicodedata.normalize("NFC", text).replace("\u20e3", ""))
    text = _THIN.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n\n"))
    text = "".join(_character(mark) for mark in text)
    text = re.sub(r"[^\S\n]+", " ", text)
    return _LINE_END.sub(_line_end, text).strip()


def _line_end(found: re.Match[str]) -> str:
    """A blank where a line was only wrapped, that is before a small letter; else the end of a paragraph."""
    wrapped = found[0].count("\n") == 1 and found.string[found.end() : found.end() + 1].islower()
    return " " if wrapped else "\n\n"


def _character(mark: str) -> str:
    kind = unicodedata.category(mark)
    if kind == "Nd":
        return str(unicodedata.digit(mark))
    if kind in ("No", "Nl") and mark not in _KEPT_NUMBERS:
        plain = unicodedata.normalize("NFKC", mark)
        return f" {plain.replace('⁄', '/')} "
    if mark in _REPLACED:
        return _REPLACED[mark]
    if kind in ("Cc", "Zs", "Zl"):
        return "\n" if mark in "\n\u2028\x0b\x0c\x85" else " "
    if kind == "Cf" and mark not in "\u200c\u200d":
        return ""
    return " " if kind in ("Co", "Cs") else mark


def _sweep(text: str) -> str:
    """Drop what no reader says and no rule knew; close the blanks that it leaves."""
    text = _UNSAID.sub(_gap, _INNER_JOINER.sub(r"\1", text))
    text = "".join(mark if _sayable(mark) else " " for mark in text)
    text = re.sub(
        r" +([,.!?;:]) (?=[,.!?;:])", r"\1", re.sub(r"(?:[^\S\n\u00a0]|(?<!\w)\u00a0|\u00a0(?!\w))+", " ", text)
    )
    text = _LOOSE_ACCENT.sub("", text)
    return unicodedata.normalize("NFC", _LINE_END.sub("\n\n", text).strip())


def _gap(found: re.Match[str]) -> str:
    return "" if found.string[found.end() : found.end() + 1] in tuple(".,;:!?") else " "


def _sayable(mark: str) -> bool:
    return mark == "\n" or unicodedata.category(mark)[0] in "LMPZ" or mark in "\u200c\u200d"
