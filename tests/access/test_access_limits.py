"""How much a key may ask for: requests a minute, characters a day, jobs at once."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from timbre.access import keys, quota
from timbre.access.guard import Guard
from timbre.access.keys import Wish
from timbre.access.rates import Rates
from timbre.access.scopes import Caller, Limits, local_user
from timbre.errors import EngineBusy, KeyRevoked, QuotaSpent, RateExceeded, TooManyOwnJobs
from timbre.jobs import broker
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import Job, now


def caller(database: Database, **limits: int) -> Caller:
    key, _ = keys.create(database, Wish("Anna", ["speak"], limits=Limits(**limits)))
    return Caller(key.id, key.name, frozenset(key.scopes), "key", f"key {key.id}", Limits(**limits))


def settings(**more: object) -> Settings:
    return Settings(_env_file=None, **more)


# Requests a minute

ANNA = Caller("a", "Anna", frozenset({"speak"}), "key", "key a", Limits(requests_per_minute=3))
BERT = replace(ANNA, owner="b", counted="key b", limits=Limits())


def test_one_too_many_in_a_minute_says_when_to_come_again():
    async def test() -> None:
        rates = Rates(settings())
        for _ in range(3):
            await rates.count(ANNA)
        for _ in range(2):
            with pytest.raises(RateExceeded) as raised:
                await rates.count(ANNA)
        assert 50 < raised.value.retry_after <= 60 and "3 requests" in str(raised.value)
        assert str(raised.value.retry_after) in raised.value.advice
        for _ in range(10):  # no limit is set for him
            await rates.count(BERT)

    asyncio.run(test())


def test_the_rate_for_all_holds_where_a_key_has_none_of_its_own():
    async def test() -> None:
        rates = Rates(settings(requests_per_minute=1))
        for one in (BERT, local_user("127.0.0.1"), local_user("::1")):
            await rates.count(one)
            with pytest.raises(RateExceeded):
                await rates.count(one)
        for _ in range(3):
            await rates.count(ANNA)

    asyncio.run(test())


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """A broker of its own, and its address."""
    process = subprocess.Popen(broker.server_command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    socket = broker.socket_path(tmp_path)
    deadline = time.monotonic() + 20
    while not socket.exists():
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.02)
    yield f"redis+socket://{socket}?virtual_host=0", process
    process.kill()
    process.wait()


def test_several_processes_count_together_and_each_alone_while_redis_is_away(redis):
    url, process = redis

    async def test() -> None:
        one, other = Rates(settings(broker_url=url)), Rates(settings(broker_url=url))
        await one.count(ANNA)
        await other.count(ANNA)
        await one.count(ANNA)
        for rates in (one, other):
            with pytest.raises(RateExceeded) as raised:
                await rates.count(ANNA)
            assert 50 < raised.value.retry_after <= 60
        process.kill()
        process.wait()
        for _ in range(3):
            await one.count(ANNA)
        with pytest.raises(RateExceeded):
            await one.count(ANNA)

    asyncio.run(test())


# Characters a day


def test_a_day_has_so_many_characters(database: Database):
    guard, anna = Guard(settings(), database), caller(database, characters_per_day=100)

    async def test() -> None:
        await guard.spend(anna, 60)
        with pytest.raises(QuotaSpent) as raised:
            await guard.spend(anna, 41)
        assert raised.value.facts["left"] == 40 and 0 < raised.value.retry_after <= 24 * 60 * 60
        await guard.spend(anna, 40)
        with pytest.raises(QuotaSpent):
            await guard.spend(anna, 1)

    asyncio.run(test())
    used = keys.used_today(database)[anna.owner]
    assert (used.characters, used.requests) == (100, 2)


def test_a_first_text_longer_than_the_day_is_refused(database: Database):
    guard, anna = Guard(settings(), database), caller(database, characters_per_day=10)
    with pytest.raises(QuotaSpent):
        asyncio.run(guard.spend(anna, 11))
    assert keys.used_today(database) == {}


def test_without_a_limit_it_is_counted_all_the_same_and_who_has_no_key_is_not(database: Database):
    guard, anna = Guard(settings(), database), caller(database)
    asyncio.run(guard.spend(anna, 10_000))
    asyncio.run(guard.spend(local_user("127.0.0.1"), 10_000))
    assert {key: row.characters for key, row in keys.used_today(database).items()} == {anna.owner: 10_000}


def test_who_got_nothing_pays_nothing(database: Database):
    guard, anna = Guard(settings(), database), caller(database, characters_per_day=100)

    async def test() -> None:
        with pytest.raises(EngineBusy):
            async with guard.spending(anna, 100):
                raise EngineBusy(waiting=1)
        async with guard.spending(anna, 100):
            pass

    asyncio.run(test())
    used = keys.used_today(database)[anna.owner]
    assert (used.characters, used.requests) == (100, 1)


def test_many_at_once_do_not_get_past_it(database: Database):
    anna = caller(database, characters_per_day=100)

    def spend(_: int) -> int:
        try:
            with database.writing() as session:
                quota.spend(session, anna, 7)
        except QuotaSpent:
            return 0
        return 7

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(spend, range(40))) == 98
    assert keys.used_today(database)[anna.owner].characters == 98


def test_a_key_that_is_revoked_meanwhile_gets_no_further(database: Database):
    guard, anna = Guard(settings(), database), caller(database)
    asyncio.run(guard.spend(anna, 1))
    keys.revoke(database, anna.owner)
    with pytest.raises(KeyRevoked):
        asyncio.run(guard.spend(anna, 1))


# Jobs at once


def test_jobs_that_have_not_ended_count(database: Database):
    anna = caller(database, jobs_at_once=2)

    def job(name: str, **more: object) -> Job:
        return Job(id=name, kind="speech", queue="speech", owner=anna.owner, **more)

    with database.writing() as session:
        session.add_all([job("one"), job("done", finished_at=now()), Job(id="other", kind="speech", queue="speech")])
    with database.writing() as session:
        quota.check_jobs(session, anna)
        with pytest.raises(TooManyOwnJobs) as raised:
            quota.check_jobs(session, anna, 2)
        assert raised.value.retry_after and "2 jobs at once, and has 1" in str(raised.value)
        quota.check_jobs(session, replace(anna, limits=Limits()), 1000)
