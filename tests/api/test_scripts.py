"""Texts for several voices over HTTP and on the command line: each part is what its reader says alone."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from commanding import Command
from openai import OpenAI
from running import Service

HERS, HIS = "The kettle sang.", "Nobody answered."
RATE = 24_000


@pytest.fixture
def http(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, timeout=120) as client:
        yield client


def samples(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<i2").astype(np.int32)


def spoken(http: httpx.Client, text: str, **more: object) -> np.ndarray:
    answer = http.post("/synthesize-direct", json={"text": text, "format": "pcm", "seed": 5, **more})
    assert answer.status_code == 200, answer.text
    return samples(answer.content)


def alike(ours: np.ndarray, *parts: np.ndarray | float) -> None:
    """The parts, numbers being seconds of silence, one after another; the batch may move a sample by a hair."""
    wanted = np.concatenate([np.zeros(int(one * RATE), int) if isinstance(one, float) else one for one in parts])
    assert len(ours) == len(wanted) and np.abs(ours - wanted).max() <= 40


def test_each_part_sounds_as_its_reader_alone(http: httpx.Client):
    whole = spoken(http, f"[pause 250ms]{HERS} [pause 1s] [voice:bruno][speed 0.5]{HIS}[/speed] [voice:ana]{HERS}")
    alike(
        whole,
        0.25,
        spoken(http, HERS),
        1.0,
        spoken(http, HIS, voice="bruno", speed=0.5, seed=6),
        0.35,
        spoken(http, HERS, seed=7),
    )


def test_ssml_and_quotation_marks_come_to_the_same(http: httpx.Client):
    tags = spoken(http, f"{HERS} [voice:bruno]{HIS}")
    ssml = f"<speak>{HERS} <voice name='bruno'>{HIS}</voice></speak>"
    assert np.array_equal(tags, spoken(http, ssml))
    assert np.array_equal(tags, spoken(http, f"{HERS} “{HIS}”", dialogue_voice="Bruno"))


def test_a_language_is_read_by_its_own_rules(http: httpx.Client):
    wanted = {"text": "It is 5. [lang:pt]São 5. [/lang][voice:clara]5.", "language": "en"}
    found = http.post("/text/preview", json=wanted).json()["pieces"]
    assert [(one["text"], one.get("language"), one.get("voice")) for one in found] == [
        ("It is five.", None, None), ("São cinco.", "pt", None), ("five.", None, "clara"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi.\n [voice:nobody]Hello.", ("Line 2, column 2", "nobody")),
        ("Hi. [lang:xx]Hello.", ("Line 1, column 5", "xx")),
        ("Hi. [lang:hu]Helló.", ("column 5", "Hungarian")),
        ("Hi. [mood:glad]Hello.", ("column 5", "mood")),
        ("[speed 4]Hello.", ("column 1", "speed")),
        ("<speak>\n<audio src='x'/></speak>", ("Line 2, column 1", "audio")),
    ],
)
def test_what_is_wrong_is_one_sentence_before_any_sound(http: httpx.Client, text: str, words: tuple[str, ...]):
    wanted = {"text": text, "speed": 2.0, "stream": True}
    preview = [] if "4]" in text or "hu]" in text else [("/text/preview", {"text": text, "language": "en"})]
    for path, body in (("/synthesize-direct", wanted), ("/jobs", {"text": text, "speed": 2.0}), *preview):
        answer = http.post(path, json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "bad_script"), error
        assert all(word in error["message"] for word in words), error["message"]
        assert {"line", "column"} <= set(error)


def test_a_voice_for_dialogue_that_is_not_there_is_refused(http: httpx.Client):
    answer = http.post("/synthesize-direct", json={"text": "“Hi.”", "dialogue_voice": "nobody"})
    assert answer.json()["error"]["code"] == "unknown_voice"


def test_without_markup_brackets_are_read_as_they_stand(http: httpx.Client):
    wanted = {"text": "Press [pause 2s] now. <speak>", "markup": "none", "language": "en"}
    [piece] = http.post("/text/preview", json=wanted).json()["pieces"]
    assert "pause" in piece["text"] and "speak" in piece["text"]


def test_openai_clients_send_scripts_too(service: Service, http: httpx.Client):
    client = OpenAI(base_url=f"{service.url}/v1", api_key="none")
    text = f"{HERS} [voice:bruno]{HIS}"
    answer = client.audio.speech.create(
        model="tts-1", voice="ana", input=text, response_format="pcm", extra_body={"seed": 5}
    )
    assert np.array_equal(samples(answer.content), spoken(http, text))


def test_a_job_is_spoken_by_its_readers(http: httpx.Client):
    text = f"{HERS} [voice:bruno]{HIS}"
    job = http.post("/jobs", json={"text": text, "seed": 5, "voice_id": "ana", "format": "wav"}).json()
    while (found := http.get(f"/jobs/{job['id']}").json())["status"] not in ("completed", "failed"):
        time.sleep(0.1)
    assert found["status"] == "completed" and found["pieces"] == 2
    wanted = spoken(http, text)
    assert found["duration_s"] == pytest.approx(len(wanted) / RATE, abs=0.01)


def test_the_command_line_does_the_same(service: Service, http: httpx.Client, tmp_path: Path):
    timbre = Command(service, tmp_path)
    wanted = spoken(http, f"{HERS} [voice:bruno]{HIS}")
    words = ("say", "-", "-o", "out.pcm", "--seed", 5, "--dialogue-voice", "bruno")
    for more in ([], ["--server", service.url]):
        timbre.done(*words, *more, given=f"{HERS} “{HIS}”")
        assert np.array_equal(samples((tmp_path / "out.pcm").read_bytes()), wanted)
    assert "Line 1, column 5" in timbre.refused("say", "Hi. [voice:nobody]Ho.", "-o", "no.wav")
    assert not (tmp_path / "no.wav").exists()
    told = timbre.done("text", "Hi. [voice:bruno][lang:pt]São 5.", "-l", "en", "--pauses")
    assert told.splitlines() == ["Hi.  [0.35 s]", "[voice bruno, language pt] São cinco."]
