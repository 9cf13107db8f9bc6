"""A relay before a service, by which a line can be made slow, cut, or deaf to WebSockets."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Relay:
    """Passes connections on. allowed: bytes that answers may have, one figure a connection, then all they like;
    stalls: whether it goes silent after them, instead of hanging up."""

    url: str
    allowed: list[int] = field(default_factory=list)
    stalls: bool = False
    upgrades: bool = True
    requests: list[bytes] = field(default_factory=list)

    def asked(self, word: bytes) -> list[bytes]:
        """The requests that a word is in."""
        return [request for request in self.requests if word in request]


@contextlib.contextmanager
def relaying(url: str) -> Iterator[Relay]:
    target = (urlsplit(url).hostname, urlsplit(url).port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = Relay(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=serve, args=(client,), daemon=True).start()

        def serve(client: socket.socket) -> None:
            with client, socket.create_connection(target) as server, contextlib.suppress(OSError):
                request = client.recv(65_536)
                relay.requests.append(request)
                if b"upgrade: websocket" in request.lower() and not relay.upgrades:
                    client.sendall(b"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                server.sendall(request)
                threading.Thread(target=upwards, args=(client, server), daemon=True).start()
                left = relay.allowed.pop(0) if relay.allowed and b"bytes=0-0" not in request else None
                while data := server.recv(4096):
                    client.sendall(data if left is None else data[:left])
                    left = None if left is None else left - len(data)
                    if left is not None and left <= 0:
                        threading.Event().wait(60 if relay.stalls else 0)
                        client.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while a thread reads from it
                        return

        def upwards(client: socket.socket, server: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := client.recv(65_536):
                    relay.requests.append(data)
                    server.sendall(data)

        threading.Thread(target=accept, daemon=True).start()
        yield relay
