"""Phonemes: how a word sounds, for models that read sounds and not letters."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from timbre import errors
from timbre.text.languages import resolve

MARKS = ("[STOP]", "[UNK]", "[SPACE]", "[START]")  # ids 0 to 3 of every phoneme vocabulary

_SPELLED = re.compile(r"(?<![^\W_])[A-Z](?: [A-Z](?![^\W_]))+(?:s(?!\w))?")


@lru_cache
def phonemiser(name: str, language: str) -> Callable[[str], str]:
    """What turns normalised text into phoneme symbols, punctuation and stress kept.

    "hibari" is English alone. Raises errors.LanguageNotSpoken for a language that it lacks.
    """
    code = resolve(language).code
    if name != "hibari":
        raise errors.BadCheckpoint(file="config.json", reason=f"it names a phonemizer '{name}' that Timbre lacks")
    if code != "en":
        advice = "Choose a model that speaks it, such as xtts-v2."
        raise errors.LanguageNotSpoken(model="(phonemes by hibari)", language=resolve(language).name, advice=advice)
    return _hibari()


@lru_cache
def _hibari() -> Callable[[str], str]:
    from hibari.g2p import G2P

    say: Any = G2P(british=False)
    # "U S A" letter by letter would be read with the article "a"; as one word it knows the letters
    return lambda text: str(say(_SPELLED.sub(lambda found: found[0].replace(" ", ""), text)))


def vocabulary(symbols: str, languages: list[str]) -> dict[str, Any]:
    """A `vocab.json` for these phoneme symbols: marks first, then a mark for each language, then the symbols."""
    names = [*MARKS, *(f"[{language}]" for language in languages), *sorted(set(symbols) - {" "})]
    return {"type": "phonemes", "tokens": {name: number for number, name in enumerate(names)}}


class PhonemeTokenizer:
    """One id a phoneme symbol; what the vocabulary lacks is dropped."""

    def __init__(self, tokens: dict[str, int], phonemizer: str) -> None:
        self.tokens = tokens
        self.phonemizer = phonemizer

    def encode(self, text: str, language: str) -> list[int]:
        """The language's mark, then an id a symbol. Raises errors.LanguageNotSpoken for a language without a mark."""
        code = resolve(language).code
        return self.encode_phonemes(phonemiser(self.phonemizer, code)(text), code)

    def encode_phonemes(self, phonemes: str, language: str) -> list[int]:
        """The same for symbols that are there already, as in training."""
        code = resolve(language).code
        mark = self.tokens.get(f"[{code}]")
        if mark is None:
            advice = "Choose a model that speaks it, such as xtts-v2."
            raise errors.LanguageNotSpoken(model="(phonemes)", language=resolve(language).name, advice=advice)
        symbols = ("[SPACE]" if symbol == " " else symbol for symbol in phonemes)
        return [mark, *(self.tokens[symbol] for symbol in symbols if symbol in self.tokens)]
