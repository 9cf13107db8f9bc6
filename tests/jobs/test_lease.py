"""Who works on a job: one at a time, in the right order, and nobody who was given up for dead."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import update

from timbre.access.scopes import Caller, Limits, local_user
from timbre.errors import EngineLost, KeyReused, TooManyJobs, UnknownVoice
from timbre.jobs import lease, recovery, rows
from timbre.jobs.lease import LeaseLost
from timbre.jobs.states import LONG, SPEECH, Status
from timbre.jobs.submit import Once, Wish, submit, submit_batch
from timbre.settings import settings
from timbre.store.database import Database
from timbre.store.tables import Job, Key, now

ME = local_user("127.0.0.1")


def add(database: Database, text: str = "Hello.", caller: Caller = ME, **more: object) -> Job:
    return submit(database, Wish("speech", text=text, **more), caller)[0]  # type: ignore[arg-type]


def see(database: Database, job: Job) -> Job:
    with database.reading() as session:
        found = session.get(Job, job.id)
    assert found is not None
    return found


def change(database: Database, job: Job, **values: object) -> None:
    with database.writing() as session:
        session.execute(update(Job).where(Job.id == job.id).values(**values))


def test_a_job_has_one_worker_however_many_ask(database: Database) -> None:
    made = {add(database).id for _ in range(30)}
    taken: list[str] = []

    def take(name: str) -> None:
        while job := lease.claim(database, SPEECH, name):
            taken.append(job.id)

    threads = [threading.Thread(target=take, args=(f"worker {number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(taken) == Counter(made)


def test_short_texts_go_before_long_ones_and_those_before_batches(database: Database) -> None:
    from timbre.jobs.submit import priority_of

    batched = add(database, priority=priority_of("Hi.", batched=True))
    long = add(database, priority=priority_of("x" * 5000))
    short = add(database, priority=priority_of("Hi."))
    order = [lease.claim(database, SPEECH, "w") for _ in range(3)]
    assert [job.id for job in order if job] == [short.id, long.id, batched.id]


def test_who_has_fewest_in_hand_is_next(database: Database) -> None:
    ana, bruno = (Caller(f"k-{name}", name, frozenset({"speak"}), "key", name) for name in ("ana", "bruno"))
    for _ in range(3):
        add(database, caller=ana)
    add(database, caller=bruno)
    owners = [job.owner for _ in range(4) if (job := lease.claim(database, SPEECH, "w"))]
    assert owners == ["k-ana", "k-bruno", "k-ana", "k-ana"]


def test_a_key_has_no_more_jobs_in_hand_than_it_may(database: Database) -> None:
    with database.writing() as session:
        session.add(Key(id="k-1", name="one", start="tb_1", hash="1", scopes=["speak"], jobs_at_once=2))
    limited = Caller("k-1", "one", frozenset({"speak"}), "key", "one", Limits(jobs_at_once=None))
    for _ in range(3):
        add(database, caller=limited)
    assert [bool(lease.claim(database, SPEECH, "w")) for _ in range(3)] == [True, True, False]


def test_a_lease_that_ran_out_is_taken_on_and_the_former_holder_may_write_no_more(database: Database) -> None:
    add(database)
    first = lease.claim(database, SPEECH, "first")
    assert first and lease.claim(database, SPEECH, "second") is None
    change(database, first, lease_until=now() - timedelta(seconds=1))
    second = lease.claim(database, SPEECH, "second")
    assert second and second.id == first.id and second.lease_number == first.lease_number + 1
    with pytest.raises(LeaseLost), lease.fenced(database, first.id, first.lease_number) as (_, row):
        row.progress = 1.0
    with pytest.raises(LeaseLost):
        lease.put_back(database, first.id, first.lease_number)
    lease.renew(database, [(first.id, first.lease_number)])
    with lease.fenced(database, second.id, second.lease_number) as (_, row):
        assert row.progress == 0.0
        lease.complete(row, duration_s=1.0)
    assert see(database, second).status == Status.COMPLETED


def test_renewing_keeps_a_job(database: Database) -> None:
    job = add(database)
    held = lease.claim(database, SPEECH, "w")
    assert held
    change(database, job, lease_until=now() - timedelta(seconds=1))
    lease.renew(database, [(held.id, held.lease_number)])
    assert lease.claim(database, SPEECH, "other") is None


def test_a_job_whose_workers_keep_dying_fails_with_a_reason(database: Database) -> None:
    job = add(database)
    for _ in range(settings().job_attempts):
        assert lease.claim(database, SPEECH, "w")
        change(database, job, lease_until=now() - timedelta(seconds=1))
    assert lease.claim(database, SPEECH, "w") is None
    found = see(database, job)
    assert found.status == Status.FAILED and found.error and found.error["code"] == "work_lost"


def test_a_fault_that_may_pass_is_tried_again_later_and_later_and_then_no_more(database: Database) -> None:
    job = add(database)
    pauses = []
    for attempt in range(1, settings().job_attempts + 1):
        held = lease.claim(database, SPEECH, "w")
        assert held, attempt
        again = lease.retry(database, held.id, held.lease_number, EngineLost())
        assert again == (attempt < settings().job_attempts)
        found = see(database, job)
        if again:
            assert found.not_before and lease.claim(database, SPEECH, "w") is None
            pauses.append(round((found.not_before - now()).total_seconds()))
            change(database, job, not_before=now() - timedelta(seconds=1))
    assert pauses == sorted(pauses)
    assert found.status == Status.FAILED and found.error and found.error["code"] == "engine_lost"


def test_what_cannot_be_done_fails_at_once_in_the_words_of_the_fault(database: Database) -> None:
    job = add(database)
    held = lease.claim(database, SPEECH, "w")
    assert held
    lease.fail(database, held.id, held.lease_number, UnknownVoice(voice="zoe", known="ana"))
    found = see(database, job)
    assert found.status == Status.FAILED and found.error and "zoe" in found.error["message"]
    assert found.finished_at and found.expires_at and found.expires_at > found.finished_at


def test_only_jobs_for_the_loaded_model_are_taken(database: Database) -> None:
    other, ours, any = add(database, model="big"), add(database, model="mini"), add(database)
    taken = [lease.claim(database, SPEECH, "w", "mini") for _ in range(3)]
    assert {job.id for job in taken if job} == {ours.id, any.id}
    found = lease.claim(database, SPEECH, "w", "big")
    assert found and found.id == other.id


def test_no_more_of_a_queue_are_in_hand_than_may_be(database: Database) -> None:
    for _ in range(6):
        add(database, queue=LONG)
    taken: list[Job | None] = []
    threads = [
        threading.Thread(target=lambda: taken.append(lease.claim(database, LONG, "w", most=2))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(job is not None for job in taken) == 2


def test_the_dead_of_this_machine_are_noticed_at_once(database: Database) -> None:
    add(database), add(database)
    alive = lease.claim(database, SPEECH, lease.holder_name())
    parts = lease.holder_name().split("/")
    dead = lease.claim(database, SPEECH, "/".join([*parts[:2], "999999", "1"]))
    elsewhere = add(database)
    assert lease.claim(database, SPEECH, "other-host/1/2/3")
    assert lease.give_up_dead(database) == 1
    again = lease.claim(database, SPEECH, "w")
    assert alive and dead and again and again.id == dead.id and elsewhere.id != again.id


def test_a_request_that_is_sent_twice_makes_one_job(database: Database) -> None:
    wish, once = Wish("speech", text="Hello."), Once.of("abc", {"text": "Hello."})
    found: list[tuple[Job, bool]] = []
    threads = [threading.Thread(target=lambda: found.append(submit(database, wish, ME, once))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({job.id for job, _ in found}) == 1 and sum(new for _, new in found) == 1
    with pytest.raises(KeyReused):
        submit(database, wish, ME, Once.of("abc", {"text": "Goodbye."}))
    another = Caller("k-2", "two", frozenset({"speak"}), "key", "two")
    assert submit(database, wish, another, once)[1]


def test_a_batch_is_taken_whole_or_not_at_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings(), "jobs_waiting", 3)
    with pytest.raises(TooManyJobs):
        submit_batch(database, [Wish("speech", text="a")] * 4, ME)
    with database.reading() as session:
        assert rows.counts(session)["queued"] == 0
    batch, _ = submit_batch(database, [Wish("speech", text=text) for text in "abc"], ME, "Letters")
    with database.reading() as session:
        assert [job.text for job in rows.batch(session, batch.id)[1]] == ["a", "b", "c"]


def test_a_job_nobody_was_told_of_is_found(database: Database) -> None:
    job = add(database)
    assert recovery.unannounced(database, SPEECH, 10) == []
    change(database, job, announced_at=now() - timedelta(minutes=1))
    assert recovery.unannounced(database, SPEECH, 10) == [job.id]
    recovery.announced(database, [job.id])
    assert recovery.unannounced(database, SPEECH, 10) == []


def test_a_chore_is_taken_by_one(database: Database) -> None:
    hour = timedelta(hours=1)
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(recovery.take_chore(database, "tidy", hour))) for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [False] * 4 + [True]
    assert not recovery.take_chore(database, "tidy", hour) and recovery.take_chore(database, "tidy", timedelta(0))
