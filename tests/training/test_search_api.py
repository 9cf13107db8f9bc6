"""A search over HTTP and by `timbre train search`: begun, followed, paused, stopped and deleted, by its owner alone."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commanding import Command
from schooling import School

WORDS = [
    "--ranks", "2", "--rates-lora", "1e-4,1e-3", "--batches", "2", "--looks", "1", "--set", "max_steps=2",
    "--set", "sentences=1", "--set", 'texts=["No."]', "--set", "half=off", "--set", "threads=1",
]  # fmt: skip
LONG = {"max_steps": 100_000, "sentences": 1, "texts": ["No."], "half": "off", "threads": 1}


def until(ask: Callable[[], dict[str, Any]], what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while not what(found := ask()):
        assert time.monotonic() < deadline and found["status"] != "failed", found
        time.sleep(0.1)
    return found


def test_a_search_at_the_command_line_ends_with_its_trials_ranked(school: School, tmp_path: Path):
    timbre = Command(school.guarded.service, tmp_path, TIMBRE_API_KEY=school.key)
    lines = timbre.done("train", "search", "start", school.dataset, *WORDS, "--name", "Two", "--wait").splitlines()
    search = lines[0]
    table = [line.split() for line in lines[-2:]]
    assert [row[:5] for row in table] == [[str(rank), "completed", "2", "of", "2"] for rank in (1, 2)]
    told = timbre.done("train", "search", "status")
    assert search in told and "2 of 2, of 2 steps each" in told and "0.0001, 0.001" in told
    shown = json.loads(timbre.done("train", "search", "status", search, "--json"))
    assert [one["rank"] for one in shown["trials"]] == [1, 2] and "word_error_rate" not in shown["parameters"]
    assert {one["parameters"]["rate"] for one in shown["trials"]} == {1e-4, 1e-3}
    assert timbre.done("train", "search", "list").split()[:3] == [search, "completed", "100%"]
    assert "so far" in timbre.done("train", "status", shown["trials"][0]["run_id"])
    assert "has ended" in timbre.refused("train", "search", "resume", search)
    assert timbre.done("train", "search", "delete", search) == f"{search} is gone.\n"
    assert "There is no search" in timbre.refused("train", "search", "status", search)
    refused = timbre.refused("train", "search", "start", school.dataset, "--set", "rate=1")
    assert "rate is what is searched for: say rates_lora or rates_full" in refused


def test_a_search_is_its_owners_and_is_paused_resumed_and_stopped(school: School):
    with school.guarded.client(school.key) as http, school.guarded.client(school.guarded.key("train")[1]) as other:
        body = {"dataset_id": school.dataset, "ranks": [2], "batches": [2], "trials": 1, "parameters": LONG}
        answer = http.post("/training/search", json=body, headers={"Idempotency-Key": "a search"})
        assert answer.status_code == 202 and answer.json()["wanted"] == 1
        place = answer.headers["location"]
        again = http.post("/training/search", json=body, headers={"Idempotency-Key": "a search"})
        assert again.json()["id"] == answer.json()["id"] == place.rpartition("/")[2]
        found = until(lambda: http.get(place).json(), lambda one: one["trials"][0].get("step", 0) > 0)
        [trial] = found["trials"]
        assert (found["status"], trial["status"], trial["steps"]) == ("running", "running", 100_000)
        assert http.get(f"/training/runs/{trial['run_id']}").json()["search_id"] == found["id"]
        assert other.get(place).status_code == other.post(f"{place}/stop").status_code == 404
        assert other.get("/training/searches").json()["items"] == []
        refused = http.post("/training/stop", json={"run_id": trial["run_id"]}).json()["error"]
        assert refused["code"] == "run_of_search" and found["id"] in refused["message"]
        assert http.delete(place).json()["error"]["code"] == "search_active"
        assert http.post(f"{place}/pause").status_code == 200
        paused = until(lambda: http.get(place).json(), lambda one: one["status"] == "paused")
        assert paused["trials"][0]["status"] == "paused"
        assert http.post(f"{place}/resume").json()["status"] == "queued"
        until(lambda: http.get(place).json(), lambda one: one["trials"][0]["step"] > paused["trials"][0]["step"])
        http.post(f"{place}/stop")
        stopped = until(lambda: http.get(place).json(), lambda one: one["status"] == "stopped")
        assert stopped["trials"][0]["status"] == "stopped"
        assert http.post(f"{place}/pause").json()["error"]["code"] == "search_ended"
        reached = stopped["trials"][0]["step"]
        assert (
            http.get("/training/checkpoints", params={"run_id": trial["run_id"]}).json()["items"][0]["step"] == reached
        )
        assert http.post(f"{place}/resume").json()["status"] == "queued"  # with the trial that it was at
        again = until(lambda: http.get(place).json(), lambda one: one["trials"][0]["step"] > reached)
        assert [one["run_id"] for one in again["trials"]] == [trial["run_id"]]
        http.post(f"{place}/pause")
        until(lambda: http.get(place).json(), lambda one: one["status"] == "paused")
        assert http.post(f"{place}/stop").json()["status"] == "stopped"
        assert http.get(f"/training/runs/{trial['run_id']}").json()["status"] == "stopped"
        assert http.delete(place).status_code == 204 and http.get(place).json()["error"]["code"] == "unknown_search"
