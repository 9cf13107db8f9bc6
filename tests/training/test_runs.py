"""Training runs as jobs: begun, kept as rows, stopped, paused, killed and taken on."""

import signal
from pathlib import Path
from typing import Any

import pytest
from by_hand import QUICK, begin, finish, kept, one, until
from sqlalchemy import func, select

from timbre.access.scopes import local_user
from timbre.errors import (
    BadTraining,
    CheckpointInUse,
    NoActiveRun,
    NoBuild,
    RunActive,
    RunEnded,
    UnknownBuild,
    UnknownDataset,
    UnknownModel,
    UnknownRun,
)
from timbre.jobs import lease, training
from timbre.jobs import rows as job_rows
from timbre.jobs.states import LONG
from timbre.jobs.training import Asked, Store
from timbre.runs import checkpoints, events, rows
from timbre.store.tables import Job, new_id
from timbre.store.tables_training import CheckpointRow, DatasetRow, PointRow, PromotionRow, RunRow, SampleRow

ME = local_user("127.0.0.1")


def asked(build: Any, **changes: Any) -> Asked:
    return Asked(dataset_id=build.dataset_id, parameters={**QUICK, **changes})


def reached(store: Store, run_id: str) -> int:
    with store.database.reading() as session:
        query = select(func.max(PointRow.step)).where(PointRow.run_id == run_id, PointRow.kind == "train")
        return session.scalar(query) or 0


def test_a_run_is_kept_as_it_goes_and_its_samples_can_be_heard(store: Store, build: Any):
    run, job, new = training.start(store, asked(build), ME)
    assert new and run.status == rows.QUEUED and run.row.parameters["rate"] == store.settings.train_rate_lora
    finish(begin(store)[1])
    run = one(store, run.row.id)
    assert (run.status, run.progress, run.row.step, run.row.steps) == (rows.COMPLETED, 1.0, 6, 6)
    assert {"epoch", "loss", "rate", "gradient", "memory_mb", "step_s", "validation_loss"} <= set(run.row.figures)
    assert 0 < run.row.figures["elapsed_s"] <= (run.row.finished_at - run.row.started_at).total_seconds() + 0.1
    board = store.settings.home / "runs" / run.row.id / "state" / "tensorboard"
    assert list(board.glob("events.out.tfevents.*"))
    assert len(run.row.base_fingerprint) == 16
    found = kept(store, run.row.id)
    assert {row.step for row in found} <= {3, 6} and 6 in {row.step for row in found}
    assert sum(row.best for row in found) == 1
    assert all(row.kind == "adapter" and row.bytes == store.blobs.storage.size(row.blob) for row in found)
    assert all({"validation_loss", "similarity", "epoch"} <= set(row.figures) for row in found)
    with store.database.reading() as session:
        curves = rows.points(session, run.row.id)
        assert [point.step for point in curves["train"]] == [1, 2, 3, 4, 5, 6]
        assert [point.step for point in curves["validation"]] == [3, 6]
        assert [point.step for point in rows.points(session, run.row.id, "train", most=2)["train"]] == [3, 6]
        heard = checkpoints.samples_of(session, found[-1].id)
        lines = [event.line for event in events.last(session, [run.row.id], 50)]
        assert session.get(Job, job.id).result["ending"] == "completed"
        for file in (f"{heard[0].id}.flac", f"{heard[0].id}.reference.flac"):
            assert store.blobs.whole(checkpoints.sound(session, file)).startswith(b"fLaC")
    assert heard[0].text == "No." and "similarity" in heard[0].figures
    assert any(line.startswith("Checkpoint at step 6: validation loss") for line in lines)
    assert lines[-1] == "Completed at step 6"


def test_a_killed_run_goes_on_to_the_same_curve_and_keeps_no_checkpoint_twice(store: Store, build: Any):
    long = {"max_steps": 14, "validate_every": 4, "checkpoint_every": 4, "keep": 9}
    straight, _, _ = training.start(store, asked(build, **long), ME)
    finish(begin(store)[1])
    broken, _, _ = training.start(store, asked(build, **long), ME)
    job, process = begin(store)
    until(lambda: len(kept(store, broken.row.id)) >= 2, process)
    process.kill()
    process.wait()
    process.stdout.close()
    assert one(store, broken.row.id).status == rows.RUNNING
    lease.put_back(store.database, job.id, job.lease_number)
    spent = one(store, broken.row.id).row.figures["elapsed_s"]
    again, process = begin(store)
    assert again.id == job.id and again.lease_number == job.lease_number + 1
    finish(process)
    assert one(store, broken.row.id).status == rows.COMPLETED
    assert one(store, broken.row.id).row.figures["elapsed_s"] > spent > 0
    steps = sorted(row.step for row in kept(store, broken.row.id))
    assert steps == [4, 8, 12, 14]
    with store.database.reading() as session:
        curves = [
            {point.step: point.figures["loss"] for point in rows.points(session, run.row.id, "train")["train"]}
            for run in (straight, broken)
        ]
    assert curves[0] == pytest.approx(curves[1], abs=1e-6)


def test_a_run_that_is_stopped_has_a_last_checkpoint_and_can_go_on(store: Store, build: Any):
    run, job, _ = training.start(
        store, asked(build, max_steps=100_000, validate_every=50_000, checkpoint_every=50_000), ME
    )
    _, process = begin(store)
    until(lambda: reached(store, run.row.id) > 2, process)
    assert training.stop(store, "", ME).wish == "cancel"
    finish(process)
    run = one(store, run.row.id)
    assert run.status == rows.STOPPED and run.job.status == "cancelled" and run.row.finished_at
    [last] = kept(store, run.row.id)
    assert last.step == run.row.step > 2
    with pytest.raises(RunEnded):
        training.stop(store, run.row.id, ME)
    again, work = training.resume(store, run.row.id, ME)
    assert work and again.status == rows.QUEUED and again.job.id != job.id
    _, process = begin(store)
    until(lambda: reached(store, run.row.id) > last.step + 2, process)
    process.send_signal(signal.SIGTERM)  # as a worker does that ends
    finish(process)
    run = one(store, run.row.id)
    assert run.status == rows.QUEUED and len(kept(store, run.row.id)) == 1


def test_a_run_is_paused_within_a_step_and_resumed(store: Store, build: Any):
    run, _, _ = training.start(
        store, asked(build, max_steps=100_000, validate_every=50_000, checkpoint_every=50_000), ME
    )
    _, process = begin(store)
    until(lambda: reached(store, run.row.id) > 2, process)
    training.pause(store, run.row.id, ME)
    finish(process)
    assert one(store, run.row.id).status == rows.PAUSED and not kept(store, run.row.id)
    paused = reached(store, run.row.id)
    assert lease.claim(store.database, LONG, "nobody") is None
    again, work = training.resume(store, "", ME)
    assert work and again.status == rows.QUEUED
    _, process = begin(store)
    until(lambda: reached(store, run.row.id) > paused, process)
    job_rows.remove(store.database, again.job.id)
    finish(process)
    assert one(store, run.row.id).status == rows.STOPPED
    with pytest.raises(NoActiveRun):
        training.pause(store, "", ME)


def test_full_fine_tuning_keeps_what_differs_from_the_base(store: Store, build: Any):
    run, _, _ = training.start(store, asked(build, method="full", max_steps=2, sentences=1), ME)
    assert run.row.parameters["rate"] == store.settings.train_rate_full
    finish(begin(store)[1])
    [row] = kept(store, run.row.id)
    assert row.kind == "model" and row.best


def test_an_estimate_is_a_job_with_figures(store: Store, build: Any):
    job, new = training.estimate(store, asked(build, max_steps=1000), ME)
    assert new
    finish(begin(store)[1])
    with store.database.reading() as session:
        job = job_rows.get(session, job.id)
    assert job.status == "completed" and job.result["steps"] == 1000 and job.result["seconds"] > 0
    assert not list((store.settings.home / "runs").iterdir())
    run, _, _ = training.start(store, Asked(build.dataset_id, parameters=QUICK, estimate_job=job.id), ME)
    assert run.row.estimate["step_s"] == job.result["step_s"]


def test_what_cannot_be_trained_is_said_before_there_is_a_job(store: Store, build: Any, made: Path):
    for wrong, words in {
        "batch": "batch: it should be greater than or equal to 1",
        "rank": "there is no parameter 'rank'",
    }.items():
        with pytest.raises(BadTraining, match=words):
            training.start(store, asked(build, **{wrong: 0}), ME)
    with pytest.raises(UnknownDataset):
        training.start(store, Asked("d-none"), ME)
    with pytest.raises(UnknownBuild):
        training.start(store, Asked(build_id="m-none"), ME)
    with pytest.raises(UnknownModel):
        training.start(store, Asked(build.dataset_id, base="nobody"), ME)
    empty = DatasetRow(id=new_id("d"), name="Empty", language="en")
    with store.database.writing() as session:
        session.add(empty)
    with pytest.raises(NoBuild, match="has not been built"):
        training.start(store, Asked(empty.id), ME)
    with store.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Job))
        assert not session.scalar(select(func.count()).select_from(RunRow))


def test_a_run_is_its_owners_alone(store: Store, build: Any):
    run, _, _ = training.start(store, asked(build), ME)
    with store.database.reading() as session:
        with pytest.raises(UnknownRun):
            rows.get(session, run.row.id, owner="k-other")
        assert rows.listed(session, owner="k-other") == ([], None)
        assert [one.row.id for one in rows.listed(session, owner="")[0]] == [run.row.id]


def test_deleting_a_run_takes_all_with_it_unless_something_needs_it(store: Store, build: Any):
    run, _, _ = training.start(store, asked(build, max_steps=2), ME)
    with pytest.raises(RunActive):
        rows.remove(store.database, run.row.id)
    finish(begin(store)[1])
    [row] = kept(store, run.row.id)
    promotion = PromotionRow(id=new_id("q"), checkpoint_id=row.id, kind="voice", target="v-1")
    with store.database.writing() as session:
        session.add(promotion)
    with pytest.raises(CheckpointInUse, match="v-1"):
        rows.remove(store.database, run.row.id)
    with store.database.writing() as session:
        session.delete(session.get(PromotionRow, promotion.id))
    store.blobs.forget(rows.remove(store.database, run.row.id))
    assert not store.blobs.storage.exists(row.blob) and store.blobs.storage.exists(build.manifest)
    with store.database.reading() as session:
        for table in (RunRow, PointRow, CheckpointRow, SampleRow):
            assert not session.scalar(select(func.count()).select_from(table)), table
    from timbre.training.job import sweep

    assert (store.settings.home / "runs" / run.row.id).is_dir()
    sweep(store.settings.home, store.database)
    assert not (store.settings.home / "runs" / run.row.id).exists()


def test_a_job_that_ended_by_itself_settles_its_run(store: Store, build: Any):
    run, job, _ = training.start(store, asked(build), ME)
    job_rows.remove(store.database, job.id)
    assert one(store, run.row.id).status == rows.STOPPED
    rows.settle(store.database)
    job_rows.remove(store.database, job.id)  # it has ended: its row goes
    assert one(store, run.row.id).status == rows.STOPPED


def test_a_stop_that_meets_the_end_of_a_worker_is_not_lost(store: Store, build: Any):
    run, job, _ = training.start(store, asked(build), ME)
    claimed = lease.claim(store.database, LONG, lease.holder_name())
    job_rows.remove(store.database, job.id)  # asks whoever has it
    lease.put_back(store.database, job.id, claimed.lease_number)
    assert one(store, run.row.id).status == rows.STOPPED
