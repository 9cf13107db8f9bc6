"""From a text to pieces: sentences, limits, pauses, and texts that nobody should send."""

import re

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from timbre import errors
from timbre.text import split as rules
from timbre.text.languages import LANGUAGES
from timbre.text.plan import plan
from timbre.text.split import split

LONG = (
    "Era uma vez um reino distante onde viviam muitos animais, flores, árvores e rios que corriam entre as montanhas "
    "cobertas de neve durante o inverno, e onde ninguém jamais havia visto o mar nem ouvido o barulho das ondas."
)


def texts(text: str, language: str, limit: int = 250) -> list[str]:
    return [piece.text for piece in split(text, language, limit)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    {
        "en": [
            "Dr. Smith met Mr. Jones in the U.S. on that day.",
            'J. R. R. Tolkien wrote it, e.g. "The Hobbit", long ago.',
        ],
        "pt": [
            "O Sr. Silva e a Dra. Ana compraram pães, frutas etc. e saíram.",
            "Depois disso ninguém mais os viu na cidade.",
        ],
        "de": [
            "Herr Dr. Müller wohnt in der Nähe vom alten Bahnhof.",
            "Das ist z. B. eine gute Nachricht für uns alle.",
        ],
        "es": [
            "El Sr. García llegó muy tarde a la reunión de ayer.",
            "¿Cómo está usted esta mañana tan fría de invierno?",
        ],
        "ru": [
            "А. С. Пушкин писал стихи и жил в этом доме долго.",
            "Почему ты не позвонил мне вчера вечером, как обещал?",
        ],
        "hi": ["बूढ़ा नाविक हर सुबह समुद्र को देखता था और मुस्कुराता था।", "तुमने दरवाज़ा खुला क्यों छोड़ा, यह मुझे अभी बताओ?"],
        "ar": ["كان البحر هادئا في ذلك الصباح الجميل من الصيف.", "لماذا تركت الباب مفتوحا طوال الليل يا صديقي؟"],
        "ko": [
            "할머니는 매일 아침 일찍 일어나서 푸른 바다를 바라보았다.",
            "비가 와도 내일은 아침 일찍 친구와 함께 떠날 거예요.",
        ],
    }.items(),
)
def test_sentences_stay_whole(language: str, sentences: list[str]) -> None:
    assert texts(" ".join(sentences), language) == sentences


def test_scripts_without_blanks_are_split_too() -> None:
    chinese = [
        "老船长每天早上都看着大海，心里想着远方的故乡和家人们。",
        "孩子们在花园里笑着跑来跑去，一直玩到太阳下山才回家。",
    ]
    assert texts("".join(chinese), "zh-cn", 82) == chinese
    assert [piece.text[-1] for piece in plan("船" * 300, "zh")] == ["。"] * 4


def test_a_long_sentence_is_cut_at_commas_into_parts_of_like_length() -> None:
    pieces = split(LONG, "pt", 120)
    assert [piece.text for piece in pieces] == [
        "Era uma vez um reino distante onde viviam muitos animais, flores.",
        "árvores e rios que corriam entre as montanhas cobertas de neve durante o inverno.",
        "e onde ninguém jamais havia visto o mar nem ouvido o barulho das ondas.",
    ]
    assert [piece.pause for piece in pieces] == [rules.PAUSE_CLAUSE, rules.PAUSE_CLAUSE, 0.0]


def test_without_commas_it_is_cut_at_blanks_and_loses_no_word() -> None:
    words = [f"palavra{'s' * (number % 5)}" for number in range(100)]
    pieces = split(" ".join(words), "pt", 200)
    assert " ".join(piece.text.rstrip(".") for piece in pieces).split() == words
    lengths = [len(piece.text) for piece in pieces]
    assert max(lengths) <= 200 and min(lengths) > 100


def test_one_enormous_word_is_cut_hard_but_never_within_a_letter() -> None:
    pieces = texts("e\u0301\u0323" * 400, "en", 100)
    assert all(len(piece) <= 100 for piece in pieces)
    assert all(piece.rstrip(".").endswith("\u0323") for piece in pieces)


def test_no_number_is_cut_in_two() -> None:
    number = "um milhão duzentos e trinta e quatro mil quinhentos e sessenta e sete"
    for before in range(1, 30):
        pieces = plan("palavra " * before + "1.234.567 " + "palavra " * 30, "pt", 120)
        assert sum(number in piece.text for piece in pieces) == 1


def test_pauses_follow_punctuation() -> None:
    pieces = plan(
        "O primeiro dia nasceu muito bonito. O segundo dia nasceu nublado.\n\nO terceiro dia choveu sem parar.", "pt"
    )
    assert [piece.pause for piece in pieces] == [rules.PAUSE_SENTENCE, rules.PAUSE_PARAGRAPH, 0.0]


def test_tiny_sentences_are_read_with_their_neighbour() -> None:
    assert texts("Yes! No. The rain has stopped and the sky is clear again.", "en") == [
        "Yes! No. The rain has stopped and the sky is clear again."
    ]


def test_every_piece_ends_in_final_punctuation() -> None:
    assert texts("a title\nand one, ", "en") == ["a title.", "and one."]
    assert texts("बूढ़ा नाविक", "hi") == ["बूढ़ा नाविक।"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text", ["palavra " * 1250, "a" * 10_000, "7" * 10_000, "Olá 你好 привет مرحبا नमस्ते 안녕 こんにちは 12. " * 200]
)
def test_ten_thousand_characters_become_pieces_within_the_limit(text: str, language: str) -> None:
    pieces = plan(text[:10_000], language)
    assert all(0 < len(piece.text) <= LANGUAGES[language].limit for piece in pieces)
    assert all(re.search(r"[.!?…。！？।؟][\"”’)]*$", piece.text) for piece in pieces)


@pytest.mark.parametrize("text", ["", "  \n ", "!?.,; —…", "()[]{}", "\u200b\ufeff", "***"])
def test_nothing_to_read_is_one_clear_error(text: str) -> None:
    with pytest.raises(errors.EmptyText):
        plan(text, "pt")


@pytest.mark.parametrize("language", LANGUAGES)
def test_emoji_are_named_in_every_language(language: str) -> None:
    assert len(plan("😀❤️", language)[0].text) > 8 - 4 * (language in ("zh-cn", "ja", "ko"))


def test_two_emoji_are_two_names() -> None:
    assert [piece.text for piece in plan("😀❤️", "pt")] == ["rosto risonho, coração vermelho."]


def test_too_long_a_text_says_how_long() -> None:
    with pytest.raises(errors.TextTooLong, match=r"20000 characters; at most 10000"):
        plan("a" * 20_000, "en")


@bounds(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.sampled_from([*LANGUAGES]), st.integers(10, 80))
def test_any_text_gives_pieces_within_the_limit_or_one_error(text: str, language: str, limit: int) -> None:
    try:
        pieces = plan(text, language, limit)
    except errors.EmptyText:
        return
    assert pieces[-1].pause == 0
    assert all(len(piece.text) <= limit and any(mark.isalnum() for mark in piece.text) for piece in pieces)
