"""A small part of `make fuzz`, whether it would notice, and the time that a long text takes."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from benchmarks import fuzz
from timbre.text import tokenizer
from timbre.text.languages import LANGUAGES
from timbre.text.normalise import bound, normalise
from timbre.text.split import Piece, split


def test_texts_that_nobody_would_write_break_nothing():
    pytest.importorskip("cutlet")  # whose tokenizers are tried too
    found = fuzz.run(17 * 25, 20, [*LANGUAGES])
    assert not any(found.values()), found


@pytest.mark.parametrize(
    ("name", "fault", "what"),
    [
        ("normalise", lambda text, language: text + "a", "a second reading changes it"),
        ("normalise", lambda text, language: "seven 7", "a digit is left"),
        ("normalise", lambda text, language: "", "a word is lost"),
        ("split", lambda text, language, limit: [Piece("a" * 999, 0.0)], "a piece is too long"),
        ("split", lambda text, language, limit: [Piece("bradomil.", 0.0)], "letters are lost in the pieces"),
        ("_written", lambda text, language, size: [], "other pieces when it is written bit by bit"),
        ("bound", lambda text, language: 1 / 0, "raises ZeroDivisionError"),
    ],
)
def test_a_fault_would_be_noticed(name: str, fault: Callable, what: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fuzz, name, fault)
    assert what in [*fuzz.broken("bradomila", "en", "bradomila", 3)]


def test_the_same_seed_makes_the_same_texts():
    makers = [fuzz.Maker("pt", fuzz.random.Random(seed)) for seed in (1, 1, 2)]
    one, two, other = ([maker.text() for _ in range(50)] for maker in makers)
    assert one == two != other


SCRIPTS = {
    "LATIN": ("abcdefghijklmnopqrstuvwxyzáçéñöü", [one for one in LANGUAGES if one not in fuzz.WORDS]),
    "CYRILLIC": ("абвгдежзийклмнопрстуфхцчшщъыьэюя", ["ru"]),
    "ARABIC": ("ابتثجحخدذرزسشصضطظعغفقكلمنهوي", ["ar"]),
    "DEVANAGARI": ("अआइईउऊएऐओऔकखगघचछजझटठडढतथदधनपफबभमयरलवशषसह", ["hi"]),
    "HANGUL": ("가나다라마바사아자차카타파하고노도로모보소오조초코토포호", ["ko"]),
    "CJK": ("天地玄黄宇宙洪荒盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳", ["zh-cn", "ja"]),
}


@st.composite
def plain(draw: st.DrawFn) -> tuple[str, str]:
    letters, languages = draw(st.sampled_from([*SCRIPTS.values()]))
    words = draw(st.lists(st.text(letters, min_size=7, max_size=12), min_size=1, max_size=40))
    marks = draw(
        st.lists(st.sampled_from([" ", ", ", "; ", " – ", "! ", "? ", "\n", " (", ") ", " “", "” "]), min_size=40)
    )
    return "".join(word + mark for word, mark in zip(words, marks, strict=False)), draw(st.sampled_from(languages))


def letters(text: str) -> str:
    return "".join(mark for mark in text if unicodedata.category(mark)[0] in "LM")


@bounds(max_examples=150, deadline=None)
@given(plain())
def test_no_letter_of_plain_words_is_lost(written: tuple[str, str]):
    text, language = written
    said = normalise(text, language)
    assert letters(said) == letters(unicodedata.normalize("NFC", text))
    pieces = split(bound(text, language), language, LANGUAGES[language].limit)
    assert letters("".join(piece.text for piece in pieces)) == letters(said)


@bounds(max_examples=100, deadline=None)
@given(st.text(max_size=120), st.sampled_from([*LANGUAGES]))
def test_whatever_is_written_can_be_tokenised(text: str, language: str):
    if language in ("zh-cn", "ja", "ko"):
        pytest.importorskip("cutlet")
    for piece in split(bound(text, language), language, LANGUAGES[language].limit):
        tokenizer.prepare(piece.text, language)


SHARES = [(language, part) for at, language in enumerate(LANGUAGES) for part in fuzz.NASTY[at :: len(LANGUAGES)]]


@pytest.mark.parametrize(("language", "part"), SHARES)
def test_four_times_the_text_takes_about_four_times_as_long(language: str, part: str):
    assert fuzz.growth(language, part, 2_500) < 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_so_does_a_long_text_of_everything(language: str):
    maker = fuzz.Maker(language, fuzz.random.Random(3))
    text = " ".join(maker.text() for _ in range(60))
    assert fuzz.growth(language, text, 2_500) < 8
