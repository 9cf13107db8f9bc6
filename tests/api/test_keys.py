"""A service with keys: which routes need one, what each may do, and that nobody gets around it."""

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from guarded import Guarded
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

TEXT = {"text": "Tea now.", "format": "pcm"}
OPEN = {("GET", "/health"), ("GET", "/ready"), ("GET", "/session"), ("POST", "/session"), ("DELETE", "/session")}
"""Of the routes in /openapi.json those that need no key."""


@pytest.fixture
def admin(guarded: Guarded) -> Iterator[httpx.Client]:
    with guarded.client(guarded.admin_key) as client:
        yield client


def error(answer: httpx.Response, status: int, code: str) -> dict:
    found = answer.json()["error"]
    assert (answer.status_code, found["code"]) == (status, code), answer.text
    assert set(found) == {"code", "message", "hint", "request_id"}
    assert found["request_id"] == answer.headers["x-request-id"]
    return found


async def said(socket: ClientConnection) -> list[dict]:
    """All that is told over a socket until it is closed."""
    found = []
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            if isinstance(message, str):
                found.append(json.loads(message))
    return found


def routes(http: httpx.Client) -> list[tuple[str, str]]:
    paths = http.get("/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def test_every_route_needs_a_key_save_those_named_here(guarded: Guarded):
    with guarded.client() as nobody:
        found = routes(nobody)
        assert set(found) >= OPEN and len(found) > 20
        for method, path in found:
            answer = nobody.request(method, path.replace("{", "").replace("}", ""))
            if (method, path) in OPEN:
                assert answer.status_code != 401 or path == "/session", path
                continue
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert method == "HEAD" or answer.json()["error"]["code"] in {"missing_api_key", "invalid_api_key"}
        for path in ("/", "/openapi.json", "/static/js/app.js"):
            assert nobody.get(path).status_code == 200
        for path in (
            "/nothing",
            "/static",
            "/static/../voices",
            "/metrics",
            f"{guarded.url}//voices",
            "/health/",
            "/session/x",
        ):
            assert nobody.get(path).status_code in {401, 404}, path
        error(nobody.get("/voices"), 401, "missing_api_key")


@pytest.mark.parametrize("path", ["/v1/audio/stream", "/ws/jobs", "/ws/jobs/j-1", "/nothing"])
def test_every_socket_needs_a_key(guarded: Guarded, path: str):
    async def test() -> None:
        url = guarded.url.replace("http", "ws") + path
        for headers in ({}, {"Authorization": "Bearer tb_made_up"}, {"Authorization": "Basic dGI6"}):
            with pytest.raises(InvalidStatus) as refused:
                async with connect(url, additional_headers=headers):
                    pass
            answer = refused.value.response
            assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")
            assert json.loads(answer.body)["error"]["code"] in {"missing_api_key", "invalid_api_key"}

    asyncio.run(test())


def test_an_open_socket_is_closed_when_its_key_is_revoked(guarded: Guarded, admin: httpx.Client):
    id, key = guarded.key("speak")

    async def test() -> None:
        url = guarded.url.replace("http", "ws") + "/ws/jobs"
        async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
            await asyncio.to_thread(admin.delete, f"/keys/{id}")
            await asyncio.wait_for(socket.wait_closed(), 60)
            assert (socket.close_code, socket.close_reason) == (1008, "revoked_api_key")

    asyncio.run(test())


def test_a_socket_needs_the_scope_too(guarded: Guarded):
    _, key = guarded.key("voices")

    async def test() -> None:
        url = guarded.url.replace("http", "ws") + "/v1/audio/stream"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}):
                pass
        answer = refused.value.response
        assert answer.status_code == 403 and json.loads(answer.body)["error"]["code"] == "missing_scope"

    asyncio.run(test())


def test_openapi_tells_which_routes_need_a_key(guarded: Guarded):
    with guarded.client() as nobody:
        api = nobody.get("/openapi.json").json()
        assert api["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
        for path, methods in api["paths"].items():
            for method, route in methods.items():
                assert ("security" in route) == ((method.upper(), path) not in OPEN), (method, path)


def test_nothing_of_a_body_is_read_before_the_key_was(guarded: Guarded):
    with guarded.client() as nobody:
        headers = {"Content-Type": "multipart/form-data; boundary=x", "Expect": "100-continue"}
        error(nobody.post("/voices/clone", content=b"x" * 5_500_000, headers=headers), 401, "missing_api_key")
        error(nobody.post("/synthesize-direct", content=b"{", headers=headers), 401, "missing_api_key")


def test_made_up_keys(guarded: Guarded):
    with guarded.client() as nobody:
        for wrong in ("tb_made_up", guarded.admin_key[:-1], guarded.admin_key + "x", "a" * 8000):
            error(nobody.get("/voices", headers={"Authorization": f"Bearer {wrong}"}), 401, "invalid_api_key")
        for wrong in ("Bearer", guarded.admin_key, f"Basic {guarded.admin_key}"):
            error(nobody.get("/voices", headers={"Authorization": wrong}), 401, "missing_api_key")
        assert nobody.get("/voices", headers={"Authorization": f"bearer  {guarded.admin_key}"}).status_code == 200
        answer = nobody.get("/voices", params={"key": guarded.admin_key, "api_key": guarded.admin_key})
        error(answer, 401, "missing_api_key")


def test_a_key_is_made_shown_once_used_changed_and_revoked(guarded: Guarded, admin: httpx.Client):
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wish = {"name": "Kitchen", "scopes": ["speak"], "expires_at": until, "requests_per_minute": 60}
    answer = admin.post("/keys", json=wish)
    made = answer.json()
    assert answer.status_code == 201 and answer.headers["cache-control"] == "no-store"
    assert made["key"].startswith("tb_") and made["start"] == made["key"][:11] and made["state"] == "active"
    (listed,) = [key for key in admin.get("/keys").json()["items"] if key["id"] == made["id"]]
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert made["key"] not in admin.get("/keys").text

    with guarded.client(made["key"]) as kitchen:
        assert kitchen.post("/synthesize-direct", json=TEXT).status_code == 200
        seen = next(key for key in admin.get("/keys").json()["items"] if key["id"] == made["id"])
        assert seen["used_today"] == {"requests": 1, "characters": len(TEXT["text"])} and seen["last_used_at"]
        changed = admin.patch(f"/keys/{made['id']}", json={"scopes": ["voices"], "requests_per_minute": None}).json()
        assert changed["scopes"] == ["voices"] and "requests_per_minute" not in changed and changed["expires_at"]
        error(kitchen.post("/synthesize-direct", json=TEXT), 403, "missing_scope")
        assert admin.delete(f"/keys/{made['id']}").json()["state"] == "revoked"
        assert "Kitchen" in error(kitchen.get("/voices"), 401, "revoked_api_key")["message"]
    assert admin.delete(f"/keys/{made['id']}").status_code == 200
    error(admin.patch(f"/keys/{made['id']}", json={"name": "x"}), 409, "key_is_revoked")
    error(admin.delete("/keys/k-nobody"), 404, "unknown_key")


def test_an_expired_key_is_refused_at_once(guarded: Guarded, admin: httpx.Client):
    made = admin.post("/keys", json={"name": "Short", "scopes": ["speak"]}).json()
    with guarded.client(made["key"]) as short:
        assert short.get("/voices").status_code == 200
        with sqlite3.connect(guarded.service.home / "timbre.db") as database:
            database.execute("UPDATE keys SET expires_at = '2020-01-01 00:00:00.000000' WHERE id = ?", (made["id"],))
        assert "2020-01-01" in error(short.get("/voices"), 401, "expired_api_key")["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["fly"]},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2099-01-01T00:00:00"},
        {"expires_at": "9999-12-31T23:59:59-14:00"},
        {"expires_at": "soon"},
        {"requests_per_minute": 0},
        {"characters_per_day": 10**30},
        {"jobs_at_once": -1},
        {"colour": "red"},
        {"scopes": None},
        {"name": "\ud800"},
    ],
)
def test_a_key_that_makes_no_sense(admin: httpx.Client, wrong: dict):
    wish = json.dumps({"name": "Anna", "scopes": ["speak"]} | wrong)
    answer = admin.post("/keys", content=wish, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422 and answer.json()["error"]["code"] in {"bad_key", "invalid_request"}, answer.text


SPEAKING, ASKING = "POST /synthesize-direct", "GET /voices"
CHANGING, ADMINISTERING = "PATCH /voices/nobody", "GET /keys"
ALL = {SPEAKING, ASKING, CHANGING, ADMINISTERING, "POST /keys", "GET /jobs", "GET /v1/models", "GET /models"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("speak", {SPEAKING, ASKING, "GET /jobs", "GET /v1/models", "GET /models"}),
        ("voices", {ASKING, CHANGING, "GET /models"}),
        ("train", {ASKING, "GET /jobs", "GET /models"}),
        ("admin", ALL),
    ],
)
def test_what_a_scope_is_good_for(guarded: Guarded, scope: str, allowed: set[str]):
    _, key = guarded.key(scope)
    with guarded.client(key) as caller:
        for what in ALL:
            answer = caller.request(*what.split(), json={} if what[0] == "P" else None)
            assert (answer.status_code != 403) == (what in allowed), (what, answer.text)
            assert answer.status_code != 401
            if answer.status_code == 403 and "/v1" not in what:
                assert "scope" in error(answer, 403, "missing_scope")["message"]
        assert caller.get("/languages").status_code == caller.get("/health/engines").status_code == 200


def test_who_asks_too_often_is_told_when_to_come_again(guarded: Guarded):
    _, key = guarded.key("speak", requests_per_minute=3)
    with guarded.client(key) as caller:
        assert [caller.get("/voices").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = caller.post("/synthesize-direct", json=TEXT)
        error(answer, 429, "rate_limit_exceeded")
        assert 1 <= int(answer.headers["retry-after"]) <= 60

    async def test() -> None:
        url = guarded.url.replace("http", "ws") + "/v1/audio/stream"
        with pytest.raises(InvalidStatus) as refused:
            async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}):
                pass
        assert refused.value.response.status_code == 429 and refused.value.response.headers["retry-after"]

    asyncio.run(test())


def test_a_day_has_so_many_characters_however_they_are_sent(guarded: Guarded, admin: httpx.Client):
    made, key = guarded.key("speak", characters_per_day=30)
    with guarded.client(key) as caller:
        assert caller.post("/synthesize-direct", json=TEXT).status_code == 200  # 8
        answer = caller.post("/synthesize-direct", json=TEXT | {"text": "Tea now. " * 5})
        assert "22 are left" in error(answer, 429, "quota_spent")["message"]
        assert int(answer.headers["retry-after"]) > 0
        assert caller.post("/synthesize-direct", json=TEXT | {"voice": "nobody"}).status_code == 404
        body = {"model": "tts-1", "voice": "alloy", "input": "Tea now.", "response_format": "pcm"}
        assert caller.post("/v1/audio/speech", json=body).status_code == 200  # 16
        assert caller.post("/jobs", json={"text": "Tea now."}).status_code == 202  # 24
        assert caller.post("/jobs", json={"text": "Tea now."}).status_code == 429

    async def streamed(text: str) -> list[dict]:
        url = guarded.url.replace("http", "ws") + "/v1/audio/stream"
        async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
            for message in ({"voice": "ana"}, {"text": text}, {"end": True}):
                await socket.send(json.dumps(message))
            return await said(socket)

    assert asyncio.run(streamed("Tea."))[-1]["event"] == "done"  # 28
    assert asyncio.run(streamed("Tea now."))[-1]["error"]["code"] == "quota_spent"
    (used,) = [one["used_today"] for one in admin.get("/keys").json()["items"] if one["id"] == made]
    assert used == {"requests": 4, "characters": 28}


def test_a_stream_ends_when_its_key_is_revoked(guarded: Guarded, admin: httpx.Client):
    made, key = guarded.key("speak")

    async def test() -> None:
        url = guarded.url.replace("http", "ws") + "/v1/audio/stream"
        async with connect(url, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
            await socket.send(json.dumps({"voice": "ana"}))
            await socket.send(json.dumps({"text": "Tea now.", "flush": True}))
            while not isinstance(await asyncio.wait_for(socket.recv(), 20), bytes):
                pass
            assert (await asyncio.to_thread(admin.delete, f"/keys/{made}")).status_code == 200
            await socket.send(json.dumps({"text": "And cake.", "flush": True}))
            assert (await said(socket))[-1]["error"]["code"] == "revoked_api_key"

    asyncio.run(test())


def test_jobs_of_others_are_nobodys_business(guarded: Guarded, admin: httpx.Client):
    (_, one), (_, other) = guarded.key("speak"), guarded.key("speak")
    with guarded.client(one) as anna, guarded.client(other) as bert:
        job = anna.post("/jobs", json={"text": "Tea now."}).json()["id"]
        for method, path in (
            ("GET", ""),
            ("GET", "/download"),
            ("GET", "/formats"),
            ("DELETE", ""),
            ("POST", "/pause"),
        ):
            assert bert.request(method, f"/jobs/{job}{path}").status_code == 404, (method, path)
        assert bert.get("/jobs").json()["items"] == []
        assert [found["id"] for found in anna.get("/jobs").json()["items"]] == [job]
        assert admin.get(f"/jobs/{job}").status_code == 200


def test_no_key_is_in_the_logs(guarded: Guarded):
    _, key = guarded.key("speak")
    with guarded.client(key) as caller:
        caller.get("/voices")
        caller.get(f"/voices/{key}")
        caller.post("/synthesize-direct", json={"text": key, "nonsense": key})
        caller.post("/session", json={"key": key})
        caller.post("/session", json={"key": key, "more": key})
    logs = guarded.service.log.read_bytes() + b"".join(
        path.read_bytes() for path in (guarded.service.home / "logs").iterdir()
    )
    for secret in (key, guarded.admin_key):
        assert secret.encode() not in logs


def test_files_of_the_service_are_for_its_own_user_alone(guarded: Guarded):
    home = guarded.service.home
    assert home.stat().st_mode & 0o077 == 0
    found = [
        path for path in home.iterdir() if path.name not in {"log.txt", "models", "timbre.db.lock"}
    ]  # by the tests
    assert {"timbre.db", "engine.sock"} <= {path.name for path in found}
    for path in found:
        assert path.stat().st_mode & 0o077 == 0, path
