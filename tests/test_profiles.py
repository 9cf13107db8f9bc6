"""Profiles: those built in, those that users make, and the one that applies where none is asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from timbre import profiles
from timbre.engine.protocol import Sampling
from timbre.errors import BadParameter, BadProfile, BadRequest, BuiltInProfile, ProfileNameTaken, UnknownProfile
from timbre.store.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'timbre.db'}")
    database.upgrade()
    yield database
    database.close()


def names(database: Database) -> list[str]:
    return [profile.name for profile in profiles.listed(database) if not profile.built_in]


def test_those_built_in_are_there_from_the_start_and_their_values_are_ones_that_the_engine_takes(database: Database):
    found = profiles.listed(database)
    assert [profile.id for profile in found] == list(profiles.BUILT_IN)
    assert all(profile.built_in for profile in found)
    for profile in found:
        Sampling.from_dict(profile.sampling)
    assert profiles.default_id(database) == "balanced"
    assert profiles.sampling_of(database, None) == ("balanced", {})


def test_each_one_built_in_reads_in_a_way_of_its_own():
    ways = [Sampling.from_dict(profile.sampling) for profile in profiles.BUILT_IN.values()]
    assert len(set(ways)) == len(ways)


def test_a_profile_is_kept_and_found_by_its_id_or_name(database: Database):
    made = profiles.create(database, "  Night   reading ", {"temperature": 0.5, "speed": 0.9, "seed": 7}, "For bed.")
    assert made.name == "Night reading" and made.about == "For bed." and made.created_at is not None
    assert profiles.get(database, made.id) == made == profiles.get(database, "night READING")
    assert profiles.sampling_of(database, made.id) == (made.id, {"temperature": 0.5, "speed": 0.9, "seed": 7})
    assert profiles.sampling_of(database, "Steady")[0] == "steady"


def test_they_are_listed_by_name_after_those_built_in(database: Database):
    for name in ("zebra", "Ana", "bruno"):
        profiles.create(database, name, {})
    assert names(database) == ["Ana", "bruno", "zebra"]


@pytest.mark.parametrize("taken", ["Night", "NIGHT", " night ", "Steady", "steady", "slow"])
def test_a_name_is_given_once(database: Database, taken: str):
    profiles.create(database, "Night", {})
    with pytest.raises(ProfileNameTaken):
        profiles.create(database, taken, {})
    other = profiles.create(database, "Day", {})
    with pytest.raises(ProfileNameTaken):
        profiles.change(database, other.id, name=taken)
    assert names(database) == ["Day", "Night"]


@pytest.mark.parametrize(
    ("name", "sampling", "about", "fault"),
    [
        ("", {}, "", BadProfile),
        ("x" * 81, {}, "", BadProfile),
        ("a\x00b", {}, "", BadProfile),
        ("x", {}, "y" * 401, BadProfile),
        ("x", {"temperature": 0}, "", BadParameter),
        ("x", {"top_k": True}, "", BadParameter),
        ("x", {"speed": float("nan")}, "", BadParameter),
        ("x", {"warmth": 1}, "", BadRequest),
    ],
)
def test_what_cannot_be_used_is_not_kept(database: Database, name, sampling, about, fault):
    with pytest.raises(fault):
        profiles.create(database, name, sampling, about)
    assert names(database) == []


def test_a_change_leaves_the_rest_as_it_is(database: Database):
    made = profiles.create(database, "Night", {"temperature": 0.5, "speed": 0.9}, "For bed.")
    changed = profiles.change(database, "night", sampling={"speed": None, "top_k": 20})
    assert changed.name == "Night" and changed.about == "For bed."
    assert changed.sampling == {"temperature": 0.5, "top_k": 20}
    assert changed.created_at == made.created_at and changed.changed_at and changed.changed_at >= made.changed_at
    assert profiles.change(database, made.id, name="NIGHT", about="").about == ""
    with pytest.raises(BadParameter):
        profiles.change(database, made.id, name="Other", sampling={"top_p": 2})
    assert profiles.get(database, made.id).name == "NIGHT"


def test_those_built_in_cannot_be_changed_but_copied(database: Database):
    for change in (
        lambda: profiles.change(database, "steady", name="Mine"),
        lambda: profiles.delete(database, "steady"),
    ):
        with pytest.raises(BuiltInProfile):
            change()
    first, second = profiles.duplicate(database, "steady"), profiles.duplicate(database, "steady")
    assert (first.name, second.name) == ("Steady (copy)", "Steady (copy 2)")
    assert first.sampling == profiles.BUILT_IN["steady"].sampling and not first.built_in
    assert profiles.duplicate(database, first.id, "Mine").name == "Mine"
    long = profiles.create(database, "x" * 80, {})
    assert len(profiles.duplicate(database, long.id).name) == 80


def test_the_default_applies_where_none_is_asked_for(database: Database):
    made = profiles.create(database, "Night", {"speed": 0.7})
    profiles.set_default(database, made.id)
    assert profiles.default_id(database) == made.id
    assert profiles.sampling_of(database, None) == (made.id, {"speed": 0.7})
    profiles.set_default(database, "lively")
    assert profiles.default_id(database) == "lively"


def test_deleting_the_default_falls_back_to_balanced(database: Database):
    made = profiles.create(database, "Night", {"speed": 0.7})
    profiles.set_default(database, made.id)
    profiles.delete(database, made.id)
    assert profiles.sampling_of(database, None) == ("balanced", {})
    assert names(database) == []


def test_an_unknown_one_is_named(database: Database):
    for do in (profiles.get, profiles.sampling_of, profiles.delete, profiles.set_default, profiles.duplicate):
        with pytest.raises(UnknownProfile, match="nobody") as raised:
            do(database, "nobody")
        assert "balanced" in raised.value.advice
