"""The `openai` package against the running service."""

import asyncio
import base64
import json
import time
import typing

import httpx
import openai
import pytest
from openai.types.audio import SpeechModel
from openai.types.audio.speech_create_params import Voice
from running import Service
from sound import decoded, seconds

TEXT = "The kettle has just boiled."
LONG = "Tea is ready.\n\n" * 12  # a paragraph is a piece
SEED = {"seed": 3}


def literals(type_: object) -> list[str]:
    """The words that a type of OpenAI's lists."""
    return [word for part in typing.get_args(type_) for word in ([part] if isinstance(part, str) else literals(part))]


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


@pytest.mark.parametrize("model", [*literals(SpeechModel), "tts-1-1106", "tts-1-hd-1106", "tiny"])
def test_openais_models_are_the_loaded_one(client: openai.OpenAI, model: str):
    answer = client.audio.speech.create(model=model, voice="ana", input=TEXT, instructions="Whisper.", extra_body=SEED)
    assert answer.response.headers["content-type"] == "audio/mpeg"
    assert client.models.retrieve(model).id == model


def test_models_can_be_listed(client: openai.OpenAI):
    found = client.models.list()
    assert [model.id for model in found] == ["tiny", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"]
    assert {(model.object, model.owned_by) for model in found} == {("model", "timbre")}
    with pytest.raises(openai.NotFoundError) as raised:
        client.models.retrieve("gpt-9")
    assert (raised.value.code, raised.value.param) == ("unknown_model", "model")


def test_openais_voices_are_built_in_ones(client: openai.OpenAI):
    voices = literals(Voice)
    assert {"alloy", "cedar"} <= set(voices)
    said = [pcm(client, "Tea.", voice=voice) for voice in voices]
    ours = [pcm(client, "Tea.", voice=voice) for voice in ("ana", "bruno", "clara", "davi")]
    assert set(said) == set(ours)


def test_voices_are_named_by_their_ids(service: Service, client: openai.OpenAI):
    wish = {"name": "Narrator", "voices": [{"id": "ana", "weight": 1}, {"id": "davi", "weight": 1}]}
    mix = httpx.post(f"{service.url}/voices/mix", json=wish).json()["id"]
    try:
        assert pcm(client, voice=mix) == pcm(client, voice={"id": mix}) != pcm(client, voice="ana")
    finally:
        httpx.delete(f"{service.url}/voices/{mix}")


def pcm(client: openai.OpenAI, text: str = TEXT, **more: object) -> bytes:
    wish = {"model": "tts-1", "voice": "alloy", "response_format": "pcm", "extra_body": SEED} | more
    return client.audio.speech.create(input=text, **wish).content


def test_speed(client: openai.OpenAI):
    slow, usual, fast = (seconds(pcm(client, speed=speed), "pcm") for speed in (0.25, 1, 4.0))
    assert slow == pytest.approx(4 * usual, rel=0.2) and slow == pytest.approx(16 * fast, rel=0.2)


@pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_streaming_begins_long_before_it_ends(client: openai.OpenAI, format: str):
    wanted = {"model": "tts-1", "voice": "alloy", "input": LONG, "response_format": format, "extra_body": SEED}
    began = time.monotonic()
    with client.audio.speech.with_streaming_response.create(**wanted) as answer:
        parts = answer.iter_bytes()
        streamed = next(parts)
        first = time.monotonic() - began
        streamed += b"".join(parts)
    assert first < 0.5 * (time.monotonic() - began)
    assert seconds(streamed, format) > 4
    if format == "pcm":
        assert streamed == client.audio.speech.create(**wanted).content


def test_a_stream_goes_into_a_file(client: openai.OpenAI, tmp_path):
    wanted = {"model": "tts-1", "voice": "alloy", "input": TEXT, "response_format": "flac", "extra_body": SEED}
    with client.audio.speech.with_streaming_response.create(**wanted) as answer:
        answer.stream_to_file(tmp_path / "speech.flac")
    assert (tmp_path / "speech.flac").read_bytes() == client.audio.speech.create(**wanted).content


def test_many_at_once_by_the_asynchronous_client(service: Service, client: openai.OpenAI):
    async def test() -> tuple[list[bytes], bytes]:
        async with openai.AsyncOpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0) as caller:
            wanted = {"model": "tts-1", "input": TEXT, "response_format": "pcm", "extra_body": SEED}
            voices = ("ana", "bruno", "clara")
            said = await asyncio.gather(*(caller.audio.speech.create(voice=voice, **wanted) for voice in voices))
            async with caller.audio.speech.with_streaming_response.create(voice="davi", **wanted) as answer:
                streamed = b"".join([part async for part in answer.iter_bytes()])
            assert "tiny" in [model.id async for model in caller.models.list()]
            with pytest.raises(openai.NotFoundError):
                await caller.audio.speech.create(voice="nobody", **wanted)
            return [one.content for one in said], streamed

    said, streamed = asyncio.run(test())
    assert all(seconds(one, "pcm") > 0.2 for one in [*said, streamed])
    assert len({*said, streamed}) == 4


def test_events_by_the_client(client: openai.OpenAI):
    wanted = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": LONG, "response_format": "pcm", "extra_body": SEED}
    began, at, events = time.monotonic(), [], []
    with client.audio.speech.with_streaming_response.create(stream_format="sse", **wanted) as answer:
        for line in answer.iter_lines():
            if line:
                events.append(json.loads(line.removeprefix("data: ")))
                at.append(time.monotonic() - began)
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert events[-1] == {"type": "speech.audio.done"}
    assert at[0] < 0.5 * at[-1]
    assert seconds(b"".join(base64.b64decode(event["audio"]) for event in events[:-1]), "pcm") > 4


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
        ({"model": "mini"}, openai.ConflictError, "model_not_loaded", "model"),
        ({"input": ""}, openai.UnprocessableEntityError, "empty_text", "input"),
        ({"input": " \n"}, openai.UnprocessableEntityError, "empty_text", "input"),
        ({"input": "Tea. " * 2001}, openai.UnprocessableEntityError, "text_too_long", "input"),
        ({"input": "Tea. " * 200_001}, openai.APIStatusError, "too_large", None),
        ({"response_format": "midi"}, openai.UnprocessableEntityError, "unknown_format", "response_format"),
        ({"speed": 0.24}, openai.UnprocessableEntityError, "invalid_request", "speed"),
        ({"speed": 4.1}, openai.UnprocessableEntityError, "invalid_request", "speed"),
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


@pytest.mark.parametrize("format", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_marks_alone_are_a_pause(client: openai.OpenAI, format: str):
    answer = client.audio.speech.create(model="tts-1", voice="ana", input=" … ", response_format=format)
    samples, rate = decoded(answer.content, format)
    assert len(samples) / rate == pytest.approx(0.35, abs=0.15) and abs(samples).max() < 1e-3


def test_what_the_client_cannot_reach_is_its_own_error():
    nowhere = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="none", max_retries=0)
    with nowhere, pytest.raises(openai.APIConnectionError):
        nowhere.models.list()


def test_voices_can_be_listed(service: Service):
    voices = httpx.get(f"{service.url}/v1/audio/voices").json()["voices"]
    assert {"id": "ana", "name": "Ana"} in voices
