"""Jobs while engine, worker and broker are killed: none lost, none done twice, all of it said right. Prints JSON.

A whole service with `mini` on a port of its own. 200 jobs, one in five a long text; 40 kills with -9 at random moments,
each of a process that was there and working (others are not counted). Then every job's audio is heard by Whisper.
What it does not understand is spoken once more in peace, for the model itself says some texts wrong; so are some of the
long texts, with the same seeds: what was broken off and gone on with must have the same
codes, and so the same length; where a piece became the first of a request, the vocoder rounds a little otherwise.
"""

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import soxr

from benchmarks.reading import machine
from recipes.mini.corpus import sentences
from recipes.mini.judge import whisper_base
from timbre.audio.decode import decode
from timbre.engine.protocol import RATE
from timbre.evaluation.intelligibility import RATE as HEARD_RATE
from timbre.evaluation.intelligibility import word_error_rate

ROLES = {"engine": " engine ", "worker": " worker ", "broker": "valkey"}
PORT = 8171
LONG = 6
"""Sentences of a long text."""

WRONG = 0.5
"""A job whose audio has more of its words wrong than this was not said right: mini's own errors are far fewer."""


class Service:
    """`timbre serve` with a home of its own."""

    def __init__(self, home: Path) -> None:
        self.log = home / "log.txt"
        environment = os.environ | {"TIMBRE_HOME": str(home), "TIMBRE_PORT": str(PORT), "TIMBRE_MODEL": "mini"}
        with self.log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "timbre", "serve"], env=environment, stdout=sink, stderr=sink, cwd=home
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=60)
        self.wait()

    def wait(self) -> None:
        """Until it can speak."""
        for _ in range(600):
            try:
                if self.http.get("/ready").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise SystemExit(f"the service did not get ready:\n{self.log.read_text()[-2000:]}")

    def pid_of(self, role: str) -> int | None:
        """The process of a role, where it is there."""
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
                words = (path / "cmdline").read_bytes().decode().replace("\0", " ")
            except (OSError, ValueError):
                continue
            if parent == self.process.pid and ROLES[role] in words:
                return int(path.name)
        return None

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def post(service: Service, text: str, seed: int) -> str:
    """A job, its text sent with a key, so that it may be sent again when nobody answered."""
    for _ in range(60):
        try:
            body, headers = {"text": text, "seed": seed}, {"Idempotency-Key": f"{seed}"}
            answer = service.http.post("/jobs", json=body, headers=headers)
            if answer.status_code == 202:
                return str(answer.json()["id"])
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise SystemExit("a job could not be sent")


def kill(service: Service, times: int, dice: random.Random, low: float, high: float) -> Counter[str]:
    """Kills so often; a kill that hits nothing, or while no work is left, is not one."""
    hit: Counter[str] = Counter()
    while sum(hit.values()) < times:
        time.sleep(dice.uniform(low, high))
        counts = service.http.get("/jobs?limit=1").json()["counts"]
        if not counts["queued"] + counts["processing"]:
            print("no work was left for more kills", file=sys.stderr)
            break
        role = dice.choice(list(ROLES))
        if (pid := service.pid_of(role)) is not None and _works(service, role):
            os.kill(pid, signal.SIGKILL)
            hit[role] += 1
            print(f"{sum(hit.values())} {role} {counts}", file=sys.stderr)
    return hit


def _works(service: Service, role: str) -> bool:
    """Whether a role is at its work: an engine that still loads its model is not."""
    if role != "engine":
        return True
    return bool(service.http.get("/health/engines").json()["items"][0]["ready"])


def states(service: Service, ids: list[str]) -> dict[str, dict[str, Any]]:
    """Each job as it is."""
    return {id: service.http.get(f"/jobs/{id}").json() for id in ids}


def heard(service: Service, id: str) -> np.ndarray:
    return decode(service.http.get(f"/jobs/{id}/download?format=flac").content, RATE)


def main() -> None:
    """Submit, kill, wait, count, listen, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, default=Path("build/mini"), help="where the recipe keeps its judge")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--pause", type=float, nargs=2, default=(0.5, 4.0), metavar=("LOW", "HIGH"))
    parser.add_argument("--again", type=int, default=20, help="texts spoken once more in peace")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    lines = [line.text for line in sentences() if line.split == "test"]
    texts = [" ".join(dice.sample(lines, LONG if place % 5 == 0 else 1)) for place in range(options.jobs)]
    with tempfile.TemporaryDirectory(prefix="timbre-") as folder:
        service = Service(Path(folder))
        try:
            began = time.monotonic()
            ids = [post(service, text, seed) for seed, text in enumerate(texts)]
            kills = kill(service, options.kills, dice, *options.pause)
            while any(job["status"] in {"queued", "processing"} for job in states(service, ids).values()):
                time.sleep(1)
            took = time.monotonic() - began
            jobs = states(service, ids)
            waves = {id: heard(service, id) for id in ids if jobs[id]["status"] == "completed"}
            judge = whisper_base(options.build)
            errors = {id: _errors(judge, texts[place], waves[id]) for place, id in enumerate(ids) if id in waves}
            wrong = [place for place, id in enumerate(ids) if errors.get(id, 0) > WRONG]
            some = _some(options, texts, waves, ids)
            peace = {seed: _in_peace(service, texts[seed], seed) for seed in {*some, *wrong}}
            gaps = [_gap(waves[ids[seed]], peace[seed]) for seed in some]
            mended = [seed for seed in wrong if _errors(judge, texts[seed], peace[seed]) <= WRONG]
            done = Counter(re.findall(r"(j-[0-9a-f]+) is done", service.log.read_text()))
        finally:
            service.close()
    result = {
        "machine": machine(),
        "jobs": len(ids),
        "distinct": len(set(ids)),
        "kills": dict(kills),
        "seconds": round(took, 1),
        "states": dict(Counter(job["status"] for job in jobs.values())),
        "lost": sum(job["status"] != "completed" for job in jobs.values()),
        "doubled": sum(count > 1 for count in done.values()),
        "wrong_by_recognition": len(wrong),
        "right_in_peace": len(mended),
        "word_error_rate": round(float(np.mean(list(errors.values()))), 4),
        "spoken_again": len(gaps),
        "of_another_length": sum(gap is None for gap in gaps),
        "largest_difference": round(max((gap for gap in gaps if gap is not None), default=0.0), 4),
        "faults": [job["error"]["message"] for job in jobs.values() if "error" in job],
    }
    print(json.dumps(result, indent=1))
    whole = result["lost"] == result["doubled"] == result["right_in_peace"] == 0
    sys.exit(0 if whole and sum(kills.values()) == options.kills and None not in gaps else 1)


def _some(options: argparse.Namespace, texts: list[str], waves: dict[str, Any], ids: list[str]) -> list[int]:
    """The texts that are spoken again: the long ones first, for they were broken off most often."""
    able = [place for place in range(len(texts)) if ids[place] in waves]
    return sorted(able, key=lambda place: -len(texts[place]))[: options.again]


def _in_peace(service: Service, text: str, seed: int) -> np.ndarray:
    """The same text and seed once more, while nothing is killed."""
    id = service.http.post("/jobs", json={"text": text, "seed": seed}).json()["id"]
    return decode(service.http.get(f"/jobs/{id}/download?format=flac&timeout=600", timeout=700).content, RATE)


def _gap(wave: np.ndarray, again: np.ndarray) -> float | None:
    """The largest difference, of a full scale of 1; None: another length."""
    return float(np.abs(wave - again).max()) if len(wave) == len(again) else None


def _errors(judge: Any, text: str, wave: np.ndarray) -> float:
    sound = soxr.resample(wave, RATE, HEARD_RATE).astype(np.float32)
    return word_error_rate([(text, judge.hear(sound, "en").text)])


if __name__ == "__main__":
    main()
