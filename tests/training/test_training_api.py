"""Training over HTTP: begun, followed, heard, paused, stopped and deleted, and by its owner alone."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import torch
from schooling import School
from websockets.sync.client import connect

from timbre.audio.decode import decode
from timbre.xtts import checkpoint

QUICK = {
    "max_steps": 4,
    "batch": 2,
    "sentences": 1,
    "texts": ["No."],
    "validate_every": 2,
    "checkpoint_every": 2,
    "keep": 1,
    "patience": 0,
    "half": "off",
    "threads": 1,
    "lora_rank": 2,
}
LONG = QUICK | {"max_steps": 100_000, "validate_every": 50_000, "checkpoint_every": 50_000}


@pytest.fixture(scope="module")
def http(school: School) -> Iterator[httpx.Client]:
    with school.guarded.client(school.key) as client:
        yield client


@pytest.fixture(scope="module")
def other(school: School) -> Iterator[httpx.Client]:
    """Somebody else who may train."""
    with school.guarded.client(school.guarded.key("train")[1]) as client:
        yield client


def started(http: httpx.Client, school: School, **parameters: Any) -> dict[str, Any]:
    answer = http.post("/training/start", json={"dataset_id": school.dataset, "parameters": parameters})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/training/runs/{answer.json()['id']}"
    return answer.json()


def until(http: httpx.Client, run: str, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 100
    while not what(found := http.get("/training/status", params={"run_id": run}).json()):
        assert time.monotonic() < deadline and found["state"] != "failed", found
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def run(http: httpx.Client, school: School) -> dict[str, Any]:
    """A run that is completed."""
    made = started(http, school, **QUICK)
    return until(http, made["id"], lambda found: found["state"] == "completed")["run"]


def error(answer: httpx.Response) -> tuple[int, str]:
    found = answer.json()["error"]
    assert found["message"].endswith(".") and found["hint"], found
    return answer.status_code, found["code"]


def test_a_run_is_followed_by_its_figures_its_curves_and_its_log(http: httpx.Client, run: dict[str, Any]):
    assert (run["progress"], run["step"], run["steps"], run["method"]) == (1.0, 4, 4, "lora")
    assert run["name"] == "Schoolbook" and run["parameters"]["lora_rank"] == 2
    assert {"loss", "rate", "gradient", "validation_loss"} <= set(run["figures"])
    assert "wish" not in run and "error" not in run
    found = http.get(f"/training/runs/{run['id']}/points").json()
    assert [point["step"] for point in found["train"]] == [1, 2, 3, 4]
    assert [point["step"] for point in found["validation"]] == [2, 4] and found["validation"][0]["loss"] > 0
    later = http.get(f"/training/runs/{run['id']}/points", params={"after": 2}).json()
    assert [point["step"] for point in later["train"]] == [3, 4]
    last = http.get("/training/logs", params={"run_id": run["id"], "lines": 1}).json()
    assert [line["line"] for line in last["items"]] == ["Completed at step 4"] and last["next"] is None
    lines, after = [], "0"
    while after is not None:
        page = http.get("/training/logs", params={"run_id": run["id"], "lines": 3, "after": after}).json()
        lines, after = lines + page["items"], page["next"]
    assert len(lines) > 4 and lines[-1] == last["items"][0] and len({line["id"] for line in lines}) == len(lines)


def test_a_log_is_followed_from_where_one_was(http: httpx.Client, school: School, run: dict[str, Any]):
    lines = http.get("/training/logs", params={"run_id": run["id"]}).json()["items"]
    url = f"{school.guarded.url.replace('http', 'ws')}/training/ws/pipeline?run_id={run['id']}&after={lines[0]['id']}"
    with connect(url, additional_headers={"Authorization": f"Bearer {school.key}"}) as socket:
        told = [json.loads(socket.recv(timeout=10)) for _ in lines[1:]]
    assert [(one["id"], one["log"]) for one in told] == [(line["id"], line["line"]) for line in lines[1:]]


def test_checkpoints_are_told_of_with_all_that_made_them_and_heard(http: httpx.Client, run: dict[str, Any]):
    items = http.get("/training/checkpoints", params={"run_id": run["id"]}).json()["items"]
    assert 4 in {one["step"] for one in items} and sum(one["best"] for one in items) == 1
    assert all(one["language"] == "en" and one["bytes"] > 0 and "promoted" not in one for one in items)
    for path in ("/training/checkpoint", "/checkpoint"):
        told = http.get(f"{path}/{items[0]['id']}/details").json()
        assert told["run"]["id"] == run["id"] and told["parameters"] == run["parameters"]
        assert told["dataset"]["name"] == "Schoolbook" and "similarity" in told["figures"]
    [sample] = told["samples"]
    assert sample["text"] == "No." and sample["step"] == items[0]["step"]
    assert http.get("/training/samples", params={"checkpoint_id": items[0]["id"]}).json()["items"] == [sample]
    for place in (sample["audio"], sample["reference"]):
        heard = http.get(place)
        assert heard.headers["content-type"] == "audio/flac" and len(decode(heard.content, 24_000)) > 1000
        assert http.get(place, headers={"Range": "bytes=0-3"}).content == b"fLaC"
    status = http.get("/training/status", params={"run_id": run["id"]}).json()
    assert status["last_sample"]["audio"].endswith(".flac")


def test_what_is_somebodys_nobody_else_sees(http: httpx.Client, other: httpx.Client, school: School, run: Any):
    [checkpoint, *_] = http.get("/training/checkpoints", params={"run_id": run["id"]}).json()["items"]
    sample = http.get("/training/samples", params={"run_id": run["id"]}).json()["items"][0]
    for path, code in {
        f"/training/runs/{run['id']}": "unknown_run",
        f"/training/runs/{run['id']}/points": "unknown_run",
        f"/training/status?run_id={run['id']}": "unknown_run",
        f"/training/logs?run_id={run['id']}": "unknown_run",
        f"/training/checkpoint/{checkpoint['id']}/details": "unknown_checkpoint",
        sample["audio"]: "unknown_sample",
        sample["reference"]: "unknown_sample",
    }.items():
        assert error(other.get(path)) == (404, code), path
    assert error(other.patch(f"/training/runs/{run['id']}", json={"name": "Mine"})) == (404, "unknown_run")
    assert error(other.delete(f"/training/runs/{run['id']}")) == (404, "unknown_run")
    assert error(other.delete(f"/training/checkpoints/{checkpoint['id']}")) == (404, "unknown_checkpoint")
    for use, body in (("promote", {"kind": "voice", "name": "Mine"}), ("demote", {}), ("export", {"form": "adapter"})):
        answer = other.post(f"/training/checkpoints/{checkpoint['id']}/{use}", json=body)
        assert error(answer) == (404, "unknown_checkpoint"), use
    for path in ("/training/inference/synthesize", "/training/inference/ab-test"):
        answer = other.post(path, json={"checkpoint_id": checkpoint["id"], "text": "Hello."})
        assert error(answer) == (404, "unknown_checkpoint"), path
    assert other.get("/training/promotions").json()["items"] == []
    assert error(other.post("/training/start", json={"dataset_id": school.dataset}))[1] == "unknown_dataset"
    for path in ("/training/runs", "/training/checkpoints", "/training/samples", "/training/logs"):
        assert other.get(path).json()["items"] == [], path
    assert other.get("/training/status").json() == {"state": "idle"}
    with school.guarded.client(school.guarded.key("speak")[1]) as speaker, school.guarded.client() as nobody:
        assert speaker.get("/training/runs").status_code == 403 and nobody.get("/training/runs").status_code == 401


def test_a_run_is_paused_resumed_stopped_and_deleted(http: httpx.Client, school: School):
    one = started(http, school, **LONG)["id"]
    until(http, one, lambda found: found["run"]["step"] > 1)
    assert http.get("/training/status").json()["run"]["id"] == one
    assert error(http.delete(f"/training/runs/{one}")) == (409, "run_active")
    assert http.post("/training/pause", json={"run_id": one}).json()["id"] == one
    step = until(http, one, lambda found: found["state"] == "paused")["run"]["step"]
    assert http.post("/training/resume", json={}).json()["status"] == "queued"
    until(http, one, lambda found: found["run"]["step"] > step)
    assert http.post("/training/stop", json={}).json()["id"] == one
    until(http, one, lambda found: found["state"] == "stopped")
    assert error(http.post("/training/stop", json={"run_id": one})) == (409, "run_ended")
    assert error(http.post("/training/pause", json={})) == (409, "no_active_run")
    renamed = http.patch(f"/training/runs/{one}", json={"name": " Cut  short "}).json()
    assert renamed["name"] == "Cut short"
    found = http.get("/training/runs", params={"search": "CUT", "status": "stopped"}).json()["items"]
    assert [run["id"] for run in found] == [one]
    [kept] = http.get("/training/checkpoints", params={"run_id": one}).json()["items"]
    assert http.delete(f"/training/checkpoints/{kept['id']}").status_code == 204
    assert http.delete(f"/training/runs/{one}").status_code == 204
    assert error(http.get(f"/training/runs/{one}")) == (404, "unknown_run")


def test_with_a_vocoder_that_learnt_a_checkpoint_becomes_a_model_and_no_voice(http: httpx.Client, school: School):
    one = started(http, school, **QUICK | {"vocoder": True, "max_steps": 2})["id"]
    found = until(http, one, lambda found: found["state"] == "completed")["run"]
    assert found["figures"]["vocoder_loss"] > 0 and found["figures"]["validation_vocoder_loss"] > 0
    [kept] = http.get("/training/checkpoints", params={"run_id": one}).json()["items"]
    assert kept["kind"] == "model"
    promote = f"/training/checkpoints/{kept['id']}/promote"
    refused = http.post(promote, json={"name": "Quince", "consent": "She agreed."})
    assert error(refused) == (422, "bad_promotion") and "no voice beside one" in refused.json()["error"]["message"]
    made = http.post(promote, json={"kind": "model", "name": "quince", "person": "Quince"}).json()
    job = made["job"]["id"]
    deadline = time.monotonic() + 100
    while (told := http.get(f"/jobs/{job}").json())["status"] != "completed":
        assert time.monotonic() < deadline and told["status"] != "failed", told
        time.sleep(0.1)
    vocoder = "hifigan_decoder.waveform_decoder.conv_pre.weight"
    models = school.guarded.service.home / "models" / "quince", school.guarded.service.home.parent / "base"
    ours, base = (checkpoint.load(folder).state_dict()[vocoder] for folder in models)
    assert not torch.equal(ours, base)
    assert http.post(f"/training/checkpoints/{kept['id']}/demote", json={}).status_code == 200
    assert http.delete(f"/training/runs/{one}").status_code == 204


def test_an_estimate_is_shown_with_its_figures(http: httpx.Client, school: School):
    body = {"build_id": school.build, "parameters": QUICK | {"max_steps": 500}}
    job = http.post("/training/estimate", json=body).json()
    deadline = time.monotonic() + 100
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] != "completed":
        assert time.monotonic() < deadline and found["status"] != "failed", found
        time.sleep(0.2)
    assert found["kind"] == "estimate" and found["result"]["steps"] == 500 and found["result"]["seconds"] > 0


def test_a_key_of_a_request_makes_no_second_run(http: httpx.Client, school: School):
    body = {"dataset_id": school.dataset, "parameters": QUICK | {"max_steps": 1}}
    first, again = (http.post("/training/start", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    until(http, first.json()["id"], lambda found: found["state"] == "completed")


def test_what_cannot_be_is_one_sentence(http: httpx.Client, school: School):
    def refused(**body: Any) -> tuple[int, str]:
        return error(http.post("/training/start", json={"dataset_id": school.dataset, **body}))

    assert refused(parameters={"batch": 0}) == (422, "bad_training")
    assert refused(parameters={"bach": 1}) == (422, "bad_training")
    assert refused(base="../etc") == (404, "unknown_model")
    assert refused(name="x" * 500)[0] == 422
    assert refused(estimate_job="j-none")[0] == 404
    assert error(http.post("/training/start", json={})) == (404, "unknown_dataset")
    for path in ("/training/runs/r-1", "/training/checkpoint/c-1/details", "/training/samples/..%2Fx.flac"):
        assert http.get(path).status_code == 404
    listed = {one["name"]: one for one in http.get("/training/parameters").json()["items"]}
    assert listed["method"]["choices"] == ["lora", "full"] and listed["rate"]["defaults"].keys() == {"lora", "full"}
