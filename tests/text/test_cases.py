"""The tables in `cases/`: well formed, wide enough, and what is known to fail is in them."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from timbre.text.languages import LANGUAGES

CASES = Path(__file__).parent / "cases"
CATEGORIES = {
    "integers",
    "decimals",
    "ordinals",
    "currency",
    "dates",
    "hours",
    "percent",
    "units",
    "ranges",
    "phone numbers",
    "roman numerals",
    "fractions",
    "abbreviations",
    "acronyms",
    "e-mail and web addresses",
    "hashtags",
    "emoji",
    "symbols",
    "file names",
    "versions",
    "plain",
}
LEAST = {"pt": 120, "en": 100}  # cases; every other language has 40 or more


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))


TABLES = sorted(path.stem for path in CASES.glob("*.toml") if path.name != "known_failing.toml")


def test_every_table_is_of_a_language_that_is_read() -> None:
    assert set(TABLES) <= set(LANGUAGES)


@pytest.mark.parametrize("language", TABLES)
def test_a_table_is_wide(language: str) -> None:
    cases = _read(language)["case"]
    assert len(cases) >= LEAST.get(language, 40)
    assert {case["category"] for case in cases} == CATEGORIES
    assert sum(case["category"] == "plain" for case in cases) >= 3


@pytest.mark.parametrize("language", TABLES)
def test_a_table_is_well_formed(language: str) -> None:
    written = _read(language)
    cases = written["case"]
    assert {case["source"] for case in cases} == set(written["sources"])
    assert len({case["input"] for case in cases}) == len(cases)
    for case in cases:
        assert set(case) == {"category", "source", "input", "expected"}
        assert len(set(case["expected"])) == len(case["expected"]) > 0
        for said in case["expected"]:
            assert said == said.strip()
            assert not any(mark.isdigit() for mark in said)


@pytest.mark.parametrize("language", TABLES)
def test_plain_text_may_stay_as_it_is(language: str) -> None:
    for case in _read(language)["case"]:
        if case["category"] == "plain":
            assert case["input"] in case["expected"]


def test_what_is_known_to_fail_is_in_a_table() -> None:
    for language, inputs in _read("known_failing")["failing"].items():
        assert len(set(inputs)) == len(inputs)
        assert set(inputs) <= {case["input"] for case in _read(language)["case"]}
