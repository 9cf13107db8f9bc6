"""Figures for Prometheus: they count what happened, and say how the service is."""

from collections.abc import Callable

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from running import Service
from websockets.sync.client import connect

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def scrape(http: httpx.Client) -> Callable[[], Samples]:
    def read() -> Samples:
        answer = http.get("/metrics")
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }

    return read


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


def test_requests_are_counted_by_route_and_status(http: httpx.Client, scrape: Callable[[], Samples]):
    before = scrape()
    http.get("/voices/ana")
    http.get("/voices/bruno")
    http.get("/voices/nobody")
    http.get("/no/such/path")
    after = scrape()

    def more(**labels: str) -> float:
        return value(after, "timbre_requests_total", **labels) - value(before, "timbre_requests_total", **labels)

    assert more(route="/voices/{voice_id}", method="GET", status="200") == 2
    assert more(route="/voices/{voice_id}", method="GET", status="404") == 1
    assert more(route="other", method="GET", status="404") == 1
    assert value(after, "timbre_request_seconds_count", route="/voices/{voice_id}") >= 3
    assert not any("nobody" in word for _, labels in after for _, word in labels), "what strangers write is no label"


def test_speech_is_counted_and_its_first_sound_timed(speak, scrape: Callable[[], Samples]):
    before = scrape()
    seconds = float(speak().headers["X-Audio-Seconds"])
    after = scrape()
    route = {"route": "/synthesize-direct"}
    made = value(after, "timbre_audio_seconds_total", **route) - value(before, "timbre_audio_seconds_total", **route)
    assert made == pytest.approx(seconds, abs=0.002)
    count = "timbre_first_audio_seconds_count"
    assert value(after, count, **route) == value(before, count, **route) + 1
    assert 0 < value(after, "timbre_first_audio_seconds_sum", **route) < 60
    engine = {"engine": "engine"}
    name = "timbre_engine_audio_seconds_total"
    assert value(after, name, **engine) - value(before, name, **engine) == pytest.approx(seconds, abs=0.01)


def test_the_state_of_all_parts(scrape: Callable[[], Samples]):
    found = scrape()
    engine = {"engine": "engine"}
    assert value(found, "timbre_engine_ready", **engine) == 1 == value(found, "timbre_database_up")
    assert value(found, "timbre_engine_rows", **engine) >= 1
    assert value(found, "timbre_engine_memory_bytes", **engine) > 1e8
    assert value(found, "timbre_engine_cache_bytes", **engine, part="limit") > 1e6
    assert ("timbre_jobs", frozenset({("queue", "speech"), ("status", "queued")})) in found
    assert value(found, "timbre_job_oldest_seconds", queue="long") == 0
    assert value(found, "timbre_disk_free_bytes") > 0 and value(found, "process_resident_memory_bytes") > 1e7


def test_open_sockets_are_counted(service: Service, scrape: Callable[[], Samples]):
    name, route = "timbre_sockets", {"route": "/v1/audio/stream"}
    with connect(service.url.replace("http", "ws") + "/v1/audio/stream"):
        assert value(scrape(), name, **route) == 1
    for _ in range(50):
        if not value(scrape(), name, **route):
            return
    raise AssertionError("it is still counted")
