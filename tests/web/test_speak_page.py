"""The Speak page in a real browser: heard, stopped, downloaded, made a job."""

from pathlib import Path

import httpx
import pytest
from running import Service
from sound import seconds
from walking import TEXT, Open, shown, speak, until


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
    page.wait_for_selector("#fault [role=alert]")
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


def test_what_was_measured_is_told_and_the_seed_gives_the_same_again(open_page: Open):
    page = open_page()
    page.evaluate("document.querySelector('.choices details').open = true")
    speak(page)
    seed = page.inner_text("#facts div:last-child dd")
    length = page.inner_text("#status")
    assert page.locator("#facts div").count() == 4 and seed.isdigit()
    page.fill("#seed", seed)
    speak(page)
    assert (page.inner_text("#status"), page.inner_text("#facts div:last-child dd")) == (length, seed)


def test_escape_stops_and_what_was_heard_is_still_there_after_another_page(open_page: Open):
    page = open_page()
    page.fill("#text", f"{TEXT} " * 60)
    page.keyboard.press("Control+Enter")
    until(page, "document.getElementById('status').textContent.startsWith('Speaking')")
    page.keyboard.press("Escape")
    until(page, "document.getElementById('status').textContent.startsWith('Stopped')")
    length = page.inner_text("#time").split(" / ")[1]
    page.click("#nav a[href='#/voices']")
    shown(page, "voices")
    page.go_back()
    shown(page, "speak")
    assert page.inner_text("#time").split(" / ")[1] == length and page.is_enabled("#replay")


def test_leaving_the_page_stops_the_speech(open_page: Open, service: Service):
    page = open_page()
    page.fill("#text", f"{TEXT} " * 200)
    page.keyboard.press("Control+Enter")
    until(page, "document.getElementById('status').textContent.startsWith('Speaking')")
    page.click("#nav a[href='#/voices']")
    shown(page, "voices")
    until(page, "document.querySelector('#engine').dataset.state === 'ready'", 20)
    assert httpx.get(f"{service.url}/health/engines").json()["items"][0]["running"] == 0


def test_a_profile_moves_the_sliders_and_a_slider_goes_before_it(open_page: Open, service: Service):
    page = open_page()
    profile = httpx.get(f"{service.url}/quality-profiles/slow").json()
    sent = []
    page.on("request", lambda one: sent.append(one.post_data_json) if "synthesize" in one.url else None)
    page.select_option("#profile", "slow")
    assert page.inner_text("output[for=speed]") == f"{profile['speed']:.2f}×" and "slower" in page.inner_text(
        ".choices"
    )
    page.evaluate("document.querySelector('.choices details').open = true")
    page.focus("#temperature")
    page.keyboard.press("End")
    speak(page)
    assert (sent[0]["quality_profile_id"], sent[0]["temperature"]) == ("slow", 1.5) and "speed" not in sent[0]
    page.get_by_text("All as in the profile").click()
    assert page.inner_text("output[for=temperature]") == f"{profile['temperature']:.2f}"


def test_a_text_becomes_a_job_and_the_page_leads_there(open_page: Open, service: Service):
    page = open_page()
    page.fill("#text", "This one can wait.")
    page.click("#job")
    page.click("#notice a")
    shown(page, "jobs")
    newest = httpx.get(f"{service.url}/jobs?limit=1").json()["items"][0]
    assert newest["text"] == "This one can wait." and newest["id"] in page.url


def test_no_text_is_said_at_once(open_page: Open):
    page = open_page()
    page.click("#go")
    assert "no text yet" in page.inner_text("#fault [role=alert]")
    assert page.evaluate("document.activeElement.id") == "text"


def test_what_will_be_read_is_shown_and_a_word_is_read_as_the_reader_says(open_page: Open, service: Service):
    page = open_page()
    page.fill("#text", "It has 3 wugs.")
    page.select_option("#language", "en")
    page.click("#spelled > summary")
    page.wait_for_selector("#pieces >> text=It has three wugs.")
    page.fill("#written", "wugs")
    page.fill("#said", "little birds")
    page.click("#pronunciation button")
    page.wait_for_selector("#pieces >> text=It has three little birds.")
    page.fill("#text", "No wugs.")
    page.wait_for_selector("#pieces >> text=No little birds.")
    page.fill("#written", "WUGS")
    page.fill("#said", "x")
    page.click("#pronunciation button")
    page.wait_for_selector("#spelled [role=alert] >> text=said already")
    page.click("#pronunciations button")
    page.wait_for_selector("#pieces >> text=No wugs.")
    assert httpx.get(f"{service.url}/pronunciations", params={"language": "en"}).json()["items"] == []


def test_a_text_for_several_voices_is_shown_and_spoken_by_them(open_page: Open):
    page = open_page("speak")
    page.fill("#text", "She knocked. “Come in.” [voice:clara][speed 0.5]It was late.")
    page.select_option("#dialogue", "bruno")
    page.click("#spelled > summary")
    page.get_by_text("clara, 0.50× It was late.").wait_for()
    assert page.locator("#pieces li").all_inner_texts() == [
        "She knocked.", "bruno Come in.", "clara, 0.50× It was late.",
    ]  # fmt: skip
    with page.expect_request("**/synthesize-direct") as asked:
        page.click("#go")
    assert asked.value.post_data_json["dialogue_voice"] == "bruno"
    page.wait_for_selector("#download:enabled", timeout=60_000)
    page.fill("#text", "Hello.\n[voice:nobody]Hi.")
    page.click("#go")
    page.get_by_text("Line 2, column 1: There is no voice 'nobody'").first.wait_for()
