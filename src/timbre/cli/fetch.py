"""A file of a service, fetched: whole or not at all under its name, and once it broke off, from where it was."""

import contextlib
import fcntl
import hashlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

from timbre.cli.remote import Server
from timbre.errors import CannotWrite, DownloadBroken, FileThere, ServerAway
from timbre.store.names import shown_name

if TYPE_CHECKING:
    import httpx

TRIES = 5
"""Times in a row that nothing more came."""

PATIENCE_S = 600.0
"""Seconds that the first byte may take: a long text is encoded when it is first asked for."""

PIPE = "-"
ANEW = "Fetch it anew."
PLAIN = {"Accept-Encoding": "identity"}


@dataclass(frozen=True, slots=True)
class Remote:
    """A file that is fetched: where it is, and what the service says of it."""

    server: Server
    path: str
    query: dict[str, str]
    tag: str
    bytes: int
    name: str


def fetch(server: Server, path: str, output: str | None, **query: str | None) -> Path | None:
    """Writes a file that the service can send in parts, and returns where it is; None: on standard output.

    output: a file, a folder, - for standard output; absent: the name that the service gives, in the folder one is in.
    What a download that was killed had lies beside the file, under a name that begins with a dot; the next download
    of the same content goes on from there.
    Raises errors.DownloadBroken, CannotWrite, FileThere, and what `Server.answer` raises.
    """
    remote = _look(server, path, {name: value for name, value in query.items() if value})
    if output == PIPE:
        _fill(remote, sys.stdout.buffer.write, 0)
        return None
    place = _place(output, remote.name)
    with _part(place, remote) as (part, file):

        def keep(data: bytes) -> None:
            file.write(data)
            file.flush()  # what has come is there, whatever ends us

        _fill(remote, keep, file.tell())
        _check(remote, part)
        part.replace(place)
    return place


def fetch_whole(server: Server, path: str, output: str | None, **query: str | None) -> Path | None:
    """Writes what is made while it is sent, such as an archive: it cannot be gone on with. Otherwise as `fetch`."""
    from timbre.cli.say import whole_file

    wanted = {name: value for name, value in query.items() if value}
    with server.answer("GET", path, params=wanted, headers=PLAIN, timeout=PATIENCE_S) as answer:
        place = None if output == PIPE else _place(output, _name(answer))
        target: Any = contextlib.nullcontext(sys.stdout.buffer) if place is None else whole_file(place)
        with target as file, byte_bar(None) as bar:
            for data in answer.iter_raw():
                file.write(data)
                bar.update(len(data))
    return place


def check_folder(output: str | None) -> None:
    """Before any work is done for it: raises errors.CannotWrite where no file can be."""
    if output and output != PIPE and not Path(output).parent.is_dir():
        raise CannotWrite(path=output, reason="there is no such folder")


def _look(server: Server, path: str, query: dict[str, str]) -> Remote:
    """Asks for the first byte: unlike the answer to HEAD, a refusal then has a sentence."""
    headers = PLAIN | {"Range": "bytes=0-0"}
    with server.answer("GET", path, params=query, headers=headers, timeout=PATIENCE_S) as answer:
        whole = answer.headers.get("content-range", "").rpartition("/")[2]
        size = int(whole or answer.headers.get("content-length", 0))
        return Remote(server, path, query, answer.headers.get("etag", ""), size, _name(answer))


def _fill(remote: Remote, write: Callable[[bytes], object], have: int) -> None:
    """Fetches what is missing, through as many answers as it takes. Raises errors.DownloadBroken."""
    tries = 0
    with byte_bar(remote.bytes, have) as bar:
        while have < remote.bytes:
            before = have
            reason = "the answer ended too early"
            try:
                for data in _rest(remote, have):
                    write(data)
                    have += len(data)
                    bar.update(len(data))
            except ServerAway as fault:
                reason = str(fault.facts.get("reason", fault))
            if have < remote.bytes:
                tries = 0 if have > before else tries + 1
                if tries == TRIES:
                    raise DownloadBroken(bytes=have, reason=reason, advice="The same command goes on from there.")
                time.sleep(min(2.0**tries / 4, 5.0))


def _rest(remote: Remote, have: int) -> Iterator[bytes]:
    headers = PLAIN | {"Range": f"bytes={have}-"} | ({"If-Range": remote.tag} if remote.tag else {})
    with remote.server.answer("GET", remote.path, params=remote.query, headers=headers, timeout=PATIENCE_S) as answer:
        if answer.headers.get("etag", "") != remote.tag or (have and answer.status_code != 206):
            raise DownloadBroken(bytes=have, reason="there is another file there now", advice=ANEW)
        yield from answer.iter_raw()


@contextlib.contextmanager
def _part(place: Path, remote: Remote) -> Iterator[tuple[Path, BinaryIO]]:
    """What is there of a file, at its end. Its name has the content's tag in it: another content has another one.

    Raises errors.CannotWrite, also while another download writes it.
    """
    tag = re.sub(r"[^0-9A-Za-z]", "", remote.tag)[:16]
    part = place.with_name(f".{place.name}.{tag or os.getpid()}.part")
    try:
        file = part.open("ab")
    except OSError as fault:
        raise CannotWrite(path=place, reason=(fault.strerror or str(fault)).lower()) from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotWrite(path=place, reason="another download writes it") from None
        if file.seek(0, os.SEEK_END) > remote.bytes:
            file.truncate(0)
        yield part, file


def _check(remote: Remote, part: Path) -> None:
    """Raises errors.DownloadBroken when the file is not what the service has."""
    tag = remote.tag.strip('"')
    if not re.fullmatch(r"[0-9a-f]{64}", tag):
        return
    with part.open("rb") as file:  # the tag of a kept file is what its bytes come to
        if hashlib.file_digest(file, "sha256").hexdigest() == tag:
            return
    part.unlink()
    raise DownloadBroken(bytes=remote.bytes, reason="what came is not what the service has", advice=ANEW)


def _place(output: str | None, name: str) -> Path:
    """Where the file goes. Raises errors.FileThere when nobody named it and there is one."""
    if output and not Path(output).is_dir():
        return Path(output)
    path = Path(output or ".") / name
    if path.exists():
        raise FileThere(path=path)
    return path


def _name(answer: "httpx.Response") -> str:
    """The file's name as the service gives it: the last part alone, whatever stands before it, and no hidden one."""
    told = answer.headers.get("content-disposition", "")
    found = re.search(r"filename\*=UTF-8''([^;]+)", told) or re.search(r'filename="([^"]+)"', told)
    return shown_name(unquote(found[1]) if found else "", "speech").lstrip(".") or "speech"


def byte_bar(whole: int | None, have: int = 0, quiet: bool = False) -> Any:
    """How much has come or gone, where somebody watches."""
    from tqdm import tqdm

    hidden = quiet or not sys.stderr.isatty()
    return tqdm(total=whole, initial=have, unit="B", unit_scale=True, leave=False, disable=hidden)
