"""Jobs that ask for several models: each is loaded when it is its turn."""

import shutil
import time
from pathlib import Path

import httpx
from running import serving

TEXT = "The kettle has just boiled."


def test_a_job_for_another_model_waits_for_its_turn_and_is_spoken_by_it(engine_folder: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(engine_folder, home / "models" / "other")
    with serving(home, engine_folder) as service, httpx.Client(base_url=service.url, timeout=60) as http:
        ours = [post(http, "tiny") for _ in range(3)]
        other = post(http, "other")
        done = [wait(http, job) for job in (*ours, other)]
        assert [job["model"] for job in done] == ["tiny"] * 3 + ["other"]
        assert max(job["finished_at"] for job in done[:3]) < done[3]["started_at"], "those for the loaded one go first"
        assert http.get("/ready").json()["model"] == "other"
        shutil.rmtree(home / "models" / "other")
        assert wait(http, post(http, "tiny"))["model"] == "tiny"


def test_a_job_for_a_model_that_is_gone_fails_in_its_words(engine_folder: Path, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(engine_folder, home / "models" / "other")
    with serving(home, engine_folder) as service, httpx.Client(base_url=service.url, timeout=60) as http:
        (home / "models" / "other" / "model.pth").write_bytes(b"damaged")
        job = post(http, "other")
        failed = wait(http, job, "failed")
        assert failed["error"]["code"] == "bad_checkpoint", failed
        assert wait(http, post(http, "tiny"))["status"] == "completed", "and the others go on"


def post(http: httpx.Client, model: str) -> dict:
    answer = http.post("/jobs", json={"text": TEXT, "model": model})
    assert answer.status_code == 202, answer.text
    return answer.json()


def wait(http: httpx.Client, job: dict, state: str = "completed") -> dict:
    until = time.monotonic() + 120
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] != state:
        assert time.monotonic() < until and found["status"] not in {"failed", "completed"}, found
        time.sleep(0.1)
    return found
