"""Voices over HTTP: mixing them, changing what is told of them."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import httpx
import pytest
from running import Service
from sound import seconds

MIX = {"name": "Narrator", "voices": [{"id": "ana", "weight": 3}, {"id": "bruno", "weight": 1}]}
Mixed = Callable[..., dict]


@pytest.fixture
def mixed(http: httpx.Client) -> Iterator[Mixed]:
    """Mixes a voice, and deletes it after the test."""
    made: list[str] = []

    def make(**change: object) -> dict:
        answer = http.post("/voices/mix", json=MIX | change)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
        return answer.json()

    yield make
    for voice in made:
        with suppress(httpx.HTTPError):
            http.delete(f"/voices/{voice}")


def fault(answer: httpx.Response, status: int, code: str) -> str:
    """The sentence of a refusal."""
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    assert error["hint"] and error["request_id"]
    return str(error["message"])


def test_a_mix_is_listed_heard_and_deleted_like_any_voice(http: httpx.Client, mixed: Mixed):
    voice = mixed()
    assert (voice["name"], voice["kind"], voice["language"]) == ("Narrator", "mixed", "en")
    assert voice["parts"] == [
        {"id": "ana", "name": "Ana", "weight": 0.75}, {"id": "bruno", "name": "Bruno", "weight": 0.25},
    ]  # fmt: skip
    assert "speech_s" not in voice and "notes" not in voice and "about" not in voice
    assert http.get(f"/voices/{voice['id']}").json() == voice == http.get("/voices").json()["items"][-1]
    assert voice["id"] in [found["id"] for found in http.get("/v1/audio/voices").json()["voices"]]
    assert seconds(http.get(f"/voices/{voice['id']}/preview?format=wav").content) > 0
    assert http.delete(f"/voices/{voice['id']}").status_code == 204
    fault(http.get(f"/voices/{voice['id']}"), 404, "unknown_voice")


def test_it_speaks_and_the_same_seed_is_the_same_audio(http: httpx.Client, mixed: Mixed):
    one, again = mixed(), mixed(name="Again")
    other = mixed(voices=[{"id": "ana", "weight": 1}, {"id": "bruno", "weight": 3}])

    def spoken(voice: str) -> bytes:
        body = {"model": "tts-1", "input": "Tea now.", "voice": voice, "response_format": "wav", "seed": 3}
        answer = http.post("/v1/audio/speech", json=body)
        assert answer.status_code == 200, answer.text
        return answer.content

    assert spoken(one["id"]) == spoken(one["id"]) == spoken(again["id"])
    assert len({spoken(voice) for voice in (one["id"], other["id"], "ana", "bruno")}) == 4


def test_a_mix_is_heard_before_it_is_kept(http: httpx.Client, mixed: Mixed):
    before = http.get("/voices").json()
    heard = http.post("/voices/mix/preview?format=wav", json={"voices": MIX["voices"]})
    assert heard.status_code == 200 and heard.headers["content-type"] == "audio/wav"
    assert http.get("/voices").json() == before
    voice = mixed()
    assert http.get(f"/voices/{voice['id']}/preview?format=wav").content == heard.content


@pytest.mark.parametrize(
    ("voices", "status", "code"),
    [
        ([("ana", 1)], 422, "bad_mix"),
        ([("ana", 1), ("bruno", 1), ("clara", 1), ("davi", 1), ("x", 1), ("y", 1)], 422, "bad_mix"),
        ([("ana", 1), ("bruno", 0)], 422, "bad_mix"),
        ([("ana", 1), ("ana", 1)], 422, "bad_mix"),
        ([("ana", 1), ("nobody", 1)], 404, "unknown_voice"),
        ([("ana", 1), ("bruno", "much")], 422, "invalid_request"),
        ("ana", 422, "invalid_request"),
    ],
)
def test_a_wrong_mix_is_refused_to_keep_and_to_hear(http: httpx.Client, service: Service, voices, status, code):
    parts = voices if isinstance(voices, str) else [{"id": id, "weight": weight} for id, weight in voices]
    before = http.get("/voices").json()
    fault(http.post("/voices/mix", json={"name": "A", "voices": parts}), status, code)
    fault(http.post("/voices/mix/preview", json={"voices": parts}), status, code)
    assert http.get("/voices").json() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "bad_mix"),
        ({"name": "x" * 81}, "bad_mix"),
        ({"language": "xx"}, "unknown_language"),
        ({"pitch": 3}, "invalid_request"),
    ],
)
def test_a_mix_with_a_wrong_field(http: httpx.Client, change: dict, code: str):
    fault(http.post("/voices/mix", json=MIX | change), 422, code)


def test_a_weight_that_is_no_number_in_json(http: httpx.Client):
    body = '{"name": "A", "voices": [{"id": "ana", "weight": 1}, {"id": "bruno", "weight": NaN}]}'
    answer = http.post("/voices/mix", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422


def test_what_is_told_of_a_voice_can_be_changed(http: httpx.Client, mixed: Mixed):
    path = f"/voices/{mixed()['id']}"
    changed = http.patch(path, json={"name": "Granny", "language": "pt-BR", "about": "Slow."}).json()
    assert (changed["name"], changed["language"], changed["about"]) == ("Granny", "pt", "Slow.")
    assert http.patch(path, json={}).json() == changed == http.get(path).json()
    assert "about" not in http.patch(path, json={"about": ""}).json()
    fault(http.patch(path, json={"name": " "}), 422, "bad_voice")
    fault(http.patch(path, json={"language": "xx"}), 422, "unknown_language")
    fault(http.patch(path, json={"kind": "cloned"}), 422, "invalid_request")
    fault(http.patch("/voices/ana", json={"name": "B"}), 409, "built_in_voice")
    fault(http.patch("/voices/nobody", json={"name": "B"}), 404, "unknown_voice")


def test_the_routes_are_in_openapi_with_examples(http: httpx.Client):
    document = http.get("/openapi.json").json()
    assert {"/voices/mix", "/voices/mix/preview"} <= set(document["paths"]) and "patch" in document["paths"][
        "/voices/{voice_id}"
    ]
    for name in ("NamedMix", "MixOfVoices", "VoiceChange"):
        assert document["components"]["schemas"][name]["examples"]
