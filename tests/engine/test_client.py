"""The client for code that waits, against a server in another thread."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from parrot import STEP, Parrot

from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.listen import listening
from timbre.engine.protocol import Sampling
from timbre.engine.server import EngineServer
from timbre.errors import EngineLost, EngineUnavailable, UnknownVoice
from timbre.text.plan import Piece


class Serving:
    """A server in a thread of its own, which `stop` ends in the middle of whatever it does."""

    def __init__(self, socket: Path, parrot: Parrot) -> None:
        self.parrot, self.socket = parrot, socket
        self.loop = asyncio.new_event_loop()
        self.ready, self.over = threading.Event(), asyncio.Event()
        self.thread = threading.Thread(target=lambda: self.loop.run_until_complete(self.serve()))
        self.thread.start()
        self.ready.wait()

    async def serve(self) -> None:
        server = EngineServer(lambda model: self.parrot, "parrot", 4)
        async with listening(server.handle, self.socket, "", ""):
            await server.start()
            self.ready.set()
            await self.over.wait()
        server.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    running = Serving(tmp_path / "engine.sock", Parrot(step_s=0.005))
    yield running
    if running.thread.is_alive():
        running.stop()


@pytest.fixture
def client(serving: Serving) -> Iterator[Client]:
    with Client(AsyncClient(serving.socket)) as client:
        yield client


def test_it_asks_and_hears(client: Client):
    assert client.stats()["model"] == "parrot"
    assert sorted(client.voices()) == ["ana", "bruno"]
    assert client.condition([np.zeros(10, np.float32)]).embedding.shape == (512,)
    parts = list(client.speak([Piece("Hello.", 0.0)], "en", "ana", Sampling()))
    assert sum(len(part) for part in parts) == 6 * STEP


def test_leaving_a_speech_stops_it(client: Client, serving: Serving):
    spoken = client.speak([Piece("x" * 1000, 0.0)], "en", "ana", Sampling())
    next(spoken)
    spoken.close()
    assert serving.parrot.quiet.wait(5) and serving.parrot.steps < 200
    assert client.stats()["ready"]


def test_errors_come_as_themselves(client: Client):
    with pytest.raises(UnknownVoice):
        list(client.speak([Piece("Hello.", 0.0)], "en", "nobody", Sampling()))


def test_many_threads_can_share_one(client: Client):
    heard = []
    threads = [
        threading.Thread(target=lambda: heard.append(list(client.speak([Piece("Hi.", 0.0)], "en", "ana", Sampling()))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(parts) for parts in heard] == [3] * 4


def test_an_engine_that_goes_away_is_said_to_be_lost(client: Client, serving: Serving):
    spoken = client.speak([Piece("x" * 1000, 0.0)], "en", "ana", Sampling())
    next(spoken)
    threading.Thread(target=serving.stop).start()
    with pytest.raises(EngineLost):
        for _ in spoken:
            time.sleep(0.001)
    serving.thread.join()
    with pytest.raises(EngineUnavailable):
        client.stats()
