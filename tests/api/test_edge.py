"""The edge of the network: https, origins that are named, and clients that take their time."""

import asyncio
import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import trustme
import uvicorn
from pydantic import ValidationError
from running import free_port

from timbre.api import middleware, server
from timbre.settings import Settings

KEY = "an operator's own key"
FRIEND = "https://friend.example"


class Api:
    """A running `timbre api`, without an engine."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.port, self.home = free_port(), home
        given = {f"TIMBRE_{name.upper()}": value for name, value in settings.items()}
        self.environment = os.environ | {"TIMBRE_HOME": str(home), "TIMBRE_PORT": str(self.port)} | given

    def __enter__(self) -> "Api":
        command = [sys.executable, "-m", "timbre", "api"]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return self
            time.sleep(0.05)
        raise AssertionError("the API did not listen")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture(scope="module")
def https(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that others can reach, by https and with the key of the settings alone."""
    home = tmp_path_factory.mktemp("https")
    authority, files = trustme.CA(), (home / "cert.pem", home / "cert.key")
    made = authority.issue_cert("localhost")
    made.cert_chain_pems[0].write_to_path(files[0])
    made.private_key_pem.write_to_path(files[1])
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    names = {"tls_certificate": str(files[0]), "tls_key": str(files[1])}
    with (
        Api(home, host="0.0.0.0", api_key=KEY, cors_origins=f"{FRIEND}, http://other.example:3000", **names) as api,
        httpx.Client(base_url=f"https://localhost:{api.port}", verify=trusting, timeout=30) as client,
    ):
        yield client


@pytest.fixture
def fresh(https: httpx.Client) -> httpx.Client:
    https.cookies.clear()
    return https


def test_https_is_served_and_asked_to_be_kept(fresh: httpx.Client):
    for path in ("/health", "/voices", "/nothing", "/"):
        assert "max-age=" in fresh.get(path).headers["strict-transport-security"], path
    assert fresh.get("/voices").status_code == 401


def test_the_settings_key_is_an_admins_and_signs_in(fresh: httpx.Client):
    bearer = {"Authorization": f"Bearer {KEY}"}
    assert fresh.get("/keys", headers=bearer).json()["items"] == []
    answer = fresh.post("/session", json={"key": KEY})
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-") and "; secure" in cookie.lower()
    assert "admin" in answer.json()["scopes"] and "key_id" not in answer.json()
    assert fresh.get("/keys").status_code == 200
    made = fresh.post("/keys", json={"name": "a", "scopes": ["speak"]}, headers={"X-CSRF-Token": answer.json()["csrf"]})
    assert made.status_code == 201


def test_a_named_origin_may_use_a_key_and_never_the_cookie(fresh: httpx.Client):

    def preflight(headers: str) -> httpx.Response:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
        return fresh.options("/jobs", headers={"Origin": FRIEND} | asked)

    answer = preflight("authorization,content-type,x-stainless-lang")
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in answer.headers

    with_key = {"Origin": FRIEND, "Authorization": f"Bearer {KEY}"}
    answer = fresh.get("/keys", headers=with_key)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == FRIEND
    assert fresh.post("/keys", json={"name": "b", "scopes": ["speak"]}, headers=with_key).status_code == 201
    refused = fresh.get("/keys", headers={"Origin": FRIEND})
    assert refused.status_code == 401 and refused.headers["access-control-allow-origin"] == FRIEND

    csrf = fresh.post("/session", json={"key": KEY}).json()["csrf"]
    assert fresh.get("/keys").status_code == 200
    assert fresh.get("/keys", headers={"Origin": FRIEND}).status_code == 401
    forged = fresh.post(
        "/keys", json={"name": "c", "scopes": ["admin"]}, headers={"Origin": FRIEND, "X-CSRF-Token": csrf}
    )
    assert forged.status_code == 401


def test_every_other_origin_stays_outside(fresh: httpx.Client):
    for origin in ("https://evil.example", f"{FRIEND}.evil.example", "http://friend.example", "null"):
        headers = {"Origin": origin, "Authorization": f"Bearer {KEY}"}
        assert "access-control-allow-origin" not in fresh.get("/keys", headers=headers).headers
        answer = fresh.post("/keys", json={"name": "d", "scopes": ["speak"]}, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "wrong_origin")


@pytest.mark.parametrize("origins", ["*", "friend.example", "https://friend.example/path", "https://*.example", ","])
def test_origins_that_are_none(origins: str):
    with pytest.raises(ValidationError):
        Settings(_env_file=None, cors_origins=origins)
    assert Settings(_env_file=None, cors_origins=f"{FRIEND} , http://[::1]:3000")


def test_behind_a_proxy_on_this_machine_others_need_a_key(tmp_path: Path):
    with Api(tmp_path) as api, httpx.Client(base_url=f"http://127.0.0.1:{api.port}", timeout=30) as client:
        assert client.get("/jobs").status_code == 200
        for headers in (
            {"X-Forwarded-For": "203.0.113.9"},
            {"X-Forwarded-For": "127.0.0.1"},
            {"X-Real-IP": "203.0.113.9"},
            {"Forwarded": "for=203.0.113.9"},
        ):
            assert client.get("/jobs", headers=headers).status_code == 401, headers


# Clients that take their time


@contextlib.asynccontextmanager
async def running(tmp_path: Path) -> AsyncIterator[int]:
    """The API in this very process, so that its patience can be set."""
    port = free_port()
    served = uvicorn.Server(server.configured(Settings(_env_file=None, home=tmp_path, port=port)))
    served.install_signal_handlers = lambda: None
    task = asyncio.create_task(served.serve())
    while not served.started:
        await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        served.should_exit = True
        await task


async def answered(port: int, *parts: bytes, pause: float = 0.0) -> bytes:
    """All that comes back on a connection until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(pause)
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def test_who_never_says_what_they_want_is_hung_up_on(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(server, "HEAD_S", 0.6)
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"

    async def test() -> None:
        async with running(tmp_path) as port:
            assert await answered(port) == b""
            drip = [head, *(b"X-A: %d\r\n" % number for number in range(10))]
            assert await answered(port, *drip, pause=0.2) == b""
            whole = head + b"\r\n"
            assert (await answered(port, whole[:9], whole[9:], pause=0.2)).startswith(b"HTTP/1.1 200")
            slow_second = await answered(port, whole, whole[:20], pause=0.3)
            assert slow_second.count(b"HTTP/1.1 200") == 1

    asyncio.run(test())


def test_a_head_without_bounds_is_refused(tmp_path: Path):
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"

    async def test() -> None:
        async with running(tmp_path) as port:
            for more in (b"X-A: " + b"a" * 20_000, *(b"\r\n".join([b"X-A: b"] * count) for count in (150, 3000))):
                answer = await answered(port, head + more + b"\r\nConnection: close\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 431") and b"head_too_large" in answer
            endless = [b"X-A: " + b"a" * 1000 + b"\r\n"] * 100
            assert b" 200 " not in await answered(port, head, *endless, pause=0.001)
            fits = head + b"X-A: " + b"a" * 10_000 + b"\r\nConnection: close\r\n\r\n"
            assert (await answered(port, fits)).startswith(b"HTTP/1.1 200")

    asyncio.run(test())


def test_a_body_that_stops_to_come_is_not_waited_for(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(middleware, "STALLED_S", 0.4)
    head = b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n"

    async def test() -> None:
        async with running(tmp_path) as port:
            answer = await answered(port, head, b'{"key": ')
            assert answer.startswith(b"HTTP/1.1 408") and b"too_slow" in answer
            parts = [head, *[b" " * 100] * 8, b'{"key": "tb_none"}'.ljust(100)]
            assert (await answered(port, *parts, b"GET /health HTTP/1.1\r\n\r\n", pause=0.1)).startswith(
                b"HTTP/1.1 401"
            )

    asyncio.run(test())
