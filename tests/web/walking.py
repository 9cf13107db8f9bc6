"""A person's way through the pages: what they press, what they wait for, and what an auditor would find."""

import shutil
import time
from collections.abc import Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
TEXT = "The kettle has just boiled."
PAGES = ("dashboard", "speak", "jobs", "voices", "profiles", "models", "admin")
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
