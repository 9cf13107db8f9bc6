"""Where files are kept: written once, called by their content, read whole or in part. A folder, or S3.

Rows of the database say what a file is; here are only bytes. All calls block: from the event loop, use a thread.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from timbre.errors import BadStorageUrl
from timbre.settings import Settings
from timbre.store.content import Stored
from timbre.store.folder import Folder

__all__ = ["Storage", "Stored", "storage"]


class Storage(Protocol):
    """What every place for files can do.

    Every call raises StorageUnreadable, StorageAway or StorageRefused while the place itself cannot be used, and works
    again once it can. A name that cannot be one raises BadFileName.
    """

    where: str  # for people: the folder, or the bucket

    def put(self, data: bytes | Path, suffix: str, kind: str = "audio") -> str:
        """Keeps bytes, or a copy of a file that nobody writes to meanwhile, and returns the name for them.

        Once it returns the file is there to stay; before, and where it fails, there is nothing. What is there already
        is not written again. Raises StorageFull.
        """
        ...

    def read(self, name: str, start: int | None = None, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `start` up to but not including `end`, in pieces; none behind the end. Raises FileGone."""
        ...

    def size(self, name: str) -> int:
        """Bytes of a file. Raises FileGone."""
        ...

    def exists(self, name: str) -> bool:
        """Whether it is there."""
        ...

    def delete(self, name: str) -> None:
        """Removes a file; one that is not there is no fault."""
        ...

    def local(self, name: str) -> AbstractContextManager[Path]:
        """A file to read with this content and suffix, as long as the context lasts; not to be written to.

        Raises FileGone, and StorageFull where a copy has no room.
        """
        ...

    def names(self, prefix: str = "") -> Iterator[Stored]:
        """All files whose names begin so. Files put or removed meanwhile may be among them or not."""
        ...

    def tidy(self) -> None:
        """Removes what a process that was killed had half-written, once it is a day old."""
        ...

    def check(self) -> int | None:
        """Writes a little and removes it. Returns how many bytes are free, None where that cannot be known.
        Raises StorageFull."""
        ...


def storage(settings: Settings) -> Storage:
    """The place that the settings name. Touches nothing yet. Raises BadStorageUrl and StorageExtraMissing."""
    if not settings.storage_url:
        return Folder(settings.home / "files", create=True)
    try:
        url = urlsplit(settings.storage_url)
        at = url.username is not None or url.password is not None
    except ValueError as fault:
        raise BadStorageUrl(reason=f"it is no URL, {fault}".rstrip(".")) from None
    if at:
        raise BadStorageUrl(reason="it has a name or a password in it, which belong in settings of their own")
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    if unknown := sorted(options.keys() - ({"endpoint", "region"} if url.scheme == "s3" else set())):
        raise BadStorageUrl(reason=f"it has '{unknown[0]}' in it, which means nothing here")
    if url.scheme == "file":
        return Folder(_folder(url.netloc, unquote(url.path)))
    if url.scheme == "s3":
        return _s3(url.netloc, unquote(url.path), options, settings)
    raise BadStorageUrl(reason=f"'{url.scheme or settings.storage_url}' is neither s3 nor file")


def _folder(host: str, path: str) -> Path:
    if host not in {"", "localhost"} or path in {"", "/"}:
        raise BadStorageUrl(reason="it names no folder of this machine; there are three slashes in file:///folder")
    return Path(path)


def _s3(bucket: str, path: str, options: dict[str, str], settings: Settings) -> Storage:
    from timbre.store.s3 import S3

    if not bucket:
        raise BadStorageUrl(reason="it names no bucket")
    endpoint = options.get("endpoint", "")
    if endpoint and not endpoint.startswith(("http://", "https://")):
        raise BadStorageUrl(reason=f"the endpoint '{endpoint}' begins with neither http:// nor https://")
    if bool(settings.storage_key) != bool(settings.storage_secret):
        raise BadStorageUrl(reason="of TIMBRE_STORAGE_KEY and TIMBRE_STORAGE_SECRET only one is set")
    return S3(
        bucket,
        path.strip("/"),
        endpoint=endpoint,
        region=options.get("region", ""),
        key=settings.storage_key,
        secret=settings.storage_secret,
    )
