"""Datasets over HTTP: recordings sent in every way and refused in every way, steps as jobs, and their log."""

import io
import json
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import hostile
import httpx
import numpy as np
import pytest
from guarded import Guarded, guarding
from recordings import file_of, speech
from websockets.sync.client import connect

from timbre.audio.decode import decode
from timbre.datasets.parameters import NAMES
from timbre.datasets.pipeline import STEPS

RATE = 22_050


@pytest.fixture(scope="module")
def known(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service that needs a key, fetches from this machine's first address alone, and takes one folder's files."""
    folder = tmp_path_factory.mktemp("known")
    (folder / "tapes").mkdir()
    (folder / "tapes" / "one.wav").write_bytes(file_of(speech(), RATE))
    settings = {"fetch_networks": "127.0.0.1/32", "source_folders": folder / "tapes", "fetch_tries": 1}
    with guarding(folder / "home", engine_folder, source_mb=5, **settings) as running:
        yield running
        assert "Traceback" not in running.service.log.read_text()


@pytest.fixture(scope="module")
def mine(known: Guarded) -> Iterator[httpx.Client]:
    with known.client(known.key("train")[1]) as client:
        yield client


@pytest.fixture(scope="module")
def wav() -> bytes:
    return file_of(speech(), RATE)


@pytest.fixture
def dataset(mine: httpx.Client) -> str:
    answer = mine.post("/training/datasets", json={"name": "Grandmother", "language": "en"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def send(client: httpx.Client, dataset: str, **files: bytes) -> httpx.Response:
    """Files, by their names with _ for the dot."""
    sent = [("files", (name.replace("_", "."), data)) for name, data in files.items()]
    return client.post(f"/training/datasets/{dataset}/sources", files=sent)


def zipped(**files: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return made.getvalue()


def refused(answer: httpx.Response, code: str) -> str:
    """The sentence of a refusal."""
    error = answer.json()["error"]
    assert error["code"] == code and 400 <= answer.status_code < 500, answer.text
    return error["message"]


def listed(client: httpx.Client, dataset: str) -> list[dict[str, Any]]:
    return client.get("/training/dataset/files", params={"dataset_id": dataset}).json()["items"]


def done(client: httpx.Client, dataset: str, *steps: str) -> dict[str, Any]:
    """Runs steps, and gives their job once it has ended."""
    answer = client.post("/training/dataset/run", json={"dataset_id": dataset, "steps": steps})
    assert answer.status_code == 202, answer.text
    job, until = answer.json(), time.monotonic() + 60
    while job["status"] not in {"completed", "failed", "cancelled"}:
        assert time.monotonic() < until, job
        time.sleep(0.1)
        job = client.get(f"/jobs/{job['id']}").json()
    return job


def test_a_dataset_is_made_changed_and_deleted(mine: httpx.Client):
    made = mine.post("/training/datasets", json={"name": " Tapes ", "parameters": {"max_s": 9.0}}).json()
    path = f"/training/datasets/{made['id']}"
    assert (made["name"], made["language"], made["parameters"]) == ("Tapes", "en", {"max_s": 9.0})
    changed = mine.patch(path, json={"language": "pt-br", "parameters": {"max_s": None, "denoise": True}}).json()
    assert changed["parameters"] == {"denoise": True} and changed["language"].startswith("pt")
    assert made["id"] in {one["id"] for one in mine.get("/training/datasets?search=tape").json()["items"]}
    refused(mine.patch(path, json={"parameters": {"nonsense": 1}}), "bad_dataset")
    refused(mine.post("/training/datasets", json={"name": "  "}), "bad_dataset")
    assert mine.get(path).json()["figures"]["sources"] == {"waiting": 0, "here": 0, "failed": 0}
    assert mine.delete(path).status_code == 204
    refused(mine.get(path), "unknown_dataset")


def test_parameters_have_a_default_and_bounds(mine: httpx.Client):
    found = mine.get("/training/datasets/parameters").json()
    by_name = {one["name"]: one for one in found["items"]}
    assert by_name["max_s"]["default"] == 11.0 and by_name["max_s"]["most"] == 11.6 and by_name["max_s"]["about"]
    assert by_name["denoise"]["type"] == "boolean"
    assert [one["name"] for one in found["steps"]] == ["download", "segment", "transcribe", "filter", "build"]


def test_files_and_archives_come_in_and_are_cut(mine: httpx.Client, dataset: str, wav: bytes):
    mp3 = file_of(speech(44_100), 44_100, "mp3", "libmp3lame")
    assert send(mine, dataset, tape_mp3=mp3, more_zip=zipped(b_wav=wav, readme_md="hello")).status_code == 201
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        entry = tarfile.TarInfo("c.wav")
        entry.size = len(wav)
        archive.addfile(entry, io.BytesIO(wav))
    assert len(send(mine, dataset, last_tgz=tar.getvalue()).json()["items"]) == 1
    assert [one["name"] for one in listed(mine, dataset)] == ["b.wav", "tape.mp3", "c.wav"]
    job = done(mine, dataset, "download", "segment")
    assert job["status"] == "completed", job
    stats = mine.get("/training/dataset/stats", params={"dataset_id": dataset}).json()
    assert stats["sources"]["here"] == 3 and stats["segments"] >= 3 and stats["job"]["id"] == job["id"]
    first = listed(mine, dataset)[0]
    heard = mine.get(f"/training/datasets/{dataset}/sources/{first['id']}/audio")
    assert heard.headers["content-type"] == "audio/wav" and len(decode(heard.content, RATE)) == pytest.approx(
        first["seconds"] * RATE, abs=30
    )
    part = mine.get(f"/training/datasets/{dataset}/sources/{first['id']}/audio", headers={"Range": "bytes=0-99"})
    assert part.status_code == 206 and part.content == heard.content[:100]


def test_steps_that_were_done_otherwise_are_told(mine: httpx.Client, dataset: str, wav: bytes):
    def outdated() -> list[str]:
        return mine.get("/training/dataset/stats", params={"dataset_id": dataset}).json()["outdated"]

    def changed(**parameters: Any) -> None:
        mine.patch(f"/training/datasets/{dataset}", json={"parameters": parameters}).raise_for_status()

    assert {name for step in STEPS for name in step.goes_by} == {*NAMES, "language"}, "each parameter is of some step"
    send(mine, dataset, b_wav=wav)
    assert outdated() == [], "nothing was done yet"
    assert done(mine, dataset, "download", "segment")["status"] == "completed"
    assert outdated() == []
    changed(sure=0.9)
    assert outdated() == [], "that is of a step that was not done yet"
    changed(max_s=9)
    assert outdated() == ["segment"]
    steps = mine.get("/training/dataset/stats", params={"dataset_id": dataset}).json()["steps"]
    assert steps == {"download": "done", "segment": "outdated", "transcribe": "open", "filter": "open", "build": "open"}
    changed(max_s=None, denoise=True)
    assert outdated() == ["download", "segment"], "what comes after was done with the former one's result"
    changed(denoise=None)
    send(mine, dataset, c_wav=wav)
    assert outdated() == ["download", "segment"]
    assert done(mine, dataset, "download")["status"] == "completed"
    assert outdated() == ["segment"]


def test_a_set_with_its_texts_keeps_them(mine: httpx.Client, dataset: str, wav: bytes):
    sheet = "a|The kettle has boiled.|The kettle has boiled.\nb|Two cups.|Two cups.\n"
    assert send(mine, dataset, set_zip=zipped(metadata_csv=sheet, wavs__a_wav=wav, wavs__b_wav=wav)).is_success
    found = {one["name"]: (one["kind"], one.get("text")) for one in listed(mine, dataset)}
    assert found == {"a.wav": ("ljspeech", "The kettle has boiled."), "b.wav": ("ljspeech", "Two cups.")}
    id = listed(mine, dataset)[0]["id"]
    path = f"/training/datasets/{dataset}/sources/{id}"
    assert mine.patch(path, json={"text": "Another.", "name": "Tape"}).json()["text"] == "Another."
    assert "text" not in mine.patch(path, json={"text": ""}).json()
    assert mine.delete(path).status_code == 204 and len(listed(mine, dataset)) == 1


def test_what_means_harm_or_is_no_recording_is_one_sentence_and_leaves_nothing(
    mine: httpx.Client, dataset: str, wav: bytes
):
    bomb = zipped(a_wav=b"\0" * 300_000_000)
    for name, data, code in (
        ("up_zip", hostile.zip_with("../../evil.wav", wav), "bad_archive"),
        ("root_zip", hostile.zip_with("/etc/evil.wav", wav), "bad_archive"),
        ("link_zip", hostile.zip_with("a.wav", b"/etc/passwd", mode=0o120777), "bad_archive"),
        ("bomb_zip", bomb, "archive_too_large"),
        ("words_md", b"Not a recording.", "not_audio"),
        ("empty_zip", zipped(readme_md="hello"), "no_recordings"),
        ("list_m3u8", hostile.texts("file:///etc/passwd")["list.m3u8"], "not_audio"),
    ):
        answer = send(mine, dataset, **{"good_wav": wav, name: data})
        assert refused(answer, code).endswith("."), name
    path = f"/training/datasets/{dataset}/sources"
    refused(mine.post(path, files=[("other", ("a.wav", wav))]), "invalid_request")
    refused(mine.post(path, json={}), "invalid_request")
    refused(mine.post(path, json={"urls": ["file:///etc/passwd"]}), "bad_address")
    assert listed(mine, dataset) == []
    refused(mine.post("/training/dataset/download", json={"dataset_id": "d-1"}), "unknown_dataset")


def test_a_silent_recording_says_that_nobody_speaks(mine: httpx.Client, dataset: str):
    send(mine, dataset, silent_wav=file_of(np.zeros(5 * RATE, np.float32), RATE))
    assert done(mine, dataset, "download", "segment")["status"] == "completed"
    [one] = listed(mine, dataset)
    assert "Nobody speaks in it." in one["notes"] or one["status"] == "failed"
    assert mine.get(f"/training/datasets/{dataset}").json()["figures"]["segments"] == 0


class Redirecting(BaseHTTPRequestHandler):
    """Sends everybody on to an address that is none of the allowed ones."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        Redirecting.asked.append(f"{self.server.server_address[0]} {self.path}")
        self.send_response(302)
        self.send_header("Location", f"http://127.0.0.2:{self.server.server_address[1]}/secret.wav")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


def test_an_address_that_leads_to_a_private_one_is_refused(mine: httpx.Client, dataset: str):
    outer = ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
    inner = ThreadingHTTPServer(("127.0.0.2", outer.server_address[1]), Redirecting)
    for server in (outer, inner):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    urls = [f"http://127.0.0.1:{outer.server_address[1]}/talk.wav"]
    path = f"/training/datasets/{dataset}/sources"
    assert mine.post(path, json={"urls": urls}).json()["known"] == 0
    assert mine.post(path, json={"urls": urls}).json() == {"items": [], "next": None, "known": 1}
    job = done(mine, dataset, "download")
    for server in (outer, inner):
        server.shutdown()
        server.server_close()
    assert job["status"] == "failed" and "127.0.0.2" in json.dumps(job["error"])
    [one] = listed(mine, dataset)
    assert one["status"] == "failed" and one["error"]["code"] == "address_refused"
    assert Redirecting.asked and not any(line.startswith("127.0.0.2 ") for line in Redirecting.asked)


def test_a_folder_is_for_admins_and_below_one_that_may_be(known: Guarded, mine: httpx.Client, dataset: str):
    tapes = known.service.home.parent / "tapes"
    path = f"/training/datasets/{dataset}/sources"
    assert "only admins" in refused(mine.post(path, json={"folder": str(tapes)}), "folder_refused")
    with known.client(known.admin_key) as admin:
        for other in ("/etc", str(tapes / ".." / "home"), str(tapes / "none")):
            refused(admin.post(path, json={"folder": other}), "folder_refused")
        assert [one["name"] for one in admin.post(path, json={"folder": str(tapes)}).json()["items"]] == ["one.wav"]


def test_the_log_is_followed_from_the_last_line_on(known: Guarded, dataset: str, wav: bytes):
    _, key = known.key("train")
    with known.client(key) as client:
        own = client.post("/training/datasets", json={"name": "Followed"}).json()["id"]
        send(client, own, a_wav=wav)
        assert done(client, own, "download")["status"] == "completed"
        first = lines(known, key, dataset_id=own)
        assert first and first[-1]["stage"] == "download" and first[-1]["progress"] == 1.0
        ids = [one["id"] for one in first]
        assert ids == sorted(set(ids))
        assert lines(known, key, dataset_id=own, after=ids[1]) == first[2:]
        assert done(client, own, "segment")["status"] == "completed"
        rest = lines(known, key, dataset_id=own, after=ids[-1])
        assert {one["stage"] for one in rest} == {"segment"} and all(one["id"] > ids[-1] for one in rest)
    for query, code in (
        ({"dataset_id": dataset}, "unknown_dataset"),  # somebody else's
        ({"run_id": "r-1"}, "unknown_run"),
        ({}, "invalid_request"),
        ({"dataset_id": own, "after": "x"}, "invalid_request"),
    ):
        assert lines(known, key, **query)[0]["error"]["code"] == code, query


def lines(known: Guarded, key: str, **query: Any) -> list[dict[str, Any]]:
    """What the socket says until it is quiet for a second, or closed."""
    url = f"{known.url.replace('http', 'ws')}/training/ws/pipeline?{httpx.QueryParams(query)}"
    found: list[dict[str, Any]] = []
    with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        try:
            while True:
                found.append(json.loads(socket.recv(timeout=1)))
        except Exception as end:
            assert isinstance(end, TimeoutError) or "error" in found[-1], end
    return found


def test_what_is_somebody_elses_is_not_there(known: Guarded, mine: httpx.Client, dataset: str, wav: bytes):
    source = send(mine, dataset, a_wav=wav).json()["items"][0]["id"]
    path = f"/training/datasets/{dataset}"
    with known.client(known.key("train")[1]) as other, known.client(known.key("speak")[1]) as speaker:
        for answer in (
            other.get(path),
            other.patch(path, json={"name": "Mine"}),
            other.delete(path),
            send(other, dataset, a_wav=wav),
            other.get(f"{path}/sources/{source}/audio"),
            other.delete(f"{path}/sources/{source}"),
            other.get("/training/dataset/files", params={"dataset_id": dataset}),
            other.get("/training/dataset/stats", params={"dataset_id": dataset}),
            other.post("/training/dataset/run", json={"dataset_id": dataset}),
        ):
            refused(answer, "unknown_dataset")
        assert dataset not in {one["id"] for one in other.get("/training/datasets").json()["items"]}
        refused(speaker.get(path), "missing_scope")
    assert mine.get(path).json()["name"] == "Grandmother"


def test_one_job_at_a_time_works_on_a_dataset(mine: httpx.Client, dataset: str, wav: bytes):
    send(mine, dataset, a_wav=wav)
    body = {"dataset_id": dataset, "steps": ["download"]}
    answers = [mine.post("/training/dataset/run", json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    second = mine.post("/training/dataset/run", json=body)
    assert second.status_code == 202 or second.json()["error"]["code"] == "dataset_busy"
