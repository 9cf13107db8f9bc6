"""The Speak screen in a real browser, at desk and phone width, in both languages and both themes."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from recordings import file_of, speech
from running import GOLDEN, Service
from sound import seconds

import timbre.web

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install playwright")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip
TEXT = "The kettle has just boiled."

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser: apt-get install chromium")
Open = Callable[..., "playwright.Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, service: Service) -> Iterator[Open]:
    """Opens the page; whatever it complains about in its console fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(width: int = 1280, locale: str = "en-US", scheme: str = "light"):
        context = browser.new_context(viewport={"width": width, "height": 850}, locale=locale, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: complaints.append(str(fault)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(service.url)
        page.wait_for_selector("#voices .voice")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [said for said in complaints if "Failed to load resource" not in said] == []


def until(page, true: str) -> None:
    """Waits for an expression. Playwright's own way needs `eval`, which our pages forbid."""
    deadline = time.monotonic() + 60
    while not page.evaluate(true):
        assert time.monotonic() < deadline, true
        page.wait_for_timeout(50)


def speak(page, text: str = TEXT) -> None:
    page.fill("#text", text)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("body.speaking")
    page.wait_for_selector("body:not(.speaking)", timeout=60_000)


def test_it_speaks_by_keyboard_and_plays_while_it_downloads(open_page: Open):
    page = open_page()
    speak(page)
    assert "of speech" in page.inner_text("#status")
    until(page, "!document.querySelector('#replay.playing')")
    assert page.get_attribute("#wave", "aria-valuenow") == page.get_attribute("#wave", "aria-valuemax")


@pytest.mark.parametrize("format", ["wav", "mp3"])
def test_what_was_heard_can_be_downloaded(open_page: Open, format: str, tmp_path: Path):
    page = open_page()
    page.click("summary")
    page.fill("#seed", "5")
    speak(page)
    page.click("#formats")
    page.click(f"#format-list >> text={format}")
    with page.expect_download() as got:
        page.click("#download")
    assert got.value.suggested_filename == f"timbre-5.{format}"
    got.value.save_as(tmp_path / "speech")
    assert seconds((tmp_path / "speech").read_bytes()) > 0.2


def test_a_refusal_is_shown_as_its_sentence(open_page: Open):
    page = open_page()
    page.fill("#text", "… !")
    page.click("#go")
    page.wait_for_selector("#fault:not(.d-none)")
    assert "nothing that can be read" in page.inner_text("#fault")
    assert page.is_disabled("#download")


def test_the_draft_survives_and_the_counter_counts(open_page: Open):
    page = open_page()
    page.fill("#text", "Olá 👋")
    assert page.inner_text("#counter") == "5 of 10,000 characters"
    until(page, "document.getElementById('draft').textContent !== ''")
    page.reload()
    page.wait_for_selector("#voices .voice")
    assert page.input_value("#text") == "Olá 👋"


def test_it_offers_what_the_model_speaks_and_says_that_it_is_ready(open_page: Open):
    page = open_page()
    assert page.locator("#language option").all_inner_texts() == ["English", "Português"]
    page.wait_for_selector("#engine[data-state=ready]")
    assert page.inner_text("#engine") == "tiny is ready"
    assert page.locator("#voices .voice").count() >= 4


def test_a_voice_is_cloned_from_files_and_removed(open_page: Open):
    page = open_page()
    page.click("[data-bs-target='#clone-dialog']")
    page.wait_for_selector("#clone-dialog.show")
    page.set_input_files("#files", GOLDEN / "text.json")
    page.fill("#clone-name", "Grandma")
    page.click("#clone-go")
    page.wait_for_selector("#clone-fault:not(.d-none)")
    assert "agreement" in page.inner_text("#clone-fault")
    page.check("#consent")
    page.click("#clone-go")
    until(page, "document.getElementById('clone-fault').textContent.includes('text.json')")
    page.click("#file-list button")
    recording = {"name": "tape.wav", "mimeType": "audio/wav", "buffer": file_of(speech(), 22_050)}
    page.set_input_files("#files", recording)
    page.click("#clone-go")
    page.wait_for_selector("#clone-dialog", state="hidden", timeout=60_000)
    card = page.locator("#voices .voice", has_text="Grandma")
    assert card.locator("input").is_checked()
    page.on("dialog", lambda dialog: dialog.accept())
    card.get_by_label("Remove Grandma").click()
    card.wait_for(state="detached")


@pytest.mark.parametrize("width", [1280, 360])
def test_voices_are_mixed_by_keyboard_heard_saved_and_removed(open_page: Open, width: int):
    page = open_page(width=width)
    page.focus("#mix-open")
    page.keyboard.press("Enter")
    page.wait_for_selector("#mix-dialog.show")
    until(page, "document.activeElement === document.getElementById('mix-dialog')")  # it has opened
    shares = page.locator("#mix-parts output")
    assert shares.all_inner_texts() == ["50%", "50%"] and page.locator("#mix-parts .btn-close:enabled").count() == 0
    page.focus("#mix-parts li:first-child input")
    page.keyboard.press("End")
    assert shares.all_inner_texts() == ["66%", "34%"]
    page.focus("#mix-add")
    for _ in range(2):
        page.keyboard.press("Enter")
        page.focus("#mix-add")
    assert shares.count() == 4 and page.is_disabled("#mix-add")  # the model has no more voices
    assert page.evaluate("document.querySelector('#mix-dialog .modal-body').scrollWidth") <= width
    page.get_by_label("Take Davi out").click()
    assert shares.count() == 3
    page.click("#mix-hear")
    until(page, "document.getElementById('mix-hear').textContent === 'Stop'")
    until(page, "document.getElementById('mix-hear').textContent === 'Hear the mix'")  # it has played to its end
    page.click("#mix-go")
    page.wait_for_selector("#mix-fault:not(.d-none)")
    assert "no name" in page.inner_text("#mix-fault")
    page.keyboard.type("Narrator")  # the field has the focus
    page.keyboard.press("Enter")
    page.wait_for_selector("#mix-dialog", state="hidden", timeout=60_000)
    card = page.locator("#voices .voice", has_text="Narrator")
    assert card.locator("input").is_checked() and "50% Ana, 25% Bruno, 25% Clara" in card.inner_text()
    speak(page)
    assert "of speech" in page.inner_text("#status")
    page.on("dialog", lambda dialog: dialog.accept())
    card.get_by_label("Remove Narrator").click()
    card.wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_fits_and_follows_the_system(open_page: Open, width: int, scheme: str):
    page = open_page(width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.dataset.bsTheme") == scheme
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.bsTheme") != scheme
    page.reload()
    assert page.evaluate("document.documentElement.dataset.bsTheme") != scheme  # the choice stays


def test_portuguese_by_the_browsers_language_and_by_choice(open_page: Open):
    page = open_page(locale="pt-BR")
    assert page.inner_text("#go-label") == "Falar"
    page.select_option("#page-language", "en")
    until(page, "document.getElementById('go-label').textContent === 'Speak'")
    assert page.evaluate("document.documentElement.lang") == "en"


def test_both_languages_have_every_word():
    folder = Path(timbre.web.__file__).parent / "locales"
    english, portuguese = (json.loads((folder / f"{tag}.json").read_text()) for tag in ("en", "pt-BR"))
    assert english.keys() == portuguese.keys() and all(portuguese.values())
