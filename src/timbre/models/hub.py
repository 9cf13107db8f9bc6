"""Files from a hub: which there are, fetched so that a download that is cut goes on, and checked."""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from timbre.errors import DownloadFailed, NoRoom, TimbreError, WrongChecksum

if TYPE_CHECKING:
    from huggingface_hub.hf_api import RepoSibling

CHUNK = 2**18
"""Bytes that are fetched between two looks at how far it is: on a slow line the package's own 10 MB take minutes."""

Progress = Callable[[str, int, int], None]
"""Told a file's name, the bytes of it that are here, and the bytes it has."""

Sizes = Callable[[Mapping[str, int]], object]
"""Told the bytes of every file that a model has, before the first of them comes."""


def silent(_file: str, _done: int, _total: int) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on the hub. sha256: as the hub names it for large files; else git's own SHA-1 of the file."""

    name: str
    size: int
    sha256: str | None
    git_sha1: str | None


@contextlib.contextmanager
def named_faults(model: str) -> Iterator[None]:
    """Turns what the network and the hub's package raise into our own error."""
    try:
        yield
    except (TimbreError, AttributeError, NameError, TypeError):
        raise  # ours, or a fault in our code
    except Exception as fault:  # the package's HTTP library has its own family of errors, and changes between releases
        response = getattr(fault, "response", None)
        status = getattr(response, "status_code", None)
        words = f"the hub answered with status {status}" if status else str(fault).strip().split("\n")[0].rstrip(".")
        raise DownloadFailed(model=model, reason=words or type(fault).__name__) from fault


def _hub() -> ModuleType:
    """The hub's package: slow to import, so only when it is wanted.

    Its own protocol (xet) is left aside: over plain HTTP we know that a download goes on where it stopped.
    """
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
    import huggingface_hub.constants
    import huggingface_hub.file_download
    import huggingface_hub.utils.logging

    huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    huggingface_hub.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    return huggingface_hub


def look_up(
    repository: str, wanted: Callable[[str], bool], endpoint: str | None = None, revision: str = "main"
) -> tuple[str, list[Remote]]:
    """The commit that a revision means now, and those of its files that are wanted.

    endpoint: the hub's address (default: as HF_ENDPOINT says).
    """
    hub = _hub()
    found = hub.HfApi(endpoint=endpoint).model_info(repository, revision=revision, files_metadata=True)
    siblings: Mapping[str, RepoSibling] = {file.rfilename: file for file in found.siblings or []}
    remotes = [_remote(file) for name, file in siblings.items() if wanted(name)]
    return found.sha or revision, remotes


def _remote(file: "RepoSibling") -> Remote:
    large = file.lfs
    return Remote(file.rfilename, file.size or 0, large.sha256 if large else None, None if large else file.blob_id)


def fetch(
    repository: str, remote: Remote, commit: str, staging: Path, progress: Progress, endpoint: str | None
) -> None:
    """One file into the staging folder, checked. What is there of it already is not fetched again.

    The package's own `hf_hub_download` begins a file anew at each call, so we keep the part ourselves.
    """
    path, part = staging / remote.name, staging / f"{remote.name}.part"
    if not path.is_file():
        hub = _hub()
        url = hub.hf_hub_url(repository, remote.name, revision=commit, endpoint=endpoint)
        with part.open("ab"), part.open("r+b") as file:  # created by the one, written by the other
            hub.file_download.http_get(
                url,
                file,
                resume_size=file.seek(0, os.SEEK_END),
                headers=hub.utils.build_hf_headers(),
                expected_size=remote.size,
                tqdm_class=_reporter(remote, progress),
            )
        part.rename(path)
    progress(remote.name, path.stat().st_size, remote.size)
    try:
        _check(path, remote)
    except WrongChecksum:
        path.unlink()
        raise


def _check(path: Path, remote: Remote) -> None:
    """Raises errors.WrongChecksum when a file is not what the hub says it is."""
    size = path.stat().st_size
    if size != remote.size:
        raise WrongChecksum(file=remote.name, what="size", found=size, wanted=remote.size)
    if remote.sha256:
        what, wanted, digest = "SHA-256", remote.sha256, hashlib.sha256()
    elif remote.git_sha1:
        what, wanted, digest = "git SHA-1", remote.git_sha1, hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    else:
        return
    if (found := digest_of(path, digest)) != wanted:
        raise WrongChecksum(file=remote.name, what=what, found=found, wanted=wanted)


def digest_of(path: Path, digest: Any) -> str:
    with path.open("rb") as file:
        while block := file.read(2**22):
            digest.update(block)
    return str(digest.hexdigest())


def check_room(model: str, folder: Path, wanted: int) -> None:
    """Raises errors.NoRoom when the disk cannot hold so many bytes more."""
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise NoRoom(what=f"The model {model}", needed=_size(wanted), free=_size(free), folder=folder.parent)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _reporter(remote: Remote, progress: Progress) -> type:
    """A progress bar of the hub's package that draws nothing and tells `progress`."""
    from tqdm import tqdm

    class Reporter(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            kwargs.pop("name", None)
            kwargs["disable"] = True  # tqdm then draws nothing, and counts nothing: we count
            super().__init__(*args, **kwargs)
            self._done = int(kwargs.get("initial") or 0)
            progress(remote.name, self._done, remote.size)

        def update(self, n: float | None = 1) -> bool | None:
            self._done += int(n or 0)
            progress(remote.name, self._done, remote.size)
            return None

    return Reporter
