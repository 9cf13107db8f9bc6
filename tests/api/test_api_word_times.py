"""When words are said, over HTTP and WebSocket: with a model whose heads are named, and with one that has none."""

import asyncio
import base64
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from running import Service, serving, with_heads
from sound import seconds
from websockets.asyncio.client import connect

TEXT = "It costs $2.50 today. Nobody is here yet."
WRITTEN = ["It", "costs", "$2.50", "today.", "Nobody", "is", "here", "yet."]
SPOKEN = ["It", "costs", "two", "dollars", "and", "fifty", "cents", "today.", "Nobody", "is", "here", "yet."]


@pytest.fixture(scope="module")
def timed(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service whose model's heads are known."""
    folder = with_heads(engine_folder, tmp_path_factory.mktemp("aligning"))
    with serving(tmp_path_factory.mktemp("home"), folder) as service, httpx.Client(base_url=service.url) as http:
        http.timeout = httpx.Timeout(60)
        yield http


def in_order(words: list[dict], begin: str, end: str, last: float) -> bool:
    times = [word[key] for word in words for key in (begin, end)]
    return times == sorted(times) and times[0] >= 0 and times[-1] <= last + 0.05


def test_the_answer_has_the_audio_and_its_words_as_they_are_written(timed: httpx.Client):
    wish = {"text": TEXT, "format": "mp3", "seed": 1, "word_times": True}
    answer = timed.post("/synthesize-direct", json=wish).raise_for_status()
    found = answer.json()
    assert answer.headers["content-type"] == "application/json" and answer.headers["x-seed"] == "1"
    assert found["by"] == "attention" and found["language"] == "en" and found["format"] == "mp3"
    assert [word["word"] for word in found["words"]] == WRITTEN
    assert in_order(found["words"], "begin_s", "end_s", found["duration_s"])
    assert seconds(base64.b64decode(found["audio"])) == pytest.approx(found["duration_s"], abs=0.1)
    assert " ".join(line for cue in found["cues"] for line in cue["lines"]) == TEXT
    plain = timed.post("/synthesize-direct", json=wish | {"word_times": False}).raise_for_status()
    assert plain.headers["content-type"] == "audio/mpeg"
    assert float(plain.headers["x-audio-seconds"]) == found["duration_s"]


def test_events_tell_words_after_their_sound(timed: httpx.Client):
    wish = {"model": "tts-1", "input": TEXT, "voice": "alloy", "seed": 1, "stream_format": "sse"}
    for more, kinds in (({}, []), ({"timestamp_granularities": ["word"]}, SPOKEN)):
        answer = timed.post("/v1/audio/speech", json=wish | more).raise_for_status()
        events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line]
        words = [word for one in events if one["type"] == "speech.audio.words" for word in one["words"]]
        assert [word["word"] for word in words] == kinds
        assert events[0]["type"] == "speech.audio.delta" and events[-1]["type"] == "speech.audio.done"
    assert in_order(words, "start", "end", 60)


def test_a_stream_tells_words_where_it_is_asked(timed: httpx.Client):
    async def words(**wish: object) -> list[str]:
        url = str(timed.base_url).replace("http", "ws").rstrip("/") + "/v1/audio/stream"
        async with connect(url, max_size=None) as socket:
            for message in ({"voice": "ana", "seed": 1} | wish, {"text": TEXT}, {"end": True}):
                await socket.send(json.dumps(message))
            events = [json.loads(message) async for message in socket if isinstance(message, str)]
        return [word["word"] for event in events if event.get("event") == "words" for word in event["words"]]

    assert asyncio.run(words(word_times=True)) == SPOKEN
    assert asyncio.run(words()) == []


def test_bare_audio_has_no_room_for_them(timed: httpx.Client):
    for path, wish in (
        ("/synthesize-direct", {"text": TEXT, "word_times": True, "stream": True}),
        ("/v1/audio/speech", {"model": "tts-1", "input": TEXT, "timestamp_granularities": ["word"]}),
    ):
        answer = timed.post(path, json=wish)
        assert answer.status_code == 422 and answer.json()["error"]["code"] == "no_room_for_words"


def test_a_model_without_such_heads_says_so(service: Service, http: httpx.Client):
    answer = http.post("/synthesize-direct", json={"text": TEXT, "word_times": True})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "no_word_times" and "tiny" in answer.json()["error"]["message"]
    wish = {"model": "tts-1", "input": TEXT, "stream_format": "sse", "timestamp_granularities": ["word"]}
    assert http.post("/v1/audio/speech", json=wish).json()["error"]["code"] == "no_word_times"
