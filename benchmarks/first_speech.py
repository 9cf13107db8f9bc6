"""From a clone to the first speech in the page, as somebody new goes through it. Prints JSON.

A fresh clone, an empty HOME, `make serve`; then Debian's Chromium opens the Speak page as soon as it answers, writes a
sentence and presses the keys. What is downloaded after is heard by Whisper (needs what `make mini-evaluate` fetched).
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Error, Page, sync_playwright

from benchmarks.reading import machine
from recipes.mini.judge import whisper_base
from timbre.audio.decode import decode
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import word_error_rate

URL = "http://127.0.0.1:8005"
TEXT = "The kettle has just boiled, and the tea will be ready in a minute."
PATIENCE_S = 1_200.0


def wait(what: Any, seconds: float = PATIENCE_S) -> None:
    """Raises SystemExit where it never comes true."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise SystemExit("it took too long")
        time.sleep(0.1)


def answers() -> bool:
    try:
        return httpx.get(f"{URL}/health", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def true(page: Page, expression: str) -> bool:
    """The page's CSP forbids what Playwright would wait with; while it loads there is nothing to ask."""
    try:
        return bool(page.evaluate(expression))
    except Error:
        return False


def walk(page: Page, began: float, shots: Path) -> dict[str, float]:
    """Speaks a sentence. Returns when what happened, seconds after the clone began."""
    at = {}
    page.goto(f"{URL}/#/speak")
    page.wait_for_selector("#voices .voice", timeout=60_000)
    at["page"] = time.monotonic() - began
    wait(lambda: true(page, "document.querySelector('#engine').dataset.state === 'ready'"))
    at["engine_ready"] = time.monotonic() - began
    page.fill("#text", TEXT)
    page.keyboard.press("Control+Enter")
    wait(lambda: true(page, "!!document.querySelector('#replay.playing')"))
    at["first_sound"] = time.monotonic() - began
    page.screenshot(path=shots / "speaking.png")
    page.wait_for_selector("body:not(.speaking)", timeout=60_000)
    page.click("#formats")
    page.click("#format-list >> text=wav")
    with page.expect_download() as got:
        page.click("#download")
    got.value.save_as(shots / "speech.wav")
    page.screenshot(path=shots / "spoken.png")
    return at


def main() -> None:
    """Clone, serve, speak, listen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe keeps its judge")
    parser.add_argument("--out", type=Path, default=Path("build/first-speech"), help="for screenshots and the speech")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if answers():
        raise SystemExit(f"something answers at {URL} already")
    with tempfile.TemporaryDirectory(prefix="timbre-") as folder:
        clone, home = Path(folder) / "timbre", Path(folder) / "home"
        home.mkdir()
        keep = {key: value for key, value in os.environ.items() if not key.startswith(("TIMBRE_", "PYTHON", "VIRTUAL"))}
        began = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", Path.cwd(), clone], check=True)
        with (options.out / "serve.log").open("wb") as log:
            serving = subprocess.Popen(
                ["make", "serve"], cwd=clone, env=keep | {"HOME": str(home)}, stdout=log, stderr=log, process_group=0
            )
            try:
                wait(answers)
                answered = time.monotonic() - began
                with sync_playwright() as driver:
                    browser = driver.chromium.launch(
                        executable_path=shutil.which("chromium"),
                        args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
                    )
                    at = {"answers": answered, **walk(browser.new_page(), began, options.out)}
                    browser.close()
            finally:
                os.killpg(serving.pid, signal.SIGTERM)
                serving.wait(60)
    wave = decode((options.out / "speech.wav").read_bytes(), HEARD_RATE)
    heard = whisper_base(options.build).hear(wave, "en").text
    result = {
        "machine": machine(),
        "minutes_after_the_clone_began": {name: round(seconds / 60, 2) for name, seconds in at.items()},
        "text": TEXT,
        "heard": heard,
        "word_error_rate": round(word_error_rate([(TEXT, heard)]), 3),
    }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
