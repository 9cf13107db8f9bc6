"""What is read: the tables in `cases/`, and what holds for any text in any language."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from timbre import errors
from timbre.text.languages import LANGUAGES
from timbre.text.normalise import normalise

CASES = Path(__file__).parent / "cases"
FAILING = tomllib.loads((CASES / "known_failing.toml").read_text("utf-8"))["failing"]


def table() -> list[Any]:
    """Every case; one that `known_failing.toml` lists has to fail, so that the list is true on every day."""
    rows = []
    for path in sorted(CASES.glob("*.toml")):
        if path.name == "known_failing.toml":
            continue
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            failing = case["input"] in FAILING.get(path.stem, ())
            marks = [pytest.mark.xfail(strict=True, raises=AssertionError)] if failing else []
            name = f"{path.stem}-{case['category']}-{case['input']}"
            rows.append(pytest.param(path.stem, case, id=name, marks=marks))
    return rows


@pytest.mark.parametrize(("language", "case"), table())
def test_is_read_as_its_speakers_read_it(language: str, case: dict[str, Any]) -> None:
    said = normalise(case["input"], language)
    assert said in case["expected"]
    assert normalise(said, language) == said


GENERIC = {
    "es": ("Hay 21 libros.", "Hay veintiún libros."),
    "fr": ("Il a 71 ans et 5 km.", "Il a soixante-et-onze ans et cinq kilomètres."),
    "de": ("Es sind 42 Züge.", "Es sind zweiundvierzig Züge."),
    "it": ("Ho 23 libri & 1 gatto.", "Ho ventitré libri e un gatto."),
    "zh-cn": ("2024年我有23本书，占50%。", "二零二四年我有二十三本书，占百分之五十。"),
    "ja": ("猫が12匹。", "猫が十二匹。"),
    "nl": ("om 14:30, versie 2.0", "om veertien dertig, versie twee punt nul"),
    "pl": ("1 234 km", "tysiąc dwieście trzydzieści cztery kilometry"),
    "hi": ("५ किताबें", "पाँच किताबें"),
    "ru": ("Тут 5% и 3,5.", "Тут пять процентов и три целых пять десятых."),
    "ko": ("-3도", "마이너스 삼 도"),
    "tr": ("1.234 kitap", "bin iki yüz otuz dört kitap"),
    "ar": ("٣ كتب", "ثلاثة كتب"),
}


@pytest.mark.parametrize("language", GENERIC)
def test_a_language_without_a_file_of_its_own_reads_numbers(language: str) -> None:
    written, said = GENERIC[language]
    assert normalise(written, language) == said


@pytest.mark.parametrize("language", LANGUAGES)
def test_leaves_no_digit_in_any_language(language: str) -> None:
    said = normalise(
        "Ω 1 23.5 4,5 6% €7 08:30 1/2 ½ ² ٣ 10:3 A4 №5 😀 [STOP] -3 1-2 1.234.567,89 +55 11 98765-4321", language
    )
    assert said
    assert not any(mark.isdigit() or mark in "[]%€" for mark in said)


PIECES = [
    "Sr.",
    "etc.",
    "R$",
    "$",
    "€",
    "1",
    "23",
    ".",
    ",",
    "/",
    "-",
    ":",
    "h",
    "º",
    "ª",
    "%",
    "km",
    "II",
    "Pedro",
    "século",
]
PIECES += [
    "FBI",
    "IBGE",
    "@",
    "www.",
    "a.com",
    "😀",
    "👍🏽",
    "½",
    "²",
    "\n",
    " ",
    "St.",
    "p.m.",
    "dia",
    "Henry",
    "x",
    "+",
    "(",
    "May",
    "of",
]


@bounds(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)),
    st.sampled_from([*LANGUAGES]),
)
def test_never_raises_and_a_second_time_changes_nothing(text: str, language: str) -> None:
    said = normalise(text, language)
    assert normalise(said, language) == said


@bounds(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.sampled_from(["pt", "en", "es", "it", "fr"]))
def test_never_raises_on_what_looks_like_something(text: str, language: str) -> None:
    said = normalise(text, language)
    assert normalise(said, language) == said
    assert not any(mark.isdigit() for mark in said)


@pytest.mark.parametrize(
    "part", ["a", "1", "1.", "1,", "a@", "www.", "A.", "-1", "R$", "1/2 ", "(", "10:30 ", "a-", "I", "=", " ", "\n"]
)
@pytest.mark.timeout(120)  # a square or worse would take far longer; how long it does take is for a benchmark
def test_a_hostile_text_is_read_to_its_end(part: str) -> None:
    text = (part * 10_000)[:10_000]
    assert normalise(text, "pt") == normalise(text, "pt")


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(errors.UnknownLanguage, match="'xx'"):
        normalise("a", "xx")


@pytest.mark.parametrize(
    ("tag", "code"), [("pt-BR", "pt"), ("PT_br", "pt"), ("zh", "zh-cn"), ("ZH-TW", "zh-cn"), ("en", "en")]
)
def test_a_tag_is_resolved(tag: str, code: str) -> None:
    from timbre.text.languages import resolve

    assert resolve(tag).code == code
