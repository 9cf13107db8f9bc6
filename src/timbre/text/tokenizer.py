"""Text to token ids: the model's own `vocab.json`, by BPE over letters or one id a phoneme symbol."""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from timbre import errors
from timbre.text.counters_ja import spoken
from timbre.text.languages import LANGUAGES, resolve
from timbre.text.phonemes import not_spoken, phonemiser

_PUNCTUATION = re.compile(r"[^\w\s]|_")


_BLANK = "[SPACE]"


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as a model sees it: its `ids`, the language's mark first, and where among the `symbols` that it is spelled
    in each of them starts, the mark before the first.
    """

    symbols: str
    ids: list[int]
    starts: list[int]


class Tokenizer(ABC):
    """Text to token ids. `load` gives the kind that a model was trained with."""

    @abstractmethod
    def encode(self, text: str, language: str) -> list[int]:
        """Ids of normalised text, the language's mark first, without START and STOP.

        Raises errors.UnknownLanguage, MissingExtra (zh, ja, ko without the extra cjk), LanguageNotSpoken.
        """

    @abstractmethod
    def reading(self, text: str, language: str) -> Reading:
        """The same ids, and what each of them stands for. Raises the same."""

    @staticmethod
    def load(folder: Path) -> "Tokenizer":
        """The tokenizer of a model folder: its `vocab.json`, read as `config.json` says in `model_args.text_front_end`.

        Raises errors.BadCheckpoint for a vocabulary that cannot be read or a front end that Timbre lacks.
        """
        arguments = _arguments(folder / "config.json")
        front_end = arguments.get("text_front_end", "bpe")
        vocabulary = folder / "vocab.json"
        try:
            if front_end == "bpe":
                return BpeTokenizer(vocabulary)
            if front_end == "phonemes":
                return PhonemeTokenizer(vocabulary, arguments.get("phonemizer", "hibari"))
        except Exception as fault:  # the package tokenizers raises plain Exception
            raise errors.BadCheckpoint(file=vocabulary.name, reason=f"it cannot be read ({fault})") from fault
        raise errors.BadCheckpoint(file="config.json", reason=f"it names an unknown text front end '{front_end}'")


class BpeTokenizer(Tokenizer):
    """XTTS's own front end: lower case, blanks collapsed, romanisation where the vocabulary is Latin, then BPE."""

    def __init__(self, vocabulary: Path) -> None:
        from tokenizers import Tokenizer as Bpe

        self._bpe = Bpe.from_file(str(vocabulary))

    def encode(self, text: str, language: str) -> list[int]:
        code = resolve(language).code
        ids: list[int] = self._bpe.encode(_marked(prepare(text, code), code)).ids
        return ids

    def reading(self, text: str, language: str) -> Reading:
        code = resolve(language).code
        symbols = prepare(text, code)
        encoded = self._bpe.encode(_marked(symbols, code))
        at = [-1] * len(f"[{code}]")  # where each character of what is encoded stands among the symbols
        for place, symbol in enumerate(symbols):
            at += [place] * (len(_BLANK) if symbol == " " else 1)
        return Reading(symbols, encoded.ids, [at[min(start, len(at) - 1)] for start, _ in encoded.offsets])


class PhonemeTokenizer(Tokenizer):
    """One id a phoneme symbol, blanks as [SPACE]; what the vocabulary lacks is dropped."""

    def __init__(self, vocabulary: Path, phonemizer: str) -> None:
        self.tokens: dict[str, int] = json.loads(vocabulary.read_text("utf-8"))["tokens"]
        self.phonemizer = phonemizer

    def encode(self, text: str, language: str) -> list[int]:
        return self.encode_phonemes(phonemiser(self.phonemizer, language)(text), language)

    def encode_phonemes(self, phonemes: str, language: str) -> list[int]:
        """The same for symbols that are there already, as in training."""
        spoken = resolve(language)
        mark = self.tokens.get(f"[{spoken.code}]")
        if mark is None:
            raise not_spoken(self.phonemizer, spoken)
        symbols = (_BLANK if symbol == " " else symbol for symbol in phonemes)
        return [mark, *(self.tokens[symbol] for symbol in symbols if symbol in self.tokens)]

    def reading(self, text: str, language: str) -> Reading:
        symbols = phonemiser(self.phonemizer, language)(text)
        known = [at for at, symbol in enumerate(symbols) if symbol == " " or symbol in self.tokens]
        return Reading(symbols, self.encode_phonemes(symbols, language), [-1, *known])


def _marked(symbols: str, code: str) -> str:
    return f"[{code}]{symbols}".replace(" ", _BLANK)


def _arguments(config: Path) -> dict[str, Any]:
    if not config.exists():
        return {}
    found: dict[str, Any] = json.loads(config.read_text("utf-8")).get("model_args", {})
    return found


def prepare(text: str, code: str) -> str:
    """The text as the model was trained to see it; `code` is a key of LANGUAGES.

    Raises errors.MissingExtra where its romanisation is not installed.
    """
    if code == "tr":
        text = text.replace("İ", "i")  # its lower case would be two characters
    # straight quotes were never in the training text; brackets could spell one of the vocabulary's own marks
    text = text.lower().translate({ord('"'): None, ord("["): None, ord("]"): None})
    text = " ".join(text.split())
    romanise = _ROMANISE.get(code)
    if not romanise:
        return text
    try:
        return romanise()(text)
    except ImportError as absent:
        raise errors.MissingExtra(what=f"Reading {LANGUAGES[code].name}", extra="cjk") from absent


@lru_cache
def _pinyin() -> Callable[[str], str]:
    """Mandarin by sound, a tone number after each syllable, 5 for the neutral tone; every sign is a comma."""
    from pypinyin import Style, lazy_pinyin

    def spell(text: str) -> str:
        return "".join(lazy_pinyin(_PUNCTUATION.sub(",", text), style=Style.TONE3, neutral_tone_with_five=True))

    return spell


@lru_cache
def _romaji() -> Callable[[str], str]:
    from cutlet import Cutlet

    speller = Cutlet()
    return lambda text: str(speller.romaji(spoken(text))).lower()


@lru_cache
def _romaja() -> Callable[[str], str]:
    from hangul_romanize import Transliter
    from hangul_romanize.rule import academic

    speller = Transliter(academic)
    return lambda text: str(speller.translit(text))


_ROMANISE: dict[str, Callable[[], Callable[[str], str]]] = {"zh-cn": _pinyin, "ja": _romaji, "ko": _romaja}

load = Tokenizer.load  # reads well as `tokenizer.load(folder)`
