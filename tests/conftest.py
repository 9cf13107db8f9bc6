"""What the tests share: a tiny model with random weights, and a service that really runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from models.hub import Hub, tiny_release
from models.hub import serving as serving_hub
from running import Service, make_model, serving


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder as the engine loads it: tiny, random, four built-in voices, English and Portuguese."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_model(folder)
    return folder


@pytest.fixture(scope="session")
def service(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The whole service as processes of their own, on a port of its own, ready to speak."""
    with serving(tmp_path_factory.mktemp("home"), engine_folder) as running:
        yield running


@pytest.fixture(scope="module")
def hub(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub whose xtts-v2 is the tiny model in the public layout."""
    with serving_hub(Hub(tiny_release(engine_folder, tmp_path_factory.mktemp("studio")))) as running:
        yield running


@pytest.fixture(scope="module")
def own(hub: Hub, engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service of a module's own that installs from that hub: its models come and go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.url)
        with serving(tmp_path_factory.mktemp("home"), engine_folder) as running:
            yield running
