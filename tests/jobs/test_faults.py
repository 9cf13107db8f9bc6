"""What happens around a service that is not its own fault: each has a name and a hint, loses nothing, and passes.

Real ones: a disk that is full, a folder that cannot be used, a broker and an engine that are stopped and killed, a
database that is held by somebody else or stopped. The service runs on all the while; nobody restarts it.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from databases import away, fresh_database, postgres
from recordings import file_of, speech
from running import Service, children, free_port, serving
from swift_server import KEY, SECRET, Swift

from timbre.jobs.broker import _program

TEXT, LONG = "The kettle sang.", "Tea now. " * 120
PASSES_S = 90
"""Seconds that recovery may take on a busy machine."""

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes in /proc")


class Caller(httpx.Client):
    """Somebody who uses the service."""

    def job(self, text: str = TEXT, **more: Any) -> str:
        answer = self.post("/jobs", json={"text": text, "seed": 3, "format": "wav"} | more)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def see(self, job: str) -> dict[str, Any]:
        return dict(self.get(f"/jobs/{job}").raise_for_status().json())

    def until(self, job: str, *states: str) -> dict[str, Any]:
        end = time.monotonic() + PASSES_S
        while (found := self.see(job))["status"] not in states:
            assert found["status"] != "failed" and time.monotonic() < end, found
            time.sleep(0.1)
        return found

    def done(self, job: str) -> bytes:
        """The audio of a job, once it is completed."""
        self.until(job, "completed")
        return self.get(f"/jobs/{job}/download").raise_for_status().content

    def noted(self, job: str, words: str) -> None:
        """Waits until a job that waits says why."""
        end = time.monotonic() + PASSES_S
        while words not in (found := self.see(job)).get("note", ""):
            assert found["status"] != "failed" and time.monotonic() < end, found
            time.sleep(0.1)

    def clone(self) -> httpx.Response:
        said = {"name": "Rosa", "language": "en", "consent": "It is my own voice."}
        return self.post("/voices/clone", data=said, files={"files": ("rosa.wav", file_of(speech(), 22_050))})


def refused(answer: httpx.Response, *codes: str) -> dict[str, Any]:
    """An answer that says what is wrong and what to do: no fault of ours."""
    error = answer.json()["error"]
    assert error["code"] in codes and answer.status_code in {503, 507}, answer.text
    assert error["message"].endswith(".") and error["hint"] and error["request_id"]
    assert answer.status_code == 507 or int(answer.headers["retry-after"]) > 0
    return dict(error)


def no_bug(service: Service) -> bool:
    said = service.log.read_text()
    assert "Traceback" not in said, said[said.index("Traceback") - 500 :][:4000]
    return True


@dataclass(frozen=True)
class House:
    """A service whose home is a small disk of its own."""

    service: Service
    http: Caller

    @property
    def files(self) -> Path:
        return self.service.home / "files"

    @contextlib.contextmanager
    def full(self, folder: Path) -> Iterator[None]:
        """The disk that a folder is on has no byte left."""
        hog = folder / "hog"
        try:
            with hog.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(4096))
            yield
        finally:
            hog.unlink()


@contextlib.contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A disk of that size, in memory."""
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("wants to mount a disk, as root on Linux")
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "timbre-test", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def house(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with (
        mounted(tmp_path_factory.mktemp("disks") / "home", "80m") as home,
        serving(home, engine_folder, disk_reserve_mb=0, engine_rows=2) as service,
        Caller(base_url=service.url, timeout=120) as http,
    ):
        http.done(http.job())  # all has been used once
        yield House(service, http)
        assert no_bug(service)


def test_a_disk_that_is_full_takes_no_job_and_loses_none(house: House):
    kept = house.http.job()
    before = house.http.done(kept)
    with house.full(house.service.home):
        refused(house.http.post("/jobs", json={"text": TEXT}), "database_full")
        refused(house.http.clone(), "no_room", "database_full", "storage_full", "home_full")
        refused(house.http.post("/quality-profiles", json={"name": "Mine"}), "database_full")
        assert house.http.done(kept) == before
        assert house.http.get("/jobs").status_code == house.http.get("/health").status_code == 200
        assert house.http.post("/synthesize-direct", json={"text": TEXT}).status_code in {200, 507}
    assert house.http.done(house.http.job()) == before
    assert house.http.get("/voices").json()["items"][-1]["name"] != "Rosa"


def test_a_job_waits_while_the_disk_of_its_audio_is_full(house: House):
    with mounted(house.files, "1m"), house.full(house.files):
        job = house.http.job()
        house.http.noted(job, "no room left")
        refused(house.http.clone(), "storage_full")
    assert house.http.done(job)


def test_a_dataset_takes_no_recording_onto_a_full_disk_and_goes_on_where_there_is_room(house: House):
    dataset = house.http.post("/training/datasets", json={"name": "Full"}).json()["id"]
    path, clip = f"/training/datasets/{dataset}/sources", {"files": ("rosa.wav", file_of(speech(), 22_050))}
    with house.full(house.service.home):
        refused(house.http.post(path, files=clip), "no_room", "database_full", "storage_full", "home_full")
        refused(house.http.post("/training/datasets", json={"name": "Another"}), "database_full")
    assert house.http.get("/training/dataset/files", params={"dataset_id": dataset}).json()["items"] == []
    house.http.post(path, files=clip).raise_for_status()
    with house.full(house.service.home):
        refused(house.http.post("/training/dataset/download", json={"dataset_id": dataset}), "database_full")
    job = house.http.post("/training/dataset/download", json={"dataset_id": dataset}).json()["id"]
    house.http.until(job, "completed")
    [here] = house.http.get("/training/dataset/files", params={"dataset_id": dataset}).json()["items"]
    assert here["status"] == "here"


def test_a_job_waits_while_the_folder_of_its_audio_cannot_be_used(house: House):
    kept = house.http.job()
    before = house.http.done(kept)
    aside = house.service.home / "aside"
    house.files.rename(aside)
    house.files.write_text("This is no folder.")
    try:
        job = house.http.job()
        house.http.noted(job, "cannot be used")
        error = refused(house.http.get(f"/jobs/{kept}/download"), "storage_unreadable")
        assert str(house.files) in error["message"]
    finally:
        house.files.unlink()
        aside.rename(house.files)
    assert house.http.done(job) == house.http.done(kept) == before


def test_jobs_are_taken_while_the_broker_is_still_or_killed(house: House):
    broker = children(house.service)["valkey"]
    os.kill(broker, signal.SIGSTOP)
    try:
        began = time.monotonic()
        jobs = [house.http.job()]
        assert time.monotonic() - began < 20
    finally:
        os.kill(broker, signal.SIGCONT)
    house.http.done(jobs[0])
    os.kill(broker, signal.SIGKILL)
    jobs += [house.http.job() for _ in range(2)]
    assert len({house.http.done(job) for job in jobs}) == 1


def test_a_database_that_somebody_holds_is_waited_for_then_told_of(house: House):
    going = house.http.job(LONG)
    house.http.until(going, "processing")
    path = house.service.home / "timbre.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = house.http.post("/jobs", json={"text": TEXT})
        refused(answer, "database_locked")
        assert house.http.see(going)["status"] == "processing"  # reading goes on
        time.sleep(max(0.0, 20 - (time.monotonic() - began)))
        other.execute("ROLLBACK")
    assert house.http.done(going)
    assert house.http.done(house.http.job())


def test_a_job_goes_on_when_its_engine_is_killed(house: House):
    whole = house.http.done(house.http.job(LONG))
    job = house.http.job(LONG)
    end = time.monotonic() + PASSES_S
    while not 0 < house.http.see(job)["progress"] < 1:
        assert time.monotonic() < end
        time.sleep(0.05)
    os.kill(children(house.service)["engine"], signal.SIGKILL)
    assert house.http.done(job) == whole


@dataclass(frozen=True)
class Cluster:
    """A service on servers that are not its own."""

    service: Service
    http: Caller
    database: Path
    server: str
    swift: Swift
    broker: int


@pytest.fixture(scope="module")
def cluster(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Postgres and S3, and a broker that does not run yet."""
    folder, swift = tmp_path_factory.mktemp("faulty-postgres"), Swift(tmp_path_factory.mktemp("faulty-swift"))
    broker = free_port()
    try:
        swift.start()
        swift.make_bucket("timbre")
        with postgres(folder) as server:
            elsewhere = {
                "database_url": fresh_database(server, "timbre"),
                "storage_url": swift.url("timbre", "a"),
                "storage_key": KEY,
                "storage_secret": SECRET,
                "broker_url": f"redis://127.0.0.1:{broker}/0",
            }
            with (
                serving(tmp_path_factory.mktemp("cluster") / "home", engine_folder, **elsewhere) as service,
                Caller(base_url=service.url, timeout=120) as http,
            ):
                yield Cluster(service, http, folder, server, swift, broker)
                assert no_bug(service)
                assert not list(service.home.glob("timbre.db*")) and not (service.home / "files").exists()
    finally:
        swift.kill()


@pytest.fixture(scope="module")
def first(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A job that was sent before there was a broker; then the broker, for all that follows."""
    job = cluster.http.job()
    time.sleep(1)
    assert cluster.http.see(job)["status"] == "queued"
    command = [_program(), "--port", str(cluster.broker), "--save", "", "--dir", str(tmp_path_factory.mktemp("valkey"))]
    broker = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield job
    finally:
        broker.kill()
        broker.wait(10)


def test_a_job_that_was_sent_without_a_broker_is_done_once_there_is_one(cluster: Cluster, first: str):
    assert cluster.http.done(first)


@pytest.mark.usefixtures("first")
def test_a_voice_is_cloned_and_speaks_where_all_is_kept_elsewhere(cluster: Cluster):
    answer = cluster.http.clone()
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert cluster.http.until(job["id"], "completed")
    spoken = cluster.http.job(voice_id=job["voice"]["id"])
    assert cluster.http.done(spoken)[:4] == b"RIFF"
    assert cluster.http.get(f"/jobs/{spoken}/download?format=mp3", headers={"Range": "bytes=0-9"}).status_code == 206


@pytest.mark.usefixtures("first")
def test_a_database_that_is_stopped_is_told_of_and_back_when_it_is(cluster: Cluster):
    job = cluster.http.job(LONG)
    cluster.http.until(job, "processing")
    with away(cluster.database, cluster.server):
        for path in ("/jobs", f"/jobs/{job}", "/voices", "/quality-profiles"):
            refused(cluster.http.get(path), "database_away")
        refused(cluster.http.post("/jobs", json={"text": TEXT}), "database_away")
        assert cluster.http.get("/health").status_code == 200
    assert cluster.http.done(job)


@pytest.mark.usefixtures("first")
def test_a_store_that_is_stopped_is_waited_for(cluster: Cluster):
    kept = cluster.http.job()
    before = cluster.http.done(kept)
    cluster.swift.kill("proxy")
    try:
        job = cluster.http.job()
        refused(cluster.http.get(f"/jobs/{kept}/download"), "storage_away")
    finally:
        cluster.swift.start("proxy")
    assert cluster.http.done(job) == cluster.http.done(kept) == before
