"""The Training and the Checkpoints page in a real browser: a run from its form to its end."""

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from made_builds import keep_build
from running import Service, serving
from training.builds import make_base, make_build
from walking import Open, findings, opening, settled, shown, until

from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database

WIDTHS = [(1280, "light", "en-US"), (360, "dark", "pt-BR")]
QUICK = {
    "max_steps": 3000, "batch": 2, "sentences": 1, "texts": "No.", "validate_every": 2, "checkpoint_every": 30,
    "keep": 1, "patience": 0, "threads": 1, "lora_rank": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that can train, with a dataset that is built."""
    folder = tmp_path_factory.mktemp("studio")
    make_base(folder / "base")
    make_build(folder / "build")
    home = folder / "home"
    with serving(home, folder / "base", disk_reserve_mb=0) as service:
        chosen = Settings(_env_file=None, home=home)
        with closing(Database.of(chosen)) as database:
            keep_build(database, Blobs.of(chosen, database), folder / "build", name="Schoolbook")
        yield service


@pytest.fixture
def open_studio(browser, studio: Service) -> Iterator[Open]:
    yield from opening(browser, studio.url)


def test_a_run_is_estimated_begun_paused_taken_on_and_stopped(open_studio: Open, studio: Service):
    page = open_studio("training")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.click("text=All parameters")
    page.wait_for_selector(".drawer.show")
    settled(page)
    assert findings(page) == []
    for name, value in QUICK.items():
        page.fill(f"#training-{name}", str(value))
    page.select_option("#training-half", "off")
    page.click("text=Use these")
    page.wait_for_selector(".drawer", state="hidden")
    page.click("#training-estimate")
    page.wait_for_selector("text=Measured on this machine", timeout=60_000)
    assert f"Steps {QUICK['max_steps']:,}" in page.inner_text(".figures").replace("\n", " ")
    page.click("#training-start")
    page.wait_for_selector("#run-title")
    page.wait_for_selector(".chart polyline", timeout=60_000, state="attached")
    assert "Validation" in page.inner_text(".chart")
    page.click(".training-tools >> text=Pause")
    page.wait_for_selector(".training-tools >> text=Resume", timeout=30_000)
    page.click(".training-tools >> text=Resume")
    page.wait_for_selector(".log-lines:has-text('Taken on at step')", timeout=60_000)
    page.wait_for_selector(".said-one .clip", timeout=60_000)
    page.click(".training-tools >> text=Stop")
    page.wait_for_selector(".state:has-text('Stopped')", timeout=60_000)
    until(page, "document.querySelector('.log-lines > div:last-child').textContent.includes('Stopped at step')")
    run = httpx.get(f"{studio.url}/training/runs").json()["items"][0]
    assert run["status"] == "stopped" and 0 < run["step"] < run["steps"] and run["estimate"]["seconds"] > 0
    page.focus(".chart svg")
    page.keyboard.press("End")
    assert f"Step {run['step']} · Training" in page.inner_text(".chart-value")
    lines = page.locator(".log-lines > div").all_inner_texts()
    assert len(lines) == len(set(lines)), "each line once"
    points = [url for url in asked if "/points" in url]
    assert "?" not in points[0] and "/points?after=" in points[-1], "what is there is not asked for again"
    assert any("/training/ws/pipeline?run_id=" in url for url in asked)
    assert findings(page) == []
    page.click("a:has-text('Its checkpoints')")
    shown(page, "checkpoints")
    page.wait_for_selector(f".card-item:has-text('Step {run['step']}')")  # a run that is stopped keeps what it learnt


@pytest.mark.parametrize(("width", "scheme", "locale"), WIDTHS)
def test_no_part_of_the_pages_is_wider_than_the_window(
    open_studio: Open, width: int, scheme: str, locale: str, studio: Service
):
    run = httpx.get(f"{studio.url}/training/runs").json()["items"][0]["id"]
    page = open_studio("training", width=width, scheme=scheme, locale=locale)
    for place in ("training", f"training/{run}", "checkpoints"):
        page.goto(f"{studio.url}/#/{place}")
        shown(page, place.split("/")[0])
        settled(page)
        until(page, f"document.documentElement.scrollWidth <= {width}")
        assert findings(page) == []


def test_a_voice_of_another_model_cannot_be_chosen_to_speak(open_studio: Open, studio: Service):
    page = open_studio("dashboard")
    found = httpx.get(f"{studio.url}/voices").json()
    other = {"id": "tuned-elsewhere", "name": "Elsewhere", "kind": "tuned", "language": "en", "model": "another"}
    found["items"].append(other)
    page.route("**/voices", lambda route: route.fulfill(json=found))
    page.click(".nav-item[href='#/speak']")
    shown(page, "speak")
    assert page.is_disabled("input[value=tuned-elsewhere]")
    assert "another" in page.inner_text(".voice:has(input[value=tuned-elsewhere])")


def test_a_run_is_called_something_else(open_studio: Open, studio: Service):
    run = httpx.get(f"{studio.url}/training/runs").json()["items"][0]["id"]
    page = open_studio(f"training/{run}")
    page.click(".page-head >> role=button[name=Rename]")
    page.fill(".modal-body input", " ")
    page.click(".modal-footer >> text=Rename")
    page.wait_for_selector(".modal-body >> text=Say what the run is to be called.")
    page.fill(".modal-body input", "Ida <b>at</b> home")
    settled(page)
    assert findings(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Ida <b>at</b> home')")
    assert httpx.get(f"{studio.url}/training/runs/{run}").json()["name"] == "Ida <b>at</b> home"


def test_a_run_is_deleted_with_what_it_kept(open_studio: Open, studio: Service):
    run = httpx.get(f"{studio.url}/training/runs").json()["items"][0]["id"]
    page = open_studio(f"training/{run}")
    page.click(".training-tools >> text=Delete")
    page.click(".modal-footer .btn-danger")
    page.wait_for_selector("text=There has been no run yet.")
    assert httpx.get(f"{studio.url}/training/runs/{run}").status_code == 404
    assert httpx.get(f"{studio.url}/training/checkpoints").json()["items"] == []
