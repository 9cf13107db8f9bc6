"""POST /text/preview and /pronunciations: what will be read, and how words are read."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from commanding import Command
from guarded import Guarded
from running import Service


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=60) as client:
        yield client


def refused(answer: httpx.Response, status: int, code: str) -> None:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code) and error["hint"]


def said(http: httpx.Client, text: str, language: str = "pt-BR") -> list[str]:
    answer = http.post("/text/preview", json={"text": text, "language": language})
    assert answer.status_code == 200, answer.text
    return [piece["text"] for piece in answer.json()["pieces"]]


def test_what_will_be_read_is_told_piece_by_piece(http: httpx.Client):
    answer = http.post("/text/preview", json={"text": "São R$ 2,50.\n\nFim da 1ª parte.", "language": "pt-BR"}).json()
    assert answer["language"] == "pt"
    assert [piece["text"] for piece in answer["pieces"]] == [
        "São dois reais e cinquenta centavos.",
        "Fim da primeira parte.",
    ]
    assert [piece["pause"] for piece in answer["pieces"]] == [0.7, 0.0]
    assert said(http, "Es sind 42 Züge.", "de") == ["Es sind zweiundvierzig Züge."]  # the model need not speak it


def test_a_text_that_cannot_be_read_is_one_sentence(http: httpx.Client):
    refused(http.post("/text/preview", json={"text": "…", "language": "pt"}), 422, "empty_text")
    refused(http.post("/text/preview", json={"text": "a", "language": "xx"}), 422, "unknown_language")
    refused(http.post("/text/preview", json={"text": "a" * 200_000, "language": "pt"}), 422, "text_too_long")


def test_an_entry_is_made_changed_put_into_speech_and_deleted(http: httpx.Client):
    made = http.post("/pronunciations", json={"written": "Zyxel", "said": "cadeira azul"})
    assert made.status_code == 201
    id = made.json()["id"]
    assert "language" not in made.json()
    try:
        assert said(http, "O zyxel caiu.") == ["O cadeira azul caiu."]
        refused(http.post("/pronunciations", json={"written": "ZYXEL", "said": "x"}), 409, "pronunciation_taken")
        wanted = {"text": "Zyxel.", "seed": 5, "format": "pcm"}
        spoken = http.post("/synthesize-direct", json=wanted).content
        assert spoken == http.post("/synthesize-direct", json=wanted | {"text": "cadeira azul."}).content
        changed = http.patch(f"/pronunciations/{id}", json={"said": "mesa", "language": "pt"}).json()
        assert (changed["said"], changed["language"], changed["written"]) == ("mesa", "pt", "Zyxel")
        assert said(http, "Zyxel.") == ["mesa."]
        assert said(http, "Zyxel.", "en") == ["Zyxel."]
        assert "language" not in http.patch(f"/pronunciations/{id}", json={"language": None}).json()
        assert id in {one["id"] for one in http.get("/pronunciations", params={"language": "en"}).json()["items"]}
    finally:
        assert http.delete(f"/pronunciations/{id}").status_code == 204
    refused(http.delete(f"/pronunciations/{id}"), 404, "unknown_pronunciation")
    refused(http.patch(f"/pronunciations/{id}", json={"said": "x"}), 404, "unknown_pronunciation")
    assert said(http, "Zyxel.") == ["Zyxel."]


def test_a_pattern_that_is_none_is_refused(http: httpx.Client):
    refused(http.post("/pronunciations", json={"written": "(", "said": "x", "pattern": True}), 422, "bad_pronunciation")


def test_who_may_only_speak_may_not_change_how_others_are_read(guarded: Guarded):
    _, speaks = guarded.key("speak")
    _, clones = guarded.key("voices")
    entry = {"written": "Qwerty", "said": "teclado"}
    with guarded.client(speaks) as speaker, guarded.client(clones) as cloner:
        refused(speaker.post("/pronunciations", json=entry), 403, "missing_scope")
        id = cloner.post("/pronunciations", json=entry).json()["id"]
        assert id in {one["id"] for one in speaker.get("/pronunciations").json()["items"]}
        assert said(speaker, "Qwerty!") == ["teclado!"]
        assert cloner.delete(f"/pronunciations/{id}").status_code == 204


def test_the_command_line_does_the_same_here_and_there(service: Service, tmp_path: Path):
    timbre = Command(service, tmp_path)
    for server in ((), ("--server", service.url)):
        added = timbre("pronunciations", "add", "Blorp", "panela", "-l", "pt-BR", *server)
        assert added.returncode == 0 and "Blorp is read: panela" in added.stdout, added.stderr
        assert "panela" in timbre("pronunciations", "list", *server).stdout
        assert timbre("text", "São 3 Blorp.", "-l", "pt", *server).stdout == "São três panela.\n"
        assert timbre("pronunciations", "change", "Blorp", "tigela", *server).returncode == 0
        assert timbre("text", "-", "-l", "pt", *server, given="Blorp!").stdout == "tigela!\n"
        assert timbre("pronunciations", "remove", "Blorp", *server).returncode == 0
        again = timbre("pronunciations", "remove", "Blorp", *server)
        assert again.returncode == 1 and "There is no pronunciation 'Blorp'." in again.stderr
