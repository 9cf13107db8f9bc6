"""`timbre doctor`: what is missing on this machine, and how to get it."""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from timbre.cli.checks import examine_service
from timbre.cli.finding import Finding
from timbre.cli.remote import Server
from timbre.cli.serve import check_port
from timbre.engine.child import command
from timbre.errors import TimbreError
from timbre.settings import Settings, settings

ROOM_GB = 2.0


def main(argv: list[str]) -> int:
    """Prints what was found. Returns 1 when something is missing without which Timbre does not speak."""
    parser = argparse.ArgumentParser(prog="timbre doctor", description="What is missing on this machine.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--tune", action="store_true", help="measure what is quickest here for the model, and keep it")
    asked = parser.parse_args(argv)
    if asked.tune:
        return subprocess.run(command("engine", "--tune"), check=False).returncode
    findings = list(examine(settings()))
    if asked.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
    else:
        for finding in findings:
            print(_line(finding))
    return 1 if any(finding.level == "missing" for finding in findings) else 0


def examine(chosen: Settings) -> Iterator[Finding]:
    """Looks at everything, quick things first."""
    yield _python()
    yield from _torch()
    yield from _packages()
    yield from _extras()
    yield _home(chosen.home)
    yield _room(chosen.home)
    yield _port(chosen)
    yield _engine(chosen)
    yield _model(chosen.model)
    yield from examine_service(chosen)
    yield _player()


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


TORCH = """
import json, torch
found = {"version": torch.__version__, "cuda": torch.cuda.is_available(), "built": torch.version.cuda}
found["threads"] = torch.get_num_threads()
if found["cuda"]:
    found["name"] = torch.cuda.get_device_name()
    found["memory"] = torch.cuda.get_device_properties(0).total_memory
print(json.dumps(found))
"""


def _torch() -> Iterator[Finding]:
    """Asked in a process of its own: a torch that is broken then breaks nothing here."""
    remedy = "pip install 'torch>=2.9,<2.14' --index-url https://download.pytorch.org/whl/cpu"
    if importlib.util.find_spec("torch") is None:
        yield Finding("torch", "missing", "not installed", remedy)
        return
    try:
        asked = subprocess.run([sys.executable, "-c", TORCH], capture_output=True, text=True, timeout=120)
        found = json.loads(asked.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        yield Finding("torch", "missing", "installed, but it cannot be imported", remedy)
        return
    yield Finding("torch", "ok", f"{found['version']}, {found['threads']} threads")
    if found["cuda"]:
        yield Finding("GPU", "ok", f"{found['name']}, {found['memory'] / 2**30:.0f} GiB")
    elif shutil.which("nvidia-smi"):
        why = (
            "this torch is built without CUDA"
            if not found["built"]
            else f"torch for CUDA {found['built']} cannot use it"
        )
        yield Finding("GPU", "note", why, "Install the torch build that fits your driver: https://pytorch.org")
    else:
        yield Finding("GPU", "note", "none: the engine runs on the CPU")


def _packages() -> Iterator[Finding]:
    """The distribution's own requirements, those without an extra."""
    absent = [name for name, extra in _requirements() if not extra and not _installed(name)]
    if absent:
        yield Finding("packages", "missing", f"not installed: {', '.join(absent)}", "pip install timbre-tts")
    else:
        yield Finding("packages", "ok", "all installed")


EXTRAS = {
    "wyoming": "Home Assistant",
    "cjk": "reading Chinese, Japanese and Korean",
    "train": "training",
    "datasets": "making datasets",
    "evaluate": "evaluation",
    "watermark": "marking speech as made by a machine",
}


def _extras() -> Iterator[Finding]:
    for extra, what in EXTRAS.items():
        absent = [name for name, of in _requirements() if of == extra and not _installed(name)]
        if absent:
            remedy = f"pip install 'timbre-tts[{extra}]'"
            yield Finding(f"extra {extra}", "note", f"{what}: not installed: {', '.join(absent)}", remedy)
        else:
            yield Finding(f"extra {extra}", "ok", what)


def _requirements() -> Iterator[tuple[str, str]]:
    """Each required distribution that this Python wants, and the extra that it belongs to, if any."""
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires("timbre-tts") or []
    except importlib.metadata.PackageNotFoundError:
        return
    for requirement in map(Requirement, lines):
        for extra in ("", *EXTRAS):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                yield requirement.name, extra
                break


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _home(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding("home folder", "ok", str(home))
    return Finding("home folder", "missing", f"{home} cannot be written to", "Set TIMBRE_HOME to a folder of yours.")


def _room(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.is_dir())
    free = shutil.disk_usage(nearest).free / 1e9
    if free < ROOM_GB:
        remedy = "xtts-v2 needs about 2.1 GB. Free some, or set TIMBRE_HOME to another disk."
        return Finding("disk", "note", f"only {free:.1f} GB free", remedy)
    return Finding("disk", "ok", f"{free:.0f} GB free")


def _port(chosen: Settings) -> Finding:
    where = f"{chosen.host}:{chosen.port}"
    try:
        check_port(chosen.host, chosen.port)
    except TimbreError as fault:
        try:
            version = Server.here(chosen).ask("GET", "/health", timeout=2)["version"]
            return Finding("port", "ok", f"Timbre {version} answers at {where}")
        except (TimbreError, OSError, KeyError, TypeError):
            return Finding("port", "note", f"{where} is taken, by something else than Timbre", fault.advice)
    return Finding("port", "ok", f"{where} is free")


def _engine(chosen: Settings) -> Finding:
    from timbre.engine.blocking import Client

    try:
        with Client.from_settings() as client:
            stats = client.stats()
    except TimbreError:
        return Finding("engine", "note", "none runs", "It is started when it is needed; or: timbre serve")
    runs = ", ".join(stats["runs"].values()) if "runs" in stats else ""
    return Finding("engine", "ok", f"{stats.get('model', 'no model')} at {client.address} {runs}".rstrip())


def _model(name: str) -> Finding:
    from timbre.models import catalogue

    try:
        folder = catalogue.folder(name)
        languages = catalogue.languages(name)
    except TimbreError as fault:
        return Finding("model", "missing", str(fault), fault.advice)
    return Finding("model", "ok", f"{name}: {' '.join(languages)} in {folder}")


def _player() -> Finding:
    from timbre.cli.say import find_player

    try:
        return Finding("player", "ok", find_player()[0])
    except TimbreError:
        found = "no program that plays audio; files are written all the same, and ffmpeg is not needed for that"
        return Finding("player", "note", found, "To hear `timbre say` at once, install alsa-utils or ffmpeg.")


SIGNS = {"ok": "ok", "note": "--", "missing": "!!"}


def _line(finding: Finding) -> str:
    line = f"{SIGNS[finding.level]}  {finding.what:15}  {finding.found}"
    return f"{line}\n{'':21}{finding.remedy}" if finding.remedy else line
