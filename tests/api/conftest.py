"""What the tests of the API share: a client of the running service, and recordings made on the fly."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from checkpoints import Bench
from guarded import OWN_KEY, Guarded, guarding
from recordings import file_of, speech
from running import Service, serving

TEXT = "The kettle has just boiled."


@pytest.fixture(scope="session")
def http(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=120) as client:
        yield client


@pytest.fixture(scope="session")
def speech_wav() -> bytes:
    """Some seconds of a person speaking, as a WAV file."""
    return file_of(speech(), 22_050)


@pytest.fixture
def speak(http: httpx.Client) -> Callable[..., httpx.Response]:
    """POST /synthesize-direct."""

    def post(text: str = TEXT, **more: Any) -> httpx.Response:
        return http.post("/synthesize-direct", json={"text": text, "seed": 1, **more})

    return post


@pytest.fixture(scope="session")
def guarded(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service of its own that needs a key."""
    with guarding(tmp_path_factory.mktemp("guarded"), engine_folder) as running:
        yield running


@pytest.fixture(scope="session")
def littered(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for requests of all kinds, which leave in it what they make. It asks for a key: they make keys too."""
    home = tmp_path_factory.mktemp("littered") / "home"
    with serving(home, engine_folder, api_key=OWN_KEY, disk_reserve_mb=0) as running:
        bench = Bench(home, home / "models" / "tiny")
        bench.run()
        bench.adapter("c-1")  # the one that examples name
        yield running
        assert "Traceback" not in running.log.read_text()
