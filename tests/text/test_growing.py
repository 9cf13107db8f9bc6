"""A text that is planned as it is written falls into the pieces of the whole, wherever it was torn."""

import random

import pytest

from timbre.text.growing import AHEAD, HELD, Growing
from timbre.text.normalise import bound
from timbre.text.plan import Piece, plan

MOST_READ = 400
"""How often each character of a text is read at most, as the text grows letter by letter."""

TEXTS = {
    "en": [
        "Tea is ready. The kettle has just boiled, and nobody is here yet. It cost 3.5 dollars, or 3. 5 people came. "
        "Mr. Smith went at 5 p.m. to Washington D.C. Then he slept, and so did everybody else in the house that night.",
        'Yes. No. I do not know what to think. He said "Go now. Come back." and left the house. Then "What. No." '
        "A new (very. Odd. One) sentence follows.\n\nA new paragraph starts. It is\nwrapped here. And\nThis is not. "
        "1. First thing to do\n2. Second thing to do\n3. Third thing that we ought to do now.",
        "Visit https://example.com/a.b for more. Or mail me@x.org! It is $5.50 or $1,234.00. 12 March 2024 was a day! "
        "Really?! Yes... and so on. 'Tis true. It's fine. 50% of 3. And 10 – 20 km away. Emoji 😀 here. **Then** more.",
        "Tea now. " * 300,
        "no end of a sentence " * 100,
    ],
    "pt": [
        "O Sr. João chegou às 15h30. Custa R$ 1.234,56 ou 3.5 a mais? Não! Ele disse: “Vá. Já.” E foi-se embora. "
        "Em 12.3.2024, p. ex., a Dra. Ana comprou 1.000 kg de arroz. Depois disso, nada mais aconteceu por muito tempo."
    ],
    "de": [
        "Am 3. Mai kam er an. Er sagte: „Geh. Jetzt.“ Und z. B. das 5. Kind lachte laut darüber. Dr. Müller zahlte "
        "3,50 €. Danach war es still im Haus, und keiner sagte ein Wort."
    ],
    "zh-cn": ["水已经开了。茶在桌上。谁来喝?没有人回答。" * 12 + "他说:「走吧。快点。」然后他就走了,再也没有回来过。"],
    "es": [
        "—¿Adónde vas con tanta prisa? —preguntó Ana—. No me dejes. —Vuelvo ya —respondió él. «No. Ven. ¡Ya!», dijo "
        "D.ª María. 1. Lave el arroz. 2. Cuézalo diez minutos, etc. Luego (así fue. De veras) se fue. Y nadie lo vio."
    ],
    "fr": [
        "— Où vas-tu ? demanda Anne. — Je ne sais pas, dit-il. « Je pars. Ne m'attends pas ! Je serai tard… » Puis il "
        "ferma la porte. Quoi ?! Toi ! La vitamine C. Le plan B. J.-J. Rousseau connaissait D. Diderot. Voilà tout."
    ],
    "ja": [
        "「どこへ行くの？」とアンナが聞いた。「家だ！」とトムは叫んだ。通りは空っぽだった。彼は「行くよ。待たないで。」と言った。"
        * 3
    ],
    "hi": ["चाय तैयार है। केतली अभी उबली है और यहाँ कोई नहीं है। कौन पिएगा? " * 4],
}
CASES = [(language, text) for language, texts in TEXTS.items() for text in texts]


def grown(text: str, language: str, limit: int, sizes: list[int]) -> list[Piece]:
    growing, pieces, at, choose = Growing(language, limit), [], 0, random.Random(len(sizes))
    while at < len(text):
        size = choose.choice(sizes)
        pieces += growing.add(text[at : at + size])
        at += size
    return pieces + growing.flush()


@pytest.mark.parametrize("limit", [80, 250])
@pytest.mark.parametrize("sizes", [[1], [1, 2, 5, 20], [100, 3], [10_000]], ids=["letters", "words", "lines", "whole"])
@pytest.mark.parametrize(("language", "text"), CASES)
def test_the_pieces_are_those_of_the_whole(language: str, text: str, sizes: list[int], limit: int):
    pieces, expected = grown(text, language, limit, sizes), plan(text, language, limit)
    assert [piece.text for piece in pieces] == [piece.text for piece in expected]
    assert [piece.pause for piece in pieces[:-1]] == [piece.pause for piece in expected[:-1]]


@pytest.mark.parametrize(("language", "text"), [case for case in CASES if "no end" not in case[1]])
def test_it_does_not_wait_for_longer_than_it_must(language: str, text: str):
    growing, said = Growing(language, 80), 0
    for at, letter in enumerate(text):
        said += sum(len(piece.text) for piece in growing.add(letter))
        assert at - said < 80 + HELD + AHEAD, text[:at]
    assert said


def test_a_sentence_is_handed_out_while_the_next_is_written():
    growing = Growing("en", 250)
    assert growing.add("The kettle has just boiled. Nobody is here") == []  # it might be as short as "Nobody is here."
    assert [piece.text for piece in growing.add(" to pour it out for")] == ["The kettle has just boiled."]


def test_a_quotation_without_end_is_not_waited_for():
    growing = Growing("en", 250)
    pieces = growing.add('He said: "' + "The kettle has just boiled, I think. " * 20)
    assert len(pieces) > 10


def test_flush_ends_a_sentence():
    growing = Growing("en", 250)
    growing.add("It costs three")
    (piece,) = growing.flush()
    assert piece.text == "It costs three." and piece.pause > 0
    assert growing.flush() == [] and growing.add(" … ") == [] and growing.flush() == []


@pytest.mark.parametrize("scrap", ['"', "a. ", "\n", "“a. ", "1. ", "A", "。", "😀. "])
def test_an_odd_text_is_not_read_over_and_over(scrap: str, monkeypatch: pytest.MonkeyPatch):
    read = 0

    def counted(text: str, language: str) -> str:
        nonlocal read
        read += len(text)
        return bound(text, language)

    monkeypatch.setattr("timbre.text.growing.bound", counted)
    whole = scrap * (800 // len(scrap))
    grown(whole, "en", 250, [50])
    assert read < MOST_READ * len(whole)
