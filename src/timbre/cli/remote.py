"""A service as the command line asks it: the one on this machine, or one that runs elsewhere."""

import argparse
import contextlib
import json
import ssl
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timbre.errors import BadKeyFile, BadServer, ServerAway, ServerRefused, ServiceAway
from timbre.settings import Settings, settings

if TYPE_CHECKING:
    import httpx

PATIENCE_S = 30.0
QUIET_S = 30.0
"""Seconds without a word after which a WebSocket is not waited for any more."""

ADVICE = {
    "missing_api_key": "Set TIMBRE_API_KEY, or name a file that holds the key: --key-file FILE.",
    "unknown_job": "Those there are: timbre jobs list",
    "job_not_ready": "Wait for it with: timbre jobs watch {job}",
    "job_has_no_audio": "See why: timbre jobs show {job}",
}
"""What to do about a refusal, where the command line has better advice than the API."""


def where() -> argparse.ArgumentParser:
    """The arguments that say which service is meant, for a parser's `parents`."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--server", metavar="URL", help="a service that runs elsewhere; without it the one here")
    parser.add_argument("--key-file", metavar="FILE", type=Path, help="file with the API key (else TIMBRE_API_KEY)")
    return parser


class Server:
    """A service by its URL. The key is none of the arguments: on a command line, others could read it."""

    def __init__(self, url: str, key: str = "", trusted: ssl.SSLContext | None = None, local: bool = False) -> None:
        self.url, self._key, self._trusted, self._local = url.rstrip("/"), key, trusted, local

    @classmethod
    def of(cls, asked: argparse.Namespace) -> "Server":
        """The one that the arguments of `where` mean. Raises errors.BadKeyFile."""
        key = _key_of(asked.key_file)
        return cls(asked.server, key) if asked.server else cls.here(settings(), key)

    @classmethod
    def here(cls, chosen: Settings, key: str = "") -> "Server":
        """The service on this machine that these settings describe."""
        return cls(local_url(chosen), key, _own_certificate(chosen), local=True)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Its answer as JSON. more: as `httpx.Client.request` takes it.

        Raises errors.BadServer, ServerAway, ServiceAway, ServerRefused.
        """
        with self._translated():
            answer = self._client.request(method, path, **more)
            self._check(answer, answer.text)
            return answer.json() if answer.content else None

    @contextlib.contextmanager
    def answer(self, method: str, path: str, **more: Any) -> "Iterator[httpx.Response]":
        """Its answer while it comes. Raises what `ask` raises, also while it is read in the block."""
        with self._translated(), self._client.stream(method, path, **more) as answer:
            if not answer.is_success:
                self._check(answer, answer.read().decode("utf-8", "replace"))
            yield answer

    def messages(self, path: str, quiet_s: float | None = None) -> Iterator[Any]:
        """What a WebSocket says, until it is closed. quiet_s: as long as it may say nothing; else QUIET_S.

        Raises ServerRefused, and ServerAway where none can be had.
        """
        from websockets.exceptions import ConnectionClosedOK, WebSocketException
        from websockets.sync.client import connect

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        url = self.url.replace("http", "ws", 1) + path
        try:
            with connect(
                url, additional_headers=headers, ssl=self._trusted, open_timeout=10, close_timeout=1
            ) as socket:
                while True:
                    message = json.loads(socket.recv(timeout=quiet_s or QUIET_S))
                    if "error" in message and "id" not in message:
                        raise _refusal(message["error"], path)
                    yield message
        except ConnectionClosedOK:
            return
        except (OSError, WebSocketException, ValueError) as fault:  # a time that is over is an OSError too
            raise self._away(str(fault)) from None

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx

        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        with self._translated():
            return httpx.Client(
                base_url=self.url, headers=headers, timeout=PATIENCE_S, verify=self._trusted or ssl_context()
            )

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        import httpx

        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
            raise BadServer(server=self.url) from None
        except httpx.HTTPError as fault:
            raise self._away(str(fault) or type(fault).__name__, isinstance(fault, httpx.ConnectError)) from None

    def _away(self, reason: str, unreachable: bool = False) -> ServerAway:
        if self._local and unreachable:
            return ServiceAway(server=self.url)
        return ServerAway(server=self.url, reason=reason.rstrip(".").lower())

    def _check(self, answer: "httpx.Response", text: str) -> None:
        if answer.is_success:
            return
        try:
            raise _refusal(json.loads(text)["error"], answer.request.url.path)
        except (ValueError, KeyError, TypeError):
            reason = f"something else answers there, with status {answer.status_code}"
            raise ServerAway(server=self.url, reason=reason) from None


def local_url(chosen: Settings) -> str:
    """Where the service that these settings describe is reached from its own machine."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(chosen.host, chosen.host)
    scheme = "https" if chosen.tls_certificate else "http"
    return f"{scheme}://[{host}]:{chosen.port}" if ":" in host else f"{scheme}://{host}:{chosen.port}"


def ssl_context() -> ssl.SSLContext:
    """The certificates that this machine trusts, and those of SSL_CERT_FILE."""
    return ssl.create_default_context()


def _own_certificate(chosen: Settings) -> ssl.SSLContext | None:
    """Trusts the very certificate that the service here serves, whatever name is in it; None: it serves none."""
    if not chosen.tls_certificate:
        return None
    context = ssl.create_default_context(cafile=chosen.tls_certificate)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _key_of(path: Path | None = None) -> str:
    """The key in the file, else that of TIMBRE_API_KEY; empty: none. Raises errors.BadKeyFile."""
    if path is None:
        return settings().api_key.get_secret_value()
    try:
        key = path.read_text("utf-8").strip()
    except OSError as fault:
        raise BadKeyFile(path=path, reason=(fault.strerror or str(fault)).lower()) from None
    except UnicodeDecodeError:
        raise BadKeyFile(path=path, reason="it is no text") from None
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise BadKeyFile(path=path, reason="it is empty" if not key else "there is more in it than a key")
    return key


def _refusal(error: Mapping[str, Any], path: str) -> ServerRefused:
    """What the service said, with our advice where we have better."""
    job = next((part for part in path.split("/") if part.startswith("j-")), "ID")
    hint = ADVICE.get(error.get("code", ""), "").format(job=job) or error["hint"]
    return ServerRefused(message=error["message"], hint=hint, code=error.get("code", ""))
