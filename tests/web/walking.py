"""A person's way through the pages: what they press, what they wait for, and what an auditor would find."""

import shutil
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
TEXT = "The kettle has just boiled."
PAGES = ("dashboard", "speak", "jobs", "voices", "profiles", "datasets", "training", "checkpoints", "models", "admin")
EXPECTED = ("Failed to load resource", "The Cross-Origin-Opener-Policy header has been ignored")
"""What browsers write when a test has something refused, or comes without https."""

Open = Callable[..., "Page"]


def until(page: "Page", true: str, seconds: float = 60) -> None:
    """Waits for an expression. Playwright's own way needs `eval`, which our pages forbid."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < deadline, true
        page.wait_for_timeout(50)


def shown(page: "Page", name: str) -> None:
    """Waits until a page is there with all that it has."""
    page.wait_for_selector(f"#page[data-shown={name}] h1")


def settled(page: "Page") -> None:
    """Waits until no dialog is on its way in or out: Bootstrap passes over what is asked of one meanwhile."""
    until(page, "!document.getAnimations().some((one) => one instanceof CSSTransition)")


def speak(page: "Page", text: str = TEXT) -> None:
    page.fill("#text", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("body.speaking")
    page.wait_for_selector("body:not(.speaking)", timeout=60_000)


def findings(page: "Page", within: str = "document") -> list[str]:
    """What axe-core finds serious or critical, a line each."""
    settled(page)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text())
    found: list[dict[str, Any]] = page.evaluate(
        f"axe.run({within}, {{resultTypes: ['violations']}}).then((all) => all.violations)"
    )
    return [
        f"{one['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]


def opening(browser: "Browser", url: str) -> Iterator[Open]:
    """Opens pages by their names; whatever they complain about in their console fails the test."""
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
            shown(page, name.partition("?")[0].split("/")[0])
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [said for said in complaints if not said.startswith(EXPECTED)] == []
