"""The Profiles page in a real browser: made, heard beside the default one, changed, made the default, removed."""

import httpx
import pytest
from running import Service
from walking import Open, findings, settled, until


def card(page, name: str):
    return page.locator(".card-item", has=page.locator("h2", has_text=name))


@pytest.fixture(autouse=True)
def balanced(service: Service):
    yield
    for one in httpx.get(f"{service.url}/quality-profiles").json()["items"]:
        if not one["built_in"]:
            httpx.delete(f"{service.url}/quality-profiles/{one['id']}")
    httpx.post(f"{service.url}/quality-profiles/balanced/set-default")


def test_a_profile_is_made_by_keyboard_changed_copied_and_removed(open_page: Open, service: Service):
    page = open_page("profiles")
    page.focus(".page-head .btn")
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal.show .parameter")
    settled(page)
    page.keyboard.type("Bedtime")  # the name has the focus
    page.focus("#parameter-speed")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")  # the slider has the focus now
    page.keyboard.press("Enter")
    card(page, "Bedtime").wait_for()
    assert "0.95×" in card(page, "Bedtime").inner_text()
    card(page, "Bedtime").get_by_label("Change Bedtime").click()
    page.wait_for_selector(".modal.show .parameter")
    settled(page)
    page.get_by_label("Speed, as a number").fill("9")
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal .alert")
    assert "Speed has to be between 0.25 and 4." in page.inner_text(".modal .alert")  # the service's own bounds
    page.get_by_label("Speed, as a number").fill("0.8")
    page.check("#parameter-seed")
    page.get_by_label("Seed, as a number").fill("11")
    page.click(".modal .btn-primary")
    page.wait_for_selector(".modal", state="detached")
    until(page, "document.querySelector('.card-grid').innerText.includes('0.80×')")
    card(page, "Bedtime").get_by_label("Duplicate Bedtime").click()
    card(page, "(copy)").wait_for()
    kept = [one for one in httpx.get(f"{service.url}/quality-profiles").json()["items"] if not one["built_in"]]
    assert [(one["speed"], one["seed"]) for one in kept] == [(0.8, 11)] * 2
    card(page, "(copy)").get_by_label("Delete").click()
    page.click(".modal.show .btn-danger")
    card(page, "(copy)").wait_for(state="detached")


def test_the_default_moves_and_is_asked_about_when_it_is_deleted(open_page: Open, service: Service):
    httpx.post(f"{service.url}/quality-profiles", json={"name": "Mine", "temperature": 0.5}).raise_for_status()
    page = open_page("profiles")
    card(page, "Mine").get_by_label("Make Mine the default").click()
    card(page, "Mine").get_by_text("Default", exact=True).wait_for()
    assert card(page, "Balanced").get_by_text("Default", exact=True).count() == 0
    card(page, "Mine").get_by_label("Delete Mine").click()
    page.wait_for_selector(".modal.show")
    assert "Balanced takes its place" in page.inner_text(".modal")
    page.click(".modal.show .btn-danger")
    card(page, "Balanced").get_by_text("Default", exact=True).wait_for()


def test_built_in_ones_are_heard_and_copied_but_not_changed(open_page: Open):
    page = open_page("profiles")
    steady = card(page, "Steady")
    assert steady.get_by_text("Built in").count() == 1 and steady.get_by_label("Duplicate Steady").count() == 1
    assert steady.get_by_label("Change Steady").count() == 0 and steady.get_by_label("Delete Steady").count() == 0


def test_a_profile_is_heard_beside_the_default_one_with_the_same_seed(open_page: Open):
    page = open_page("profiles")
    asked: list[dict] = []
    page.on("request", lambda one: asked.append(one.post_data_json) if "synthesize" in one.url else None)
    card(page, "Lively").get_by_text("Listen").click()
    page.wait_for_selector(".modal.show")
    page.fill(".modal textarea", "Listen to this.")
    page.click(".compare-choices .btn")
    until(page, "document.querySelectorAll('.take .clip:not([hidden])').length === 2")
    assert page.locator(".take b").all_inner_texts() == ["Balanced", "Lively"]
    assert asked[0]["seed"] == asked[1]["seed"] and "temperature" not in asked[0] and asked[1]["temperature"] == 1.0
    page.get_by_label("Play Lively").click()
    until(page, "document.querySelectorAll('.take audio')[1].ended")
    until(page, "/s of speech in/.test(document.querySelector('.takes').textContent)")


def test_what_is_not_saved_yet_can_be_heard(open_page: Open):
    page = open_page("profiles")
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show")
    page.check("#parameter-temperature")
    page.click(".modal summary")
    page.click(".compare-choices .btn")
    until(page, "document.querySelectorAll('.take .clip:not([hidden])').length === 2")
    assert page.locator(".take b").all_inner_texts() == ["Balanced", "This one"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_portuguese_and_has_nothing_to_find(open_page: Open, scheme: str):
    page = open_page("profiles", width=360, locale="pt-BR", scheme=scheme)
    card(page, "Equilibrado").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page) == []
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show .parameter")
    for name in ("speed", "seed"):
        page.check(f"#parameter-{name}")
    assert page.evaluate("document.querySelector('.modal-body').scrollWidth") <= 360
    assert findings(page) == []
