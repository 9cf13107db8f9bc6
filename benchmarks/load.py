"""A whole service under open-loop load: requests come when they come, however slow the answers are. Prints JSON.

By locust. `mini`; sentences arrive at random moments (Poisson), so many that what is asked for is a share of the audio
a second that `make bench` measured on the machine; once a minute five voices are cloned at once. Then the same at a
multiple of the capacity: quick refusals, and no growth. A number of WebSockets that follow jobs is open all the while.
"""

from gevent import monkey

monkey.patch_all()

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import signal  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from collections import Counter  # noqa: E402
from dataclasses import dataclass, field  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
import psutil  # noqa: E402
import requests  # noqa: E402
from locust import HttpUser, task  # noqa: E402
from locust.env import Environment  # noqa: E402

PORT = 8172
URL = f"http://127.0.0.1:{PORT}"
SENTENCES = (
    "The kettle has just boiled, and the tea is in the blue tin.",
    "Nobody had seen the old map for years, though everyone claimed to own it.",
    "When the rain stopped, we walked down to the harbour and counted the boats.",
    "She kept three keys on a red string, and none of them opened anything.",
    "The train was late again, so we sat in the waiting room and played cards.",
)


@dataclass
class Seen:
    """What became of the requests of a run."""

    sent: int = 0
    first_audio: list[float] = field(default_factory=list)
    audio_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


class Caller(HttpUser):
    """One user from whom all requests come: each in a thread of its own, at its own moment."""

    host = URL
    rate = 1.0  # requests a second
    seen = Seen()

    @task
    def arrive(self) -> None:
        gevent.sleep(random.expovariate(self.rate))
        self.seen.sent += 1
        gevent.spawn(self.speak, self.seen, random.choice(SENTENCES))

    def speak(self, seen: Seen, text: str) -> None:
        began, received = time.monotonic(), 0
        body = {"text": text, "format": "pcm", "stream": True}
        try:
            with self.client.post(
                "/synthesize-direct", json=body, stream=True, name="speech", catch_response=True, timeout=120
            ) as answer:
                if answer.status_code != 200:
                    seen.refused_s.append(time.monotonic() - began)
                    answer.success() if answer.status_code in {429, 503} else answer.failure(str(answer.status_code))
                for chunk in answer.iter_content(4800) if answer.status_code == 200 else ():
                    if not received:
                        seen.first_audio.append(time.monotonic() - began)
                    received += len(chunk)
                seen.answers[str(answer.status_code)] += 1
        except requests.RequestException as fault:
            seen.answers[type(fault).__name__] += 1
        seen.audio_s.append(received / 48_000)


class Service:
    """`timbre serve` with a home of its own."""

    def __init__(self, home: Path) -> None:
        environment = os.environ | {"TIMBRE_HOME": str(home), "TIMBRE_PORT": str(PORT), "TIMBRE_MODEL": "mini"}
        self.log = home / "log.txt"
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "timbre", "serve"], env=environment, stdout=sink, stderr=sink, cwd=home
            )
        for _ in range(600):
            try:
                if requests.get(f"{URL}/ready", timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise SystemExit(self.log.read_text()[-2000:])

    def memory_mib(self) -> dict[str, int]:
        """Resident memory of each role."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            words = child.cmdline()
            role = next((role for role in ("engine", "worker", "api") if role in words), "broker")
            found[role] = round(child.memory_info().rss / 2**20)
        return found

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def clone_five(clip: bytes, outcomes: Counter[str]) -> None:
    """Five voices at once, each followed to its end and deleted."""

    def one(number: int) -> None:
        form = {"name": f"Load {number}", "consent": "Made for a benchmark.", "language": "en"}
        answer = requests.post(f"{URL}/voices/clone", data=form, files={"files": ("a.wav", clip)}, timeout=120)
        if answer.status_code != 202:
            outcomes[str(answer.status_code)] += 1
            return
        job = answer.json()
        while job["status"] in {"queued", "processing"}:
            gevent.sleep(0.5)
            job = requests.get(f"{URL}/jobs/{job['id']}", timeout=60).json()
        outcomes[job["status"]] += 1
        requests.delete(f"{URL}/voices/{job['voice_id']}", timeout=60)

    gevent.joinall([gevent.spawn(one, number) for number in range(5)])


def run(service: Service, rate: float, seconds: float, clip: bytes | None) -> dict[str, Any]:
    """Requests at a rate for so long. What is on its way at the end is waited for."""
    Caller.rate, Caller.seen = rate, (seen := Seen())
    environment = Environment(user_classes=[Caller])
    runner = environment.create_local_runner()
    before, outcomes = service.memory_mib(), Counter[str]()
    runner.start(1, spawn_rate=1)
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if clip:
            gevent.spawn(clone_five, clip, outcomes)
        gevent.sleep(min(60.0, seconds - (time.monotonic() - began)))
    runner.stop()
    while sum(seen.answers.values()) < seen.sent:
        gevent.sleep(0.2)
    gevent.sleep(10)
    after = service.memory_mib()
    done = sorted(seen.first_audio)
    refused = sorted(seen.refused_s)
    return {
        "requests_a_second": round(rate, 2),
        "seconds": seconds,
        "answers": dict(seen.answers),
        "first_audio_s": _share(done),
        "audio_s_a_second": round(sum(seen.audio_s) / seconds, 2),
        "refused_after_s": _share(refused),
        "clonings": dict(outcomes),
        "memory_mib": {"before": before, "after": after},
    }


def _share(values: list[float]) -> dict[str, float] | None:
    if not values:
        return None
    return {name: round(values[min(int(len(values) * at), len(values) - 1)], 3) for name, at in SHARES.items()}


SHARES = {"min": 0.0, "median": 0.5, "p95": 0.95, "max": 1.0}


class Watching:
    """So many WebSockets that follow all jobs and hear next to nothing, in a process of their own."""

    def __init__(self, count: int) -> None:
        words = [sys.executable, "-m", "benchmarks.sockets", f"ws://127.0.0.1:{PORT}/ws/jobs", str(count)]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.opened = int(self._process.stdout.readline())

    def close(self) -> int:
        """How many are still open."""
        return int(self._process.communicate()[0])


def main() -> None:
    """Measure at a share of the capacity, and beyond it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", type=Path, default=Path("benchmarks/results/engine.json"), help="of make bench")
    parser.add_argument("--share", type=float, default=0.7)
    parser.add_argument("--beyond", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    bench = json.loads(options.engine.read_text())
    capacity = bench["at"][-1]["audio_s_a_second"]["median"]
    with tempfile.TemporaryDirectory(prefix="timbre-") as folder:
        service = Service(Path(folder))
        try:
            clip, mean_s = _measured()
            sockets = Watching(options.sockets)
            rate = capacity / mean_s
            result = {
                "machine": bench["machine"],
                "capacity_audio_s_a_second": capacity,
                "mean_sentence_s": round(mean_s, 2),
                "idle_sockets": sockets.opened,
                "within": run(service, options.share * rate, options.minutes * 60, clip),
                "beyond": run(service, options.beyond * rate, options.minutes * 60 / 5, None),
                "after": run(service, 1.0, 20, None),
                "sockets_alive": sockets.close(),
                "tracebacks": service.log.read_text().count("Traceback"),
            }
        finally:
            service.close()
    print(json.dumps(result, indent=1))


def _measured() -> tuple[bytes, float]:
    """A clip to clone from, and how long the sentences are on average."""
    lengths = []
    for text in SENTENCES:
        answer = requests.post(f"{URL}/synthesize-direct", json={"text": text, "format": "wav", "seed": 1}, timeout=120)
        lengths.append(float(answer.headers["X-Audio-Seconds"]))
    whole = {"text": " ".join(SENTENCES[:3]), "format": "wav", "seed": 1}
    clip = requests.post(f"{URL}/synthesize-direct", json=whole, timeout=120).content
    return clip, sum(lengths) / len(lengths)


if __name__ == "__main__":
    main()
