"""The Jobs page in a real browser: followed live, heard, made by the dozen, cancelled, and fitting a phone."""

import io
import zipfile
from pathlib import Path

import httpx
import pytest
from running import Service
from sound import seconds
from walking import Open, findings, settled, shown, until

LONG = " ".join(f"This is sentence number {number} of a text that takes its time." for number in range(120))


def submit(service: Service, text: str, **more: object) -> str:
    answer = httpx.post(f"{service.url}/jobs", json={"text": text, **more}, timeout=30)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def completed(service: Service, job: str) -> None:
    assert httpx.get(f"{service.url}/jobs/{job}/download?timeout=120", timeout=130).status_code == 200


def row(page, text: str):
    return page.locator(".job", has_text=text)


def test_a_job_is_made_followed_heard_and_downloaded_by_keyboard(open_page: Open, tmp_path: Path):
    page = open_page("jobs")
    page.wait_for_selector(".live[data-live=true]")
    page.focus(".page-head .btn")
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal.show textarea")
    settled(page)
    page.keyboard.type("Good evening from the list.")  # the text has the focus
    page.keyboard.press("Tab")
    page.get_by_label("Name", exact=True).fill("Evening")
    page.keyboard.press("Enter")
    mine = row(page, "Evening")
    mine.get_by_text("Done").wait_for(timeout=60_000)  # told over the socket
    mine.get_by_label("Play Evening").press("Enter")
    page.wait_for_selector(".drawer.show .formats a")
    assert page.inner_text(".drawer .job-text") == "Good evening from the list."
    until(page, "document.querySelector('.drawer audio').played.length > 0")
    until(page, "document.querySelector('.drawer audio').ended")
    with page.expect_download() as got:
        page.click(".formats a >> text=mp3")
    assert got.value.suggested_filename == "Evening.mp3"
    got.value.save_as(tmp_path / "speech")
    assert seconds((tmp_path / "speech").read_bytes()) > 0.2
    assert "/j-" in page.url
    settled(page)
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('.drawer.show, .drawer.hiding')")
    assert page.url.endswith("#/jobs")
    until(page, "document.activeElement.ariaLabel === 'Play Evening'")


def test_a_long_job_tells_how_far_it_is_and_is_paused_resumed_and_cancelled(open_page: Open, service: Service):
    page = open_page("jobs")
    page.wait_for_selector(".live[data-live=true]")
    submit(service, LONG, name="Epic")
    mine = row(page, "Epic")
    mine.locator(".progress-line:not([hidden])").wait_for(timeout=30_000)
    until(page, "/ of \\d+ pieces · .*left/.test(document.querySelector('.job .progress-line').textContent)")
    mine.get_by_label("Pause Epic").click()
    mine.locator(".state", has_text="Paused").wait_for(timeout=30_000)
    mine.get_by_label("Resume Epic").click()
    mine.locator(".state", has_text="Working").wait_for(timeout=30_000)
    mine.get_by_label("Cancel Epic").click()
    page.click(".modal.show .btn-danger")
    mine.locator(".state", has_text="Cancelled").wait_for(timeout=30_000)
    settled(page)
    mine.get_by_label("Delete Epic").click()
    page.click(".modal.show .btn-danger")
    mine.wait_for(state="detached")


def test_search_and_filter_narrow_the_list_and_stay_in_the_address(open_page: Open, service: Service):
    completed(service, submit(service, "A pelican on the pier."))
    page = open_page("jobs/?search=pelican")
    row(page, "pelican").wait_for()
    assert page.locator(".job").count() == 1 and page.input_value("input[type=search]") == "pelican"
    page.click(".chip >> text=Failed")
    page.wait_for_selector(".empty")
    assert "status=failed" in page.url
    page.reload()
    shown(page, "jobs")
    page.wait_for_selector(".empty")
    assert page.get_attribute(".chip[value=failed]", "aria-pressed") == "true"
    page.click(".empty .btn")
    row(page, "pelican").wait_for()
    assert page.input_value("input[type=search]") == ""
    counted = httpx.get(f"{service.url}/jobs").json()["counts"]["completed"]
    assert page.inner_text(".chip[value=completed] b") == str(counted)


def test_more_is_shown_page_by_page(open_page: Open, service: Service):
    for number in range(32):
        submit(service, f"Page filler {number}.")
    page = open_page("jobs/?search=filler")
    page.wait_for_selector(".job")
    assert page.locator(".job").count() == 30
    page.click(".more .btn")
    until(page, "document.querySelectorAll('.job').length === 32")
    assert not page.is_visible(".more .btn")


def test_a_sheet_is_looked_at_before_it_is_sent_and_comes_back_as_an_archive(open_page: Open):
    page = open_page("jobs")
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show")
    page.click(".segments >> text=Spreadsheet")
    sheet = 'text;voice;language;name\nPress one.;ana;en;first\n;bruno;;\n"Press; two";nobody;;\n'
    page.set_input_files("#job-sheet", {"name": "menu.csv", "mimeType": "text/csv", "buffer": sheet.encode()})
    page.wait_for_selector(".preview-table")
    told = page.inner_text(".preview")
    assert "2 rows cannot be spoken" in told and "no text" in told and "no voice “nobody”" in told
    assert page.is_disabled(".modal .btn-primary")
    good = 'text;voice;language;name\nPress one.;ana;en;first\n"Press; two";bruno;pt;\n'
    page.set_input_files("#job-sheet", {"name": "menu.csv", "mimeType": "text/csv", "buffer": good.encode()})
    until(page, "!document.querySelector('.modal .btn-primary').disabled")
    page.click(".modal .btn-primary")
    page.wait_for_selector(".batch:not([hidden])")
    assert page.inner_text(".batch h2") == "menu"
    until(page, "document.querySelectorAll('.job').length === 2")
    page.wait_for_selector(".batch a:not([hidden])", timeout=60_000)
    with page.expect_download() as got:
        page.click(".batch a")
    names = zipfile.ZipFile(io.BytesIO(Path(got.value.path()).read_bytes())).namelist()
    assert [name for name in names if name.endswith(".wav")] == ["001 first.wav", "002 Press two.wav"]
    page.check(".job-bulk input")
    assert page.inner_text(".job-bulk [role=status]") == "2 selected"
    page.click(".job-bulk >> text=Delete 2")
    page.click(".modal.show .btn-danger")
    page.wait_for_selector(".job", state="detached")


def test_a_sheet_without_a_text_column_is_refused(open_page: Open):
    page = open_page("jobs")
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show")
    page.click(".segments >> text=Spreadsheet")
    page.set_input_files("#job-sheet", {"name": "x.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,2\n"})
    page.wait_for_selector(".modal .alert")
    assert "no column “text”" in page.inner_text(".modal .alert")
    assert page.is_disabled(".modal .btn-primary")


def test_without_a_socket_it_asks_again_and_again(open_page: Open, service: Service):
    page = open_page("dashboard")
    page.route_web_socket("**/ws/jobs", lambda socket: socket.close(code=1011))
    page.goto(f"{service.url}/#/jobs")
    page.wait_for_selector(".live[data-live=false]")
    submit(service, "Heard of without a socket.")
    row(page, "without a socket").locator(".state", has_text="Done").wait_for(timeout=60_000)


def test_again_opens_speak_with_the_same_text_and_settings(open_page: Open, service: Service):
    job = submit(service, "Once more.", voice_id="clara", source_language="pt", seed=77, temperature=0.4)
    completed(service, job)
    page = open_page(f"jobs/{job}")
    page.wait_for_selector(".drawer.show")
    assert "0.40" in page.inner_text(".drawer .about-list") and "77" in page.inner_text(".drawer .about-list")
    settled(page)
    page.click(".drawer .btn-primary")
    shown(page, "speak")
    page.wait_for_selector("#voices .voice")
    assert page.input_value("#text") == "Once more." and page.input_value("#seed") == "77"
    assert page.input_value("#temperature") == "0.4" and page.input_value("#language") == "pt"
    assert page.locator("#voices input:checked").get_attribute("value") == "clara"
    assert page.locator(".drawer, .offcanvas-backdrop").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone_in_portuguese_and_has_nothing_to_find(open_page: Open, service: Service, scheme: str):
    job = submit(service, "Umapalavrasemnenhumespaco" * 20, source_language="pt", name="Palavra" * 20)
    page = open_page(f"jobs/{job}", width=360, locale="pt-BR", scheme=scheme)
    page.wait_for_selector(".drawer.show")
    page.wait_for_selector(".job")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.querySelector('.drawer .offcanvas-body').scrollWidth") <= 360
    assert "Voz" in page.inner_text(".drawer .about-list")
    assert findings(page) == []
    page.keyboard.press("Escape")
    until(page, "!document.querySelector('.drawer.show, .drawer.hiding')")
    assert findings(page) == []
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show")
    page.click(".segments >> text=por linha")
    page.fill(".modal textarea", "Um.\nDois.")
    assert page.inner_text(".modal .btn-primary") == "Falar 2 textos"
    assert findings(page) == []


def test_an_unknown_job_in_the_address_is_said_to_be_unknown(open_page: Open):
    page = open_page("jobs/j-nothing")
    page.wait_for_selector(".toast.note-danger")
    assert "no job 'j-nothing'" in page.inner_text(".toast")


def test_a_job_has_a_voice_for_dialogue_and_says_when_its_model_cannot_time_words(open_page: Open):
    page = open_page("jobs")
    page.wait_for_selector(".live[data-live=true]")
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show textarea")
    settled(page)
    page.fill(".modal textarea", "She knocked. “Two of us.”")
    page.get_by_label("Voice for dialogue").select_option("bruno")
    page.get_by_label("Keep subtitles").check()
    page.click(".modal [type=submit]")
    page.get_by_text("tiny").first.wait_for()  # the model that has no such heads
    page.get_by_label("Keep subtitles").uncheck()
    page.get_by_label("Name", exact=True).fill("Knock")
    page.click(".modal [type=submit]")
    mine = row(page, "Knock")
    mine.get_by_text("Done").wait_for(timeout=60_000)
    mine.get_by_label("Play Knock").press("Enter")
    page.wait_for_selector(".drawer.show .formats a")
    assert "Bruno" in page.inner_text(".drawer .about-list")
    assert page.locator(".formats a", has_text="srt").count() == 0
