"""Installing a model: from its hub, or from files that are already here. Either whole, or not at all.

Everything is gathered in HOME/models/.NAME.partial, which stays when a download is cut and is taken up by the next try;
the finished folder is moved into place in one step.
"""

import contextlib
import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from timbre.errors import ModelIncomplete, NotInstallable
from timbre.models import catalogue, licence
from timbre.models.hub import Progress, Sizes, check_room, digest_of, fetch, look_up, named_faults, silent

REPOSITORY = {"xtts-v2": "coqui/XTTS-v2"}
DOWNLOAD_GB = {"xtts-v2": 2.1}
"""About how much is fetched; the hub says it exactly once it is asked."""

NEEDED = ("config.json", "model.pth", "vocab.json", "speakers_xtts.pth")
FOR_TRAINING = ("dvae.pth", "mel_stats.pth")
ALSO = ("LICENSE.txt",)
FILES = (*NEEDED, *FOR_TRAINING, *ALSO)


def install(
    model: str,
    home: Path,
    progress: Progress = silent,
    endpoint: str | None = None,
    revision: str = "main",
    sizes: Sizes = dict,
) -> Path:
    """Downloads a model into HOME/models and returns its folder; one that is there already is left as it is.

    endpoint: the hub's address (default: as HF_ENDPOINT says). What `progress` raises ends the download, which goes on
    from there at the next call.
    Raises errors.NotInstallable, LicenceNotAccepted, NoRoom, DownloadFailed, WrongChecksum, ModelIncomplete.
    """
    target = _begin(model, home)
    if catalogue.is_complete(target):
        return target
    with _staging(target) as staging, named_faults(model):
        commit, remotes = look_up(REPOSITORY[model], FILES.__contains__, endpoint, revision)
        if missing := [name for name in (*NEEDED, *FOR_TRAINING) if name not in {remote.name for remote in remotes}]:
            raise ModelIncomplete(folder=REPOSITORY[model], files=", ".join(missing), wanted=", ".join(NEEDED))
        sizes({remote.name: remote.size for remote in remotes})
        here = sum(path.stat().st_size for path in staging.rglob("*") if path.is_file())
        check_room(model, staging, sum(remote.size for remote in remotes) - here)
        for remote in remotes:
            fetch(REPOSITORY[model], remote, commit, staging, progress, endpoint)
        _record(staging, {"source": REPOSITORY[model], "revision": commit})
        staging.rename(target)
    return target


def install_from(model: str, source: Path, home: Path, progress: Progress = silent) -> Path:
    """Copies a model's files from a folder into HOME/models and returns its folder there.

    Raises errors.NotInstallable, LicenceNotAccepted, ModelIncomplete, NoRoom, BadCheckpoint.
    """
    target = _begin(model, home)
    if catalogue.is_complete(target):
        return target
    if missing := [name for name in NEEDED if not (source / name).is_file()]:
        raise ModelIncomplete(folder=source, files=", ".join(missing), wanted=", ".join(NEEDED))
    catalogue.config(source)
    found = [name for name in FILES if (source / name).is_file()]
    with _staging(target) as staging:
        check_room(model, staging, sum((source / name).stat().st_size for name in found))
        try:
            for name in found:
                size = (source / name).stat().st_size
                progress(name, 0, size)
                shutil.copyfile(source / name, staging / name)
                progress(name, size, size)
            _record(staging, {"source": str(source)})
            staging.rename(target)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)  # unlike a download, it is cheap to begin again
            raise
    return target


def _begin(model: str, home: Path) -> Path:
    """Where the model will lie. Raises errors.NotInstallable, LicenceNotAccepted."""
    if model not in REPOSITORY:
        raise NotInstallable(model=model, known=", ".join(REPOSITORY), folder=home / "models")
    licence.check(home, model)
    return home / "models" / model


@contextlib.contextmanager
def _staging(target: Path) -> Iterator[Path]:
    """The folder in which a model is gathered, held against a second installation at the same time."""
    staging = target.with_name(f".{target.name}.partial")
    staging.mkdir(parents=True, exist_ok=True)
    lock = target.with_name(f".{target.name}.lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if target.is_dir() and not catalogue.is_complete(target):
            shutil.rmtree(target)  # it could not have been loaded
        yield staging


def _record(staging: Path, facts: dict[str, str]) -> None:
    """Leaves `installed.json`: where it came from, when, and each file's size and SHA-256."""
    files = {
        path.name: {"size": path.stat().st_size, "sha256": digest_of(path, hashlib.sha256())}
        for path in sorted(staging.iterdir())
        if path.is_file()
    }
    when = datetime.now(UTC).isoformat(timespec="seconds")
    (staging / "installed.json").write_text(json.dumps(facts | {"installed_at": when, "files": files}, indent=2) + "\n")
