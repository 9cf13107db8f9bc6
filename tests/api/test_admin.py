"""What whoever runs the service sees: figures, the log, a cleanup."""

import time
from datetime import timedelta
from pathlib import Path

import httpx
from running import Service

from timbre.api import logs, overview
from timbre.store.database import Database
from timbre.store.tables import Blob, Job, Key, Usage, now


def database(service: Service) -> Database:
    return Database(f"sqlite:///{service.home / 'timbre.db'}")


def test_stats_are_those_of_this_moment(http: httpx.Client, service: Service):
    before = http.get("/admin/stats").json()
    with database(service).writing() as session:
        session.add(Job(id="j-admin-1", kind="speech", queue="speech", status="paused", request={}))
        session.add(Blob(name="admin.wav", bytes=12_345, touched_at=now()))
        session.add(Usage(key_id="k-admin", day=now().date().isoformat(), requests=2, characters=70))
        session.add(Usage(key_id="k-admin", day="2020-01-01", requests=9, characters=9))
    try:
        after = http.get("/admin/stats").json()
    finally:
        with database(service).writing() as session:
            for table, name in ((Job, "j-admin-1"), (Blob, "admin.wav")):
                session.delete(session.get(table, name))
            for row in session.query(Usage):
                session.delete(row)
    paused = [stats["queues"]["speech"]["jobs"]["paused"] for stats in (before, after)]
    assert paused[1] == paused[0] + 1
    assert after["storage"]["bytes"] == before["storage"]["bytes"] + 12_345
    assert after["storage"]["free_bytes"] > 0 and "error" not in after["storage"]
    assert after["usage_today"] == [{"key_id": "k-admin", "requests": 2, "characters": 70}]
    assert after["database"]["kind"] == "sqlite" and after["database"]["bytes"] > 10_000
    assert 0 < after["disk"]["free_bytes"] < after["disk"]["total_bytes"]
    assert after["voices"]["built-in"] == 4 and after["models_bytes"] > 1_000_000
    assert after["up_s"] >= before["up_s"] > 0
    assert after["broker"] == {"reachable": True, "own": True}
    [engine] = after["engines"]
    assert engine["engine"] == "engine" and engine["ready"] and engine["model"] == "tiny"


def test_usage_is_told_by_the_names_of_keys_and_the_oldest_waiting_job_by_its_age(tmp_path: Path):
    own = Database(f"sqlite:///{tmp_path / 'timbre.db'}")
    own.upgrade()
    day = now().date().isoformat()
    with own.writing() as session:
        session.add(Key(id="k-1", name="Page", start="tb_x", hash="x" * 64, scopes=["speak"]))
        session.add(Usage(key_id="k-1", day=day, requests=1, characters=5))
        session.add(Usage(key_id="k-gone", day=day, requests=1, characters=9))
        for number, (status, later) in enumerate([("queued", None), ("queued", 60), ("processing", None)]):
            not_before = now() + timedelta(seconds=later) if later else None
            made = now() - timedelta(seconds=100 + 100 * number)
            session.add(
                Job(
                    id=f"j-{number}",
                    kind="speech",
                    queue="speech",
                    status=status,
                    created_at=made,
                    not_before=not_before,
                )
            )
    assert [(one["name"], one["characters"]) for one in overview.usage_today(own)] == [(None, 9), ("Page", 5)]
    rows = overview.rows(own)
    assert rows.jobs["speech", "queued"] == 2 and rows.jobs["speech", "processing"] == 1
    assert 100 <= rows.oldest_s["speech"] < 110 and rows.oldest_s["long"] == 0, "one that may not begin yet is not due"
    assert overview.last_cleanup(own) is None and overview.database_bytes(own) > 10_000
    own.close()


def test_the_memory_of_each_role_is_told(http: httpx.Client, service: Service):
    found = {one["role"]: one for one in http.get("/admin/stats").json()["processes"]}
    assert {"serve", "engine", "worker", "api", "broker"} <= set(found)
    assert found["serve"]["pid"] == service.process.pid
    assert found["engine"]["bytes"] > 100e6 and all(one["bytes"] > 1e6 and one["up_s"] > 0 for one in found.values())


def test_a_cleanup_removes_what_is_over_and_is_remembered(http: httpx.Client, service: Service):
    with database(service).writing() as session:
        long_ago = now() - timedelta(days=2)
        session.add(
            Job(
                id="j-admin-2",
                kind="speech",
                queue="speech",
                status="completed",
                text="gone",
                request={},
                finished_at=long_ago,
                expires_at=long_ago,
            )
        )
        session.add(Blob(name="audio-" + "0" * 60 + ".wav", bytes=10, touched_at=long_ago))
    done = http.post("/admin/cleanup").json()
    assert done["jobs"] >= 1
    with database(service).reading() as session:
        assert session.get(Job, "j-admin-2").text is None
    last = http.get("/admin/stats").json()["cleanup"]
    assert last["jobs"] == done["jobs"] and last["at"] > "2026"


def test_the_log_is_what_serve_wrote(http: httpx.Client):
    found = http.get("/admin/logs", params={"lines": 1000}).json()["items"]
    assert any(line["role"] == "serve" and "home is" in line["text"] for line in found)
    engine = http.get("/admin/logs", params={"role": "engine"}).json()["items"]
    assert engine and {line["role"] for line in engine} == {"engine"} and engine[0]["at"]
    assert len(http.get("/admin/logs", params={"lines": 1}).json()["items"]) == 1
    assert http.get("/admin/logs", params={"search": "no such words"}).json()["items"] == []
    assert http.get("/admin/logs", params={"lines": 0}).status_code == 422


def write(folder: Path, name: str, *lines: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("".join(f"2026-01-31T12:00:00+0000 {line}\n" for line in lines))


def test_older_files_are_read_too_and_odd_lines_are_shown_as_they_are(tmp_path: Path):
    assert logs.tail(tmp_path, 10) == []
    folder = tmp_path / "logs"
    write(folder, "timbre.log.2", "api     | one")
    write(folder, "timbre.log.1", "engine  | two", "engine-1 | a | b")
    write(folder, "timbre.log", "api     | three")
    with (folder / "timbre.log").open("ab") as file:
        file.write(b"Traceback \xff\n")
    texts = [line.text for line in logs.tail(tmp_path, 10)]
    assert texts[:4] == ["one", "two", "a | b", "three"] and texts[4].startswith("Traceback")
    assert [line.text for line in logs.tail(tmp_path, 2, role="api")] == ["one", "three"]
    assert logs.tail(tmp_path, 1, search="TWO")[0].role == "engine"


def test_only_the_end_of_a_large_log_is_read(tmp_path: Path, monkeypatch):
    write(tmp_path / "logs", "timbre.log", *(f"api     | {number}" for number in range(1000)))
    monkeypatch.setattr(logs, "READ_BYTES", 1000)
    found = logs.tail(tmp_path, 5000)
    assert 10 < len(found) < 40 and found[-1].text == "999" and all(line.role == "api" for line in found)


def test_the_log_is_its_own_users_alone(service: Service):
    assert (service.home / "logs").stat().st_mode & 0o077 == 0
    assert time.time() - (service.home / "logs" / "timbre.log").stat().st_mtime < 3600
