"""Phonemes: how a word sounds, for models that read sounds and not letters."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from timbre import errors
from timbre.text import phonemes_pt
from timbre.text.languages import Language, resolve

_DASH = re.compile(r"\s*[—–]\s*")
_MARKS = str.maketrans({"…": ".", **dict.fromkeys('"“”()')})
_SPELLED = re.compile(r"(?<!\w)[A-Z](?: [A-Z](?!\w))* [A-Z]s?(?!\w)")


@lru_cache
def phonemiser(name: str, language: str) -> Callable[[str], str]:
    """What turns normalised text into phoneme symbols, punctuation and stress kept.

    "hibari" is English alone; "timbre" reads English by it and Portuguese by rules of its own. Raises
    errors.LanguageNotSpoken for a language that it lacks.
    """
    if name not in _PHONEMISERS:
        raise errors.BadCheckpoint(file="config.json", reason=f"it names a phonemizer '{name}' that Timbre lacks")
    spoken = resolve(language)
    if spoken.code not in _PHONEMISERS[name]:
        raise not_spoken(name, spoken)
    return _PHONEMISERS[name][spoken.code]()


def not_spoken(phonemizer: str, language: Language) -> errors.LanguageNotSpoken:
    """The refusal of a language whose sounds a model does not know."""
    advice = "Load a model that speaks it, such as xtts-v2."
    return errors.LanguageNotSpoken(model=f"with phonemes by {phonemizer}", language=language.name, advice=advice)


@lru_cache
def _hibari() -> Callable[[str], str]:
    from hibari.g2p import G2P

    say: Any = G2P(british=False)
    # "U S A" letter by letter would be read with the article "a"; as one word it knows the letters
    return lambda text: plain_marks(str(say(_SPELLED.sub(lambda found: found[0].replace(" ", ""), text))))


def _portuguese() -> Callable[[str], str]:
    return lambda text: plain_marks(phonemes_pt.phonemes(text))


def plain_marks(phonemes: str) -> str:
    """Marks that are heard as another one become it, and those that are not heard at all go."""
    return _DASH.sub(", ", phonemes).translate(_MARKS)


_PHONEMISERS: dict[str, dict[str, Callable[[], Callable[[str], str]]]] = {
    "hibari": {"en": _hibari},
    "timbre": {"en": _hibari, "pt": _portuguese},
}
