"""What Prometheus reads at /metrics: requests as they pass, and how the service is at the moment it is asked."""

import contextlib
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from timbre import __version__
from timbre.api.overview import Rows
from timbre.engine.protocol import RATE
from timbre.errors import TimbreError

METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
ELSEWHERE = "other"
"""The route of a path that none is for: a path itself would let strangers make as many series as they like."""

REQUEST_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
FIRST_S = (0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)

Samples = NDArray[np.float32]


class Metrics:
    """Counts what passes through one API process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "timbre_requests", "Requests answered.", ["route", "method", "status"], registry=self.registry
        )
        self.request_s = Histogram(
            "timbre_request_seconds",
            "From a request to the last byte of its answer.",
            ["route"],
            buckets=REQUEST_S,
            registry=self.registry,
        )
        self.first_audio_s = Histogram(
            "timbre_first_audio_seconds",
            "From a request to the first samples of its speech.",
            ["route"],
            buckets=FIRST_S,
            registry=self.registry,
        )
        self.audio_s = Counter(
            "timbre_audio_seconds", "Seconds of speech handed to clients.", ["route"], registry=self.registry
        )
        self.sockets = Gauge("timbre_sockets", "WebSockets that are open.", ["route"], registry=self.registry)

    async def heard(
        self, spoken: AsyncGenerator[Samples, None], request: HTTPConnection
    ) -> AsyncGenerator[Samples, None]:
        """Passes samples on, and notes when the first came and how many there were.

        A text that comes over a socket has no moment at which it was asked for, so its first samples are not timed.
        """
        route, began = route_of(request.scope), request.scope["state"].get("began")
        timed = request.scope["type"] == "http" and began is not None
        async with contextlib.aclosing(spoken):
            async for samples in spoken:
                if timed and len(samples):
                    self.first_audio_s.labels(route).observe(time.monotonic() - began)
                    timed = False
                self.audio_s.labels(route).inc(len(samples) / RATE)
                yield samples

    def written(self, now: "Moment") -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(_Joined(self.registry, now))


class Measured:
    """Counts every request and its time, whatever becomes of it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        began = scope.setdefault("state", {})["began"] = time.monotonic()
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            method = scope["method"] if scope["method"] in METHODS else ELSEWHERE
            route = route_of(scope)
            self.metrics.requests.labels(route, method, str(status or 500)).inc()
            self.metrics.request_s.labels(route).observe(time.monotonic() - began)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        opened = None

        async def watched(message: Message) -> None:
            nonlocal opened
            if message["type"] == "websocket.accept" and opened is None:
                opened = self.metrics.sockets.labels(route_of(scope))
                opened.inc()
            await send(message)

        try:
            await self.app(scope, receive, watched)
        finally:
            if opened is not None:
                opened.dec()


def route_of(scope: Scope) -> str:
    """The route that a request went to, by its template."""
    return str(getattr(scope.get("route"), "path", ELSEWHERE))


class Moment(Collector):
    """How the service is just now: what the database and the engines say. rows: None where the database is away."""

    def __init__(
        self, rows: Rows | None, engines: Mapping[str, dict[str, Any] | TimbreError], free: int, up_s: float
    ) -> None:
        self._rows, self._engines, self._free, self._up_s = rows, engines, free, up_s

    def collect(self) -> Iterator[Metric]:
        about = GaugeMetricFamily("timbre_build_info", "Which version runs.", labels=["version"])
        about.add_metric([__version__], 1)
        yield about
        yield GaugeMetricFamily("timbre_up_seconds", "Seconds that the API has run.", value=self._up_s)
        yield GaugeMetricFamily("timbre_disk_free_bytes", "Free on the home folder's disk.", value=self._free)
        yield GaugeMetricFamily(
            "timbre_database_up", "Whether the database answers.", value=float(self._rows is not None)
        )
        if self._rows is not None:
            yield from _of_rows(self._rows)
        yield from _of_engines(self._engines)


def _of_rows(rows: Rows) -> Iterator[Metric]:
    jobs = GaugeMetricFamily("timbre_jobs", "Jobs that are kept, by state.", labels=["queue", "status"])
    for (queue, status), count in rows.jobs.items():
        jobs.add_metric([queue, status], count)
    yield jobs
    oldest = GaugeMetricFamily(
        "timbre_job_oldest_seconds", "Age of the oldest job that waits and could be begun.", labels=["queue"]
    )
    for queue, age_s in rows.oldest_s.items():
        oldest.add_metric([queue], age_s)
    yield oldest
    yield GaugeMetricFamily("timbre_storage_files", "Files that are kept.", value=rows.files)
    yield GaugeMetricFamily("timbre_storage_bytes", "Bytes of them.", value=rows.bytes)


GAUGES = (
    ("rows", "Pieces of text that it speaks side by side at the most."),
    ("running", "Pieces that it speaks now."),
    ("waiting", "Speeches that wait for a place."),
    ("queue", "Speeches that may wait."),
    ("up_s", "Seconds that it has run."),
)
COUNTERS = (
    ("utterances", "Speeches that it has ended."),
    ("audio_s", "Seconds of speech that it has made."),
    ("work_s", "Seconds that it has worked."),
)
"""What an engine says of itself, by the names of its stats."""


def _of_engines(engines: Mapping[str, dict[str, Any] | TimbreError]) -> Iterator[Metric]:
    stats = {name: found for name, found in engines.items() if not isinstance(found, TimbreError)}
    ready = GaugeMetricFamily("timbre_engine_ready", "Whether it can speak.", labels=["engine"])
    for name in engines:
        ready.add_metric([name], float(bool(stats.get(name, {}).get("ready"))))
    yield ready
    for key, about in GAUGES:
        yield _family(GaugeMetricFamily, key, about, {name: one.get(key) for name, one in stats.items()})
    for key, about in COUNTERS:
        yield _family(CounterMetricFamily, key, about, {name: one.get(key) for name, one in stats.items()})
    memory = GaugeMetricFamily("timbre_engine_memory_bytes", "Memory of its process.", labels=["engine"])
    cache = GaugeMetricFamily(
        "timbre_engine_cache_bytes", "Memory for what is being said: used, and its limit.", labels=["engine", "part"]
    )
    for name, one in stats.items():
        memory.add_metric([name], one["resident_mb"] * 2**20)
        for part, megabytes in one.get("cache_mb", {}).items():
            cache.add_metric([name, part], megabytes * 2**20)
    yield memory
    yield cache


def _family(kind: type[Metric], key: str, about: str, values: Mapping[str, float | None]) -> Metric:
    name = f"timbre_engine_{key.removesuffix('_s')}{'_seconds' if key.endswith('_s') else ''}"
    family = cast(Any, kind)(name, about, labels=["engine"])
    for engine, value in values.items():
        if value is not None:
            family.add_metric([engine], value)
    return cast(Metric, family)


class _Joined(CollectorRegistry):
    """Both for one answer."""

    def __init__(self, registry: CollectorRegistry, now: Moment) -> None:
        super().__init__(auto_describe=False)
        self._parts = (registry, now)

    def collect(self) -> Iterator[Metric]:
        for part in self._parts:
            yield from part.collect()
