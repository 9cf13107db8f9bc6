"""Sentences of hard paragraphs, and what is not cut in two where it fits into a piece."""

import tomllib

import pytest

from benchmarks import sentences as measured
from timbre.text.languages import LANGUAGES
from timbre.text.plan import plan
from timbre.text.sentences import sentences
from timbre.text.split import PAUSE_CLAUSE, PAUSE_ELLIPSIS, PAUSE_LONG_CLAUSE, PAUSE_SENTENCE, split

WRITTEN = sorted(path.stem for path in measured.PARAGRAPHS.glob("*.toml"))


@pytest.mark.parametrize("language", WRITTEN)
def test_there_are_thirty_paragraphs_a_language(language: str):
    rows = tomllib.loads((measured.PARAGRAPHS / f"{language}.toml").read_text("utf-8"))["paragraph"]
    assert len(rows) == len({row["about"] for row in rows}) == 30
    assert len(WRITTEN) == 5 and set(WRITTEN) <= set(LANGUAGES)
    assert all(sentence == sentence.strip() for row in rows for sentence in row["sentences"])


@pytest.mark.parametrize(("read", "least"), [(False, 0.91), (True, 0.97)], ids=["as written", "as read"])
@pytest.mark.parametrize("language", WRITTEN)
def test_hard_paragraphs_fall_into_their_sentences(language: str, read: bool, least: float):
    found = measured.score(lambda text: sentences(text, language), language, read)
    assert found.paragraphs >= 29
    assert found.f1 >= least


def test_a_library_is_judged_by_the_ends_that_it_finds():
    assert measured.score(lambda text: [text], "en").f1 == 0
    assert measured.score(lambda text: [*text], "en").whole == 0


QUOTED = {
    "en": "Then the old man said, “I am leaving now. Do not wait for me. I may well be late.” Nobody answered.",
    "pt": "Então o velho disse: “Vou embora agora. Não me espere mais. Talvez eu demore.” Ninguém lhe respondeu nada.",
    "es": "Entonces el viejo dijo: «Me voy ahora. No me esperes más. Quizá yo tarde». Nadie le respondió nada de nada.",
    "de": "Da sagte der alte Mann: „Ich gehe jetzt. Warte nicht auf mich. Es wird spät.“ Niemand antwortete ihm.",
    "fr": "Alors le vieux dit : « Je pars maintenant. Ne m'attends pas. Je serai tard. » Personne ne répondit.",
    "zh-cn": "老人说：「我走了。别等我。我会晚到。」然后他就走了，再也没有回来过。谁也不知道他去了哪里。",
}


@pytest.mark.parametrize("language", QUOTED)
def test_a_quotation_of_several_sentences_stays_whole(language: str):
    text = QUOTED[language]
    begins = min(text.find(mark) for mark in "“«„「" if mark in text)
    quoted = text[begins : 1 + max(text.rfind(mark) for mark in "”»“」")]
    for limit in range(len(quoted) + 2, len(text), 3):
        pieces = [piece.text for piece in split(text, language, limit)]
        assert any(quoted in piece for piece in pieces), (limit, pieces)
        assert all(len(piece) <= limit for piece in pieces)


def test_a_quotation_that_is_too_long_is_cut_at_its_sentences():
    inside = [f"The {word} lamp went out when the wind came up." for word in ("first", "second", "third", "fourth")]
    pieces = [piece.text for piece in split(f"He told us: “{' '.join(inside)}”", "en", 110)]
    assert len(pieces) > 1
    assert all(piece.rstrip("”").endswith("came up.") for piece in pieces)


@pytest.mark.parametrize(
    ("language", "turns"),
    [
        (
            "pt",
            ["— Aonde você vai com tanta pressa? — perguntou Ana.", "— Não sei ainda — respondeu ele, já na porta."],
        ),
        ("es", ["—¿Adónde vas con tanta prisa esta tarde? —preguntó Ana—.", "Contéstame ahora mismo, por favor."]),
        ("fr", ["— Où vas-tu si vite ce soir ? demanda Anne.", "— Je ne sais pas encore, dit-il en sortant."]),
    ],
)
def test_a_turn_of_a_dialogue_is_a_sentence(language: str, turns: list[str]):
    assert sentences(" ".join(turns), language) == turns


@pytest.mark.parametrize(
    ("language", "whole"),
    [
        ("ja", ["「どこへ行くの？」とアンナが聞いた。", "「家だ！」とトムは叫んだ。", "通りは空だった。"]),
        ("zh-cn", ["安娜问：“你去哪儿？现在？”", "“回家！”", "街上空无一人。"]),
        ("it", ["«Dove vai?» chiese Anna.", "«A casa. Subito!» gridò Tom.", "La strada era vuota."]),
        ("pl", ["– Dokąd idziesz? – zapytała Anna.", "„Wracam. Nie czekaj.”", "Potem zamknął drzwi."]),
        ("ru", ["— Куда ты идёшь? — спросила Анна.", "«Я ухожу. Не жди меня».", "Потом он закрыл дверь."]),
        ("cs", ["„Kam jdeš?“ zeptala se Anna.", "„Domů. Hned!“ křičel Tom.", "Ulice byla prázdná."]),
        ("hi", ["उसने कहा, “मैं जा रहा हूँ। मेरा इंतज़ार मत करना।”", "फिर उसने दरवाज़ा बंद कर दिया।"]),
        ("ar", ["قال: «أنا ذاهب. لا تنتظرني.»", "ثم أغلق الباب."]),
        ("nl", ["Toen sloot hij de deur.", "’s Avonds kwam Jansen weer."]),
    ],
)
def test_other_languages_quote_too(language: str, whole: list[str]):
    assert sentences(("" if language in ("ja", "zh-cn") else " ").join(whole), language) == whole


def test_an_initial_ends_no_sentence_but_a_letter_may():
    written = ["It was he and I.", "Tom and B. Smith took vitamin C.", "They met at six P M.", "J. R. Hart was there."]
    assert sentences(" ".join(written), "en") == written


def test_a_bracket_is_not_cut_where_it_fits():
    aside = "(it was built in the year of the great flood, nobody knows why, by two brothers)"
    text = f"The bridge over the river {aside} still stands today, and cars and people cross it every single day."
    for limit in range(len(aside) + 10, 160, 5):
        assert any(aside in piece.text for piece in split(text, "en", limit)), limit


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "word " * 30 + "Mrs. Dalloway " + "word " * 30, "Missus Dalloway"),
        ("pt", "palavra " * 20 + "a Dra. Ana " + "palavra " * 20, "Doutora Ana"),
        ("de", "Wort " * 30 + "Fr. Lange " + "Wort " * 30, "Frau Lange"),
        ("fr", "mot " * 30 + "Mme Lange " + "mot " * 30, "Madame Lange"),
        ("es", "palabra " * 20 + "el Sr. Ruiz " + "palabra " * 20, "Señor Ruiz"),
    ],
)
def test_a_title_stays_with_its_name(language: str, text: str, name: str):
    for limit in range(40, 120):
        assert any(name in piece.text for piece in plan(text, language, limit)), limit


def test_no_french_mark_begins_a_piece():
    text = "Il demanda « pourquoi pas ? » et elle répondit « jamais ! » ; puis ils burent du thé : tout était dit. " * 3
    for limit in range(30, 150):
        for piece in split(text, "fr", limit):
            assert piece.text[0] not in "?!;:»" and not piece.text.rstrip(" .").endswith("«"), limit


def test_pieces_of_a_long_sentence_are_balanced():
    text = ", ".join(
        f"number {word} stood at the door of the house" for word in ["one", "two", "three", "four", "five"]
    )
    lengths = [len(piece.text) for piece in split(text, "en", 120)]
    assert len(lengths) == 3 and max(lengths) < 2 * min(lengths) + 10


def test_a_pause_is_as_long_as_the_mark_asks_for():
    text = "He came to the house by the river, he looked about in it for his dog; it was gone… Then he went away again."
    pauses = [piece.pause for piece in split(text, "en", 40)]
    assert pauses == [PAUSE_CLAUSE, PAUSE_LONG_CLAUSE, PAUSE_ELLIPSIS, 0.0]
    assert PAUSE_CLAUSE < PAUSE_LONG_CLAUSE < PAUSE_SENTENCE < PAUSE_ELLIPSIS
