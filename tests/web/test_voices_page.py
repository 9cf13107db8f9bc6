"""The Voices page in a real browser: found, heard, changed, cloned from files and by the microphone, mixed, deleted."""

import socket
import wave
from collections.abc import Iterator

import httpx
import numpy as np
import pytest
from people import ALLISON, RATE, prompts
from recordings import file_of, speech
from running import GOLDEN, Service
from walking import ARGUMENTS, CHROMIUM, Open, settled, shown, speak, until


def open_clone(page) -> None:
    page.click("#clone-open")
    page.wait_for_selector("#clone-dialog.show")
    settled(page)


def recording(name: str, samples: np.ndarray) -> dict[str, object]:
    return {"name": name, "mimeType": "audio/wav", "buffer": file_of(samples, 22_050)}


def delete(page, card) -> None:
    card.locator("button").last.click()
    page.wait_for_selector(".modal.show")
    settled(page)
    page.keyboard.press("Enter")
    card.wait_for(state="detached")


def test_voices_are_searched_and_one_is_chosen_to_speak(open_page: Open):
    page = open_page("voices")
    page.fill("#voice-search", "deep")
    cards = page.locator(".voice-card")
    assert cards.count() == 1 and "Bruno" in cards.inner_text()
    page.fill("#voice-search", "nobody like that")
    assert "No voice is like that" in page.inner_text("#page")
    page.fill("#voice-search", "clara")
    page.get_by_label("Speak as Clara").click()
    shown(page, "speak")
    assert page.locator("#voices .voice:has(input:checked)").inner_text().startswith("C")


def test_a_preview_sounds_until_it_is_pressed_again(open_page: Open):
    page = open_page("voices")
    button = page.get_by_label("Hear Ana")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    other = page.get_by_label("Hear Bruno")
    other.click()
    assert button.get_attribute("aria-pressed") == "false"  # one at a time
    other.click()
    assert other.get_attribute("aria-pressed") == "false"


def test_a_voice_is_cloned_from_files_changed_and_deleted(open_page: Open):
    page = open_page("voices")
    open_clone(page)
    page.set_input_files("#files", GOLDEN / "text.json")
    page.fill("#clone-name", "Grandma")
    page.click("#clone-go")
    page.wait_for_selector("#clone-fault [role=alert]")
    assert "agreement" in page.inner_text("#clone-fault")
    page.check("#consent")
    page.fill("#consent-note", "She agreed on 3 May.")
    page.click("#clone-go")
    until(page, "document.getElementById('clone-fault').textContent.includes('text.json')")
    assert "grade-bad" in page.get_attribute(".reference", "class")  # the one that the refusal names
    page.get_by_label("Take text.json out").click()
    page.set_input_files("#files", [recording("tape.wav", speech())])
    page.click("#clone-go")
    page.wait_for_selector("#clone-dialog", state="detached", timeout=60_000)
    card = page.locator(".voice-card", has_text="Grandma")
    assert "fresh" in card.get_attribute("class") and "of speech" in card.inner_text()
    page.get_by_label("Change Grandma").click()
    page.wait_for_selector(".modal.show")
    settled(page)
    page.keyboard.type("Granny")  # the name has the focus, and is replaced
    page.fill("#edit-about", "Reads to the children.")
    page.keyboard.press("Tab")
    page.click(".modal.show [type=submit]")
    card = page.locator(".voice-card", has_text="Granny")
    card.wait_for()
    assert "Reads to the children." in card.inner_text()
    delete(page, card)


def test_recordings_are_judged_before_they_are_sent(open_page: Open):
    page = open_page("voices/clone")
    page.wait_for_selector("#clone-dialog.show")
    sound = speech()
    noise = np.random.default_rng(0).normal(size=len(sound)).astype(np.float32) * 0.03
    page.set_input_files("#files", [
        recording("good.wav", sound), recording("noisy.wav", sound + noise), recording("quiet.wav", sound * 0.01),
        recording("loud.wav", np.clip(sound * 6, -1, 1)), recording("empty.wav", np.zeros(22_050, np.float32)),
    ])  # fmt: skip
    until(page, "document.querySelectorAll('.reference:not(.grade-wait)').length === 5")
    lines = dict(
        zip(["good", "noisy", "quiet", "loud", "empty"], page.locator(".reference").all_inner_texts(), strict=True)
    )
    assert "Good" in lines["good"] and "noisy:" in lines["noisy"] and "overdriven" in lines["loud"]
    assert "very quiet" in lines["quiet"] and "Nobody is heard" in lines["empty"]
    assert "plenty" in page.inner_text(".sum")


def test_recordings_dropped_anywhere_open_the_dialog_and_wait_there(open_page: Open):
    page = open_page("speak")
    page.evaluate("""
        const carried = new DataTransfer();
        carried.items.add(new File(["x"], "tape.wav", { type: "audio/wav" }));
        document.body.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried }));
    """)
    page.wait_for_selector("#clone-dialog.show")
    assert "tape.wav" in page.inner_text("#file-list") and page.input_value("#clone-name") == "tape"
    settled(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("#clone-dialog", state="detached")
    open_clone(page)
    assert "tape.wav" in page.inner_text("#file-list")  # shut by mistake, nothing is lost


def test_voices_are_mixed_on_a_phone_by_keyboard_heard_saved_and_deleted(open_page: Open):
    page = open_page("voices", width=360)
    page.focus("#mix-open")
    page.keyboard.press("Enter")
    page.wait_for_selector("#mix-dialog.show")
    settled(page)
    shares = page.locator("#mix-parts output")
    assert shares.all_inner_texts() == ["50%", "50%"] and page.locator("#mix-parts .btn-close:enabled").count() == 0
    page.focus("#mix-parts li:first-child input")
    page.keyboard.press("End")
    assert shares.all_inner_texts() == ["66%", "34%"]
    page.focus("#mix-add")
    for _ in range(2):
        page.keyboard.press("Enter")
        page.focus("#mix-add")
    assert shares.count() == 4
    assert page.evaluate("document.querySelector('#mix-dialog .modal-body').scrollWidth") <= 360
    page.get_by_label("Take Davi out").click()
    assert shares.count() == 3
    page.click("#mix-hear")
    until(page, "document.getElementById('mix-hear').textContent === 'Stop'")
    until(page, "document.getElementById('mix-hear').textContent === 'Hear the mix'")  # it has played to its end
    page.click("#mix-go")
    page.wait_for_selector("#mix-fault [role=alert]")
    assert "no name" in page.inner_text("#mix-fault")
    page.keyboard.type("Narrator")  # the field has the focus
    page.keyboard.press("Enter")
    page.wait_for_selector("#mix-dialog", state="detached", timeout=60_000)
    card = page.locator(".voice-card", has_text="Narrator")
    assert "50% Ana, 25% Bruno, 25% Clara" in card.inner_text()
    page.get_by_label("Speak as Narrator").click()
    shown(page, "speak")
    speak(page)
    assert "of speech" in page.inner_text("#status")
    page.go_back()
    shown(page, "voices")
    delete(page, card)


# The microphone


@pytest.fixture(scope="module")
def microphone(driver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A browser whose microphone hears a recording of a person, again and again."""
    path = tmp_path_factory.mktemp("microphone") / "person.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((prompts(ALLISON, 12, seed=3) * 32767).astype("<i2").tobytes())
    fake = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-audio-capture={path}",
    )
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=(*ARGUMENTS, *fake))
    yield browser
    browser.close()


def test_a_person_is_recorded_heard_recorded_anew_and_cloned(open_page: Open, microphone, service: Service):
    page = open_page("voices/clone", browser=microphone)
    page.wait_for_selector("#clone-dialog.show")
    page.select_option("#clone-language", "pt")
    assert "padeira" in page.inner_text(".passage")
    page.click("#record")
    until(page, "Number(document.querySelector('.level').ariaValueNow) > -45")
    until(page, "document.querySelector('.recorder .tabular').textContent >= '0:04'")
    page.click("#record")
    page.wait_for_selector(".reference.grade-good, .reference.grade-fair")
    assert "Recording 1" in page.inner_text(".reference")
    page.get_by_label("Hear Recording 1").click()
    until(page, "document.querySelector('.reference [aria-pressed=true]')")
    page.get_by_label("Record Recording 1", exact=False).click()
    until(page, "document.querySelector('.recorder .tabular').textContent >= '0:05'")
    assert page.locator(".reference").count() == 0
    page.fill("#clone-name", "Allison")
    page.check("#consent")
    page.click("#record")
    page.wait_for_selector(".reference")
    page.click("#clone-go")
    page.wait_for_selector("#clone-dialog", state="detached", timeout=60_000)
    voice = next(one for one in httpx.get(f"{service.url}/voices").json()["items"] if one["name"] == "Allison")
    assert voice["speech_s"] > 3 and voice["language"] == "pt"
    delete(page, page.locator(".voice-card", has_text="Allison"))


def test_where_the_page_is_not_secure_one_sentence_says_how_it_would_be(driver, open_page: Open, service: Service):
    name = socket.gethostname().lower()
    browser = driver.chromium.launch(
        executable_path=CHROMIUM, args=(*ARGUMENTS, f"--host-resolver-rules=MAP {name} 127.0.0.1")
    )
    page = open_page("voices/clone", browser=browser, url=service.url.replace("127.0.0.1", name))
    page.wait_for_selector("#clone-dialog.show")
    page.click("#record")
    said = page.inner_text(".recorder [role=alert]")
    assert "https" in said and "TIMBRE_TLS_CERTIFICATE" in said
    browser.close()


def test_a_refused_microphone_is_said(open_page: Open, browser):
    page = open_page("voices/clone")
    page.wait_for_selector("#clone-dialog.show")
    page.click("#record")
    page.wait_for_selector(".recorder [role=alert]")
    assert "microphone" in page.inner_text(".recorder [role=alert]")
