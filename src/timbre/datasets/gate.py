"""The one way out: a proxy on loopback through which all that is fetched goes, whoever fetches it.

Each connection that is asked for, also by a redirect, a playlist or a page, is resolved here, looked at
(`datasets.addresses`), and made to the very address that was looked at: what a name stands for a moment later does not
matter. Only who knows its password may use it.
"""

import base64
import contextlib
import re
import secrets
import select
import socket
import socketserver
import threading
import time
from typing import Self
from urllib.parse import urlsplit

from timbre.datasets.addresses import Reach
from timbre.errors import NotFetched, TimbreError

CONNECT_S, IDLE_S = 15.0, 60.0
HEAD, CHUNK = 65_536, 65_536
MOST = 64
"""Connections at a time."""


class Gate:
    """The proxy, as long as the block. `refusal` is why the last connection that could not be made was not."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.refusal: TimbreError | None = None
        self._password = secrets.token_urlsafe(24)
        self.room = threading.BoundedSemaphore(MOST)
        self._server = _Server(("127.0.0.1", 0), _Passage)
        self._server.gate = self
        self.port = int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """For clients that know proxies."""
        return f"http://timbre:{self._password}@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.1,), name="gate", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def lets_in(self, headers: dict[str, str]) -> bool:
        wanted = base64.b64encode(f"timbre:{self._password}".encode()).decode()
        return secrets.compare_digest(headers.get("proxy-authorization", "").encode(), f"Basic {wanted}".encode())

    def connect(self, host: str, port: int) -> socket.socket:
        """A connection to a host that may be reached. Raises errors.AddressRefused, NotFetched."""
        try:
            for place in self.reach.resolved(host, port):
                with contextlib.suppress(OSError):
                    return socket.create_connection(place, CONNECT_S)
            raise NotFetched(address=host, reason="nobody answers there")
        except TimbreError as fault:
            self.refusal = fault
            raise


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 32
    gate: Gate

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is its client's to tell of."""


class _Passage(socketserver.BaseRequestHandler):
    """One connection of a client: one request through a tunnel, or one in the clear."""

    request: socket.socket
    server: _Server

    def handle(self) -> None:
        gate = self.server.gate
        with gate.room:
            self.request.settimeout(IDLE_S)
            head, rest = self._head()
            lines = head.decode("latin-1").split("\r\n")
            method, _, target = lines[0].partition(" ")
            target = target.rpartition(" ")[0]
            headers = {
                name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
            }
            if not gate.lets_in(headers):
                return self._answer(407, "Who are you")
            try:
                host, port = _place(method, target)
                with gate.connect(host, port) as there:
                    self._pass(method, target, lines, rest, there)
            except ValueError:
                self._answer(400, "No such address")
            except TimbreError:
                self._answer(403, "Refused")
        return None

    def _head(self) -> tuple[bytes, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            more = self.request.recv(CHUNK)
            if not more or len(data) > HEAD:
                raise ConnectionError("no request")
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        return head, rest

    def _pass(self, method: str, target: str, lines: list[str], rest: bytes, there: socket.socket) -> None:
        if method == "CONNECT":
            self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        else:  # a request a connection: its next one may be for another host
            parts = urlsplit(target)
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            kept = [line for line in lines[1:] if not re.match(r"(proxy-|connection:|keep-alive:)", line, re.I)]
            head = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""])
            there.sendall(head.encode("latin-1"))
        if rest:
            there.sendall(rest)
        self._relay(there)

    def _relay(self, there: socket.socket) -> None:
        """Both ways, until one side has ended or nothing came for long."""
        sides = {self.request: there, there: self.request}
        heard = time.monotonic()
        while time.monotonic() - heard < IDLE_S:
            for one in select.select(list(sides), [], [], 1.0)[0]:
                data = one.recv(CHUNK)
                if not data:
                    return
                sides[one].sendall(data)
                heard = time.monotonic()

    def _answer(self, status: int, words: str) -> None:
        with contextlib.suppress(OSError):
            self.request.sendall(
                f"HTTP/1.1 {status} {words}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )


def _place(method: str, target: str) -> tuple[str, int]:
    """The host and port that a request is for. Raises ValueError."""
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    if not parts.hostname or (method != "CONNECT" and parts.scheme != "http"):
        raise ValueError(target)
    return parts.hostname, parts.port or (443 if method == "CONNECT" else 80)
