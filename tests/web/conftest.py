"""A real browser, and pages that may not complain."""

from collections.abc import Iterator

import pytest
from guarded import Guarded, guarding
from running import Service
from walking import ARGUMENTS, CHROMIUM, Open, shown


@pytest.fixture(scope="session")
def driver() -> Iterator["playwright.Playwright"]:  # noqa: F821
    if CHROMIUM is None:
        pytest.skip("no browser: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")
    with playwright.sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
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


def opening(browser, url: str) -> Iterator[Open]:
    complaints: list[str] = []
    contexts = []

    def opened(
        name: str = "speak", width: int = 1280, locale: str = "en-US", scheme: str = "light", browser=browser,
        url: str = url, wait: bool = True, **more,
    ):  # fmt: skip
        context = browser.new_context(
            viewport={"width": width, "height": 850},
            locale=locale,
            color_scheme=scheme,
            reduced_motion="reduce",
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(f"{url}/#/{name}")
        if wait:
            shown(page, name.split("/")[0])
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [said for said in complaints if "Failed to load resource" not in said] == []
