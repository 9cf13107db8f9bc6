"""The Datasets page in a real browser, with a dataset that went through all steps: review by keyboard, parameters."""

import time

import httpx
import pytest
from running import Service
from walking import Open, findings, settled, shown, until

WIDTHS = [(1280, "light", "en-US"), (360, "dark", "pt-BR")]
PARTS = ("recordings", "report", "review", "builds")


@pytest.fixture(scope="module")
def prepared(studio: Service, tape: bytes) -> str:
    """The id of a dataset that has been through all steps."""
    with httpx.Client(base_url=studio.url, timeout=120) as http:
        made = http.post("/training/datasets", json={"name": "Prepared"}).json()["id"]
        sent = http.post(f"/training/datasets/{made}/sources", files={"files": ("tape.wav", tape)})
        assert sent.status_code == 201, sent.text
        job = http.post("/training/dataset/run", json={"dataset_id": made}).json()["id"]
        while (found := http.get(f"/jobs/{job}").json())["status"] not in {"completed", "failed"}:
            time.sleep(0.3)
        assert found["status"] == "completed", found
    return made


def listed(studio: Service, dataset: str) -> dict:
    return httpx.get(f"{studio.url}/training/datasets/{dataset}/segments").json()


def test_segments_are_gone_through_by_keyboard_and_nothing_is_lost(open_studio: Open, studio: Service, prepared: str):
    before = listed(studio, prepared)["items"][0]
    page = open_studio(f"datasets/{prepared}/review")
    until(page, "document.querySelector('.waveform path').getAttribute('d')?.length > 1000")
    page.keyboard.press("Space")
    until(
        page,
        "parseFloat(document.querySelector('.wave-head:not([hidden])')?.style.left) > 0",
    )
    page.keyboard.press("Space")
    until(page, "document.querySelector('.wave-head').hidden")
    page.keyboard.press("d")
    page.wait_for_selector(".segment-verdict[data-kept=false]")
    assert listed(studio, prepared)["items"][0]["verdict"] == "drop"
    page.keyboard.press("u")
    page.wait_for_selector(".segment-verdict[data-kept=true]")
    page.keyboard.press("]")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    until(page, "document.querySelector('.segment [role=status]').textContent === 'Saved'")
    until(page, "document.querySelector('.segment-list [data-edited=true]') !== null")
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Thank you.")
    page.reload()
    shown(page, "datasets")
    until(page, "document.querySelector('#segment-text').value.endsWith('Thank you.')")
    assert not (listed(studio, prepared)["items"][0]["text"] or "").endswith("Thank you.")
    page.keyboard.press("e")
    page.keyboard.press("Control+Enter")
    until(page, "document.querySelector('.segment h2').textContent === 'Segment 2'")
    now = listed(studio, prepared)["items"][0]
    assert now["text"].endswith(" Thank you.") and set(now["edited"]) == {"edges", "text"} and "verdict" not in now
    assert now["end_s"] == pytest.approx(before["end_s"] - 0.2, abs=0.01)
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('timbre.segment'))") == []


def test_an_edge_is_dragged_and_nobodys_work_is_written_over(open_studio: Open, studio: Service, prepared: str):
    second = listed(studio, prepared)["items"][1]
    page = open_studio(f"datasets/{prepared}/review?segment={second['id']}")
    until(page, "document.querySelector('.waveform path').getAttribute('d')?.length > 1000")
    box = page.locator(".wave-edge[data-side=begin]").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 20
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y, steps=3)
    page.mouse.up()
    until(page, "document.querySelector('.segment [role=status]').textContent === 'Saved'")
    assert listed(studio, prepared)["items"][1]["begin_s"] > second["begin_s"] + 0.05
    address = f"{studio.url}/training/segments/{second['id']}"
    httpx.patch(address, json={"text": "Somebody else wrote this."}).raise_for_status()
    page.focus(".segment h2")
    page.keyboard.press("d")
    page.wait_for_selector(".segment .alert")
    page.click(".segment .alert button")
    until(page, "document.querySelector('#segment-text').value === 'Somebody else wrote this.'")
    page.click(".segment-tools >> text=Drop")
    page.wait_for_selector(".segment-verdict[data-kept=false]")
    page.click(".chip >> text=Dropped")
    until(page, "document.querySelectorAll('.segment-list li').length === 1")
    assert "state=dropped" in page.url


def test_parameters_are_set_for_a_dataset_and_refused_in_one_sentence(
    open_studio: Open, studio: Service, prepared: str
):
    page = open_studio(f"datasets/{prepared}")
    page.click("text=Parameters")
    page.wait_for_selector("#parameter-max_s")
    settled(page)
    page.fill("#parameter-max_s", "40")
    page.click(".drawer .btn-primary")
    page.wait_for_selector(".drawer .alert")
    assert "max_s" in page.inner_text(".drawer .alert")
    page.fill("#parameter-max_s", "9")
    page.click(".drawer .btn-primary")
    page.wait_for_selector(".drawer.show", state="detached")
    assert httpx.get(f"{studio.url}/training/datasets/{prepared}").json()["parameters"] == {"max_s": 9.0}
    until(page, "document.querySelectorAll('.step[data-state=outdated]').length === 4")  # but what was brought stays
    assert "To be run again" in page.inner_text(".step[data-step=build]")


def test_without_a_socket_the_steps_are_still_followed(open_studio: Open, studio: Service, prepared: str):
    page = open_studio("datasets")
    page.route_web_socket("**/training/ws/pipeline*", lambda socket: socket.close(code=1011))
    page.goto(f"{studio.url}/#/datasets/{prepared}")
    page.wait_for_selector(".live[data-live=false]")
    page.click("[data-step=filter] .btn")
    until(page, "document.querySelector('[data-step=filter] .btn').disabled")
    until(page, "!document.querySelector('[data-step=filter] .btn').disabled")
    assert page.locator(".log-lines > div").count() > 0


@pytest.mark.parametrize(("width", "scheme", "locale"), WIDTHS)
def test_every_part_fits_and_has_nothing_to_find(
    open_studio: Open, prepared: str, width: int, scheme: str, locale: str
):
    page = open_studio("datasets", width=width, scheme=scheme, locale=locale)
    page.wait_for_selector("#dataset-list .card-item")
    assert findings(page) == []
    for part in PARTS:
        page.evaluate(f"location.hash = '#/datasets/{prepared}/{part}'")
        page.wait_for_selector(f".tab[aria-current][href$={part}]")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
        assert findings(page) == [], part
        assert "datasets." not in page.inner_text("#page"), part


def test_a_dataset_is_renamed_and_deleted(open_studio: Open, studio: Service):
    made = httpx.post(f"{studio.url}/training/datasets", json={"name": "Short-lived"}).json()["id"]
    page = open_studio("datasets")
    page.get_by_label("Change Short-lived").click()
    page.wait_for_selector(".modal.show")
    settled(page)
    page.fill(".modal input", "Renamed")
    page.click(".modal .btn-primary")
    page.get_by_label("Delete Renamed").click()
    page.click(".modal.show .btn-danger")
    page.wait_for_selector(f"[data-id={made}]", state="detached")
    assert httpx.get(f"{studio.url}/training/datasets/{made}").status_code == 404
