"""Files kept in a bucket of S3, or of anything that speaks its protocol."""

import errno
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from timbre.errors import (
    FileGone,
    StorageAway,
    StorageExtraMissing,
    StorageFull,
    StorageRefused,
    TimbreError,
)
from timbre.store.content import CHUNK, NAME, Stored, checked, checked_prefix, name_of

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta
    from obstore.store import ClientConfig, S3Store

PART = 8 * 1024 * 1024  # bytes of a large file that are sent at once; S3 takes no fewer than 5 MiB
PARTS = 2  # of them on their way side by side
RETRIES, RETRIES_S = 3, 5  # a server that restarts is asked again, but nobody waits for one that is away
CONNECT_S, ANSWER_S, PART_S = (
    5,
    10,
    60,
)  # seconds to wait for a connection, an answer, and one where data is sent before
PROBE = "check/probe"  # no file's name

FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "ServiceQuotaExceeded"}
REFUSED = {"AuthorizationHeaderMalformed", "ExpiredToken", "InvalidToken", "RequestTimeTooSkewed"}
NO_CREDENTIALS = ("/latest/api/token", "/latest/meta-data")  # the last place they are looked for in


class S3:
    """A `timbre.store.storage.Storage` in a bucket, below a prefix.

    endpoint: of a server other than Amazon's. region, key, secret: empty for what the AWS variables say.
    answer_s: seconds that an answer may take.
    Raises StorageExtraMissing.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        *,
        endpoint: str = "",
        region: str = "",
        key: str = "",
        secret: str = "",
        answer_s: float = ANSWER_S,
    ) -> None:
        self.bucket = bucket
        self.where = f"s3://{bucket}/{prefix}".rstrip("/") + (f" at {endpoint}" if endpoint else "")
        given = {"endpoint": endpoint, "region": region, "access_key_id": key, "secret_access_key": secret}
        options = {name: value for name, value in given.items() if value}
        self._store = _client(bucket, prefix, options, answer_s)
        self._sender = _client(bucket, prefix, options, max(answer_s, PART_S))

    def put(self, data: bytes | Path, suffix: str, kind: str = "audio") -> str:
        import obstore

        name, size = name_of(data, suffix, kind)
        if not self._there(name, size):
            with self._faults():
                obstore.put(self._sender, name, data, chunk_size=PART, max_concurrency=PARTS)
        return name

    def read(self, name: str, start: int | None = None, end: int | None = None) -> Iterator[bytes]:
        import obstore

        options: GetOptions = {}
        if end is not None:
            if end <= (start or 0):
                self.size(name)
                return iter(())
            options["range"] = (start or 0, end)
        elif start:
            options["range"] = {"offset": start}
        try:
            with self._faults(checked(name)):
                found = obstore.get(self._store, name, options=options)
        except _BehindTheEnd:
            return iter(())
        return self._pieces(iter(found.stream(CHUNK)), name)

    def size(self, name: str) -> int:
        return self._facts(name)["size"]

    def exists(self, name: str) -> bool:
        try:
            return self.size(name) >= 0
        except FileGone:
            return False

    def delete(self, name: str) -> None:
        import obstore

        with suppress(FileGone), self._faults(checked(name)):
            obstore.delete(self._store, name)

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        pieces = self.read(name)
        with tempfile.NamedTemporaryFile(prefix="timbre-", suffix=Path(name).suffix) as file:
            try:
                for piece in pieces:
                    file.write(piece)
                file.flush()
            except OSError as fault:
                if fault.errno not in {errno.ENOSPC, errno.EDQUOT}:
                    raise
                raise StorageFull(where=tempfile.gettempdir(), reason=(fault.strerror or "").lower()) from fault
            yield Path(file.name)

    def names(self, prefix: str = "") -> Iterator[Stored]:
        import obstore

        top = checked_prefix(prefix).rpartition("/")[0]
        with self._faults():
            for page in obstore.list(self._store, top or None, chunk_size=1000):
                for facts in page:
                    if facts["path"].startswith(prefix) and NAME.fullmatch(facts["path"]):
                        yield Stored(facts["path"], facts["size"], facts["last_modified"])

    def tidy(self) -> None:
        """Nothing: what is half-sent is no file, and the bucket's own rule for incomplete uploads removes it."""

    def check(self) -> int | None:
        import obstore

        with self._faults():
            obstore.put(self._store, PROBE, b"timbre")
            obstore.delete(self._store, PROBE)
        return None

    def _there(self, name: str, size: int) -> bool:
        """Whether the file is there, whole."""
        try:
            return self.size(name) == size
        except FileGone:
            return False

    def _facts(self, name: str) -> "ObjectMeta":
        import obstore

        with self._faults(checked(name)):
            try:
                return obstore.head(self._store, name)
            except Exception as fault:
                if "status code" in str(
                    fault
                ):  # an answer to HEAD has no reason in it, nor tells that the bucket is away
                    next(iter(obstore.list(self._store, PROBE, chunk_size=1)), None)
                raise

    def _pieces(self, pieces: Iterator[bytes], name: str) -> Iterator[bytes]:
        with self._faults(name):
            for piece in pieces:
                yield bytes(piece)

    @contextmanager
    def _faults(self, name: str = "") -> Iterator[None]:
        """Says obstore's errors in our words."""
        from obstore.exceptions import BaseError

        try:
            yield
        except (FileNotFoundError, BaseError) as fault:
            raise self._meaning(str(fault), name) from fault

    def _meaning(self, text: str, name: str) -> Exception:
        status = int(_found(r"status code: (\d{3})", text) or 0)
        code = _found(r"<Code>(\w+)</Code>", text)
        said = _found(r"<Message>(.*?)</Message>", text).rstrip(".").partition(". ")[0]
        if status == 416:
            return _BehindTheEnd()
        if code == "NoSuchBucket":
            return StorageAway(where=self.where, reason=f"there is no bucket '{self.bucket}'")
        if status == 404 and name:
            return FileGone(name=name)
        kind: type[TimbreError] = StorageAway
        if status == 507 or code in FULL:
            kind = StorageFull
        elif status in {401, 403} or code in REFUSED:
            kind = StorageRefused
        elif not status and any(sign in text for sign in NO_CREDENTIALS):
            kind, said = StorageRefused, "none were found"
        return kind(where=self.where, reason=_lower(said) if said and status < 500 else _cause(status, text))


class _BehindTheEnd(Exception):
    """A part was asked for that begins where the file has ended."""


def _client(bucket: str, prefix: str, options: dict[str, str], answer_s: float) -> "S3Store":
    try:
        from obstore.store import S3Store
    except ImportError:
        raise StorageExtraMissing from None

    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "read_timeout": timedelta(seconds=answer_s),
        "timeout": timedelta(days=1),  # of a whole file: as long as its pieces come
    }
    if options.get("endpoint", "").startswith("http://"):
        client["allow_http"] = True
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options=client,
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRIES_S)},
        **options,  # type: ignore[arg-type]
    )


CAUSES = {
    "ConnectionRefused": "nobody listens there",
    "TimedOut": "it does not answer",
    "dns error": "there is no host of this name",
    "InvalidContentType": "it does not speak TLS, so its endpoint begins with http://",
    "InvalidCertificate": "its certificate is not trusted here",
    "NoContentRange": "it ended in the middle of a file",
    "IncompleteMessage": "it ended in the middle of an answer",
    "ConnectionReset": "it ended in the middle of an answer",
}
"""What the words in obstore's errors mean."""


def _cause(status: int, text: str) -> str:
    if status:
        return "it answered " + _found(r"status code: (\d{3}[^:\n]*)", text).strip()
    known = (cause for sign, cause in CAUSES.items() if sign in text)
    return next(known, text.partition("\n")[0].rstrip(". "))


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.DOTALL)
    return match.group(1) if match else ""


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
