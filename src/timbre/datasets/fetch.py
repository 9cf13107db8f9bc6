"""Recordings from addresses: a file is fetched as it is, a page or a playlist is given to yt-dlp, in a process of its
own (`datasets.page`). All of it goes through the gate, which looks at every connection.
"""

import json
import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from timbre.audio.sniff import HEAD, demuxers
from timbre.datasets import page
from timbre.datasets.addresses import Reach, checked
from timbre.datasets.gate import Gate
from timbre.errors import AddressRefused, MissingExtra, NotAudio, NotFetched, SourceTooLarge
from timbre.settings import Settings
from timbre.store.archives import is_archive
from timbre.store.names import shown_name
from timbre.store.room import check_room, is_full, no_room

if TYPE_CHECKING:
    import httpx

OnBytes = Callable[[int, int], None]
"""Told how many bytes are here, and how many there are; 0: nobody knows. May raise, to end it."""

CONNECT_S, STALLED_S = 20.0, 60.0
PAUSE_S = 1.0
"""Before the second try; doubled each time."""

SILENT_S = 300.0
"""Seconds without a word after which yt-dlp is given up."""

LOOKED_EVERY = 64_000_000
PAGES = ("text/", "html", "xml", "json", "mpegurl")
"""Parts of content types that yt-dlp may make something of."""

SOURCE = Path(__file__).parents[2]
KEPT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR")
MISSING = MissingExtra(what="Fetching from pages and playlists", extra="datasets")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was fetched."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a playlist."""

    address: str
    title: str


def fetch(address: str, folder: Path, chosen: Settings, told: OnBytes) -> Fetched | list[Entry]:
    """What an address holds: a recording or an archive as a file in `folder`, or the entries of a playlist.

    What was fetched before into the same folder is gone on with, where the server can do that.
    Raises errors.BadAddress, AddressRefused, NotFetched, SourceTooLarge, NotAudio, NoRoom, MissingExtra, and what
    `told` raises.
    """
    address = checked(address)
    with Gate(Reach.of(chosen)) as gate:
        found = _File(address, folder, chosen, gate, told).fetched()
        return found or _by_page(address, folder, chosen, gate, told)


class _File:
    """A file on its way."""

    def __init__(self, address: str, folder: Path, chosen: Settings, gate: Gate, told: OnBytes) -> None:
        self.address, self.gate, self.told = address, gate, told
        self.most, self.tries = chosen.source_mb * 1_000_000, chosen.fetch_tries
        self.reserve = chosen.disk_reserve_mb * 1_000_000
        self.path, self.mark = folder / "file", folder / "mark"  # the mark: which version of it is here
        self.name = shown_name(unquote(urlsplit(address).path), urlsplit(address).hostname or "The file")

    def fetched(self) -> Fetched | None:
        """The file, or None where it is a page. Raises errors.AddressRefused, NotFetched and others."""
        import httpx

        reason = ""
        for number in range(self.tries):
            if number:
                self._wait(PAUSE_S * 2 ** (number - 1))
            self.gate.refusal = None
            try:
                return self._tried()
            except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.TooManyRedirects):
                raise self._failed("it leads nowhere that can be fetched from") from None
            except httpx.HTTPError as fault:
                if isinstance(self.gate.refusal, AddressRefused):
                    raise self.gate.refusal from None
                reason = str(self.gate.refusal or fault or type(fault).__name__)
            except OSError as fault:
                if is_full(fault):
                    raise no_room(self.name, self.path.parent, 0) from None
                raise
        raise self._failed(_plain(reason) or "the connection broke")

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.told(self._have(), 0)
            time.sleep(min(left, 0.3))

    def _have(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def _tried(self) -> Fetched | None:
        import httpx

        have, mark = self._have(), self.mark.read_text() if self.mark.exists() else ""
        headers = {"Accept-Encoding": "identity", "User-Agent": "timbre"}
        if have and mark:
            headers |= {"Range": f"bytes={have}-", "If-Range": mark}
        limits = httpx.Timeout(STALLED_S, connect=CONNECT_S)
        with (
            httpx.Client(proxy=self.gate.url, trust_env=False, follow_redirects=True, timeout=limits) as client,
            client.stream("GET", self.address, headers=headers) as answer,
        ):
            if answer.status_code == 416 and have:
                if answer.headers.get("content-range") == f"bytes */{have}":
                    return Fetched(self.path, _named(answer) or self.name)  # all of it was here
                self.mark.unlink(missing_ok=True)
                self.path.unlink(missing_ok=True)
                raise httpx.ReadError("it changed meanwhile")
            self._check(answer)
            goes_on = answer.status_code == 206 and answer.headers.get("content-range", "").startswith(f"bytes {have}-")
            return self._taken(answer, have if goes_on else 0)

    def _check(self, answer: "httpx.Response") -> None:
        """Raises what its status means."""
        import httpx

        if answer.is_success:
            return
        if isinstance(self.gate.refusal, AddressRefused):
            raise self.gate.refusal
        if self.gate.refusal or answer.status_code >= 500 or answer.status_code in {408, 425, 429}:
            raise httpx.ReadError(f"the server answered {answer.status_code}")
        raise self._failed(f"the server answered {answer.status_code}")

    def _taken(self, answer: "httpx.Response", have: int) -> Fetched | None:
        size = int(answer.headers.get("content-length") or 0)
        total = have + size if size else 0
        if total > self.most:
            raise SourceTooLarge(file=self.name, megabytes=self.most // 1_000_000)
        check_room(self.name, self.path.parent, size, self.reserve)
        tag = answer.headers.get("etag", "")
        self.mark.write_text(answer.headers.get("last-modified", "") if not tag or tag.startswith("W/") else tag)
        self.name = _named(answer) or self.name
        looked, known, since = have, have > 0, time.monotonic()
        with self.path.open("r+b" if have else "wb") as file:
            file.seek(have)
            for chunk in answer.iter_raw():
                file.write(chunk)
                have += len(chunk)
                if have > self.most:
                    raise SourceTooLarge(file=self.name, megabytes=self.most // 1_000_000)
                if not known and have >= HEAD:
                    file.flush()
                    known = True
                    if self._is_page(answer):
                        return None
                if have >= looked + LOOKED_EVERY:
                    looked = have
                    check_room(self.name, self.path.parent, LOOKED_EVERY, self.reserve)
                if time.monotonic() - since > 0.2:
                    since = time.monotonic()
                    self.told(have, total)
        return None if self._is_page(answer) else Fetched(self.path, self.name)

    def _is_page(self, answer: "httpx.Response") -> bool:
        """Whether what came is none of what is kept, but yt-dlp may know it. Raises errors.NotAudio."""
        with self.path.open("rb") as file:
            head = file.read(HEAD)
        if is_archive(self.path) or demuxers(head) is not None:
            return False
        kind = answer.headers.get("content-type", "").lower()
        if not kind or any(word in kind for word in PAGES) or head.lstrip()[:9].lower() in {b"<!doctype", b"#extm3u"}:
            return True
        raise NotAudio(file=self.name)

    def _failed(self, reason: str) -> NotFetched:
        return NotFetched(address=_short(self.address), reason=reason)


def _by_page(address: str, folder: Path, chosen: Settings, gate: Gate, told: OnBytes) -> Fetched | list[Entry]:
    """What yt-dlp finds there."""
    gate.refusal = None
    place = folder / "page"
    place.mkdir(exist_ok=True)
    most = chosen.source_mb * 1_000_000
    order = page.Order(
        address, gate.url, gate.port, str(place), most, chosen.fetch_tries, chosen.fetch_most, os.getpid()
    )
    said = _heard(order, told)
    if said.get("missing"):
        raise MISSING
    if "entries" in said:
        return [Entry(str(one["address"]), str(one["title"])) for one in said["entries"]]
    files = [path for path in place.iterdir() if path.suffix not in {".part", ".ytdl"} and path.is_file()]
    if "error" in said or not files:
        if isinstance(gate.refusal, AddressRefused):
            raise gate.refusal
        raise NotFetched(
            address=_short(address), reason=_plain(said.get("error", "")) or "no recording was found there"
        )
    biggest = max(files, key=lambda path: path.stat().st_size)
    return Fetched(biggest, shown_name(str(said.get("title", "")).replace("/", " "), "A recording"))


def _heard(order: page.Order, told: OnBytes) -> dict[str, Any]:
    """Runs it to its end and returns the last that it said. Raises what `told` raises; it has ended then."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = {"PYTHONPATH": str(SOURCE), "LC_ALL": "C.UTF-8", "HOME": order.folder, "YTDLP_NO_PLUGINS": "1"} | kept
    words = [sys.executable, "-s", "-P", "-B", "-m", page.__name__, str(order)]
    said: dict[str, Any] = {}
    how_far = (0, 0)
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/"
    ) as process:
        try:
            for line in _lines(process, lambda: told(*how_far)):  # noqa: B023
                said = json.loads(line)
                how_far = said.get("bytes", 0), said.get("total", 0)
        finally:
            process.kill()
    return said


def _lines(process: "subprocess.Popen[bytes]", waited: Callable[[], object]) -> Any:
    """Its lines as they come; in between somebody is told that it is waited for."""
    assert process.stdout is not None
    left, heard = b"", time.monotonic()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() - heard < SILENT_S:
            waited()
            if not ready.select(0.3):
                continue
            data = os.read(process.stdout.fileno(), 65_536)
            if not data:
                return
            heard = time.monotonic()
            *whole, left = (left + data).split(b"\n")
            yield from whole


def _named(answer: "httpx.Response") -> str:
    """What the server calls the file, or the address that it led to."""
    told = re.search(r'filename="?([^";]+)"?', answer.headers.get("content-disposition", ""))
    return shown_name(told.group(1) if told else unquote(answer.url.path), "")


def _short(address: str) -> str:
    return address if len(address) <= 80 else f"{address[:79]}…"


def _plain(words: str) -> str:
    """What a library says, as the end of a sentence."""
    words = re.sub(r"\x1b\[[\d;]*m", "", words).partition("\n")[0]
    words = (
        re.sub(r"^(ERROR: ?)?(\[[\w:+.-]+\] ?)*", "", words).partition("; please report")[0].partition(" (caused by")[0]
    )
    words = re.sub(r"timbre:[\w-]+@", "", words)[:160].strip().rstrip(".")
    return words[:1].lower() + words[1:]
