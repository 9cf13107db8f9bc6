"""The shell round all pages, in a real browser: by keyboard, on a phone, in both languages and themes, and audited."""

import pytest
from walking import PAGES, TEXT, Open, findings, settled, shown, until

TITLES = {"en-US": "Dashboard · Timbre", "pt-BR": "Início · Timbre"}


def test_pages_are_reached_by_keyboard_and_say_where_one_is(open_page: Open):
    page = open_page("dashboard")
    assert page.title() == "Dashboard · Timbre"
    page.focus("#nav a[href='#/voices']")
    page.keyboard.press("Enter")
    shown(page, "voices")
    until(page, "document.activeElement.tagName === 'H1'")  # where a screen reader goes on
    assert page.title() == "Voices · Timbre"
    assert page.locator("[aria-current=page]").all_inner_texts() == ["Voices"]
    page.go_back()
    shown(page, "dashboard")
    assert page.locator("[aria-current=page]").all_inner_texts() == ["Dashboard"]


def test_the_first_tab_skips_to_the_page(open_page: Open):
    page = open_page("voices")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1" and page.url.endswith("#/voices")


def test_without_a_page_it_begins_where_there_is_something_to_do(open_page: Open):
    page = open_page("", wait=False)
    shown(page, "dashboard")
    page.click("#nav a[href='#/speak']")
    page.fill("#text", TEXT)
    page.click("#nav a[href='#/voices']")  # sooner than the draft is kept by itself
    shown(page, "voices")
    page.goto(page.url.split("#")[0])
    shown(page, "speak")
    assert page.input_value("#text") == TEXT


def test_on_a_phone_the_menu_opens_and_closes_with_the_choice(open_page: Open):
    page = open_page("speak", width=360)
    assert not page.is_visible("#nav")
    page.click(".top button")
    page.wait_for_selector("#side.show")
    settled(page)
    assert findings(page) == []
    page.click("#nav a[href='#/voices']")
    shown(page, "voices")
    page.wait_for_selector("#side.show", state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_systems_theme_until_somebody_chooses(open_page: Open, scheme: str):
    page = open_page("dashboard", scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.bsTheme") != scheme
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") != scheme  # the choice stays


def test_portuguese_by_the_browsers_language_and_by_choice(open_page: Open):
    page = open_page("speak", locale="pt-BR")
    assert page.inner_text("#go-label") == "Falar" and page.title() == "Falar · Timbre"
    page.fill("#text", TEXT)
    page.select_option("#page-language", "en")
    until(page, "document.getElementById('go-label').textContent === 'Speak'")
    assert page.evaluate("document.documentElement.lang") == "en" and page.input_value("#text") == TEXT
    page.reload()
    until(page, "document.getElementById('go-label')?.textContent === 'Speak'")


def test_the_engine_and_a_service_that_is_away_are_told(open_page: Open):
    page = open_page("voices")
    until(page, "document.getElementById('engine').textContent === 'tiny is ready'")
    page.context.set_offline(True)
    until(page, "document.getElementById('engine').dataset.state === 'away'")
    page.context.set_offline(False)
    until(page, "document.getElementById('engine').dataset.state === 'ready'")


@pytest.mark.parametrize("locale", ["en-US", "pt-BR"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits(open_page: Open, width: int, locale: str):
    page = open_page("dashboard", width=width, locale=locale)
    assert page.title() == TITLES[locale]
    for name in PAGES:
        page.goto(page.url.split("#")[0] + f"#/{name}")
        shown(page, name)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.locator("#page h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_auditor_finds_nothing_serious_on_any_page(open_page: Open, scheme: str):
    page = open_page("dashboard", scheme=scheme)
    for name in PAGES:
        page.goto(page.url.split("#")[0] + f"#/{name}")
        shown(page, name)
        assert findings(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("opens", ["#clone-open", "#mix-open"])
def test_an_auditor_finds_nothing_serious_in_dialogs(open_page: Open, scheme: str, opens: str):
    page = open_page("voices", scheme=scheme)
    page.click(opens)
    page.wait_for_selector(".modal.show")
    page.click(".modal.show [type=submit]")  # with its refusal
    page.wait_for_selector(".modal.show [role=alert]")
    assert findings(page) == []
