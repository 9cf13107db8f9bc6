"""Searches and TensorBoard on the Training page in a real browser."""

from contextlib import closing
from pathlib import Path

import pytest
from made_builds import keep_build
from running import Service
from training.builds import make_build
from walking import Open, findings, settled, until

from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database


@pytest.fixture
def dataset(studio: Service, tmp_path: Path) -> str:
    chosen = Settings(_env_file=None, home=studio.home)
    with closing(Database.of(chosen)) as database:
        return keep_build(
            database, Blobs.of(chosen, database), make_build(tmp_path / "build"), name="Searched"
        ).dataset_id


def test_a_search_is_begun_and_followed_and_its_curves_are_in_tensorboard(open_studio: Open, dataset: str):
    page = open_studio("training")
    search = "section[aria-labelledby=search-title]"
    page.select_option(f"{search} select", dataset)
    page.fill(f"{search} input[type=number] >> nth=0", "2")
    page.fill(f"{search} input[type=number] >> nth=1", "90000")
    page.click("#search-start")
    card = ".search-card:has-text('Searched')"
    page.wait_for_selector(f"{card} tbody tr")
    until(page, "parseInt(document.querySelector('.search-card td:nth-child(4)').textContent) >= 10")
    assert "2 runs of 90,000 steps each" in page.inner_text(card)
    page.click(f"{card} >> text=Pause")
    page.wait_for_selector(f"{card} >> text=Resume", timeout=60_000)
    run = page.inner_text(f"{card} tbody th")
    assert run.startswith("adapter (LoRA), rate 2e-4, batch 4, rank 8")

    page.click("#board summary")
    page.wait_for_selector(".board-frame", timeout=60_000)
    frame = page.frame_locator(".board-frame")
    frame.locator("text=Time Series").first.wait_for(timeout=60_000)
    frame.locator("text=Searched").first.wait_for(timeout=60_000)
    inner = page.frames[-1]
    assert "/training/tensorboard/t/" in inner.url and inner.evaluate("origin") == "null"
    reached = "() => { try { return parent.document.title; } catch (fault) { return fault.name; } }"
    assert inner.evaluate(reached) == "SecurityError"
    settled(page)
    assert findings(page) == []

    page.click(f"{card} >> text=Stop")
    page.click(f"{card} >> text=Delete")
    page.click(".modal-footer .btn-danger")
    page.wait_for_selector(card, state="detached")
