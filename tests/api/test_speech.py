"""POST /synthesize-direct: every format, the stream, and what makes two answers equal or different."""

import contextlib
import time

import httpx
import numpy as np
import pytest
from sound import decoded, seconds


@pytest.mark.parametrize("format", ["wav", "mp3", "ogg", "flac", "m4a", "opus", "aac", "pcm"])
def test_every_format_holds_the_same_speech(speak, format: str):
    answer = speak(format=format)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("audio/")
    samples, rate = decoded(answer.content, format)
    said = float(answer.headers["x-audio-seconds"])
    assert len(samples) / rate == pytest.approx(said, abs=0.15)  # lossy codecs pad
    assert np.abs(samples).max() > 1e-3


def test_the_same_seed_gives_the_same_audio_and_another_does_not(speak):
    first, again, other = (speak(seed=seed).content for seed in (1, 1, 2))
    assert first == again != other


def test_without_a_seed_the_answer_names_the_one_it_took(http: httpx.Client, speak):
    answer = http.post("/synthesize-direct", json={"text": "The kettle has just boiled."})
    assert speak(seed=int(answer.headers["x-seed"])).content == answer.content


def test_the_stream_is_the_same_audio(speak):
    assert speak(format="pcm", stream=True).content == speak(format="pcm").content


def test_a_voice_decides_who_speaks(speak):
    assert speak(voice="ana").content != speak(voice="bruno").content
    assert speak(voice="default").content == speak(voice="ana").content


def test_speed_changes_the_length(speak):
    slow, fast = (seconds(speak(format="pcm", speed=speed).content, "pcm") for speed in (0.5, 2.0))
    assert slow == pytest.approx(4 * fast, rel=0.1)


def test_language_is_the_voices_own_unless_named(speak):
    assert speak(language="en").content == speak().content != speak(language="pt-BR").content


def test_the_first_bytes_come_before_the_last_piece_is_made(http: httpx.Client):
    text = "Tea is ready.\n\nCake is on the table.\n\nCome in."  # a paragraph is a piece
    wanted = {"text": text, "format": "pcm", "stream": True, "seed": 1}
    began = time.monotonic()
    with http.stream("POST", "/synthesize-direct", json=wanted) as answer:
        chunks = answer.iter_raw()
        next(chunks)
        first = time.monotonic() - began
        for _ in chunks:
            pass
    assert first < 0.7 * (time.monotonic() - began)


@pytest.mark.parametrize("stream", [True, False])
def test_a_reader_who_hangs_up_stops_the_engine(http: httpx.Client, stream: bool):
    wish = {"text": "Tea now. " * 1000, "format": "wav", "stream": stream}
    with (
        contextlib.suppress(httpx.ReadTimeout),
        http.stream("POST", "/synthesize-direct", json=wish, timeout=0.7) as answer,
    ):
        next(answer.iter_raw())
    deadline = time.monotonic() + 5
    while (found := engine_of(http))["running"] or found["waiting"]:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def engine_of(http: httpx.Client) -> dict:
    return http.get("/health/engines").json()["items"][0]


def test_health_answers_while_it_speaks(http: httpx.Client):
    text = "Tea now. " * 300
    with http.stream("POST", "/synthesize-direct", json={"text": text, "format": "pcm", "stream": True}) as answer:
        chunks = answer.iter_raw()  # held, for one that is dropped hangs up
        next(chunks)
        found = httpx.get(f"{http.base_url}/health/engines", timeout=5).json()["items"][0]
        assert found["ready"] and found["running"] > 0
