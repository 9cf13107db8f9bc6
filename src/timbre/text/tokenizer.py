"""Text to token ids: the model's own `vocab.json`, by BPE over letters or one id a phoneme symbol."""

import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from timbre import errors
from timbre.text.languages import LANGUAGES, resolve
from timbre.text.phonemes import PhonemeTokenizer


class Tokenizer(Protocol):
    """What the engine asks of a front end. `load` picks the one that the model was trained with."""

    def encode(self, text: str, language: str) -> list[int]:
        """Token ids of normalised text, its language mark first, without START and STOP."""
        ...


def load(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder, from its `vocab.json` and, in `config.json`, `model_args.text_front_end`.

    Raises errors.BadCheckpoint for a vocabulary that cannot be read or a front end that is not known.
    """
    vocabulary = folder / "vocab.json"
    arguments = _arguments(folder / "config.json")
    front_end = arguments.get("text_front_end", "bpe")
    try:
        if front_end == "bpe":
            return BpeTokenizer(vocabulary)
        if front_end == "phonemes":
            tokens = json.loads(vocabulary.read_text("utf-8"))["tokens"]
            return PhonemeTokenizer(tokens, arguments.get("phonemizer", "hibari"))
    except errors.TimbreError:
        raise
    except Exception as fault:  # the package tokenizers raises plain Exception
        raise errors.BadCheckpoint(file=vocabulary.name, reason=f"its vocabulary cannot be read ({fault})") from fault
    raise errors.BadCheckpoint(file="config.json", reason=f"it names a text front end '{front_end}' that Timbre lacks")


def _arguments(config: Path) -> dict[str, Any]:
    if not config.exists():
        return {}
    found: dict[str, Any] = json.loads(config.read_text("utf-8")).get("model_args", {})
    return found


class BpeTokenizer:
    """XTTS's own front end: lower case, blanks collapsed, romanisation where the vocabulary is Latin, then BPE."""

    def __init__(self, vocabulary: Path) -> None:
        from tokenizers import Tokenizer as Bpe

        self._bpe = Bpe.from_file(str(vocabulary))

    def encode(self, text: str, language: str) -> list[int]:
        code = resolve(language).code
        marked = f"[{code}]{prepare(text, code)}".replace(" ", "[SPACE]")
        ids: list[int] = self._bpe.encode(marked).ids
        return ids


def prepare(text: str, code: str) -> str:
    """The text as the model was trained to see it. `code` is a key of LANGUAGES. Raises errors.MissingExtra for zh, ja, ko."""
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
    """Mandarin by sound, a tone number after each syllable, 5 for the neutral tone; other characters as they are."""
    from pypinyin import Style, lazy_pinyin

    return lambda text: "".join(lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True))


@lru_cache
def _romaji() -> Callable[[str], str]:
    from cutlet import Cutlet

    speller = Cutlet()
    return lambda text: str(speller.romaji(text)).lower()


@lru_cache
def _romaja() -> Callable[[str], str]:
    from hangul_romanize import Transliter
    from hangul_romanize.rule import academic

    speller = Transliter(academic)
    return lambda text: str(speller.translit(text))


_ROMANISE: dict[str, Callable[[], Callable[[str], str]]] = {"zh-cn": _pinyin, "ja": _romaji, "ko": _romaja}
