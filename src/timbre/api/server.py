"""The server under the application: what it takes from the network, and for whom it waits how long."""

import asyncio

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from timbre.access.start import check_tls
from timbre.api.app import create
from timbre.api.middleware import HEAD_BYTES, JSON_LIMIT_MB, MEGABYTE
from timbre.settings import Settings

HEAD_S = 20.0
"""Seconds within which a request has to say what it wants."""


class BoundedHttp(H11Protocol):
    """Hangs up on whoever takes too long to say what they want: a thousand such would keep everybody else out."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """What follows a good head may be no HTTP: who answers that head already finds nobody to answer any more."""
        if self.cycle and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:  # the answer has begun, or, to HEAD, may have no body
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """The time runs while the next request's head is not whole."""
        if self.conn.their_state is not h11.IDLE:
            self._unwatch()
        elif self._limit is None:
            self._limit = self.loop.call_later(HEAD_S, self._too_slow)

    def _unwatch(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _too_slow(self) -> None:
        self._limit = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def configured(settings: Settings) -> uvicorn.Config:
    """Raises errors.BadCertificate."""
    check_tls(settings)
    return uvicorn.Config(
        create(settings),
        host=settings.host,
        port=settings.port,
        http=BoundedHttp,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        h11_max_incomplete_event_size=2 * HEAD_BYTES,  # of what may be more; what is whole is looked at by middleware
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        timeout_graceful_shutdown=5,
        ws_max_size=JSON_LIMIT_MB * MEGABYTE,
        ws_ping_timeout=None,  # behind the audio that a slow reader has not taken yet, a ping waits for long
        ws_per_message_deflate=False,  # sound hardly gets smaller, and everybody else would wait for it
    )
