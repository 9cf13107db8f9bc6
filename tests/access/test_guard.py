"""Who is let in: with nothing, with a key, with a cookie."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from timbre.access import keys, logins
from timbre.access.guard import Credentials, Guard
from timbre.access.keys import Wish
from timbre.errors import (
    CsrfFailed,
    DatabaseAway,
    InvalidKey,
    KeyExpired,
    KeyMissing,
    KeyRevoked,
    SessionEnded,
    TimbreError,
)
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import Key, Login, now

LOCAL = Credentials(address="127.0.0.1")
SECRET = "an operator's own key"


def guard(database: Database, **settings: object) -> Guard:
    return Guard(Settings(_env_file=None, **settings), database)


def who(guard: Guard, given: Credentials):
    return asyncio.run(guard.identify(given)).caller


def refusal(guard: Guard, given: Credentials) -> type[TimbreError]:
    with pytest.raises(TimbreError) as raised:
        who(guard, given)
    return type(raised.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_a_service_of_ones_own_is_open_and_minds_no_made_up_key(database: Database, host: str):
    service = guard(database, host=host)
    for given in (LOCAL, replace(LOCAL, address="::1"), replace(LOCAL, key="none"), replace(LOCAL, cookie="old")):
        caller = who(service, given)
        assert (caller.owner, caller.through, caller.is_admin) == ("", "open", True)
        assert asyncio.run(service.is_open(given))


@pytest.mark.parametrize(
    ("host", "given"),
    [
        ("0.0.0.0", LOCAL),
        ("::", LOCAL),
        ("192.168.1.5", LOCAL),
        ("timbre.example", LOCAL),
        ("127.0.0.1", replace(LOCAL, address="203.0.113.9")),
        ("127.0.0.1", replace(LOCAL, direct=False)),
        ("127.0.0.1", replace(LOCAL, address="")),
    ],
)
def test_others_need_a_key_from_the_start(database: Database, host: str, given: Credentials):
    service = guard(database, host=host)
    assert refusal(service, given) is KeyMissing and not asyncio.run(service.is_open(given))
    assert refusal(service, replace(given, key="none")) is InvalidKey


def test_one_key_closes_the_service_and_a_revoked_one_keeps_it_closed(database: Database):
    service = guard(database)
    key, secret = keys.create(database, Wish("Anna", ["speak"]))
    caller = who(service, replace(LOCAL, key=secret))
    assert (caller.owner, caller.name, caller.through) == (key.id, "Anna", "key")
    assert caller.may("speak") and caller.may("voices", "speak") and not caller.may("voices") and not caller.is_admin
    assert caller.sees(key.id) and not caller.sees("") and not caller.sees("k-other")
    assert refusal(service, LOCAL) is KeyMissing
    assert refusal(service, replace(LOCAL, key="none")) is InvalidKey
    keys.revoke(database, key.id)
    assert refusal(service, LOCAL) is KeyMissing
    assert refusal(service, replace(LOCAL, key=secret)) is KeyRevoked
    keys.remove(database, key.id)
    assert who(service, LOCAL).through == "open"


def test_admin_has_every_scope_and_sees_all(database: Database):
    _, secret = keys.create(database, Wish("Boss", ["admin"]))
    caller = who(guard(database), replace(LOCAL, key=secret))
    assert caller.may("speak") and caller.may("train") and caller.sees("") and caller.sees("k-other")


def test_an_expired_key_is_refused(database: Database):
    key, secret = keys.create(database, Wish("Anna", ["speak"], now() + timedelta(days=1)))
    service = guard(database)
    assert who(service, replace(LOCAL, key=secret)).owner == key.id
    with database.writing() as session:
        session.execute(update(Key).values(expires_at=now() - timedelta(seconds=1)))
    assert refusal(service, replace(LOCAL, key=secret)) is KeyExpired


def test_when_a_key_was_used_is_known(database: Database):
    key, secret = keys.create(database, Wish("Anna", ["speak"]))
    assert keys.get(database, key.id).last_used_at is None
    who(guard(database), replace(LOCAL, key=secret))
    assert now() - keys.get(database, key.id).last_used_at < timedelta(seconds=10)


def test_the_key_of_the_settings(database: Database):
    service = guard(database, api_key=SECRET)
    assert refusal(service, LOCAL) is KeyMissing
    caller = who(service, replace(LOCAL, key=SECRET))
    assert (caller.owner, caller.through, caller.is_admin) == ("", "key", True)
    token, _ = asyncio.run(service.sign_in(SECRET))
    assert who(service, replace(LOCAL, cookie=token)).through == "cookie"
    changed = guard(database, api_key=SECRET + "!")
    assert refusal(changed, replace(LOCAL, cookie=token)) is SessionEnded
    assert refusal(changed, replace(LOCAL, key=SECRET)) is InvalidKey
    assert SECRET not in repr(Settings(_env_file=None, api_key=SECRET))


def test_tables_that_are_not_there_let_nobody_in(tmp_path: Path):
    empty = Database(f"sqlite:///{tmp_path / 'new.db'}")
    assert refusal(guard(empty), LOCAL) is DatabaseAway
    empty.close()


# Browsers


@pytest.fixture
def signed_in(database: Database) -> tuple[Guard, Credentials, str]:
    """A service, what the browser sends, and the id of the key that it signed in with."""
    key, secret = keys.create(database, Wish("Anna", ["speak"]))
    service = guard(database)
    token, found = asyncio.run(service.sign_in(secret))
    return service, replace(LOCAL, cookie=token, csrf=found.login.csrf), key.id


def test_a_cookie_is_good_for_questions_and_with_its_token_for_changes(signed_in):
    service, given, key = signed_in
    assert (who(service, given).owner, who(service, given).through) == (key, "cookie")
    assert who(service, replace(given, csrf="")).owner == key
    assert who(service, replace(given, is_change=True)).owner == key
    for wrong in ("", "x", given.csrf[:-1], given.cookie, "ü"):
        assert refusal(service, replace(given, csrf=wrong, is_change=True)) is CsrfFailed


def test_a_page_of_another_origin_has_no_use_of_the_cookie(signed_in):
    service, given, _ = signed_in
    assert refusal(service, replace(given, own_page=False)) is SessionEnded
    assert refusal(service, replace(given, cookie="made up")) is SessionEnded


def test_only_hashes_of_cookies_are_kept(signed_in, tmp_path: Path):
    service, given, _ = signed_in
    service.database.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert keys.digest(given.cookie).encode() in kept and given.cookie.encode() not in kept


def test_revoking_the_key_signs_out(signed_in, database: Database):
    service, given, key = signed_in
    keys.revoke(database, key)
    assert refusal(service, given) is SessionEnded
    with database.reading() as session:
        assert session.scalars(select(Login)).all() == []


def test_a_made_up_key_signs_nobody_in(signed_in):
    with pytest.raises(InvalidKey):
        asyncio.run(signed_in[0].sign_in("tb_made_up"))


def test_signing_out_ends_it(signed_in):
    service, given, _ = signed_in
    service.logins.end(given.cookie)
    assert refusal(service, given) is SessionEnded


def age(database: Database, **columns: timedelta) -> None:
    with database.writing() as session:
        for login in session.scalars(select(Login)):
            for name, by in columns.items():
                setattr(login, name, getattr(login, name) - by)


def test_it_ends_when_nobody_uses_it_and_lasts_while_somebody_does(signed_in, database: Database):
    service, given, _ = signed_in
    age(database, expires_at=timedelta(hours=11))
    who(service, given)
    age(database, expires_at=timedelta(hours=11))
    who(service, given)  # it would have ended, had it not been used in between
    age(database, expires_at=timedelta(hours=12, minutes=1))
    assert refusal(service, given) is SessionEnded


def test_it_ends_after_a_week_in_any_case(signed_in, database: Database):
    service, given, _ = signed_in
    age(database, created_at=timedelta(days=7), expires_at=timedelta(hours=6))
    who(service, given)
    assert service.logins._until(asyncio.run(service.identify(given)).login) <= now()


def test_an_old_cookie_is_exchanged_and_dies_soon_after(signed_in, database: Database):
    service, given, key = signed_in
    login = asyncio.run(service.identify(given)).login
    assert service.logins.renew(login) is None
    age(database, renewed_at=logins.RENEWED_AFTER)
    token, new = service.logins.renew(asyncio.run(service.identify(given)).login)
    assert token != given.cookie and new.csrf == given.csrf
    assert who(service, replace(given, cookie=token, is_change=True)).owner == key
    assert who(service, given).owner == key  # what is under way
    age(database, expires_at=logins.GRACE)
    assert refusal(service, given) is SessionEnded
    assert who(service, replace(given, cookie=token)).owner == key


def test_what_ran_out_is_forgotten_when_the_next_one_signs_in(signed_in, database: Database):
    service, _, _ = signed_in
    age(database, expires_at=timedelta(hours=13))
    _, secret = keys.create(database, Wish("Bert", ["speak"]))
    asyncio.run(service.sign_in(secret))
    with database.reading() as session:
        assert len(session.scalars(select(Login)).all()) == 1
