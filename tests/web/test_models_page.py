"""The Models page in a real browser: a licence read and accepted, a model installed, loaded, unloaded and deleted."""

import pytest
from models.hub import Hub
from running import Service
from walking import Open, findings, settled, shown, until


def card(page, name: str):
    return page.locator(f".model[data-id={name}]")


def test_a_model_is_installed_after_its_licence_was_accepted(open_page: Open, own: Service, hub: Hub):
    hub.pace = 3_000_000
    page = open_page("models", url=own.url)
    assert "About 2.1 GB" in card(page, "xtts-v2").inner_text()
    card(page, "xtts-v2").get_by_text("Install", exact=True).click()
    page.wait_for_selector(".modal.show .licence")
    assert "Coqui Public Model License" in page.inner_text(".licence")
    assert page.is_disabled(".modal .btn-primary")
    page.keyboard.press("Enter")  # accepts nothing
    page.check(".modal .form-check-input")
    page.click(".modal .btn-primary")
    card(page, "xtts-v2").get_by_role("progressbar").wait_for(timeout=30_000)
    until(page, "/ MB/.test(document.querySelector('.installing').textContent)")
    page.reload()
    shown(page, "models")
    card(page, "xtts-v2").get_by_role("progressbar").wait_for()  # it is met again
    hub.pace = 0
    card(page, "xtts-v2").locator(".state", has_text="Installed").wait_for(timeout=60_000)
    card(page, "xtts-v2").get_by_label("Licence of xtts-v2").click()
    page.wait_for_selector(".modal.show .licence")
    assert "Accepted on" in page.inner_text(".modal") and page.locator(".modal .btn-primary").count() == 0


def test_models_are_loaded_unloaded_and_deleted(open_page: Open, own: Service):
    page = open_page("models", url=own.url)
    assert card(page, "tiny").get_by_label("Delete tiny").count() == 0  # it is loaded
    card(page, "xtts-v2").get_by_label("Load xtts-v2").press("Enter")
    card(page, "xtts-v2").get_by_text("Loading, once what is being said is said").wait_for()
    assert card(page, "xtts-v2").get_by_label("Load xtts-v2").is_disabled()
    card(page, "xtts-v2").locator(".state", has_text="Loaded").wait_for(timeout=60_000)
    assert card(page, "tiny").locator(".state", has_text="Installed").count() == 1
    card(page, "xtts-v2").get_by_label("Unload xtts-v2").click()
    page.wait_for_selector(".modal.show")
    settled(page)
    page.click(".modal.show .btn-danger")
    page.wait_for_selector(".modal", state="detached")
    page.get_by_text("No model is loaded: nothing can be spoken until one is.").wait_for(timeout=120_000)
    card(page, "xtts-v2").get_by_label("Delete xtts-v2").click()
    page.click(".modal.show .btn-danger")
    card(page, "xtts-v2").locator(".state", has_text="Not installed").wait_for()
    card(page, "tiny").get_by_label("Load tiny").click()
    card(page, "tiny").locator(".state", has_text="Loaded").wait_for(timeout=60_000)
    assert page.get_by_text("No model is loaded").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_portuguese_and_has_nothing_to_find(open_page: Open, scheme: str):
    page = open_page("models", width=360, locale="pt-BR", scheme=scheme)
    card(page, "tiny").wait_for()
    assert "Carregado" in card(page, "tiny").inner_text() and "Português" in card(page, "tiny").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page) == []
    card(page, "xtts-v2").get_by_label("Licença de xtts-v2").click()
    page.wait_for_selector(".modal.show .licence")
    assert page.evaluate("document.querySelector('.modal-body').scrollWidth") <= 360
    assert findings(page) == []
