"""Texts for several voices: tags in brackets, SSML and quotation marks all come to the same parts."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timbre.errors import BadScript, TimbreError
from timbre.text import script, ssml
from timbre.text.dialogue import told_apart
from timbre.text.parts import Part, Place, Run, pause_between
from timbre.text.split import PAUSE_CLAUSE, PAUSE_PARAGRAPH, PAUSE_SENTENCE, PAUSE_WORD


def told(parts: list[Part]) -> list[tuple]:
    """What matters of parts: text, voice, language, speed, pause."""
    return [(part.text.strip(), part.voice, part.language, part.speed, part.pause) for part in parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Nothing here.", [("Nothing here.", None, None, None, None)]),
        ("One. [voice:ana] Two.", [("One.", None, None, None, None), ("Two.", "ana", None, None, None)]),
        ("[voice: Ana Maria ]Two.[/voice] One.", [("Two.", "Ana Maria", None, None, None), ("One.",) + (None,) * 4]),
        ("[lang:pt-BR]Olá.[/lang]Hi.", [("Olá.", None, "pt-BR", None, None), ("Hi.",) + (None,) * 4]),
        ("[speed 0.9]Slow[/speed] fast", [("Slow", None, None, 0.9, None), ("fast",) + (None,) * 4]),
        ("[SPEED:120%]Fast", [("Fast", None, None, 1.2, None)]),
        ("[speed=1,5x]Fast", [("Fast", None, None, 1.5, None)]),
        ("Wait [pause 500ms] there", [("Wait", None, None, None, 0.5), ("there",) + (None,) * 4]),
        ("Wait [pause: 1.5 s] [pause 500ms] there", [("Wait", None, None, None, 2.0), ("there",) + (None,) * 4]),
        ("[pause 1s]Late.", [("", None, None, None, 1.0), ("Late.",) + (None,) * 4]),
        ("[voice:ana][lang:pt][speed 2]Já.", [("Já.", "ana", "pt", 2.0, None)]),
    ],
)
def test_tags_hold_until_the_next_of_their_kind(text: str, parts: list):
    assert told(script.parse(text)) == parts


@pytest.mark.parametrize(
    "text",
    ["See [3] and [page 4].", "He [sic] said", "[pause for effect]", "[speed bump ahead]", "[Note: read this]",
     "[http://example.org]", "a[i:j] = b[0]", "[12:30]", "[voice]", "array[lang]"],
)  # fmt: skip
def test_other_brackets_are_text(text: str):
    assert [part.text for part in script.parse(text)] == [text]


@pytest.mark.parametrize(
    ("text", "line", "column", "word"),
    [
        ("One.\nTwo [pause 5 minutes].", 2, 5, "pause"),
        ("[pause:soon]", 1, 1, "soon"),
        ("a [pause 11s]", 1, 3, "10s"),
        ("a [pause 6s] [pause 6s]", 1, 14, "10 s"),
        ("[speed 9]", 1, 1, "speed"),
        ("[speed:]", 1, 1, "speed"),
        ("[voice:]x", 1, 1, "voice"),
        ("one\ntwo\n  [voice:ana", 3, 3, "bracket"),
        ("x [mood:happy]", 1, 3, "mood"),
    ],
)
def test_what_is_wrong_with_a_tag_is_said_with_its_place(text: str, line: int, column: int, word: str):
    with pytest.raises(BadScript) as fault:
        script.parse(text)
    assert (fault.value.facts["line"], fault.value.facts["column"]) == (line, column)
    assert word in str(fault.value) and f"Line {line}, column {column}" in str(fault.value)


@pytest.mark.parametrize(
    ("inner", "parts"),
    [
        ("Hello <break time='500ms'/> there", [("Hello", None, None, None, 0.5), ("there",) + (None,) * 4]),
        ("Hello<break/>there", [("Hello", None, None, None, 0.35), ("there",) + (None,) * 4]),
        ("<voice name='ana'>Hi.</voice> Bye.", [("Hi.", "ana", None, None, None), ("Bye.",) + (None,) * 4]),
        ("<lang xml:lang='pt-BR'>Olá</lang> you", [("Olá", None, "pt-BR", None, None), ("you",) + (None,) * 4]),
        ("<prosody rate='slow'>Slow</prosody>", [("Slow", None, None, 0.75, None)]),
        ("<prosody rate='-20%'>Slow</prosody>", [("Slow", None, None, 0.8, None)]),
        ("<prosody rate='150%'><prosody rate='200%'>F</prosody></prosody>", [("F", None, None, 3.0, None)]),
        ("The <sub alias='World Wide Web'>WWW</sub> is", [("The World Wide Web is",) + (None,) * 4]),
        ("<s>One</s><s>Two</s>", [("One", None, None, None, 0.35), ("Two", None, None, None, 0.35)]),
        ("<p><s>One</s></p><p>Two</p>", [("One", None, None, None, 0.7), ("Two",) + (None,) * 4]),
        ("a\n   <!-- nothing -->\n b &amp; c", [("a b & c",) + (None,) * 4]),
    ],
)
def test_ssml_says_the_same(inner: str, parts: list):
    head = '<?xml version="1.0"?>\n' if "p>" in inner else ""
    text = f'{head}<speak version="1.1" xmlns="http://www.w3.org/2001/10/synthesis" xml:lang="en">{inner}</speak>'
    assert ssml.looks_like(text)
    found = [
        (words, voice, None if lang == "en" else lang, *rest) for words, voice, lang, *rest in told(ssml.parse(text))
    ]
    assert [(" ".join(one[0].split()), *one[1:]) for one in found if one[0]] == parts


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("characters", "abc", "A, B, C"),
        ("digits", "2026", "2 0 2 6"),
        ("cardinal", "21", "twenty-one"),
        ("ordinal", "21", "twenty-first"),
        ("ordinal", "soon", "soon"),
        ("date", "3/4/2026", "3/4/2026"),
    ],
)
def test_what_is_to_be_said_as_something_is_spelt_by_its_language(kind: str, text: str, said: str):
    [part] = ssml.parse(f"<speak><say-as interpret-as='{kind}'>{text}</say-as></speak>")
    assert part.said("en") == said


def test_ordinals_are_the_languages_own():
    [part] = ssml.parse("<speak><say-as interpret-as='ordinal'>3</say-as></speak>")
    assert part.said("pt") == "terceiro"


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("<speak>Hi", 1, "well-formed"),
        ("<speak>\n<emphasis>Hi</emphasis></speak>", 2, "emphasis"),
        ("<speak><prosody pitch='high'>Hi</prosody></speak>", 1, "pitch"),
        ("<speak>\n\n<break time='soon'/></speak>", 3, "soon"),
        ("<speak><break strength='huge'/></speak>", 1, "huge"),
        ("<speak><prosody rate='9000%'>x</prosody></speak>", 1, "rate"),
        ("<speak><say-as interpret-as='joke'>x</say-as></speak>", 1, "joke"),
        ("<speak><sub>x</sub></speak>", 1, "alias"),
        ("<speak><speak>x</speak></speak>", 1, "speak"),
        ("<p>x</p>", 1, "speak"),
        ('<!DOCTYPE speak [<!ENTITY a "b">]><speak>&a;</speak>', 1, "document type"),
        ("<speak>&nobody;</speak>", 1, "well-formed"),
    ],
)
def test_what_is_wrong_with_ssml_is_said_with_its_place(text: str, line: int, word: str):
    with pytest.raises(BadScript) as fault:
        ssml.parse(text)
    assert fault.value.facts["line"] == line and word in str(fault.value)


@pytest.mark.parametrize("text", ["<speaker>", "a <speak>", "x < y", "<b>bold</b>"])
def test_what_is_not_ssml_is_text(text: str):
    assert not ssml.looks_like(text)


ANA = "ana"


@pytest.mark.parametrize(
    ("text", "aloud"),
    [
        ("“Come in,” she said. “Sit down.”", ["Come in,", "Sit down."]),
        ('"Come in," she said.', ["Come in,"]),
        ("«Entre», disse ela.", ["Entre"]),
        ("„Komm“, sagte sie.", ["Komm"]),
        ("»Komm«, sagte sie.", ["Komm"]),
        ("彼女は「はい」と言った。", ["はい"]),
        ("— Entre — disse ela. — Sente-se.", ["Entre", "Sente-se."]),
        ("—Entre —dijo ella—. Siéntese.", ["Entre", "Siéntese."]),
        ("She was — as ever — late.", []),
        ('A 5" pipe and a 6" pipe.', []),
        ("It's the dogs' bowl.", []),
        ("“It goes on", ["It goes on"]),
        ("One.\n— Dois.\nTrês.", ["Dois."]),
    ],
)
def test_what_is_said_aloud_is_told_apart(text: str, aloud: list[str]):
    parts = told_apart(script.parse(text), ANA)
    assert [part.text.strip() for part in parts if part.voice == ANA] == aloud
    letters = [mark for part in parts for mark in part.text if mark.isalnum()]
    assert letters == [mark for mark in text if mark.isalnum()]


def test_a_voice_that_was_named_reads_on_within_quotation_marks():
    parts = told_apart(script.parse("He said “no”. [voice:bob]“No,” said Bob."), ANA)
    assert [(part.text.strip(), part.voice) for part in parts] == [
        ("He said", None), ("no", ANA), ("“No,” said Bob.", "bob"),
    ]  # fmt: skip


def test_a_quotation_goes_on_over_a_pause_and_ends_with_its_paragraph():
    parts = told_apart(script.parse("“One [pause 1s] two” three.\n“Four\nfive"), ANA)
    assert [(one.text.strip(), one.voice, one.pause) for one in parts] == [
        ("One", ANA, 1.0), ("two", ANA, None), ("three.", None, None), ("Four", ANA, None), ("five", None, None),
    ]  # fmt: skip


def part(text: str, **more) -> Part:
    return Part((Run(text),), **more)


@pytest.mark.parametrize(
    ("before", "after", "pause"),
    [
        (part("One."), part("Two."), PAUSE_SENTENCE),
        (part("One.\n"), part("Two."), PAUSE_PARAGRAPH),
        (part("One."), part("\n\nTwo."), PAUSE_PARAGRAPH),
        (part("one, "), part("two"), PAUSE_CLAUSE),
        (part("one "), part("two"), PAUSE_WORD),
        (part("one "), part("two", voice="ana"), PAUSE_CLAUSE),
        (part("One.”"), part("Two."), PAUSE_SENTENCE),
        (part("One.", pause=0.0), part("Two."), 0.0),
    ],
)
def test_the_silence_between_parts_is_what_fits_their_ends(before: Part, after: Part, pause: float):
    assert pause_between(before, after) == pause


@given(st.text(alphabet='[]/:voicelangpusd 0.9ms\n"“”«»—abc', max_size=200))
def test_any_text_is_parts_or_one_sentence(text: str):
    try:
        parts = script.parse(text)
    except BadScript as fault:
        assert fault.facts["line"] >= 1
        return
    apart = told_apart(parts, ANA)
    assert "".join(c for one in apart for c in one.text if c.isalnum()) == "".join(
        c for one in parts for c in one.text if c.isalnum()
    )


@given(st.text(alphabet="<>/speak breakp'=\"&;!-[]x \n", max_size=120))
def test_any_document_is_parts_or_one_sentence(text: str):
    try:
        ssml.parse(f"<speak>{text}</speak>")
    except TimbreError as fault:
        assert isinstance(fault, BadScript)


@pytest.mark.parametrize("unit", ["[", "[voice:", "“", '"', "— ", "[pause 1ms]", "[a:b c]", "[lang:en]x", "[speed 1]"])
def test_the_time_grows_with_the_length_alone(unit: str):
    def took(length: int) -> float:
        text = (unit * length)[:length]
        times = []
        for _ in range(3):
            began = time.perf_counter()
            with contextlib.suppress(BadScript):
                told_apart(script.parse(text), ANA)
            times.append(time.perf_counter() - began)
        return min(times)

    short = took(12_500)
    assert took(100_000) < 30 * short + 0.1  # of eight times the length; a square would be 64


def test_places_are_counted_from_one():
    assert script.parse("a\nb [voice:ana]c")[-1].place == Place(2, 3)
