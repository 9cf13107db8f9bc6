"""A real browser, and pages that may not complain."""

from collections.abc import Iterator

import pytest
from guarded import Guarded, guarding
from running import Service
from walking import ARGUMENTS, CHROMIUM, Open, opening


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
