"""Keys: shown once, kept as a hash, found again, changed, ended."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from timbre.access import keys
from timbre.access.keys import Wish
from timbre.access.scopes import Limits
from timbre.errors import BadKey, KeyInUse, KeyIsRevoked, UnknownKey
from timbre.store.database import Database


def holder(database: Database, secret: str) -> str | None:
    with database.reading() as session:
        key = keys.holder_of(session, secret)
        return key.id if key else None


def test_a_key_is_long_random_and_nowhere_in_the_files(database: Database, tmp_path: Path):
    made = [keys.create(database, Wish(f"key {number}", ["speak"])) for number in range(20)]
    secrets_made = {secret for _, secret in made}
    assert len(secrets_made) == 20
    assert all(secret.startswith("tb_") and len(secret) >= 35 for secret in secrets_made)
    database.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for key, secret in made:
        assert key.start.encode() in kept and key.hash.encode() in kept
        assert secret.encode() not in kept and secret[len(key.start) :].encode() not in kept


def test_a_key_is_found_by_itself_alone(database: Database):
    key, secret = keys.create(database, Wish("Anna", ["speak"]))
    keys.create(database, Wish("Bert", ["speak"]))
    assert holder(database, secret) == key.id
    near = secret[:-1] + ("A" if secret[-1] != "A" else "B")
    for wrong in (
        near,
        secret + "A",
        secret[:-1],
        key.hash,
        key.start,
        "",
        "tb_",
        "x",
        "tb_ünïcode",
        "tb_\0",
        "tb_\ud800",
    ):
        assert holder(database, wrong) is None, wrong


def test_keys_are_compared_in_constant_time(database: Database, monkeypatch):
    _, secret = keys.create(database, Wish("Anna", ["speak"]))
    compared = []

    def counted(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(secrets, "compare_digest", counted)
    assert holder(database, secret) and len(compared) == 1
    assert holder(database, secret[: keys.SHOWN] + "x" * 35) is None and len(compared) == 2
    assert all(len(one) == len(other) == 64 for one, other in compared)


def test_what_is_changed_holds_and_what_is_not_named_stays(database: Database):
    until = datetime.now(UTC) + timedelta(days=30)
    key, _ = keys.create(database, Wish("Anna", ["voices", "speak"], until, Limits(60, 1000, 2)))
    assert key.scopes == ["speak", "voices"]
    keys.change(database, "Anna", {"scopes": ["admin"], "requests_per_minute": None, "name": "Anna's  laptop"})
    found = keys.get(database, key.id)
    assert (found.name, found.scopes, found.requests_per_minute) == ("Anna's laptop", ["admin"], None)
    assert (found.characters_per_day, found.jobs_at_once, found.expires_at) == (1000, 2, until)
    assert keys.get(database, key.start).id == key.id


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 81},
        {"name": "a\x07b"},
        {"scopes": []},
        {"scopes": ["fly"]},
        {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"expires_at": datetime(2999, 1, 1)},
        {"expires_at": datetime.max.replace(tzinfo=UTC)},
        {"requests_per_minute": 0},
        {"characters_per_day": -1},
        {"jobs_at_once": 2**40},
    ],
)
def test_a_key_that_makes_no_sense_is_refused(database: Database, wrong: dict):
    good = {"name": "Anna", "scopes": ["speak"], "expires_at": None}
    limits = {name: wrong[name] for name in wrong if name not in good}
    wish = good | {name: wrong[name] for name in wrong if name in good}
    with pytest.raises(BadKey):
        keys.create(database, Wish(**wish, limits=Limits(**limits)))
    assert keys.everyone(database) == []
    key, _ = keys.create(database, Wish("Bert", ["speak"]))
    with pytest.raises(BadKey):
        keys.change(database, key.id, wrong)
    assert keys.get(database, key.id).scopes == ["speak"]


def test_a_revoked_key_stays_known_until_it_is_removed(database: Database):
    key, secret = keys.create(database, Wish("Anna", ["speak"]))
    with pytest.raises(KeyInUse):
        keys.remove(database, key.id)
    first = keys.revoke(database, key.id).revoked_at
    assert keys.revoke(database, key.id).revoked_at == first
    with pytest.raises(KeyIsRevoked):
        keys.change(database, key.id, {"name": "Bert"})
    with database.reading() as session:
        assert keys.any_exist(session)
    assert holder(database, secret) == key.id
    keys.remove(database, key.id)
    assert holder(database, secret) is None
    with database.reading() as session:
        assert not keys.any_exist(session)


def test_a_name_that_two_keys_have_names_neither(database: Database):
    for _ in range(2):
        keys.create(database, Wish("Anna", ["speak"]))
    with pytest.raises(UnknownKey):
        keys.revoke(database, "Anna")
    assert [keys.state_of(key) for key in keys.everyone(database)] == ["active", "active"]
