"""A tiny model with random weights, and a service that really runs."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from timbre.engine.protocol import Conditioning, write_voices

GOLDEN = Path(__file__).parent / "fixtures" / "golden-tiny"
BUILT_IN = {"ana": "Low and calm.", "bruno": "Deep and slow.", "clara": "Bright and quick.", "davi": "Clear and even."}


def make_model(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name in ("model.pth", "vocab.json"):
        shutil.copyfile(GOLDEN / name, folder / name)
    config = json.loads((GOLDEN / "config.json").read_text())
    config["languages"] = ["en", "pt"]
    (folder / "config.json").write_text(json.dumps(config))
    width = config["model_args"]["gpt_n_model_channels"]
    voices = {name: random_voice(seed, width) for seed, name in enumerate(BUILT_IN)}
    (folder / "voices.safetensors").write_bytes(write_voices(voices))
    cards = {name: {"name": name.capitalize(), "about": about, "language": "en"} for name, about in BUILT_IN.items()}
    (folder / "voices.json").write_text(json.dumps(cards))


def with_heads(model: Path, folder: Path) -> Path:
    """A copy of a tiny model whose aligning heads are known; being random, they look where they like."""
    made = shutil.copytree(model, folder / "tiny")
    config = json.loads((made / "config.json").read_text())
    config["model_args"]["alignment_heads"] = [[0, 0]]
    (made / "config.json").write_text(json.dumps(config))
    return made


def random_voice(seed: int, width: int) -> Conditioning:
    random = np.random.default_rng(seed)
    embedding = random.normal(size=512)
    latents = random.normal(size=(32, width)).astype(np.float32)
    return Conditioning(latents, (embedding / np.linalg.norm(embedding)).astype(np.float32))


@dataclass(frozen=True)
class Service:
    """A running `timbre serve`."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path

    def environment(self) -> dict[str, str]:
        """For another `timbre` command that is to use the same home."""
        return os.environ | {"TIMBRE_HOME": str(self.home), "TIMBRE_MODEL": "tiny"}


class serving:
    """Starts `timbre serve` with a home folder that holds the tiny model, and ends it as a user would: by SIGTERM.

    settings: what else it is to be told, by the names of `timbre.settings`.
    """

    def __init__(self, home: Path, engine_folder: Path, **settings: int | str) -> None:
        self.home, self.port = home, free_port()
        self.settings = {f"TIMBRE_{name.upper()}": str(value) for name, value in settings.items()}
        home.mkdir(exist_ok=True)
        shutil.copytree(engine_folder, home / "models" / "tiny")

    def __enter__(self) -> Service:
        environment = os.environ | {
            "TIMBRE_HOME": str(self.home),
            "TIMBRE_MODEL": "tiny",
            "TIMBRE_PORT": str(self.port),
            "TIMBRE_UPLOAD_LIMIT_MB": "5",
            "TIMBRE_THREADS": "1",
            **self.settings,
        }
        log = self.home / "log.txt"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "timbre", "serve"], env=environment, stdout=sink, stderr=sink, cwd=self.home
            )
        self.service = Service(f"http://127.0.0.1:{self.port}", self.home, process, log)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if httpx.get(f"{self.service.url}/ready", timeout=5).status_code == 200:
                    return self.service
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        process.kill()
        raise AssertionError(f"the service did not get ready:\n{log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.service.process.send_signal(signal.SIGTERM)
        try:
            self.service.process.wait(30)
        finally:
            self.service.process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ROLES = ("engine", "api", "worker")


def children(service: Service) -> dict[str, int]:
    """The roles' process ids, by what their command lines say."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            words = (path / "cmdline").read_bytes().decode().split("\0")
        except (OSError, ValueError):
            continue
        if parent == service.process.pid:
            roles = {role for role in ROLES if role in words} or {"valkey"} & {Path(words[0].split()[0]).name[:6]}
            found.update(dict.fromkeys(roles, int(path.name)))
    return found


def alive(process: int) -> bool:
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def engine_of(http: httpx.Client) -> dict:
    """What the first engine says of itself."""
    return http.get("/health/engines").json()["items"][0]


def until_quiet(http: httpx.Client) -> None:
    """Returns once the engine has nothing in hand."""
    deadline = time.monotonic() + 5
    while (found := engine_of(http))["running"] or found["waiting"]:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
