"""Searches as jobs: trials one after another, judged by what they said, cut short, killed and taken on."""

from typing import Any

import pytest
from by_hand import QUICK, begin, finish, kept, one, until
from sqlalchemy import func, select

from timbre.access.scopes import local_user
from timbre.errors import BadSearch, BadTraining, MissingExtra, RunOfSearch, SearchActive, SearchEnded, UnknownSearch
from timbre.jobs import lease, searching, training
from timbre.jobs import rows as job_rows
from timbre.jobs.cleanup import clean_up
from timbre.jobs.searching import Asked
from timbre.jobs.training import Store
from timbre.runs import events, rows, searches
from timbre.settings import Settings
from timbre.store.tables import Job
from timbre.store.tables_training import RunRow, SearchRow
from timbre.training.study import Study

ME = local_user("127.0.0.1")
SHORT = {name: QUICK[name] for name in ("sentences", "texts", "half", "threads")} | {"max_steps": 4}
SPACE = {"batches": [2], "ranks": [2, 4, 8], "rates_lora": [1e-3]}


def asked(build: Any, space: dict[str, Any] = SPACE, trials: int = 3, looks: int = 2, **changes: Any) -> Asked:
    return Asked(training.Asked(build.dataset_id, parameters={**SHORT, **changes}), space, trials, looks)


def found(store: Store, search_id: str) -> searches.Search:
    with store.database.reading() as session:
        return searches.get(session, search_id)


def test_three_trials_are_ranked_by_what_they_said_and_survive_a_kill(store: Store, build: Any):
    search, job, new = searching.start(store, asked(build), ME)
    assert new and search.status == rows.QUEUED
    with pytest.raises(SearchActive):
        searches.remove(store.database, search.row.id)
    assert [one["state"] for one in search.trials()] == ["waiting"]
    _, process = begin(store)
    until(lambda: any(one["number"] and one["looks"] for one in found(store, search.row.id).row.trials), process)
    process.kill()
    process.wait()
    process.stdout.close()
    before = found(store, search.row.id).row.trials
    lease.put_back(store.database, job.id, job.lease_number + 1)
    finish(begin(store)[1])
    search = found(store, search.row.id)
    assert search.status == rows.COMPLETED and search.row.finished_at and search.progress == 1
    for was, trial in zip(before, search.row.trials, strict=False):
        assert trial["run_id"] == was["run_id"] and was["looks"].items() <= trial["looks"].items()
    assert before[0] == search.row.trials[0]
    trials = search.trials()
    assert [one["rank"] for one in trials] == [1, 2, 3]
    assert sorted(one["chosen"]["lora_rank"] for one in trials) == [2, 4, 8]
    assert all(
        (one["state"], one["step"], one["steps"], set(one["looks"])) == ("completed", 4, 4, {"1", "2"})
        for one in trials
    )
    assert [one["score"] for one in trials] == sorted((one["score"] for one in trials), reverse=True)
    for trial in trials:
        assert (trial["state"], trial["step"], trial["steps"], set(trial["looks"])) == ("completed", 4, 4, {"1", "2"})
        run = one(store, trial["run_id"])
        assert run.status == rows.COMPLETED and run.row.parameters.items() >= trial["chosen"].items()
        assert trial["checkpoint_id"] in {row.id for row in kept(store, run.row.id)}
        assert [path.name for path in (store.settings.home / "runs" / run.row.id).iterdir()] == ["state"]
    with store.database.reading() as session:
        assert session.get(Job, job.id).result["best"] == trials[0]["run_id"]
        assert len(rows.listed(session, search_id=search.row.id)[0]) == 3
    assert not (store.settings.home / "runs" / search.row.id).exists()
    with pytest.raises(SearchEnded):
        searching.resume(store, search.row.id, ME)
    gone = searches.remove(store.database, search.row.id)
    with store.database.reading() as session:
        assert build.manifest in gone and not session.scalar(select(func.count()).select_from(RunRow))


def test_a_trial_that_is_behind_is_cut_short_and_says_so(store: Store, build: Any, monkeypatch: pytest.MonkeyPatch):
    chosen = store.settings.model_copy(update={"search_whole": 1})
    store = Store(store.database, store.blobs, chosen)
    search, _, _ = searching.start(store, asked(build, trials=2), ME)
    first = search.row.trials[0]["run_id"]
    with store.database.writing() as session:  # better than any can be
        known = {"state": "completed", "score": 2.0, "looks": {"1": 2.0, "2": 2.0}}
        searches.change(session.get(SearchRow, search.row.id), 0, **known)
        session.get(RunRow, first).status = rows.COMPLETED
    with pytest.raises(RunOfSearch):
        rows.remove(store.database, first)
    finish(begin(store)[1])
    search = found(store, search.row.id)
    best, behind = search.trials()
    assert search.status == rows.COMPLETED and best["run_id"] == first and best["rank"] == 1
    assert behind["state"] == "pruned" and behind["step"] == 3 < behind["steps"] == 4 and "rank" not in behind
    with store.database.reading() as session:
        lines = [event.line for event in events.last(session, [behind["run_id"]], 50)]
    assert lines[-1].startswith("Cut short at step 3 of 4: with a score of ")
    assert one(store, behind["run_id"]).status == rows.STOPPED


def test_a_search_none_of_whose_trials_can_be_made_fails_with_their_reason(store: Store, build: Any):
    search, _, _ = searching.start(store, asked(build, trials=2, max_samples=1), ME)
    finish(begin(store)[1])
    search = found(store, search.row.id)
    assert search.status == rows.FAILED and search.error["code"] == "bad_training"
    assert [(one["state"], one["error"]["code"]) for one in search.trials()] == [("failed", "bad_training")] * 2
    assert {one(store, trial["run_id"]).status for trial in search.trials()} == {rows.FAILED}
    again, work = searching.resume(store, search.row.id, ME)
    assert work and [one["state"] for one in again.trials()] == ["stopped"] * 2
    job_rows.remove(store.database, again.job.id)
    clean_up(store.database, store.blobs)
    assert found(store, search.row.id).row.status == rows.STOPPED


def test_every_cell_is_proposed_once():
    space = searches.Space.of(Settings(_env_file=None), methods=["lora", "full"])
    request = {"space": space.as_json(), "parameters": {"checkpoint_every": 5, "seed": 3}, "steps": 10, "whole": 3}
    ended: list[dict[str, Any]] = []
    for number in range(24):
        cell = Study(request, ended).propose()
        known = {"state": "completed", "score": 0.5, "looks": {"1": 0.4, "2": 0.5}}
        ended.append({"number": number, "chosen": cell, **known})
    assert sorted(map(str, space.cells())) == sorted(str(one["chosen"]) for one in ended)


def test_the_score_is_of_what_was_said_and_equals_go_by_the_loss():
    assert searches.score({"similarity": 0.7, "word_error_rate": 0.2, "validation_loss": 9.0}) == 0.5
    assert searches.score({"similarity": 0.7}) == 0.7 and searches.score({"validation_loss": 1.0}) is None
    trials = [
        {"number": place, "state": state, "score": score, "figures": {"validation_loss": loss}}
        for place, (state, score, loss) in enumerate(
            [("completed", 0.5, 3.0), ("pruned", 0.9, 1.0), ("completed", 0.5, 2.0), ("completed", 0.6, 4.0)]
        )
    ]
    assert [one["number"] for one in searches.ranked(trials)] == [3, 2, 0, 1]


def test_without_its_package_a_search_says_how_to_install_it(store: Store, build: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="A search needs a package") as fault:
        searching.start(store, asked(build), ME)
    assert "pip install 'timbre-tts[train]'" in fault.value.advice


@pytest.mark.parametrize(
    ("parameters", "space", "words"),
    [
        ({"rate": 1e-4}, {}, "rate is what is searched for: say rates_lora or rates_full"),
        ({"epochs": 3}, {}, "epochs cannot be set: a search goes by steps"),
        ({}, {"batches": [0]}, "batch: it should be greater"),
        ({"bach": 1}, {}, "there is no parameter 'bach'"),
    ],
)
def test_what_cannot_be_searched_is_said_before_there_is_a_job(
    store: Store, build: Any, parameters: dict[str, Any], space: dict[str, Any], words: str
):
    with pytest.raises((BadSearch, BadTraining), match=words):
        searching.start(store, Asked(training.Asked(build.dataset_id, parameters=parameters), space), ME)
    with pytest.raises(UnknownSearch), store.database.reading() as session:
        searches.get(session, "x-1")
    with store.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Job))
