"""First audio of live speech while a fine-tune runs on the same machine, beside without one. Prints JSON.

A whole service with `mini`: a dataset is made of Debian's English prompts through the API, a LoRA run without an end is
started, and sentences are asked for one after another with pauses: before the run, while it trains, and when it is
paused. Needs what `make mini-evaluate` fetched (Whisper base), and Debian's archive for the prompts.
"""

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import wave
import zipfile
from pathlib import Path
from typing import Any

import httpx

from benchmarks.reading import machine
from benchmarks.recorded import RATE, prompts
from recipes.mini.judge import whisper_files

PORT = 8176
SENTENCES = (
    "The kettle has just boiled, and the tea is in the blue tin.",
    "Nobody had seen the old map for years, though everyone claimed to own it.",
    "She kept three keys on a red string, and none of them opened anything.",
)
SHARES = {"min": 0.0, "median": 0.5, "p95": 0.95, "max": 1.0}
PATIENCE_S = 600.0


def until(what: Any) -> Any:
    """Its first true answer. Raises SystemExit where there is none in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := what()):
        if time.monotonic() > deadline:
            raise SystemExit("it took too long")
        time.sleep(0.3)
    return found


def archive(count: int, keep: Path) -> bytes:
    """Prompts of the English speaker as an LJSpeech set."""
    made, lines = io.BytesIO(), []
    long_enough = [one for one in prompts("en", keep) if one.seconds >= 2][:count]
    with zipfile.ZipFile(made, "w") as zipped:
        for number, prompt in enumerate(long_enough):
            sound = io.BytesIO()
            with wave.open(sound, "wb") as out:
                out.setparams((1, 2, RATE, 0, "NONE", ""))
                out.writeframes((prompt.samples * 32_767).astype("<i2").tobytes())
            zipped.writestr(f"wavs/p{number}.wav", sound.getvalue())
            lines.append(f"p{number}|{prompt.text}|{prompt.text}")
        zipped.writestr("metadata.csv", "\n".join(lines))
    return made.getvalue()


def dataset_of(http: httpx.Client, archived: bytes) -> str:
    """A dataset with a build."""
    dataset: str = http.post("/training/datasets", json={"name": "Prompts"}).json()["id"]
    files = {"files": ("prompts.zip", archived)}
    http.post(f"/training/datasets/{dataset}/sources", files=files).raise_for_status()
    job = http.post("/training/dataset/run", json={"dataset_id": dataset}).raise_for_status().json()["id"]
    ended = until(lambda: (found := http.get(f"/jobs/{job}").json())["status"] in {"completed", "failed"} and found)
    if ended["status"] == "failed":
        raise SystemExit(str(ended["error"]))
    return dataset


def spoken(http: httpx.Client, count: int, dice: random.Random) -> dict[str, Any]:
    """Seconds to the first sound, and to the end as a share of the sound's length."""
    firsts, ratios = [], []
    for number in range(count):
        time.sleep(dice.expovariate(1.0))
        body = {"text": SENTENCES[number % len(SENTENCES)], "format": "pcm", "stream": True, "seed": number}
        began, first, size = time.monotonic(), 0.0, 0
        with http.stream("POST", "/synthesize-direct", json=body) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes(4800):
                first = first or time.monotonic() - began
                size += len(chunk)
        firsts.append(first)
        ratios.append((time.monotonic() - began) / (size / 48_000))
    return {"requests": count, "first_audio_s": shares(firsts), "rtf": shares(ratios)}


def shares(values: list[float]) -> dict[str, float]:
    """Least, median, 95 in 100, most."""
    values = sorted(values)
    return {name: round(values[min(int(len(values) * at), len(values) - 1)], 3) for name, at in SHARES.items()}


def measured(http: httpx.Client, archived: bytes, count: int, seed: int) -> dict[str, Any]:
    """Speech before, beside and after training."""
    dice = random.Random(seed)
    dataset = dataset_of(http, archived)
    spoken(http, 5, dice)  # what is made at first use is made
    before = spoken(http, count, dice)
    endless = {"max_steps": 100_000, "epochs": 10_000, "validate_every": 50_000, "checkpoint_every": 50_000}
    asked = {"dataset_id": dataset, "parameters": endless}
    run = http.post("/training/start", json=asked).raise_for_status().json()["id"]
    step = until(lambda: _run(http, run)["step"])
    began = time.monotonic()
    beside = spoken(http, count, dice)
    steps, seconds = _run(http, run)["step"] - step, time.monotonic() - began
    http.post("/training/pause", json={"run_id": run}).raise_for_status()
    until(lambda: _run(http, run)["status"] == "paused")
    alone = {"steps": steps, "seconds": round(seconds, 1)}
    return {"before": before, "beside": beside, "paused": spoken(http, count, dice), "training_meanwhile": alone}


def _run(http: httpx.Client, run: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"/training/runs/{run}").raise_for_status().json()
    return found


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60, help="requests of each part")
    parser.add_argument("--prompts", type=int, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("build/speech-real"), help="where Debian's prompts lie")
    options = parser.parse_args()
    archived = archive(options.prompts, options.keep)
    with tempfile.TemporaryDirectory(prefix="timbre-beside-") as folder:
        home = Path(folder)
        environment = os.environ | {
            "TIMBRE_HOME": folder,
            "TIMBRE_PORT": str(PORT),
            "TIMBRE_MODEL": "mini",
            "TIMBRE_WHISPER": str(whisper_files(Path("build/mini")).resolve()),
        }
        with (home / "log.txt").open("wb") as sink:
            words = [sys.executable, "-m", "timbre", "serve"]
            service = subprocess.Popen(words, env=environment, stdout=sink, stderr=sink, cwd=home)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120) as http:
                until(lambda: _ready(http))
                found = measured(http, archived, options.count, options.seed)
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(60)
    print(json.dumps({"machine": machine(), **found}, indent=1))


def _ready(http: httpx.Client) -> bool:
    try:
        return http.get("/ready").status_code == 200
    except httpx.HTTPError:
        return False


if __name__ == "__main__":
    main()
