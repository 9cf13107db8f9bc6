"""`timbre serve`: checks first, restarts what falls, ends cleanly, and keeps one log."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from running import Service, alive, children, serving


def refused(environment: dict[str, str]) -> str:
    """What `timbre serve` says when it does not start."""
    done = subprocess.run(
        [sys.executable, "-m", "timbre", "serve"],
        env=os.environ | environment,
        capture_output=True,
        timeout=30,
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 1 and "Traceback" not in said, said
    return said


def test_a_taken_port_is_one_sentence(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert port in refused({"TIMBRE_HOME": str(tmp_path), "TIMBRE_PORT": port})


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path):
    (tmp_path / "home").touch()
    assert "home folder" in refused({"TIMBRE_HOME": str(tmp_path / "home")})


def test_a_second_service_in_the_same_home_is_one_sentence(service: Service):
    assert "already running" in refused({"TIMBRE_HOME": str(service.home)})


def test_what_falls_is_started_again_and_everything_ends_together(engine_folder: Path, tmp_path: Path):
    with serving(tmp_path / "home", engine_folder) as service:
        first = children(service)
        wanted = {"text": "Tea now. " * 100, "format": "pcm", "stream": True}
        with (
            pytest.raises(httpx.RemoteProtocolError),
            httpx.stream("POST", f"{service.url}/synthesize-direct", json=wanted, timeout=60) as answer,
        ):
            for _ in answer.iter_raw():  # the first audio is here: now the engine falls
                if alive(first["engine"]):
                    os.kill(first["engine"], signal.SIGKILL)
        wait(lambda: httpx.get(f"{service.url}/ready").status_code == 200)
        second = children(service)
        assert second["engine"] != first["engine"] and second["api"] == first["api"]
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(20) == 0
    log = service.log.read_text()
    assert f"Timbre is ready: {service.url}" in log and log.rstrip().endswith("ended")
    assert all(re.match(r"(serve|engine|api|worker|broker) +\| ", line) for line in log.splitlines())
    assert not any(alive(child) for child in second.values())
    assert not (service.home / "engine.sock").exists()


def test_the_roles_end_when_the_supervisor_is_killed(engine_folder: Path, tmp_path: Path):
    with serving(tmp_path / "home", engine_folder) as service:
        roles = children(service)
        service.process.kill()
        broker = roles.pop("valkey")
        wait(lambda: not any(alive(child) for child in roles.values()))
    assert alive(broker), "nobody tells it; the next start ends it"
    shutil.rmtree(service.home / "models")
    with serving(service.home, engine_folder) as again:
        assert not alive(broker) and alive(children(again)["valkey"])


def wait(true) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="finds the roles in /proc")
