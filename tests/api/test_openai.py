"""The `openai` package against the running service."""

import base64
import json

import httpx
import openai
import pytest
from running import Service
from sound import decoded, seconds

TEXT = "The kettle has just boiled."
SEED = {"seed": 3}


@pytest.fixture(scope="module")
def client(service: Service) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0)


@pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_every_format(client: openai.OpenAI, format: str):
    answer = client.audio.speech.create(
        model="tts-1", voice="alloy", input=TEXT, response_format=format, extra_body=SEED
    )
    samples, rate = decoded(answer.content, format)
    assert len(samples) / rate > 0.2
    assert rate in (24_000, 48_000)


@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "tiny"])
def test_openais_models_are_the_loaded_one(client: openai.OpenAI, model: str):
    answer = client.audio.speech.create(model=model, voice="ana", input=TEXT, instructions="Whisper.", extra_body=SEED)
    assert answer.response.headers["content-type"] == "audio/mpeg"
    assert model in [found.id for found in client.models.list()]


def test_openais_voices_are_built_in_ones(client: openai.OpenAI):
    said = {
        voice: client.audio.speech.create(
            model="tts-1", voice=voice, input=TEXT, response_format="pcm", extra_body=SEED
        ).content
        for voice in ("alloy", "nova", "verse")
    }
    assert all(said.values())


def test_speed(client: openai.OpenAI):
    slow, fast = (
        client.audio.speech.create(
            model="tts-1", voice="alloy", input=TEXT, response_format="pcm", speed=speed, extra_body=SEED
        )
        for speed in (0.25, 4.0)
    )
    assert seconds(slow.content, "pcm") == pytest.approx(16 * seconds(fast.content, "pcm"), rel=0.2)


def test_streaming_gives_the_same_bytes_in_parts(client: openai.OpenAI, tmp_path):
    wanted = {"model": "tts-1", "voice": "alloy", "input": TEXT, "response_format": "pcm", "extra_body": SEED}
    with client.audio.speech.with_streaming_response.create(**wanted) as answer:
        streamed = b"".join(answer.iter_bytes())
    assert streamed == client.audio.speech.create(**wanted).content


def test_events_carry_the_same_audio(service: Service, client: openai.OpenAI):
    wanted = {"model": "tts-1", "voice": "alloy", "input": TEXT, "response_format": "pcm"} | SEED
    answer = httpx.post(f"{service.url}/v1/audio/speech", json=wanted | {"stream_format": "sse"}, timeout=60)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line]
    assert events[-1]["type"] == "speech.audio.done"
    audio = b"".join(base64.b64decode(event["audio"]) for event in events[:-1])
    assert audio == httpx.post(f"{service.url}/v1/audio/speech", json=wanted, timeout=60).content


@pytest.mark.parametrize(
    ("wrong", "kind", "code", "param"),
    [
        ({"voice": "nobody"}, openai.NotFoundError, "unknown_voice", "voice"),
        ({"model": "gpt-9"}, openai.NotFoundError, "unknown_model", "model"),
        ({"input": ""}, openai.UnprocessableEntityError, "empty_text", "input"),
        ({"response_format": "midi"}, openai.UnprocessableEntityError, "unknown_format", "response_format"),
        ({"speed": 9.0}, openai.UnprocessableEntityError, "invalid_request", "speed"),
        ({"extra_body": {"language": "xx"}}, openai.UnprocessableEntityError, "unknown_language", "language"),
        ({"stream_format": "smoke"}, openai.UnprocessableEntityError, "invalid_request", "stream_format"),
    ],
)
def test_errors_are_openais(client: openai.OpenAI, wrong, kind, code, param):
    with pytest.raises(kind) as raised:
        client.audio.speech.create(**({"model": "tts-1", "voice": "alloy", "input": TEXT} | wrong))
    assert raised.value.code == code and raised.value.param == param
    assert raised.value.type == "invalid_request_error"
    assert raised.value.request_id


def test_voices_can_be_listed(service: Service):
    voices = httpx.get(f"{service.url}/v1/audio/voices").json()["voices"]
    assert {"id": "ana", "name": "Ana"} in voices
