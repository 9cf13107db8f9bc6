"""All of it once, in a real browser: a person's recording becomes a voice that speaks, without a terminal."""

import zipfile
from pathlib import Path

import httpx
from running import Service
from walking import Open, findings, settled, shown, speak, until

QUICK = {
    "max_steps": 20, "batch": 2, "sentences": 1, "texts": "No.", "validate_every": 10, "checkpoint_every": 20,
    "keep": 1, "patience": 0, "threads": 1, "lora_rank": 2,
}  # fmt: skip


def test_a_recording_becomes_a_voice_that_speaks(open_studio: Open, studio: Service, tape: bytes):
    page = open_studio("datasets")
    bring(page, tape)
    run_all_steps(page)
    review(page)
    build(page)
    train(page)
    hear_and_promote(page)
    page.click(".nav-item[href='#/speak']")
    shown(page, "speak")
    page.click(".voice-label:has-text('Allison speaks')")
    speak(page)
    assert "of speech" in page.inner_text("#status")
    [voice] = [one for one in httpx.get(f"{studio.url}/voices").json()["items"] if one["kind"] == "tuned"]
    assert (voice["name"], voice["language"]) == ("Allison speaks", "en")


def bring(page, tape: bytes) -> None:
    """A dataset with a recording; what is none is refused by its name."""
    page.click("#page .btn-primary >> nth=0")
    page.wait_for_selector(".modal.show")
    settled(page)
    page.keyboard.type("Allison")
    page.keyboard.press("Enter")
    page.wait_for_selector(".step-row")
    assert page.locator(".step button:not([disabled])").count() == 0, "there is nothing to work on"
    broken = {"name": "broken.mp3", "mimeType": "audio/mpeg", "buffer": b"no audio at all" * 100}
    page.set_input_files("#source-files", [broken])
    page.wait_for_selector("#page .alert")
    assert "broken.mp3" in page.inner_text("#page .alert")
    page.set_input_files("#source-files", [{"name": "tape.wav", "mimeType": "audio/wav", "buffer": tape}])
    page.wait_for_selector(".source")
    assert not page.is_visible("#page .alert")


def run_all_steps(page) -> None:
    """Shorter pieces than usual, and none lost between the parts, for it is a short recording; then one press.
    The page may go and come back meanwhile.
    """
    page.click("text=Parameters")
    page.wait_for_selector("#parameter-max_s")
    settled(page)
    for name, value in {"min_s": 1, "max_s": 4, "gap_s": 0}.items():
        page.fill(f"#parameter-{name}", str(value))
    page.click(".drawer .btn-primary")
    page.wait_for_selector(".drawer.show", state="detached")
    page.click("text=Run all")
    page.wait_for_selector(".step[data-state=processing]", timeout=60_000)
    page.reload()  # the log and the steps are there again
    shown(page, "datasets")
    until(page, "document.querySelectorAll('.step[data-state=completed]').length === 5", 120)
    until(page, "document.querySelector('.log-lines > div:last-child')?.innerText.includes('Done.')")
    lines = page.locator(".log-lines > div").all_inner_texts()
    assert len(lines) == len(set(lines)) and any("brought here" in line for line in lines)
    page.get_by_label("Hear tape.wav").click()
    until(page, "document.querySelector('.source [aria-pressed=true]') !== null")


def review(page) -> None:
    """By keyboard alone: the first segment is dropped, the second one's text corrected."""
    page.click(".tab >> text=Review")
    until(page, "document.querySelector('.waveform path')?.getAttribute('d')?.length > 1000")
    page.keyboard.press("d")
    page.wait_for_selector(".segment-verdict[data-kept=false]")
    page.keyboard.press("ArrowDown")
    until(page, "document.querySelector('.segment h2').textContent === 'Segment 2'")
    page.keyboard.press("e")
    page.keyboard.press("Control+End")
    page.keyboard.type(" Thank you.")
    page.keyboard.press("Control+Enter")
    until(page, "document.querySelector('.segment h2').textContent === 'Segment 3'")
    until(page, "document.querySelectorAll('.segment-list [data-edited=true]').length === 2")


def build(page) -> None:
    """What was reviewed is another build than the one before; building again is not."""
    page.click(".tab >> text=Builds")
    page.wait_for_selector(".build")
    for _ in range(2):
        page.click("text=Build now")
        page.wait_for_selector(".toast.note-success", timeout=60_000)
        page.click(".toast.note-success .btn-close")
        page.wait_for_selector(".toast.note-success", state="detached")
        assert page.locator(".build").count() == 2
    with page.expect_download() as got:
        page.click(".build a[download] >> nth=0")
    with zipfile.ZipFile(Path(got.value.path())) as archive:
        [metadata] = [name for name in archive.namelist() if name.endswith("metadata.csv")]
        assert "Thank you." in archive.read(metadata).decode()


def train(page) -> None:
    """The newest build is learnt from; the run says how far it is until it is done."""
    page.click(".build .btn-primary >> nth=0")
    shown(page, "training")
    page.click("text=All parameters")
    page.wait_for_selector(".drawer.show")
    settled(page)
    for name, value in QUICK.items():
        page.fill(f"#training-{name}", str(value))
    page.select_option("#training-half", "off")
    page.click("text=Use these")
    page.wait_for_selector(".drawer", state="hidden")
    page.click("#training-start")
    page.wait_for_selector("#run-title")
    page.wait_for_selector(".state-completed", timeout=120_000)
    assert "Allison" in page.inner_text("h1")


def hear_and_promote(page) -> None:
    page.wait_for_selector(".said-one .clip")
    assert "Word errors" in page.inner_text(".said-one")
    page.click(".said-one .clip-press >> nth=0")
    until(page, "document.querySelector('.said-one audio').currentTime > 0")
    page.click("a:has-text('Its checkpoints')")
    shown(page, "checkpoints")
    page.click(".card-item >> text=Promote")
    page.wait_for_selector(".modal.show")
    settled(page)
    assert findings(page) == []
    page.get_by_label("Name").fill("Allison speaks")
    page.get_by_label("Consent").fill("She agreed.")
    page.click(".modal-footer .btn-primary")
    page.wait_for_selector(".card-item >> text=Is a voice")
