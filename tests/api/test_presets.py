"""What clients may offer: the loaded model's voices, and what this installation can do."""

import httpx


def test_presets_are_the_built_in_voices_and_can_be_heard(http: httpx.Client):
    found = http.get("/presets").json()
    assert [one["id"] for one in found["items"]] == ["ana", "bruno", "clara", "davi"] and found["next"] is None
    ana = found["items"][0]
    assert ana == {
        "id": "ana",
        "name": "Ana",
        "language": "en",
        "about": "Low and calm.",
        "model": "tiny",
        "preview": "/voices/ana/preview",
    }
    assert http.get(ana["preview"]).headers["content-type"] == "audio/mpeg"


def test_flags_say_what_is_so_and_how_that_is_known(http: httpx.Client):
    answer = http.get("/feature-flags").json()
    found = {one["name"]: one for one in answer["items"]}
    assert len(found) == len(answer["items"]) and all(one["source"] for one in found.values())
    assert answer["text_limit"] == 10_000 and answer["upload_limit_mb"] == 5
    off = {"auth", "https", "gpu", "wyoming", "s3", "postgres"}
    assert not any(found[name]["on"] for name in off)
    assert found["microphone"]["on"], "127.0.0.1 is local"
    assert {"wav", "mp3", "opus", "pcm"} <= set(found["formats"]["values"])
    assert "device cpu" in found["gpu"]["values"]
    assert found["https"]["remedy"] and "remedy" not in found["microphone"]


def test_what_no_route_offers_is_no_feature(http: httpx.Client):
    names = {one["name"] for one in http.get("/feature-flags").json()["items"]}
    paths = http.get("/openapi.json").json()["paths"]
    assert ("training" in names) == any(path.startswith("/training/start") for path in paths)


def test_the_answer_depends_on_how_one_came_here(http: httpx.Client, service):
    port = service.url.rpartition(":")[2]
    headers = {"Host": f"192.168.7.7:{port}"}  # an address in figures is always ours
    found = {one["name"]: one for one in http.get("/feature-flags", headers=headers).json()["items"]}
    assert not found["microphone"]["on"] and "https" in found["microphone"]["remedy"]
