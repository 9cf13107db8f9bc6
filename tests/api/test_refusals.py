"""Whatever is refused is refused with one sentence and what to do, and leaves nothing behind."""

import json
import socket
import tempfile
from pathlib import Path

import httpx
import numpy as np
import pytest
from running import Service
from sound import decoded, wav
from websockets.sync.client import connect


def is_one_sentence(answer: httpx.Response, status: int, code: str | None = None) -> bool:
    error = answer.json()["error"]
    assert answer.status_code == status, answer.text
    assert set(error) == {"code", "message", "hint", "request_id"}
    assert error["request_id"] == answer.headers["x-request-id"]
    assert error["message"].endswith(".") and "\n" not in error["message"] and "Traceback" not in answer.text
    assert code is None or error["code"] == code, error
    return True


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"text": ""}, 422, "empty_text"),
        ({"text": "… ?! —"}, 422, "empty_text"),
        ({"text": "a " * 10_000}, 422, "text_too_long"),
        ({"language": "xx"}, 422, "unknown_language"),
        ({"language": "ja"}, 422, "language_not_spoken"),
        ({"voice": "nobody"}, 404, "unknown_voice"),
        ({"voice": "../../etc/passwd"}, 404, "unknown_voice"),
        ({"format": "midi"}, 422, "unknown_format"),
        ({"model": "whisper"}, 404, "unknown_model"),
        ({"speed": 0}, 422, "invalid_request"),
        ({"seed": -1}, 422, "invalid_request"),
        ({"temperature": "hot"}, 422, "invalid_request"),
        ({"text": None}, 422, "invalid_request"),
        ({"volume": 11}, 422, "invalid_request"),
    ],
)
def test_a_wrong_wish(speak, wrong, status, code):
    assert is_one_sentence(speak(**({"text": "Hello."} | wrong)), status, code)


def test_a_language_that_the_model_lacks_names_the_model_that_has_it(speak):
    error = speak(text="Hello.", language="ja").json()["error"]
    assert "tiny does not speak Japanese" in error["message"]
    assert error["hint"] == "xtts-v2 does: timbre models install xtts-v2"


def test_a_body_that_is_no_json(http: httpx.Client):
    answer = http.post("/synthesize-direct", content="{", headers={"content-type": "application/json"})
    assert is_one_sentence(answer, 422, "invalid_request")
    assert is_one_sentence(http.post("/synthesize-direct"), 422, "invalid_request")


def test_an_unknown_path_and_a_wrong_method(http: httpx.Client):
    assert is_one_sentence(http.get("/nothing"), 404, "not_found")
    assert is_one_sentence(http.get("/static/js/../../settings.py"), 404)
    assert is_one_sentence(http.delete("/languages"), 405, "method_not_allowed")
    assert is_one_sentence(http.get("/voices/nobody"), 404, "unknown_voice")
    assert is_one_sentence(http.delete("/voices/nobody"), 404, "unknown_voice")
    assert is_one_sentence(http.get("/voices/ana/preview?format=midi"), 422, "unknown_format")


def test_a_foreign_host_and_a_foreign_page(http: httpx.Client, service: Service):
    assert is_one_sentence(http.get("/voices", headers={"host": "evil.example"}), 400, "wrong_host")
    foreign = {"origin": "https://evil.example"}
    assert is_one_sentence(http.post("/synthesize-direct", json={"text": "Hi."}, headers=foreign), 403, "wrong_origin")
    assert http.post("/synthesize-direct", json={"text": "Hi."}, headers={"origin": service.url}).status_code == 200
    port = service.url.rpartition(":")[2]
    assert http.get("/health", headers={"host": f"localhost:{port}"}).status_code == 200


def test_a_request_id_of_ones_own_comes_back_unless_it_is_odd(http: httpx.Client):
    assert http.get("/health", headers={"x-request-id": "mine-7"}).headers["x-request-id"] == "mine-7"
    assert "<" not in http.get("/health", headers={"x-request-id": "<b>"}).headers["x-request-id"]


def test_a_body_that_is_too_large_is_refused_however_it_comes(http: httpx.Client):
    assert is_one_sentence(http.post("/synthesize-direct", json={"text": "x" * 1_100_000}), 413, "too_large")

    def endless():
        for _ in range(400):
            yield b'{"text": "' + b"x" * 10_000

    answer = http.post("/synthesize-direct", content=endless(), headers={"content-type": "application/json"})
    assert is_one_sentence(answer, 413, "too_large")


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_rest_that_is_no_http_ends_the_connection_quietly(service: Service, method: str):
    head = f"{method} /health HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    before = service.log.read_text().count("Traceback")
    with socket.create_connection(("127.0.0.1", httpx.URL(service.url).port), timeout=20) as wire:
        wire.sendall(head.encode() + b"no length\r\n")
        wire.shutdown(socket.SHUT_WR)
        while wire.recv(65_536):
            pass
    assert httpx.get(f"{service.url}/health").status_code == 200
    assert service.log.read_text().count("Traceback") == before


# Cloning


def clone(http: httpx.Client, *files: tuple[str, bytes], **fields: str) -> httpx.Response:
    form = {"name": "Maria", "language": "en", "consent": "She agreed."} | fields
    return http.post("/voices/clone", data=form, files=[("files", file) for file in files])


def left_behind(service: Service) -> set[Path]:
    kept = {path for path in service.home.rglob("*") if "voices" in path.parts}
    return kept | set(Path(tempfile.gettempdir()).glob("timbre-*"))


@pytest.mark.parametrize(
    "files",
    [
        [("notes.txt", b"This is no audio at all.\n" * 40)],
        [("blip.wav", wav(np.sin(np.arange(4410) / 9)))],
        [("silence.wav", wav(np.zeros(22_050 * 5)))],
        [("../../../tmp/evil.wav", b"RIFF")],
        [],
        [(f"{number}.wav", b"x") for number in range(11)],
        [("large.wav", b"x" * 7_000_000)],
    ],
    ids=["text", "0.2 s", "silence", "path", "none", "eleven", "large"],
)
def test_a_recording_that_makes_no_voice_leaves_nothing(http: httpx.Client, service: Service, files):
    before, voices = left_behind(service), http.get("/voices").json()
    answer = clone(http, *files)
    assert is_one_sentence(answer, 413 if files and len(files[0][1]) > 6_000_000 else 422)
    if len(files) == 1 and answer.status_code == 422:
        assert Path(files[0][0]).name in answer.json()["error"]["message"]
    assert left_behind(service) == before and http.get("/voices").json() == voices


@pytest.mark.parametrize("field", ["name", "consent"])
def test_a_voice_needs_a_name_and_consent(http: httpx.Client, speech_wav: bytes, field: str):
    assert is_one_sentence(clone(http, ("a.wav", speech_wav), **{field: " "}), 422)


def test_a_voice_in_an_unknown_language(http: httpx.Client, speech_wav: bytes):
    assert is_one_sentence(clone(http, ("a.wav", speech_wav), language="xx"), 422, "unknown_language")


def test_a_built_in_voice_stays(http: httpx.Client):
    answer = http.delete("/voices/ana")
    assert 400 <= answer.status_code < 500 and is_one_sentence(answer, answer.status_code)
    assert http.get("/voices/ana").status_code == 200


def test_a_voice_is_cloned_speaks_and_goes(http: httpx.Client, service: Service, speech_wav: bytes):
    files = service.home / "files" / "voices"
    before = {*files.rglob("*.flac")}
    answer = clone(http, ("Grandma's tape.wav", speech_wav))
    assert answer.status_code == 202, answer.text
    job = answer.json()
    voice = job["voice"]
    with connect(f"{service.url.replace('http', 'ws')}/ws/jobs/{job['id']}") as socket:
        told = [json.loads(message) for message in socket][-1]
    assert told["status"] == "completed" and told["result"]["voice"] == voice
    assert voice["name"] == "Maria" and voice["kind"] == "cloned" and voice["language"] == "en"
    assert voice["id"] in [found["id"] for found in http.get("/voices").json()["items"]]
    said = http.post("/synthesize-direct", json={"text": "Hello there.", "voice": voice["id"], "format": "flac"})
    assert said.status_code == 200 and len(decoded(said.content)[0])
    assert http.get(f"/voices/{voice['id']}/preview").headers["content-type"] == "audio/mpeg"
    assert http.delete(f"/voices/{voice['id']}").status_code == 204
    assert http.get(f"/voices/{voice['id']}").status_code == 404
    assert {*files.rglob("*.flac")} == before
