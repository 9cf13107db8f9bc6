"""Which words a text has, which ids of a model read them, and how what was said is shown as it was written."""

import time
from itertools import pairwise
from pathlib import Path

import pytest

from timbre.models import catalogue
from timbre.text.placing import placed
from timbre.text.timed import Timed, as_written
from timbre.text.tokenizer import BpeTokenizer, Tokenizer
from timbre.text.words import words

VOCABULARY = Path(__file__).parents[2] / "benchmarks" / "data" / "xtts_vocab.json"


def shown(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in words(text, language)]


def test_marks_belong_to_a_word() -> None:
    assert shown('He said: "no" — and left…', "en") == ["He", "said:", '"no" —', "and", "left…"]
    assert shown("— So: well!", "en") == ["— So:", "well!"]
    assert shown("…", "en") == []


def test_chinese_is_told_sign_by_sign() -> None:
    assert shown("你好，世界 2026。", "zh-cn") == ["你", "好，", "世", "界", "2026。"]


def test_japanese_by_its_dictionary() -> None:
    pytest.importorskip("cutlet")
    assert shown("今日はいい天気ですね。", "ja") == ["今日", "は", "いい", "天気", "です", "ね。"]


def spelled(text: str) -> list[tuple[str, str]]:
    """Each word and the phonemes that `mini` reads it by."""
    tokenizer = Tokenizer.load(catalogue.folder("mini"))
    reading = tokenizer.reading(text, "en")
    assert reading.ids == tokenizer.encode(text, "en") and len(reading.starts) == len(reading.ids)
    return [
        (word.text, "".join(reading.symbols[at] for at in reading.starts[word.first : word.end]))
        for word in placed(tokenizer, text, "en")
    ]


def test_words_are_read_by_their_phonemes_without_their_marks() -> None:
    assert spelled("Hello world, how are you?") == [
        ("Hello", "həlˈO"),
        ("world,", "wˈɜɹld"),
        ("how", "hˌW"),
        ("are", "ɑɹ"),
        ("you?", "ju"),
    ]


def test_words_that_are_read_as_one_are_told_apart_by_their_spelling() -> None:
    assert spelled("The U S A is big.") == [
        ("The", "ðə"),
        ("U", "jˌu"),
        ("S", "ˌɛs"),
        ("A", "ˈA"),
        ("is", "ɪz"),
        ("big.", "bˈɪɡ"),
    ]


@pytest.mark.parametrize(
    ("text", "language", "read"),
    [
        ('Hello world, "how" are you?', "en", ["hello", "world", "how", "are", "you"]),
        ("Olá, mundo — são dois reais!", "pt", ["olá", "mundo", "são", "dois", "reais"]),
        ("你好，世界。", "zh-cn", ["ni3", "hao3", "shi4", "jie4"]),
        ("안녕하세요, 세계입니다.", "ko", ["annyeonghase-yo", "segye-ibnida"]),
    ],
)
def test_words_are_read_by_their_pairs_of_bytes(text: str, language: str, read: list[str]) -> None:
    if language in ("zh-cn", "ko"):
        pytest.importorskip("pypinyin")
        pytest.importorskip("hangul_romanize")
    tokenizer = BpeTokenizer(VOCABULARY)
    ids = tokenizer.encode(text, language)
    assert tokenizer.reading(text, language).ids == ids
    found = placed(tokenizer, text, language)
    assert ["".join(tokenizer._bpe.id_to_token(one) for one in ids[word.first : word.end]) for word in found] == read
    assert "".join(word.text for word in found) == text.replace(" ", "").replace("—", " —")


def said(*texts: str) -> list[Timed]:
    return [Timed(text, float(at), at + 0.5) for at, text in enumerate(texts)]


def test_what_is_read_as_it_is_written_is_told_word_by_word() -> None:
    assert as_written(said("olá", "mundo."), "Olá, mundo!", "pt") == [Timed("Olá,", 0, 0.5), Timed("mundo!", 1, 1.5)]


def test_an_amount_is_shown_as_it_is_written_over_all_the_words_that_it_took() -> None:
    spoken = said("custa", "dois", "reais", "e", "cinquenta", "centavos", "hoje.")
    assert as_written(spoken, "Custa R$ 2,50 hoje.", "pt") == [
        Timed("Custa", 0, 0.5),
        Timed("R$ 2,50", 1, 5.5),
        Timed("hoje.", 6, 6.5),
    ]


def test_a_mark_that_both_have_parts_what_was_read_otherwise() -> None:
    spoken = said("costs", "two", "dollars,", "Doctor", "Smith")
    assert as_written(spoken, "costs $2, Dr. Smith", "en") == [
        Timed("costs", 0, 0.5),
        Timed("$2,", 1, 2.5),
        Timed("Dr.", 3, 3.5),
        Timed("Smith", 4, 4.5),
    ]
    assert as_written(said("two", "dollars,", "one", "euro."), "$2, 1€.", "en") == [
        Timed("$2,", 0, 1.5),
        Timed("1€.", 2, 3.5),
    ]


@pytest.mark.parametrize("words", [["a", "1"], ["the", "$2", "of", "the"], ["a"]])
def test_a_long_text_is_shown_whole_and_soon(words: list[str]) -> None:
    read = {"1": ["one"], "$2": ["two", "dollars"]}
    text = " ".join(words * 2500)
    began = time.process_time()
    found = as_written(said(*(word for one in words * 2500 for word in read.get(one, [one]))), text, "en")
    assert time.process_time() - began < 10
    assert " ".join(word.text for word in found) == text
    assert all(one.end <= other.begin for one, other in pairwise(found))


def test_what_is_not_read_goes_with_a_neighbour_and_what_is_read_besides_lengthens_it() -> None:
    assert as_written(said("one", "three"), "zero one two three", "en") == [
        Timed("zero one two", 0, 0.5),
        Timed("three", 1, 1.5),
    ]
    assert as_written(said("one", "and", "two"), "one two", "en") == [Timed("one", 0, 1.5), Timed("two", 2, 2.5)]
    assert as_written([], "one", "en") == []
