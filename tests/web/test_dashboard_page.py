"""The Dashboard in a real browser: what it tells is what the service does."""

import httpx
from running import Service
from walking import TEXT, Open, shown, until


def test_jobs_appear_as_they_go_and_are_counted(open_page: Open, service: Service):
    page = open_page("dashboard")
    until(page, "document.querySelectorAll('.now-tile').length === 4")  # the disk's too
    text = "A job that the dashboard sees."
    job = httpx.post(f"{service.url}/jobs", json={"text": text}).json()["id"]
    line = page.locator(".last-jobs li", has_text=text)
    line.get_by_text("Done").wait_for(timeout=60_000)
    assert page.locator(".last-jobs li").first.inner_text().startswith(text)
    done = httpx.get(f"{service.url}/jobs?limit=1").json()["counts"]["completed"]
    until(page, f"document.querySelectorAll('.now-tile')[2].textContent.includes('Done: {done}')")
    line.get_by_role("link").click()
    until(page, f"location.hash.includes('{job}')")


def test_the_first_step_says_a_sentence_at_once(open_page: Open):
    page = open_page("dashboard")
    page.locator(".steps input").fill(TEXT)
    page.keyboard.press("Enter")
    shown(page, "speak")
    until(page, "document.getElementById('status').textContent.endsWith('of speech')")
    assert page.input_value("#text") == TEXT and page.url.endswith("#/speak")


def test_what_to_copy_works_as_it_stands(open_page: Open, service: Service):
    page = open_page("dashboard", permissions=["clipboard-read", "clipboard-write"])
    first = page.locator(".steps li", has_text="Open WebUI")
    assert f"{service.url}/v1" in first.inner_text()
    command = page.locator(".steps li", has_text="From a program").locator("code").inner_text()
    page.locator(".steps li", has_text="From a program").get_by_label("Copy").click()
    until(page, "document.querySelector('[aria-label=Copied]')")
    assert page.evaluate("navigator.clipboard.readText()") == command
    voice = command.split('"voice": "')[1].split('"')[0]
    answer = httpx.post(
        f"{service.url}/synthesize-direct", json={"text": TEXT, "voice": voice, "format": "mp3"}, timeout=60
    )
    assert answer.status_code == 200


def test_first_steps_stay_shut_once_they_were_shut(open_page: Open):
    page = open_page("dashboard")
    page.click(".steps summary")
    page.reload()
    page.wait_for_selector(".steps")
    assert not page.evaluate("document.querySelector('.steps').open")
