"""The Checkpoints page in a real browser: every button of a card, with what comes of it asked of the service."""

import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from checkpoints import RATE, Bench
from recordings import file_of, speech
from running import Service
from walking import Open, findings, settled, until

from timbre.audio.encode import encode
from timbre.store.tables_training import CheckpointRow, RunRow, SampleRow

NAME = "Weaver"
RUN, FIRST, SECOND = "r-" + "5" * 24, "c-" + "5" * 24, "c-" + "6" * 24
SENTENCES = ("The loom stands still.", "Wool is warm.")
CARD = f".card-item[data-id={FIRST}]"
PRIMARY = ".modal-footer .btn-primary"


@pytest.fixture(scope="module")
def weaver(service: Service) -> Iterator[httpx.Client]:
    """The service, with a run whose two checkpoints said two sentences each."""
    bench = Bench(service.home, service.home / "models" / "tiny")
    with closing(bench.database):
        bench.run(RUN)
        said = bench.blobs.put(encode(speech(RATE), "flac", RATE), ".flac")
        for seed, one in enumerate((FIRST, SECOND)):
            bench.adapter(one, seed + 1, RUN)
        with bench.database.writing() as session:
            session.get_one(RunRow, RUN).name = NAME
            for one in (FIRST, SECOND):
                row = session.get_one(CheckpointRow, one)
                row.name, row.best, row.figures = NAME, one == SECOND, {"validation_loss": 2.5, "similarity": 0.91}
                for place, text in enumerate(SENTENCES):
                    id = f"p-{place}{one[2:-1]}"
                    session.add(SampleRow(id=id, checkpoint_id=one, place=place, text=text, language="en", blob=said))
    with httpx.Client(base_url=service.url, timeout=60) as http:
        yield http


def opened(page, what: str) -> None:
    """Presses a button of the first checkpoint's card, and waits for its dialog."""
    page.click(f"{CARD} >> {what}")
    page.wait_for_selector(".modal.show")
    settled(page)
    assert findings(page) == []


def closed(page) -> None:
    page.keyboard.press("Escape")
    page.wait_for_selector(".modal", state="detached")


def confirmed(page) -> None:
    page.click(".modal.show .btn-danger")
    page.wait_for_selector(".modal", state="detached")


def test_a_checkpoint_is_heard_alone_and_beside_its_base(open_page: Open, weaver: httpx.Client):
    page = open_page("dashboard")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/training/samples?" in request.url else None)
    page.evaluate(f"location.hash = '#/checkpoints?run={RUN}'")
    page.wait_for_selector(CARD)
    assert len(asked) == 1, "what the checkpoints of a run said is asked for at once"
    assert SENTENCES[0] in page.inner_text(CARD) and page.locator(f"{CARD} .clip").count() == 1
    opened(page, "text=Hear it")
    assert page.input_value(".modal textarea") == SENTENCES[0]
    page.fill(".modal textarea", "")
    page.click(PRIMARY)
    page.wait_for_selector(".modal .alert")
    page.fill(".modal textarea", "Wind the bobbin.")
    page.click(PRIMARY)
    until(page, "document.querySelector('.modal audio')?.currentTime > 0")
    assert page.locator(".modal .alert").count() == 0
    closed(page)
    opened(page, "text=Compare")
    page.click(PRIMARY)
    page.wait_for_selector(".take .clip", timeout=60_000)
    until(page, "[...document.querySelectorAll('.take audio')].every((one) => one.duration > 0)")
    assert page.locator(".take:has-text('Similarity')").count() == 2
    assert findings(page) == []
    closed(page)
    page.get_by_label("About Weaver").first.click()
    page.wait_for_selector(f".drawer.show a[href='#/training/{RUN}']")
    assert findings(page) == []
    assert page.locator(".drawer .said-one").count() == len(SENTENCES)


def test_files_go_out_and_come_in_and_are_deleted(open_page: Open, weaver: httpx.Client, tmp_path: Path):
    page = open_page("checkpoints")
    opened(page, "[aria-label^=Download]")
    page.select_option(".modal select", "adapter")
    with page.expect_download(timeout=60_000) as got:
        page.click(PRIMARY)
    with zipfile.ZipFile(got.value.path()) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("adapter_model.safetensors")]
        archive.extract(name, tmp_path)
    page.click(".page-head .btn")
    page.wait_for_selector(".modal.show")
    settled(page)
    assert findings(page) == []
    page.click(PRIMARY)
    page.wait_for_selector(".modal .alert")  # no file
    page.set_input_files(".modal input[type=file]", tmp_path / name)
    page.get_by_label("Name").fill("Spinner")
    page.get_by_label("Adapter's alpha").fill("8")
    page.click(PRIMARY)
    page.wait_for_selector(".modal", state="detached", timeout=60_000)
    card = page.locator(".card-item:has-text('Spinner')")
    card.wait_for()
    assert "tiny" in card.inner_text()
    card.get_by_text("Hear it").click()
    page.wait_for_selector(".modal.show")
    page.click(PRIMARY)
    page.wait_for_selector(".modal .alert")  # it came without recordings, and no voice is chosen
    closed(page)
    card.get_by_label("Delete").click()
    confirmed(page)
    card.wait_for(state="detached")
    assert "Spinner" not in weaver.get("/training/checkpoints").text


def test_a_promotion_takes_a_voices_place_and_gives_it_back(open_page: Open, weaver: httpx.Client):
    clip = {"files": ("me.wav", file_of(speech(), RATE))}
    told = {"name": "Carder", "consent": "Yes.", "language": "pt"}
    voice = weaver.post("/voices/clone", files=clip, data=told).json()["voice"]["id"]
    page = open_page(f"checkpoints?run={RUN}")
    opened(page, "text=Promote")
    page.click(PRIMARY)
    page.wait_for_selector(".modal .alert")  # a new voice has a name and a consent
    page.select_option(".modal select >> nth=1", voice)
    page.get_by_label("Speaks after").select_option(voice)
    page.click(PRIMARY)
    page.wait_for_selector(f"{CARD} >> text=Is a voice", timeout=60_000)
    found = weaver.get(f"/voices/{voice}").json()
    assert (found["name"], found["language"], found["kind"]) == ("Carder", "pt", "tuned")
    page.click(f"{CARD} >> [aria-label^=Delete]")
    confirmed(page)
    page.wait_for_selector(".note-danger")  # what speaks is not deleted
    page.click(f"{CARD} >> text=Demote")
    confirmed(page)
    page.wait_for_selector(f"{CARD} >> text=Is a voice", state="detached")
    assert weaver.get(f"/voices/{voice}").json()["kind"] == "cloned"
    weaver.delete(f"/voices/{voice}").raise_for_status()


def test_a_checkpoint_becomes_a_model_and_goes_again(open_page: Open, weaver: httpx.Client):
    page = open_page(f"checkpoints?run={RUN}")
    opened(page, "text=Promote")
    page.select_option(".modal select >> nth=0", "model")
    page.get_by_label("Name", exact=True).fill("loom")
    page.get_by_label("The person").fill("Weaver")
    page.click(PRIMARY)
    page.wait_for_selector(f"{CARD} >> text=Is a model", timeout=60_000)
    assert "loom" in [one["id"] for one in weaver.get("/models").json()["items"]]
    page.click(f"{CARD} >> text=Demote")
    confirmed(page)
    page.wait_for_selector(f"{CARD} >> text=Is a model", state="detached")
    assert "loom" not in [one["id"] for one in weaver.get("/models").json()["items"]]
