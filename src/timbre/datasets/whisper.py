"""Which Whisper recognises speech, and where its files are: in a folder, or fetched by name into HOME/whisper/NAME."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from timbre.errors import DownloadFailed, MissingExtra, NoWhisper
from timbre.models.hub import Progress, check_room, fetch, look_up, named_faults, silent
from timbre.settings import Settings

NEEDED = ("config.json", "model.bin", "tokenizer.json")
ALSO = ("preprocessor_config.json",)
REPOSITORY = "Systran/faster-whisper-{name}"
ELSEWHERE = {
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}
NAMES = ("tiny", "base", "small", "medium", "large-v1", "large-v2", "large-v3", *ELSEWHERE)
"""Those that can be fetched; another repository of the hub's is written as owner/name."""

RUNNING = 2.5
"""Times the size of its weights that a worker needs beyond them, about, while it runs in eight bits."""

CORES = 2
"""Cores of a worker: one with two is as quick as two with one each, and loses less where it is stopped."""


def is_here(folder: Path) -> bool:
    """Whether a folder holds all that faster-whisper loads."""
    return all((folder / name).is_file() for name in NEEDED)


def found(wanted: str, home: Path) -> Path | None:
    """The folder of a Whisper, a name or a folder, if it is here."""
    places = [Path(wanted).expanduser(), _place(wanted, home)] if wanted else []
    return next((place for place in places if is_here(place)), None)


def needed(wanted: str, home: Path, progress: Progress = silent) -> Path:
    """The folder of a Whisper, fetched where it is not here. What `progress` raises ends that; a later call goes on.

    Raises errors.NoWhisper, which says why there is none; errors.NoRoom.
    """
    if folder := found(wanted, home):
        return folder
    if Path(wanted).expanduser().is_dir():
        lacking = ", ".join(name for name in NEEDED if not (Path(wanted).expanduser() / name).is_file())
        raise NoWhisper(whisper=wanted, reason=f"the folder lacks {lacking}")
    if not (repository := _repository(wanted)):
        raise NoWhisper(whisper=wanted, reason=f"it is neither a folder nor one of {', '.join(NAMES)}")
    try:
        return _fetched(wanted, repository, home, progress)
    except DownloadFailed as fault:
        raise NoWhisper(whisper=wanted, reason=f"it is not here, and {fault.facts['reason']}") from None


def _repository(wanted: str) -> str:
    if wanted in NAMES:
        return ELSEWHERE.get(wanted, REPOSITORY.format(name=wanted))
    owner, _, name = wanted.partition("/")
    plain = all(part and part.replace("-", "").replace("_", "").replace(".", "").isalnum() for part in (owner, name))
    return wanted if plain and not wanted.startswith(".") else ""


def _place(wanted: str, home: Path) -> Path:
    return home / "whisper" / wanted.replace("/", "--")


def _fetched(wanted: str, repository: str, home: Path, progress: Progress) -> Path:
    target = _place(wanted, home)
    staging = target.with_name(f".{target.name}.partial")
    staging.mkdir(parents=True, exist_ok=True)
    with staging.with_suffix(".lock").open("w") as lock, named_faults(wanted):
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_here(target):
            return target
        commit, remotes = look_up(repository, lambda name: name in (*NEEDED, *ALSO) or name.startswith("vocabulary."))
        if lacking := set(NEEDED) - {remote.name for remote in remotes}:
            raise NoWhisper(whisper=wanted, reason=f"the hub's {repository} lacks {', '.join(sorted(lacking))}")
        here = sum(path.stat().st_size for path in staging.iterdir())
        check_room(wanted, staging, sum(remote.size for remote in remotes) - here)
        for remote in remotes:
            fetch(repository, remote, commit, staging, progress, None)
        shutil.rmtree(target, ignore_errors=True)
        staging.rename(target)
    return target


def loaded(folder: Path, device: str, workers: int, threads: int) -> Any:
    """A faster-whisper model. Raises errors.MissingExtra, NoWhisper."""
    try:
        from faster_whisper import WhisperModel
    except ImportError:
        raise MissingExtra(what="Recognising speech", extra="datasets") from None
    try:
        return WhisperModel(
            str(folder),
            device=device,
            compute_type="default" if device == "cuda" else "int8" if device == "cpu" else "auto",
            cpu_threads=threads,
            num_workers=workers,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as fault:  # damaged files, a device that is not there
        reason = str(fault).strip().split("\n")[0].rstrip(".")
        raise NoWhisper(whisper=str(folder), reason=f"it cannot be loaded: {reason}") from None


def workers(chosen: Settings, folder: Path, free: Callable[[], int] | None = None) -> int:
    """How many recordings are recognised side by side: as said, else as cores and free memory allow."""
    if chosen.whisper_workers:
        return chosen.whisper_workers
    room = (free or _free)() // max(int((folder / "model.bin").stat().st_size * RUNNING), 1)
    return max(1, min((os.cpu_count() or 1) // CORES, room))


def _free() -> int:
    return int(psutil.virtual_memory().available)
