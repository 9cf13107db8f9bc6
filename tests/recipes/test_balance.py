"""What training hears of each kind of recording."""

from types import SimpleNamespace
from typing import Any

import pytest

from recipes.mini.balance import SHARES, dealt, kind, sample, weights
from recipes.mini.many import AHEAD, Reading, share


def speech(hibari: int = 900, en: int = 20, pt: int = 50, people: int = 30) -> Any:
    """Recordings of a second each."""
    kinds = {"hibari": (hibari, "en", "hibari"), "en": (en, "en", "af_sky"), "pt": (pt, "pt", "pf_dora")}
    kinds["people"] = (people, "en", "librispeech-1034")
    rows = [
        {"voice": voice, "language": language, "samples": 24_000}
        for count, language, voice in kinds.values()
        for _ in range(count)
    ]
    return SimpleNamespace(rows=rows)


def test_an_epoch_hears_each_kind_by_its_share() -> None:
    some = speech()
    places = list(range(len(some.rows)))
    heard = [kind(some.rows[place]) for place in dealt(some, places)]
    for name, wanted in SHARES.items():
        assert heard.count(name) / len(heard) == pytest.approx(wanted, abs=0.02)
    assert set(dealt(some, places)) == set(places)
    assert weights(some, places).min() == 1


def test_a_sample_has_nothing_twice_and_all_of_what_is_scarce() -> None:
    some = speech()
    found = sample(some, list(range(len(some.rows))), 300)
    assert len(found) == len(set(found)) == 300
    kinds = [kind(some.rows[place]) for place in found]
    assert (kinds.count("en"), kinds.count("pt")) == (20, 50)


def test_other_readers_read_portuguese_from_further_on() -> None:
    plan = [Reading(number, "train", "x", ("pt", "en")[number % 2], "x", 1.0) for number in range(AHEAD + 10)]
    assert share(plan, 0) == plan
    assert [one.number for one in share(plan, 1)] == [AHEAD + step for step in range(0, 10, 2)]
