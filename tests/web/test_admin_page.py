"""The Admin page in a real browser: keys made, shown once and revoked; what is kept, cleaned up; the log read."""

import httpx
import pytest
from guarded import Guarded, make_key
from running import Service, serving
from walking import Open, findings, settled, shown, until


def enter(open_page: Open, guarded: Guarded, secret: str, **more: object):
    """Opens Admin as whoever has this key."""
    page = open_page("admin", url=guarded.url, wait=False, **more)
    page.wait_for_selector(".modal.show #key")
    page.fill("#key", secret)
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal", state="detached")
    shown(page, "admin")
    return page


def key(page, name: str):
    return page.locator(".key", has=page.locator("b", has_text=name))


def status(guarded: Guarded, secret: str) -> int:
    return httpx.get(f"{guarded.url}/voices", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_a_key_is_made_by_keyboard_shown_once_changed_and_revoked(open_page: Open, guarded: Guarded):
    page = enter(open_page, guarded, guarded.admin_key)
    page.get_by_role("button", name="New key").press("Enter")
    page.wait_for_selector(".modal.show #scope-speak")
    settled(page)
    page.keyboard.press("Enter")  # without a name
    page.wait_for_selector(".modal .alert-danger")
    assert "name is empty" in page.inner_text(".modal .alert-danger")
    page.get_by_label("Name", exact=True).fill("Kitchen radio")
    page.get_by_label("Requests a minute").fill("30")
    page.get_by_label("Expires").select_option("30")
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal .copy")
    secret = page.inner_text(".modal .copy code")
    assert secret.startswith("tb_") and status(guarded, secret) == 200
    page.click(".modal .btn-primary")
    key(page, "Kitchen radio").wait_for()
    told = key(page, "Kitchen radio").inner_text()
    assert "30 requests a minute" in told and "expires on" in told and secret not in page.content()
    key(page, "Kitchen radio").get_by_label("Change the key Kitchen radio").click()
    page.wait_for_selector(".modal.show #scope-speak")
    assert page.input_value(".modal select") == "kept"
    page.check("#scope-voices")
    page.get_by_label("Requests a minute").fill("")
    page.click(".modal .btn-primary")
    until(page, "!document.querySelector('.key-list').innerText.includes('30 requests')")
    assert "Voices" in key(page, "Kitchen radio").inner_text()
    key(page, "Kitchen radio").get_by_label("Revoke the key Kitchen radio").click()
    page.click(".modal.show .btn-danger")
    page.get_by_text("expired or revoked").click()
    page.locator(".past .key", has_text="Kitchen radio").locator(".state", has_text="Revoked").wait_for()
    assert status(guarded, secret) == 401


def test_whoever_lacks_the_scope_is_told_so(open_page: Open, guarded: Guarded):
    _, secret = guarded.key("speak")
    page = enter(open_page, guarded, secret)
    assert "This page is for administrators" in page.inner_text(".page-root")
    assert page.locator(".page-root section").count() == 1 and findings(page) == []


def test_the_first_key_locks_the_service_and_this_browser_stays_in(
    open_page: Open, engine_folder, tmp_path_factory: pytest.TempPathFactory
):
    with serving(tmp_path_factory.mktemp("open"), engine_folder) as own:
        page = open_page("admin", url=own.url)
        page.get_by_text("There is no key yet").wait_for()
        page.get_by_text("New key").click()
        page.wait_for_selector(".modal.show #scope-admin")
        assert page.is_disabled("#scope-admin") and page.is_checked("#scope-admin")
        page.get_by_label("Name", exact=True).fill("Me")
        page.click(".modal .btn-primary")
        page.wait_for_selector(".modal .copy")
        page.click(".modal .btn-primary")
        key(page, "Me").wait_for()
        assert httpx.get(f"{own.url}/voices").status_code == 401
        page.reload()
        shown(page, "admin")
        key(page, "Me").get_by_label("Revoke the key Me").click()
        page.wait_for_selector(".modal.show")
        assert "you will be signed out" in page.inner_text(".modal")
        page.click(".modal.show .btn-danger")
        page.wait_for_selector(".modal.show #key")  # and so it is
        _, secret = make_key(own.home, "admin")
        page.fill("#key", secret)
        page.keyboard.press("Enter")
        page.locator(".past").wait_for()
        assert page.locator(".modal").count() == 0


def test_what_is_kept_is_shown_and_cleaned_up(open_page: Open, service: Service):
    page = open_page("admin")
    told = page.inner_text(".page-root")
    for words in ("Engine: tiny", "Processes", "worker", "Disk:", "Built-in voices", "Requests", "Files are kept in"):
        assert words in told
    kept = httpx.get(f"{service.url}/admin/stats").json()
    assert str(kept["queues"]["speech"]["jobs"]["failed"]) in page.inner_text("table >> nth=0")
    page.get_by_text("Clean up now").click()
    page.click(".modal.show .btn-primary")
    page.wait_for_selector(".toast.note-success")
    assert "Cleaned up:" in page.inner_text(".toast")


def test_the_log_is_read_by_role_and_by_words(open_page: Open):
    page = open_page("admin")
    until(page, "document.querySelector('.log').textContent.includes('tiny is ready')")
    page.get_by_label("Role").select_option("engine")
    until(page, "!document.querySelector('.log').textContent.includes('serve  ')")
    page.get_by_label("Search the log").fill("nobody ever wrote this")
    until(page, "document.querySelector('.log').textContent === 'No lines.'")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_portuguese_and_has_nothing_to_find(open_page: Open, scheme: str):
    page = open_page("admin", width=360, locale="pt-BR", scheme=scheme)
    page.get_by_text("Armazenamento", exact=True).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page) == []
    page.get_by_text("Nova chave").click()
    page.wait_for_selector(".modal.show #scope-speak")
    assert page.evaluate("document.querySelector('.modal-body').scrollWidth") <= 360
    assert findings(page) == []
