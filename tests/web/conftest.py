"""A real browser, and pages that may not complain."""

import io
import wave
from collections.abc import Iterator

import numpy as np
import people
import pytest
from guarded import Guarded, guarding
from running import Service, serving
from training.builds import make_base
from walking import ARGUMENTS, CHROMIUM, Open, opening

from recipes.mini.judge import whisper_files


@pytest.fixture(scope="module")  # it has an event loop in this thread, which those after these tests must not meet
def driver() -> Iterator["playwright.Playwright"]:  # noqa: F821
    if CHROMIUM is None:
        pytest.skip("no browser: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    with playwright.sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(driver) -> Iterator["playwright.Browser"]:  # noqa: F821
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser, service: Service) -> Iterator[Open]:
    """Opens a page by its name; whatever it complains about in its console fails the test."""
    yield from opening(browser, service.url)


@pytest.fixture(scope="session")
def guarded(engine_folder, tmp_path_factory) -> Iterator[Guarded]:
    """A service of its own that needs a key."""
    with guarding(tmp_path_factory.mktemp("guarded"), engine_folder) as running:
        yield running


@pytest.fixture(scope="session")
def studio(tmp_path_factory) -> Iterator[Service]:
    """A service that has a Whisper, and can train."""
    folder = tmp_path_factory.mktemp("studio")
    whisper = whisper_files(folder)
    make_base(folder / "base")
    with serving(folder / "home", folder / "base", whisper=str(whisper), disk_reserve_mb=0) as running:
        yield running


@pytest.fixture
def open_studio(browser, studio: Service) -> Iterator[Open]:
    yield from opening(browser, studio.url)


@pytest.fixture(scope="session")
def tape() -> bytes:
    """Half a minute of a person, as one long WAV."""
    samples = people.prompts(people.ALLISON, 30, 3)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setparams((1, 2, people.RATE, 0, "NONE", ""))
        file.writeframes((samples * 32767).clip(-32768, 32767).astype(np.int16).tobytes())
    return target.getvalue()
