"""Numbers, ordinals and years against ICU, in all languages. It comes with Debian's own Python (`python3-icu`)."""

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from timbre.text import numerals
from timbre.text.languages import LANGUAGES

PYTHON = shutil.which("python3", path="/usr/bin")
SCRIPT = Path(__file__).with_name("second_opinion.py")
DICE = random.Random(1)
NUMBERS = [
    *range(121),
    *(10**power for power in range(3, 13)),
    *(DICE.randrange(10**power) for power in range(3, 13) for _ in range(6)),
]
ORDINALS = [*range(1, 321), 1000, 1001, 2000, 10_000, 12_345, 21_000]
YEARS = [*range(1000, 2100, 7)]

# ICU's words that are wrong, of the version that Debian has: Czech thousands are masculine, and Russian round thousands
# have an ordinal that we leave to the reader
UNLIKE = {("cardinal", "cs"), ("year", "cs")}
WITHOUT = {("ordinal", "ru", 10_000), ("ordinal", "ru", 21_000)}


def asked(iso: str) -> list[tuple[str, int, list[str], str | None]]:
    """Of each number what it is, the rule sets that may say it, and how we say it."""
    cardinals = [
        "%spellout-cardinal-masculine",
        "%spellout-cardinal",
        "%spellout-numbering",
        "%spellout-cardinal-sinokorean",
    ]
    ordinals = ["%spellout-ordinal-masculine", "%spellout-ordinal"]
    years = ["%spellout-numbering-year", "%spellout-numbering"]
    return [
        *(("cardinal", number, cardinals, numerals.cardinal(number, iso)) for number in NUMBERS),
        *(("ordinal", number, ordinals, numerals.ordinal(number, iso)) for number in ORDINALS),
        *(("year", number, years, numerals.year(number, iso)) for number in YEARS),
    ]


def plain(said: str) -> str:
    """Without what nobody hears: soft hyphens, kinds of blanks, the two signs of a nought, "centoottanta"."""
    said = said.replace("\u00ad", "").replace("toott", "tott")
    return said.replace("\u00a0", " ").replace("-", " ").replace("〇", "零").strip()


@pytest.fixture(scope="module")
def icu() -> Any:
    """How ICU says many things at once."""
    if PYTHON is None or subprocess.run([PYTHON, "-c", "import icu"], capture_output=True, check=False).returncode:
        pytest.skip("wants Debian's python3-icu")

    def say(wanted: list[tuple[str, list[str], int]]) -> list[str | None]:
        done = subprocess.run([PYTHON, SCRIPT], input=json.dumps(wanted), capture_output=True, text=True, check=True)
        said: list[str | None] = json.loads(done.stdout)
        return said

    return say


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_said_as_icu_says_them(icu: Any, language: str) -> None:
    iso = LANGUAGES[language].iso
    rows = asked(iso)
    for (kind, number, _, ours), theirs in zip(
        rows, icu([(iso, sets, number) for _, number, sets, _ in rows]), strict=True
    ):
        if (kind, iso) in UNLIKE or (kind, iso, number) in WITHOUT:
            continue
        if theirs is None:  # no rules there: ours say so, or are our own
            assert kind == "ordinal"
            continue
        assert plain(ours or "") == plain(theirs), (kind, number)
