# ruff: noqa: E501
"""Requests that nobody would send, and everything else that can come over a socket: each is refused or let go of.

The same ones each time, by a seed; FUZZ_REQUESTS says how many (`make contract`).
"""

import json
import os
import random
import re
import socket
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest
from guarded import OWN_KEY
from running import Service, children
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from timbre.api.app import routes
from timbre.settings import Settings

SEED, REQUESTS = 8005, int(os.environ.get("FUZZ_REQUESTS", "300"))
GROWTH = 40_000_000
PASSING = {"engine_busy", "engine_starting"}
AUTHORIZATION = f"Bearer {OWN_KEY}"
REAL = re.compile(r"/models/.*(load|unload|install|licence)")
"""What changes which models there are is left out: the rest could not be judged after it."""

PATHS = [
    (method.upper(), path)
    for path, operations in routes(Settings(_env_file=None)).openapi()["paths"].items()  # type: ignore[call-arg]
    for method in operations
    if not REAL.search(path) and path != "/admin/cleanup"
]
WRONG: list[Any] = [
    None, True, 0, -1, 1e308, -1e308, 10**400, float("nan"), float("inf"), float("-inf"), 2**63, -(2**63) - 1, 0.1, "",
    " ", "\0", "a\0b", "\ud800", "text \udfff more", "../../etc/passwd", "\u202e\u200b\ufeff", "👩‍👩‍👧‍👦" * 20, "a" * 20_000, "%s%n{0}",
    "'; DROP TABLE jobs; --", [], {}, [[]], [None] * 1000, {"": None}, {"__proto__": {}}, {"id": ["ana"]}, "1e999",
]  # fmt: skip
FIELDS = (
    "text", "input", "voice", "voice_id", "voice_preset", "language", "model", "format", "response_format", "stream",
    "speed", "seed", "top_k", "temperature", "name", "about", "jobs", "voices", "scopes", "expires_at", "key", "mode",
    "quality_profile_id", "stream_format", "requests_per_minute", "characters_per_month",
)  # fmt: skip
TRICKS = (
    b"/%2e%2e/%2e%2e/etc/passwd", b"/static/%2e%2e/%2e%2e/settings.py", b"/static/..%2f..%2fsettings.py", b"//", b"/\0",
    b"/%00", b"/static/%00", b"/jobs/%00", b"/jobs/%ff%fe", b"/voices/%2e%2e", b"/voices/..%5c..", b"*", b"", b"jobs",
    b"/jobs?limit=%00", b"/jobs?search=%ff", b"/jobs?cursor=%ed%a0%80", b"http://127.0.0.1/jobs", b"/jobs/batch/%0d%0a.zip",
    b"/jobs?" + b"a=b&" * 3000, b"/" + b"a" * 60_000, b"/jobs/\xff\xfe", b"/static/js/" + b"../" * 200, b"/jobs?status=%",
    b"/%c0%ae%c0%ae/", b"/jobs;a=b", b"/jobs#x", b"/jobs/j-" + b"9" * 300 + b"/download?format=%00&timeout=-1",
)  # fmt: skip


class Chaos:
    """What is sent, by one dice."""

    def __init__(self, service: Service, seed: int) -> None:
        self.dice = random.Random(seed)
        self.service, self.port = service, int(service.url.rpartition(":")[2])
        self.http = httpx.Client(base_url=service.url, timeout=60, headers={"Authorization": AUTHORIZATION})

    def one(self) -> None:
        kinds: list[Callable[[], None]] = [self.raw, self.raw, self.body, self.body, self.form, self.frames]
        self.dice.choice(kinds)()

    def path(self, *methods: str) -> tuple[str, str]:
        method, path = self.dice.choice([one for one in PATHS if not methods or one[0] in methods])
        return method, re.sub(r"\{\w+\}", lambda _: quote(self.word()), path)

    def word(self) -> str:
        known = ["ana", "default", "balanced", "..", ".", "%", "j-0", "\0", "é" * 50, "a" * 500, "-", "tiny"]
        return self.dice.choice([*known, "".join(self.dice.choices(string.printable, k=12))])

    def noise(self, most: int) -> bytes:
        return self.dice.randbytes(self.dice.randrange(most))

    def value(self, depth: int = 0) -> Any:
        if depth < 4 and self.dice.random() < 0.2:
            return {self.dice.choice(FIELDS): self.value(depth + 1) for _ in range(3)}
        return self.dice.choice(WRONG)

    # Over HTTP, as a client would

    def body(self) -> None:
        """JSON of wrong types and shapes, or what only looks like JSON."""
        method, path = self.path("POST", "PATCH")
        fields = {name: self.value() for name in self.dice.sample(FIELDS, 6)}
        if self.dice.random() < 0.5:
            fields |= {"text": "Hi.", "input": "Hi.", "model": "tts-1", "name": "One"}
        depth = self.dice.choice([100, 2000, 100_000])
        data = self.dice.choice([
            json.dumps(fields).encode(), json.dumps(fields).encode(), json.dumps(fields).encode(),
            b"[" * depth, b'{"text":' * depth, b"[" * depth + b"]" * depth, json.dumps(self.value()).encode(),
            json.dumps(fields)[: self.dice.randrange(1, 40)].encode(), b'{"text": "\xff\xfe"}', b'{"text": "\\ud800"}',
            json.dumps(fields).encode("utf-16"), b'{"text": 1' + b"0" * 5000 + b"}", self.noise(2000),
        ])  # fmt: skip
        kind = self.dice.choice(["application/json"] * 6 + ["text/plain", "application/xml", "", "multipart/form-data"])
        self.judge(self.http.request(method, path, content=data, headers={"Content-Type": kind}))

    def form(self) -> None:
        """Multipart that ends early, names what is not there, or holds noise."""
        path = self.dice.choice(["/voices/clone", "/jobs/batch/csv"])
        field = self.dice.choice([b"files", b"file", b"name", b"consent", b"text", b"", b"\xff"])
        name = self.dice.choice([b"a.wav", b"../../x.wav", b"\0.wav", b"a" * 5000, b'"', b"\xff\xfe.csv", b""])
        content = self.dice.choice([
            self.noise(5000), b"RIFF\xff\xff\xff\xffWAVE" + self.noise(500), b"ID3" + self.noise(500), b"", b"\0" * 4000,
            b"text,voice\n\xff,\0\n", b'text\n"never closed', b"text\n" + b"a\n" * 5000, b"fLaC" + self.noise(300),
        ])  # fmt: skip
        part = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n' % (field, name)
        whole = part + content + b"\r\n--x--\r\n"
        data = self.dice.choice(
            [whole, whole, part * 3 + whole, whole[: self.dice.randrange(len(whole))], part * 2000, b"--x--"]
        )
        said = 'Content-Disposition: form-data; name="name"\r\n\r\nX\r\n--x\r\nContent-Disposition: form-data; name="consent"'
        if self.dice.random() < 0.5:
            data = b"--x\r\n" + said.encode() + b"\r\n\r\nYes\r\n" + data
        kind = self.dice.choice(
            ["multipart/form-data; boundary=x"] * 5 + ["multipart/form-data", "multipart/form-data; boundary="]
        )
        self.judge(self.http.post(path, content=data, headers={"Content-Type": kind}))

    # Over the bare socket

    def raw(self) -> None:
        """A request that may be none."""
        method = self.dice.choice(
            [b"GET", b"POST", b"HEAD", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"get", b"A" * 300, b"\xff", b""]
        )
        target = self.dice.choice(
            [*TRICKS, self.path("GET")[1].encode(), b"/jobs", b"/synthesize-direct", b"/voices/clone"]
        )
        if REAL.search(target.decode("latin-1")):
            target = b"/jobs"
        version = self.dice.choice([b"HTTP/1.1"] * 6 + [b"HTTP/1.0", b"HTTP/9.9", b"HTTP/", b"", b"HTTP/2.0"])
        heads = [b"Host: 127.0.0.1:%d" % self.port, b"Authorization: " + AUTHORIZATION.encode(), b"Connection: close"]
        odd = [
            b"X-A: " + b"a" * 100_000, b"X-B: \xff\xfe", b"X-C: \0", b"No colon", b": none", b"Host: evil.example", b"Host:",
            b"Cookie: " + b"a=b; " * 500, b"Cookie: \xff=\xff;;==", b"Range: bytes=9-1,-", b"Content-Type: \xff/\xff; =",
            b"Idempotency-Key: \xc3\xa9\x01", b"Authorization: Bearer \xff\xff", b"Origin: null", b"X-Request-ID: ../../\xff",
            b"Transfer-Encoding: gzip, chunked", b"Expect: 100-continue", b"Upgrade: websocket", b"Accept: \xff", b"If-None-Match: " + b"W/" * 99,
            b"X-Forwarded-For: \xff, 999.1.1.1", b"Accept-Language: " + b"a-" * 500, b"X-Many: 1\r\n" * 300 + b"X-Last: 1",
        ]  # fmt: skip
        heads += self.dice.sample(odd, self.dice.randrange(3))
        body = self.noise(300)
        length = [
            b"Content-Length: %d" % len(body), b"Content-Length: 5", b"Content-Length: 999999", b"Content-Length: -1",
            b"Content-Length: 1\r\nContent-Length: 2", b"Content-Length: 9" + b"9" * 30, b"Transfer-Encoding: chunked", b"Content-Length: \xb2",
        ]  # fmt: skip
        if self.dice.random() < 0.6:
            heads.append(self.dice.choice(length))
            body = self.dice.choice(
                [
                    body,
                    b"5\r\nab",
                    b"zz\r\n" + body,
                    b"5;a=b\r\nhello\r\n0\r\n\r\n",
                    b"f" * 40 + b"\r\n",
                    b'{"text": "Hi."}',
                ]
            )
            heads.append(b"Content-Type: application/json")
        data = b" ".join([method, target, version]) + b"\r\n" + b"\r\n".join(heads) + b"\r\n\r\n" + body
        whole = self.dice.choice(
            [data] * 6 + [data[: self.dice.randrange(len(data))], data.replace(b"\r\n", b"\n"), self.noise(3000)]
        )
        self.judge_raw(whole)

    def judge_raw(self, data: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.port), timeout=40) as wire:
            got = bytearray()
            try:
                wire.sendall(data)
                wire.shutdown(socket.SHUT_WR)
                while piece := wire.recv(65_536):
                    got += piece
            except OSError:
                pass  # hung up on: as good a refusal as any
        for status in re.findall(rb"^HTTP/1\.1 (5\d\d)", bytes(got)):
            assert status == b"503" and any(code.encode() in got for code in PASSING), (data[:500], bytes(got[:1000]))
        assert b"Traceback" not in got and b"root:x:" not in got, (data[:500], bytes(got[:1000]))

    # Over a WebSocket

    def frames(self) -> None:
        """Messages that are none, on each of the sockets."""
        path = self.dice.choice(
            ["/v1/audio/stream", "/v1/audio/stream", "/ws/jobs", "/ws/jobs/" + quote(self.word(), safe="")]
        )
        headers = {"Authorization": AUTHORIZATION}
        try:
            with connect(
                f"ws://127.0.0.1:{self.port}{path}", additional_headers=headers, open_timeout=60, close_timeout=5
            ) as wire:
                if self.dice.random() < 0.4:
                    wire.send(json.dumps({"voice": "ana", "format": "pcm"}))
                for _ in range(self.dice.randrange(1, 5)):
                    wire.send(self.dice.choice([
                        self.noise(500), "", "{", "[" * 5000, "null", json.dumps(self.value()), '{"text": "\\ud800"}',
                        json.dumps({"text": self.value(), "flush": self.value()}), json.dumps({"type": self.value()}), "\0" * 100,
                        json.dumps({name: self.value() for name in self.dice.sample(FIELDS, 4)}), "x" * 1_500_000,
                    ]))  # fmt: skip
                for _ in range(2):
                    said = wire.recv(timeout=0.3)
                    assert not isinstance(said, str) or '"internal"' not in said, said
        except (WebSocketException, TimeoutError, ConnectionError):
            pass  # refused, or closed

    def judge(self, answer: httpx.Response) -> None:
        if answer.status_code >= 400:
            error = answer.json()["error"]
            assert answer.status_code < 500 or error["code"] in PASSING, (
                answer.request.url,
                answer.request.content[:800],
                error,
            )


def test_nothing_that_comes_in_breaks_the_service(littered: Service):
    chaos = Chaos(littered, SEED)
    api = psutil.Process(children(littered)["api"])
    before = 0
    for number in range(REQUESTS):
        if number == REQUESTS // 3:  # by then all of the code has been in use
            before = api.memory_info().rss
        chaos.one()
    assert psutil.pid_exists(api.pid) and children(littered)["api"] == api.pid
    assert api.memory_info().rss - before < GROWTH
    assert "Traceback" not in littered.log.read_text()
    said = chaos.http.post("/synthesize-direct", json={"text": "The kettle sang.", "seed": 1})
    assert said.status_code == 200 and said.content[:4] == b"RIFF"


pytestmark = [
    pytest.mark.skipif(not Path("/proc").exists(), reason="finds the processes in /proc"),
    pytest.mark.timeout(1200),
]
