"""Profiles over HTTP, and speech by them."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest
from running import Service
from sound import seconds
from websockets.sync.client import connect

TEXT = "The kettle has just boiled, and nobody is here to pour it out."


@pytest.fixture
def made(http: httpx.Client) -> Iterator[dict]:
    """A profile that reads at half the pace."""
    answer = http.post("/quality-profiles", json={"name": "Half", "about": "Slow.", "speed": 0.5, "seed": 5})
    assert answer.status_code == 201, answer.text
    yield answer.json()
    http.delete(f"/quality-profiles/{answer.json()['id']}")


def fault(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_they_are_listed_and_shown(http: httpx.Client, made: dict):
    found = http.get("/quality-profiles").json()
    assert found["next"] is None and found["items"][-1] == made
    assert [one["id"] for one in found["items"] if one["default"]] == ["balanced"]
    assert http.get(f"/quality-profiles/{made['id']}").json() == made
    assert made["speed"] == 0.5 and made["seed"] == 5 and not made["built_in"] and "temperature" not in made
    steady = http.get("/quality-profiles/steady").json()
    assert steady["built_in"] and steady["temperature"] < 0.6 and "created_at" not in steady


def test_a_change_and_a_parameter_given_back(http: httpx.Client, made: dict):
    path = f"/quality-profiles/{made['id']}"
    changed = http.patch(path, json={"name": "Other", "speed": None, "top_k": 30}).json()
    assert changed["name"] == "Other" and changed["top_k"] == 30 and changed["seed"] == 5
    assert "speed" not in changed and changed["about"] == "Slow."
    assert "about" not in http.patch(path, json={"about": ""}).json()


def test_refusals_say_what_is_wrong(http: httpx.Client, made: dict):
    post = lambda **body: fault(http.post("/quality-profiles", json=body))  # noqa: E731
    assert post(name="Half") == (409, "profile_name_taken")
    assert post(name=" ") == (422, "bad_profile")
    assert post(speed=1) == (422, "invalid_request")
    assert post(name="x", speed=9) == (422, "invalid_request")
    assert post(name="x", warmth=1) == (422, "invalid_request")
    assert fault(http.patch("/quality-profiles/steady", json={"name": "Mine"})) == (409, "built_in_profile")
    assert fault(http.delete("/quality-profiles/steady")) == (409, "built_in_profile")
    for answer in (
        http.get("/quality-profiles/nobody"),
        http.patch("/quality-profiles/nobody", json={}),
        http.delete("/quality-profiles/nobody"),
        http.post("/quality-profiles/nobody/duplicate"),
        http.post("/quality-profiles/nobody/set-default"),
        http.post("/synthesize-direct", json={"text": TEXT, "quality_profile_id": "nobody"}),
    ):
        assert fault(answer) == (404, "unknown_profile")


def test_copies(http: httpx.Client, made: dict):
    copy = http.post(f"/quality-profiles/{made['id']}/duplicate")
    named = http.post("/quality-profiles/steady/duplicate", json={"name": "My own"})
    assert copy.status_code == named.status_code == 201
    assert copy.json()["name"] == "Half (copy)" and copy.json()["speed"] == 0.5
    assert named.json()["name"] == "My own" and not named.json()["built_in"]
    for one in (copy, named):
        assert http.delete(f"/quality-profiles/{one.json()['id']}").status_code == 204


def test_speech_by_a_profile_and_what_is_asked_for_besides(speak: Callable[..., httpx.Response], made: dict):
    plain = speak(TEXT, seed=5)
    slow = speak(TEXT, quality_profile_id=made["id"], seed=5)
    assert slow.content == speak(TEXT, profile="half", seed=None).content, "its seed is its own, its name names it"
    assert 1.7 < seconds(slow.content) / seconds(plain.content) < 2.3
    assert speak(TEXT, profile=made["id"], speed=1.0, seed=5).content == plain.content
    assert speak(TEXT, profile="balanced", seed=5).content == plain.content
    assert speak(TEXT, profile=made["id"], seed=6).headers["X-Seed"] == "6"


def test_openais_clients_and_the_stream_have_profiles_too(service: Service, http: httpx.Client, made: dict):
    body = {"model": "tts-1", "input": TEXT, "response_format": "pcm", "seed": 5}
    plain = http.post("/v1/audio/speech", json=body).content
    slow = http.post("/v1/audio/speech", json=body | {"profile": made["id"]}).content
    assert 1.7 < len(slow) / len(plain) < 2.3
    refused = http.post("/v1/audio/speech", json=body | {"profile": "nobody"}).json()["error"]
    assert refused["code"] == "unknown_profile" and refused["param"] == "profile"
    with connect(service.url.replace("http", "ws") + "/v1/audio/stream", max_size=None) as socket:
        socket.send(json.dumps({"language": "en", "profile": made["id"]}))
        socket.send(json.dumps({"text": TEXT, "end": True}))
        messages = list(socket)
    assert json.loads(messages[0])["seed"] == 5
    assert b"".join(one for one in messages if isinstance(one, bytes)) == slow


def test_the_default_applies_to_all_who_ask_for_none_until_it_is_deleted(http: httpx.Client, speak, made: dict):
    plain, preview = speak(TEXT), http.get("/voices/ana/preview").content
    chosen = http.post(f"/quality-profiles/{made['id']}/set-default").json()
    try:
        assert chosen["default"] and http.get("/quality-profiles/balanced").json()["default"] is False
        assert 1.7 < seconds(speak(TEXT).content) / seconds(plain.content) < 2.3
        assert speak(TEXT, profile="balanced").content == plain.content
        assert http.get("/voices/ana/preview").content == preview, "a preview is of the voice"
    finally:
        assert http.delete(f"/quality-profiles/{made['id']}").status_code == 204
    assert http.get("/quality-profiles/balanced").json()["default"]
    assert speak(TEXT).content == plain.content
