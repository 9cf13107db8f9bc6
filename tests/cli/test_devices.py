"""Several devices: an engine for each, which take turns. Two processors stand in for two GPUs."""

import os
import signal
import time
from pathlib import Path

import httpx
from running import serving

from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient, socket_path


def ready(home: Path, place: int) -> dict:
    """The stats of one engine, once it can speak."""
    deadline = time.monotonic() + 90
    while True:
        try:
            with Client(AsyncClient(socket_path(home, place))) as client:
                if (stats := client.stats())["ready"]:
                    return stats
        except Exception:
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)


def test_engines_take_turns_and_one_speaks_on_when_another_falls(engine_folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with serving(home, engine_folder, engine_device="cpu,cpu", engine_patience_s=1) as service:
        pids = [ready(home, place)["pid"] for place in (0, 1)]
        assert pids[0] != pids[1]

        def speak() -> int:
            wanted = {"text": "Tea now.", "format": "wav", "voice": "ana"}
            return httpx.post(f"{service.url}/synthesize-direct", json=wanted, timeout=60).status_code

        assert [speak() for _ in range(6)] == [200] * 6
        assert all(ready(home, place)["utterances"] > 0 for place in (0, 1))
        with Client(AsyncClient([socket_path(home, place) for place in (0, 1)])) as client:
            client.unload()
            assert not client.stats()["ready"] and not client.stats()["ready"]
            client.load("tiny")
            assert client.stats()["ready"] and client.stats()["ready"]
        os.kill(pids[1], signal.SIGSTOP)  # so that it cannot be started again yet
        socket_path(home, 1).unlink()
        assert [speak() for _ in range(4)] == [200] * 4
        os.kill(pids[1], signal.SIGKILL)
        assert ready(home, 1)["pid"] not in pids
