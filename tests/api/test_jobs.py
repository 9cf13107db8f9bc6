"""Jobs over HTTP: made, followed, fetched, cancelled; what is wrong with them is said at once."""

import json
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from running import Service, serving
from sound import seconds
from websockets.sync.client import connect

LONG = " ".join(f"This is sentence number {number}, and it says nothing much." for number in range(1, 21))
TEXT = "The kettle has just boiled."


@pytest.fixture(scope="module")
def done(http: httpx.Client) -> dict:
    """A job that is completed."""
    return wait(http, post(http, text=TEXT, voice_preset="ana", format="mp3", seed=7, name="Kettle"))


def post(http: httpx.Client, key: str = "", **body: object) -> dict:
    answer = http.post("/jobs", json=body, headers={"Idempotency-Key": key} if key else {})
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/jobs/{answer.json()['id']}"
    return answer.json()


def wait(http: httpx.Client, job: dict, *states: str, most: float = 120) -> dict:
    until = time.monotonic() + most
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] not in (states or ("completed",)):
        assert time.monotonic() < until and found["status"] != "failed", found
        time.sleep(0.05)
    return found


def newest(http: httpx.Client) -> list[str]:
    return [job["id"] for job in http.get("/jobs?limit=1").json()["items"]]


def fault(answer: httpx.Response, status: int, code: str) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    assert error["hint"] and error["request_id"]
    return str(error["message"])


def test_a_job_is_made_done_and_told_of(http: httpx.Client, done: dict):
    assert done["status"] == "completed" and done["progress"] == 1 and done["pieces"] == done["pieces_done"] == 1
    assert (done["voice_id"], done["language"], done["format"], done["model"]) == ("ana", "en", "mp3", "tiny")
    assert done["seed"] == 7 and done["name"] == "Kettle" and done["profile_id"] == "balanced"
    assert done["created_at"] <= done["started_at"] <= done["finished_at"] < done["expires_at"]
    assert "error" not in done and "eta_s" not in done and "takes" not in done
    assert not http.get(f"/jobs/{done['id']}").json().get("note")


def test_its_audio_is_that_of_the_same_words_spoken_at_once(http: httpx.Client, done: dict):
    wav = http.get(f"/jobs/{done['id']}/download?format=wav")
    direct = http.post("/synthesize-direct", json={"text": TEXT, "voice": "ana", "seed": 7, "format": "wav"})
    assert abs(seconds(wav.content) - done["duration_s"]) < 0.001
    assert abs(seconds(direct.content) - done["duration_s"]) < 0.001


@pytest.mark.parametrize("format", ["wav", "mp3", "ogg", "flac", "m4a", "opus"])
def test_every_format_can_be_had_in_parts(http: httpx.Client, done: dict, format: str):
    url = f"/jobs/{done['id']}/download?format={format}"
    whole = http.get(url)
    assert whole.status_code == 200 and abs(seconds(whole.content) - done["duration_s"]) < 0.15
    assert whole.headers["Content-Disposition"].startswith(f'attachment; filename="Kettle.{format}"')
    assert whole.headers["Accept-Ranges"] == "bytes"
    tail = http.get(url, headers={"Range": "bytes=100-"})
    assert tail.status_code == 206 and tail.content == whole.content[100:]
    last = http.get(url, headers={"Range": "bytes=-10", "If-Range": whole.headers["ETag"]})
    assert last.content == whole.content[-10:]
    assert http.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    assert http.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    fault(http.get(url, headers={"Range": f"bytes={len(whole.content)}-"}), 416, "bad_range")
    head = http.head(url)
    assert head.status_code == 200 and int(head.headers["Content-Length"]) == len(whole.content)


def test_formats_tells_what_there_is(http: httpx.Client, done: dict):
    http.get(f"/jobs/{done['id']}/download?format=mp3")
    items = {item["format"]: item for item in http.get(f"/jobs/{done['id']}/formats").json()["items"]}
    assert set(items) == {"wav", "mp3", "ogg", "flac", "m4a", "opus"}
    assert len(http.get(items["mp3"]["url"]).content) == items["mp3"]["bytes"]


def test_a_socket_follows_a_job_to_its_end(http: httpx.Client, service: Service):
    job = post(http, text=LONG)
    with connect(f"{service.url.replace('http', 'ws')}/ws/jobs/{job['id']}") as socket:
        seen = [json.loads(message) for message in socket]
    assert socket.close_code == 1000 and socket.close_reason == "completed"
    assert seen[-1]["status"] == "completed"
    progress = [job["progress"] for job in seen]
    assert progress == sorted(progress) and len(set(progress)) > 3
    assert any("eta_s" in job for job in seen)


def test_a_socket_follows_all_jobs_and_says_what_is_not_there(http: httpx.Client, service: Service):
    at = service.url.replace("http", "ws")
    with connect(f"{at}/ws/jobs") as socket:
        job, states = post(http, text=TEXT), []
        while not states or states[-1] != "completed":
            told = json.loads(socket.recv(30))
            if told["id"] == job["id"]:
                states.append(told["status"])
    with connect(f"{at}/ws/jobs/j-nothing") as socket:
        assert json.loads(socket.recv(10))["error"]["code"] == "unknown_job"


def test_a_download_that_is_too_early(http: httpx.Client):
    job = post(http, text=LONG)
    answer = http.get(f"/jobs/{job['id']}/download")
    fault(answer, 425, "job_not_ready")
    assert answer.headers["Retry-After"]
    began = time.monotonic()
    fault(http.get(f"/jobs/{job['id']}/download?timeout=1"), 408, "job_timeout")
    assert 0.8 < time.monotonic() - began < 4
    assert http.get(f"/jobs/{job['id']}/download?timeout=60", timeout=90).status_code == 200


def test_cancelling_stops_within_a_second(http: httpx.Client):
    job = post(http, text=LONG)
    wait(http, job, "processing")
    began = time.monotonic()
    assert http.delete(f"/jobs/{job['id']}").json()["status"] == "cancelling"
    found = wait(http, job, "cancelled", most=5)
    assert time.monotonic() - began < 1.5, "a second, and the time that a busy machine takes to tell"
    assert found["finished_at"]
    fault(http.get(f"/jobs/{job['id']}/download"), 409, "job_has_no_audio")
    assert http.delete(f"/jobs/{job['id']}").json()["status"] == "deleted"
    fault(http.get(f"/jobs/{job['id']}"), 404, "unknown_job")


def test_a_paused_job_goes_on_from_where_it_was(http: httpx.Client):
    job = post(http, text=LONG, seed=3)
    while not http.get(f"/jobs/{job['id']}").json().get("pieces_done"):
        time.sleep(0.05)
    http.post(f"/jobs/{job['id']}/pause").raise_for_status()
    paused = wait(http, job, "paused", most=5)
    time.sleep(1)
    assert http.get(f"/jobs/{job['id']}").json() == paused and 0 < paused["pieces_done"] < paused["pieces"]
    http.post(f"/jobs/{job['id']}/resume").raise_for_status()
    done = wait(http, job)
    again = wait(http, post(http, text=LONG, seed=3))
    assert done["duration_s"] == again["duration_s"], "what was broken off and gone on with has the same codes"
    fault(http.post(f"/jobs/{job['id']}/pause"), 409, "job_ended")


def test_the_same_key_makes_one_job(http: httpx.Client):
    jobs = [post(http, key="kettle-1", text=TEXT) for _ in range(3)]
    assert len({job["id"] for job in jobs}) == 1
    other = http.post("/jobs", json={"text": "Something else."}, headers={"Idempotency-Key": "kettle-1"})
    fault(other, 409, "idempotency_key_reused")
    fault(http.post("/jobs", json={"text": TEXT}, headers={"Idempotency-Key": "x" * 201}), 422, "bad_idempotency_key")


def test_a_list_is_searched_filtered_and_turned_page_by_page(http: httpx.Client):
    made = [wait(http, post(http, text=f"Flamingo number {number}.", name="100%_sure"))["id"] for number in range(3)]
    assert [job["id"] for job in http.get("/jobs?search=flamingo").json()["items"]] == made[::-1]
    assert len(http.get("/jobs", params={"search": "100%_"}).json()["items"]) == 3
    assert http.get("/jobs", params={"search": "1%e"}).json()["items"] == []
    first = http.get("/jobs?search=flamingo&limit=2").json()
    rest = http.get("/jobs", params={"search": "flamingo", "limit": 2, "cursor": first["next"]}).json()
    assert [job["id"] for job in first["items"] + rest["items"]] == made[::-1] and rest["next"] is None
    assert all(job["status"] == "completed" for job in http.get("/jobs?status=completed").json()["items"])
    fault(http.get("/jobs?status=done"), 422, "unknown_status")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"text": ""}, "empty_text"),
        ({"text": "…"}, "empty_text"),
        ({"text": "x" * 10_001}, "text_too_long"),
        ({"text": TEXT, "voice_id": "nobody"}, "unknown_voice"),
        ({"text": TEXT, "target_language": "xx"}, "unknown_language"),
        ({"text": TEXT, "target_language": "ja"}, "language_not_spoken"),
        ({"text": TEXT, "format": "mid"}, "unknown_format"),
        ({"text": TEXT, "quality_profile_id": "nothing"}, "unknown_profile"),
        ({"text": TEXT, "model": "nothing"}, "unknown_model"),
        ({"text": TEXT, "mode": "dubbing_with_clone", "voice_id": "ana"}, "wrong_voice_for_mode"),
        ({"text": TEXT, "name": "x" * 201}, "long_name"),
        ({"text": TEXT, "mode": "shouting"}, "invalid_request"),
        ({"text": TEXT, "speed": 9}, "invalid_request"),
        ({}, "invalid_request"),
    ],
)
def test_what_is_wrong_is_said_before_there_is_a_job(http: httpx.Client, body: dict, code: str):
    before = newest(http)
    answer = http.post("/jobs", json=body)
    assert 400 <= answer.status_code < 500
    fault(answer, answer.status_code, code)
    assert newest(http) == before


def test_a_batch_is_done_and_fetched_in_one_archive(http: httpx.Client):
    texts = ["Press one.", "Press two.", "Press three."]
    body = {"name": "Prompts", "jobs": [{"text": text, "format": "opus"} for text in texts]}
    answer = http.post("/jobs/batch", json=body, headers={"Idempotency-Key": "prompts"})
    assert answer.status_code == 202, answer.text
    batch = answer.json()
    assert [job["text"] for job in batch["items"]] == texts
    again = http.post("/jobs/batch", json=body, headers={"Idempotency-Key": "prompts"}).json()
    assert again["id"] == batch["id"]
    answer = http.get(f"{batch['zip']}?timeout=60", timeout=90)
    archive = zipfile.ZipFile(BytesIO(answer.content))
    assert archive.testzip() is None
    names = [name for name in archive.namelist() if name.endswith(".opus")]
    assert names == ["001 Press one.opus", "002 Press two.opus", "003 Press three.opus"]
    assert all(seconds(archive.read(name)) > 0 for name in names)
    assert archive.read("batch.csv").decode().count("completed") == 3
    found = http.get(f"/jobs/batch/{batch['id']}").json()
    assert found["progress"] == 1 and found["counts"]["completed"] == 3
    assert {job["batch_id"] for job in http.get(f"/jobs?batch={batch['id']}").json()["items"]} == {batch["id"]}
    assert http.delete(f"/jobs/batch/{batch['id']}").status_code == 202
    assert http.get(f"/jobs/batch/{batch['id']}").json()["items"] == []


@pytest.mark.parametrize(
    "sheet",
    [
        "text,voice,language,name\nGood morning.,ana,en,hello\n\nBom dia.,bruno,pt-BR,\n",
        "﻿texto;voz;idioma;nome\r\nGood morning.;ana;en;hello\r\nBom dia.;bruno;pt;\r\n",
        "name\tvoice\tlanguage\ttext\nhello\tana\ten\tGood morning.\n\tbruno\tpt\tBom dia.\n",
    ],
)
def test_a_sheet_makes_a_batch(http: httpx.Client, sheet: str):
    files = {"file": ("a.csv", sheet.encode())}
    answer = http.post("/jobs/batch/csv", files=files, data={"format": "mp3"})
    assert answer.status_code == 202, answer.text
    found = [(job["text"], job["voice_id"], job["language"], job.get("name")) for job in answer.json()["items"]]
    assert found == [("Good morning.", "ana", "en", "hello"), ("Bom dia.", "bruno", "pt", None)]


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        (b"voice\nana\n", "no column 'text'"),
        (b"text\n", "no text"),
        (b"", "no column 'text'"),
        (b"text,voice\nHello.,ana\nBye.,nobody\n", "line 3: there is no voice 'nobody'"),
        (b"text,voice\n,ana\n", "line 2 has no text"),
        (b"text\n\xff\xfe\n", "line 2 is not UTF-8"),
        (b"text\n" + b"Hi.\n" * 101, "more than 100 texts"),
        (b'text\n"Hello\n', "line 2"),
    ],
)
def test_a_bad_sheet_is_refused_by_its_line_and_begins_nothing(http: httpx.Client, sheet: bytes, words: str):
    before = newest(http)
    answer = http.post("/jobs/batch/csv", files={"file": ("a.csv", sheet)})
    assert words in fault(answer, 422, "bad_batch")
    assert newest(http) == before


@pytest.fixture
def brief(engine_folder, tmp_path) -> Iterator[httpx.Client]:
    """A service whose jobs are kept for a moment, and that cleans up all the time."""
    with (
        serving(tmp_path / "home", engine_folder, job_kept_hours="0.0005", cleanup_minutes="0.02") as running,
        httpx.Client(base_url=running.url, timeout=60) as http,
    ):
        http.home = running.home  # type: ignore[attr-defined]
        yield http


def test_a_job_whose_time_is_over_is_gone_with_its_words(brief: httpx.Client):
    job = wait(brief, post(brief, text="Nobody may read this later."))
    until = time.monotonic() + 20
    while (answer := brief.get(f"/jobs/{job['id']}")).status_code != 410:
        assert time.monotonic() < until
        time.sleep(0.2)
    fault(answer, 410, "job_expired")
    fault(brief.get(f"/jobs/{job['id']}/download"), 410, "job_expired")
    assert brief.get("/jobs").json()["items"] == []
