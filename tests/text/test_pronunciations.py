"""The dictionary of pronunciations, as it is put into texts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timbre.errors import BadPronunciation, UnknownLanguage
from timbre.text.plan import plan
from timbre.text.pronunciations import Pronunciation, check, speller

BOOK = [
    Pronunciation("SQL", "síquel"),
    Pronunciation("SQL Server", "o servidor"),
    Pronunciation("C++", "cê mais mais"),
    Pronunciation("東京", "とうきょう", "ja"),
    Pronunciation("live", "laive", "pt"),
    Pronunciation(r"(?i)gpt-(\d)", r"gê pê tê \1", pattern=True),
]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("O SQL, o sql e o MySQL.", "pt", "O síquel, o síquel e o MySQL."),
        ("SQL Server", "pt", "o servidor"),
        ("Em C++ e em C.", "pt", "Em cê mais mais e em C."),
        ("私は東京都に", "ja", "私はとうきょう都に"),
        ("Uma live.", "pt", "Uma laive."),
        ("We live.", "en", "We live."),
        ("É o GPT-4, não o gpt-5!", "pt", "É o gê pê tê 4, não o gê pê tê 5!"),
    ],
)
def test_words_are_read_as_the_dictionary_says(text: str, language: str, said: str) -> None:
    assert speller(BOOK, language)(text) == said


def test_an_entry_of_the_language_goes_before_one_of_all() -> None:
    both = [Pronunciation("data", "dáta", "pt"), Pronunciation("Data", "dayta")]
    assert speller(both, "pt")("data") == speller(both[::-1], "pt-BR")("data") == "dáta"
    assert speller(both, "en")("data") == "dayta"


def test_it_is_read_before_numbers_are_words() -> None:
    [piece] = plan("GPT-4 usa SQL.", "pt", spell=speller(BOOK, "pt"))
    assert piece.text == "gê pê tê quatro usa síquel."


@pytest.mark.parametrize(
    "wrong",
    [
        Pronunciation(" ", "a"),
        Pronunciation("a", " … "),
        Pronunciation("a" * 201, "b"),
        Pronunciation("(", "b", pattern=True),
        Pronunciation("x*", "b", pattern=True),
        Pronunciation("x", r"b \1", pattern=True),
        Pronunciation("(?=x)", "b", pattern=True),
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: Pronunciation) -> None:
    with pytest.raises(BadPronunciation):
        check(wrong)


def test_it_has_one_form() -> None:
    assert check(Pronunciation(" SQL ", " síquel", "pt-BR")) == Pronunciation("SQL", "síquel", "pt")
    with pytest.raises(UnknownLanguage):
        check(Pronunciation("a", "b", "xx"))


@given(st.text(), st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1)), max_size=5))
def test_never_raises_on_any_text(text: str, words: list[tuple[str, str]]) -> None:
    speller([Pronunciation(*pair) for pair in words], "pt")(text)


def test_many_entries_take_no_longer_than_a_text_is_long() -> None:
    many = [Pronunciation(f"word{number}", f"said {number}") for number in range(5000)]
    many += [Pronunciation(rf"(a+)+{number}", "b", pattern=True) for number in range(20)]
    spell = speller(many, "en")
    short, long = "aaaa word17 " * 100, "aaaa word17 " * 1000
    spell(short)
    began = time.perf_counter()
    spell(short)
    middle = time.perf_counter()
    spell(long)
    assert time.perf_counter() - middle < 60 * (middle - began) + 0.05
