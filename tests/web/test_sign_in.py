"""Signing in, in a real browser, to a service that needs a key."""

from collections.abc import Iterator

import pytest
from guarded import Guarded
from walking import Open, findings, opening, settled, shown, until


@pytest.fixture
def open_guarded(browser, guarded: Guarded) -> Iterator[Open]:
    yield from opening(browser, guarded.url)


def sign_in(page, key: str) -> None:
    page.wait_for_selector(".modal.show")
    settled(page)
    page.fill("#key", key)
    page.keyboard.press("Enter")


def test_a_key_opens_the_page_and_signing_out_closes_it(open_guarded: Open, guarded: Guarded):
    page = open_guarded("voices", wait=False)
    page.wait_for_selector(".modal.show")
    assert findings(page) == []
    sign_in(page, "tb_nothing_like_a_key")
    page.wait_for_selector(".modal.show [role=alert]")
    assert "not one of this service's" in page.inner_text(".modal.show")
    sign_in(page, guarded.key("speak", "voices")[1])
    shown(page, "voices")
    page.wait_for_selector(".voice-card")
    assert "speak and voices" in page.inner_text("#who")
    assert page.locator("#nav a[href='#/admin']").count() == 0  # that is not theirs
    page.reload()
    shown(page, "voices")  # the browser is still signed in
    page.click("#who button")
    page.wait_for_selector(".modal.show #key")


def test_changes_carry_what_a_signed_in_browser_must_send(open_guarded: Open, guarded: Guarded):
    page = open_guarded("voices", wait=False)
    sign_in(page, guarded.key("speak", "voices")[1])
    page.wait_for_selector(".voice-card")
    settled(page)
    page.click("#mix-open")
    page.wait_for_selector("#mix-dialog.show")
    settled(page)
    page.fill("#mix-name", "Mine")
    page.click("#mix-go")
    page.wait_for_selector("#mix-dialog", state="detached", timeout=60_000)
    page.locator(".voice-card", has_text="Mine").wait_for()


def test_without_the_scope_nothing_is_offered_that_would_be_refused(open_guarded: Open, guarded: Guarded):
    page = open_guarded("voices", wait=False)
    sign_in(page, guarded.key("speak")[1])
    page.wait_for_selector(".voice-card")
    assert page.locator("#clone-open, #mix-open").count() == 0


def test_who_was_signed_out_elsewhere_signs_in_and_goes_on(open_guarded: Open, guarded: Guarded):
    page = open_guarded("speak", wait=False)
    key = guarded.key("speak")[1]
    sign_in(page, key)
    shown(page, "speak")
    settled(page)
    page.context.clear_cookies()
    page.fill("#text", "The kettle has just boiled.")
    page.keyboard.press("Control+Enter")
    sign_in(page, key)
    until(page, "document.getElementById('status').textContent.endsWith('of speech')")
    assert page.input_value("#text") == "The kettle has just boiled."
