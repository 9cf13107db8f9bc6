"""Models over HTTP: told of, licensed, installed as a job from a server that answers like the hub, loaded, removed."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from models.hub import COMMIT, Hub
from running import Service

TEXT = "The kettle has just boiled."


@pytest.fixture(scope="module")
def http(own: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=own.url, timeout=60) as client:
        yield client


def fault(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def ended(http: httpx.Client, job: str) -> dict:
    deadline = time.monotonic() + 90
    while (found := http.get(f"/jobs/{job}").json())["status"] not in {"completed", "failed", "cancelled"}:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def test_what_is_told_of_each(http: httpx.Client):
    found = {one["id"]: one for one in http.get("/models").json()["items"]}
    assert found["mini"]["built_in"] and found["mini"]["installed"] and found["mini"]["licence"] == "Apache-2.0"
    assert found["mini"]["voices"] >= 4 and found["mini"]["bytes"] > 1e6 and found["mini"]["languages"] == ["en"]
    assert found["mini"]["needs"] == [] and not found["mini"]["removable"]
    assert found["tiny"]["loaded"] and found["tiny"]["voices"] == 4 and found["tiny"]["runs"]["device"] == "cpu"
    assert not found["tiny"]["removable"]
    absent = found["xtts-v2"]
    assert not absent["installed"] and absent["licence_accepted"] is False and "bytes" not in absent
    assert [need["what"] for need in absent["needs"]] == ["licence", "download"]
    assert http.get("/models/mini").json() == found["mini"]
    assert fault(http.get("/models/nobody")) == (404, "unknown_model")


def test_what_cannot_be_is_refused(http: httpx.Client, own: Service, engine_folder: Path):
    assert fault(http.post("/models/mini/install")) == (404, "not_installable")
    assert fault(http.post("/models/nobody/load")) == (404, "unknown_model")
    assert fault(http.post("/models/xtts-v2/load")) == (409, "model_not_installed")
    assert fault(http.post("/models/mini/unload")) == (409, "not_the_loaded_model")
    assert fault(http.delete("/models/mini")) == (409, "built_in_model")
    assert fault(http.delete("/models/tiny")) == (409, "model_in_use")
    assert fault(http.delete("/models/xtts-v2")) == (404, "unknown_model")
    assert fault(http.delete("/models/%2e%2e")) == (404, "unknown_model")
    assert fault(http.delete("/models/.secret")) == (404, "unknown_model")
    assert (own.home / "models" / "tiny" / "model.pth").exists()


def test_the_licence_comes_first_with_its_text(http: httpx.Client, own: Service):
    refused = http.post("/models/xtts-v2/install")
    assert fault(refused) == (451, "licence_not_accepted")
    shown = http.get("/models/xtts-v2/licence").json()
    assert refused.json()["error"]["text"] == shown["text"] and "non-commercial" in shown["text"]
    assert shown["needed"] and not shown["accepted"] and shown["url"] == "https://coqui.ai/cpml"
    accepted = http.post("/models/xtts-v2/licence").json()
    assert accepted["accepted"] and accepted["accepted_at"]
    assert "coqui" in (own.home / "licences.json").read_text()
    assert http.post("/models/xtts-v2/licence").json() == accepted, "the first acceptance counts"
    mini = http.get("/models/mini/licence").json()
    assert mini == {"model": "mini", "name": "Apache-2.0", "needed": False, "accepted": True}


def test_an_installation_is_a_job_that_can_be_left_and_goes_on_where_it_was(http: httpx.Client, own: Service, hub: Hub):
    http.post("/models/xtts-v2/licence")
    hub.pace = 150_000
    started = http.post("/models/xtts-v2/install")
    assert started.status_code == 202 and started.json()["kind"] == "install"
    job = started.json()["id"]
    assert http.post("/models/xtts-v2/install").json()["id"] == job, "the same one again"
    assert http.get("/models/xtts-v2").json()["installing"] == job
    deadline = time.monotonic() + 90
    while not 0 < http.get(f"/jobs/{job}").json()["progress"] < 1:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert " of " in http.get(f"/jobs/{job}").json()["note"]
    http.delete(f"/jobs/{job}")
    assert ended(http, job)["status"] == "cancelled"
    assert "installing" not in http.get("/models/xtts-v2").json() and not (own.home / "models" / "xtts-v2").exists()

    fetched = {name for name, _ in hub.ranges}
    hub.pace = 0
    hub.ranges.clear()
    job = http.post("/models/xtts-v2/install").json()["id"]
    done = ended(http, job)
    assert done["status"] == "completed" and done["progress"] == 1 and done["result"]["languages"] == ["en", "pt"]
    assert "config.json" in fetched and "config.json" not in {name for name, _ in hub.ranges}, "what was here is kept"
    found = http.get("/models/xtts-v2").json()
    assert found["installed"] and found["revision"] == COMMIT and found["source"] == "coqui/XTTS-v2"
    assert found["bytes"] > 2_000_000 and found["needs"] == [] and found["licence_accepted"]
    assert fault(http.post("/models/xtts-v2/install")) == (409, "model_installed")


def test_models_are_exchanged_and_speak(http: httpx.Client):
    loaded = http.post("/models/xtts-v2/load").json()
    assert loaded["loaded"] and loaded["voices"] == 4 and not loaded["removable"]
    assert http.get("/ready").json()["model"] == "xtts-v2"
    spoken = http.post("/synthesize-direct", json={"text": TEXT, "voice": "ana"})
    assert spoken.status_code == 200 and len(spoken.content) > 1000
    assert fault(http.delete("/models/xtts-v2")) == (409, "model_in_use")

    unloaded = http.post("/models/xtts-v2/unload").json()
    assert not unloaded["loaded"] and fault(http.get("/ready")) == (409, "engine_empty")
    assert fault(http.post("/synthesize-direct", json={"text": TEXT})) == (409, "engine_empty")
    assert not any(one["loaded"] for one in http.get("/models").json()["items"])

    assert http.post("/models/tiny/load").json()["loaded"]
    assert http.delete("/models/xtts-v2").status_code == 204
    assert not http.get("/models/xtts-v2").json()["installed"]


def test_a_model_that_cannot_be_read_is_a_fault_of_its_own_and_the_loaded_one_goes_on(http: httpx.Client, own: Service):
    folder = own.home / "models" / "broken"
    shutil.copytree(own.home / "models" / "tiny", folder)
    (folder / "model.pth").write_bytes(b"not weights")
    assert fault(http.post("/models/broken/load")) == (422, "bad_checkpoint")
    assert http.get("/ready").json()["model"] == "tiny"
    (folder / "config.json").write_text(json.dumps({"languages": ["ja", "en"]}))
    found = http.get("/models/broken").json()
    assert found["removable"] and found["languages"] == ["ja", "en"]
    assert http.delete("/models/broken").status_code == 204 and not folder.exists()


def test_removing_a_link_leaves_what_it_points_to(http: httpx.Client, own: Service, engine_folder: Path):
    (own.home / "models" / "linked").symlink_to(engine_folder)
    assert http.delete("/models/linked").status_code == 204
    assert (engine_folder / "model.pth").exists() and not (own.home / "models" / "linked").is_symlink()
