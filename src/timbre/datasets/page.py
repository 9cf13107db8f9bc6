"""`python -m timbre.datasets.page`: lets yt-dlp look at a page for a recording or a playlist, and can do little else.

It is started by `datasets.fetch`. Of connections it can make the one to our own proxy alone (`datasets.gate`), it can
start no program, and write nowhere but in the folder that it was given. What it finds it says in lines of JSON.
"""

import json
import os
import resource
import signal
import sys
from dataclasses import asdict, dataclass
from typing import Any

NICE = 10
CPU_S, MEMORY = 900, 3 * 2**30
STARTS_A_PROGRAM = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty"}
NAMES_A_HOST = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be looked at, and within which limits."""

    address: str
    proxy: str
    port: int  # of the proxy
    folder: str
    bytes: int
    tries: int
    most: int  # entries of a playlist
    parent: int

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class _Silent:
    """What yt-dlp says on its way goes nowhere; what goes wrong it raises."""

    def debug(self, words: str) -> None: ...
    def info(self, words: str) -> None: ...
    def warning(self, words: str) -> None: ...
    def error(self, words: str) -> None: ...


def main(words: list[str]) -> int:
    """Returns 0 whatever was found; what it says tells."""
    order = Order(**json.loads(words[0]))
    _bound(order)
    try:
        from yt_dlp import YoutubeDL
        from yt_dlp.utils import YoutubeDLError
    except ImportError:
        return _say(missing=True)
    sys.addaudithook(_only(order))
    try:
        with YoutubeDL(_options(order)) as ydl:
            found = ydl.extract_info(order.address, download=False)
            if found is None:
                return _say(error="no recording was found there")
            if found.get("_type", "video") in {"playlist", "multi_video"}:
                return _say(entries=_entries(found, order.most))
            ydl.process_ie_result(found, download=True)
            return _say(title=str(found.get("title") or ""))
    except YoutubeDLError as fault:
        return _say(error=str(fault))
    except (OSError, ValueError, MemoryError, RecursionError) as fault:
        return _say(error=f"{type(fault).__name__}: {fault}")


def _options(order: Order) -> dict[str, Any]:
    def told(how_far: dict[str, Any]) -> None:
        _say(bytes=int(how_far.get("downloaded_bytes") or 0), total=int(how_far.get("total_bytes") or 0))

    return {
        "proxy": order.proxy,
        "logger": _Silent(),
        "quiet": True,
        "no_warnings": True,
        "noprogress": True,
        "progress_hooks": [told],
        "cachedir": False,
        "extract_flat": "in_playlist",
        "playlistend": order.most,
        "noplaylist": False,
        "default_search": "error",
        "enable_file_urls": False,
        "format": "bestaudio/best",  # one file: there is nothing to join two with
        "fixup": "never",
        "hls_prefer_native": True,
        "ffmpeg_location": "/nonexistent",
        "socket_timeout": 20,
        "retries": order.tries - 1,
        "fragment_retries": order.tries - 1,
        "extractor_retries": order.tries - 1,
        "max_filesize": order.bytes,
        "outtmpl": order.folder.replace("%", "%%") + "/media.%(ext)s",
        "updatetime": False,
        "geo_bypass": False,
        "match_filter": _not_live,
    }


def _not_live(found: dict[str, Any], *, incomplete: bool = False) -> str | None:
    return "it is live, and has no end" if found.get("is_live") else None


def _entries(found: dict[str, Any], most: int) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    for one in found.get("entries") or ():
        address = (one or {}).get("url") or (one or {}).get("webpage_url")
        if address and len(entries) < most:
            entries.append({"address": str(address), "title": str(one.get("title") or "")})
    return entries


def _say(**facts: Any) -> int:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()
    return 0


def _only(order: Order) -> Any:
    """What Python asks before it does something: a hook that nothing can take away again."""
    folder = os.path.realpath(order.folder)

    def hook(event: str, facts: tuple[Any, ...]) -> None:
        if event == "socket.connect" and facts[1] != ("127.0.0.1", order.port):
            raise PermissionError("there is one way out")
        if event in NAMES_A_HOST and facts[0] not in ("127.0.0.1", b"127.0.0.1"):
            raise PermissionError("names are looked up elsewhere")
        if event in STARTS_A_PROGRAM or event in {"socket.bind", "socket.sendto"}:
            raise PermissionError("that is not for here")
        writes = event == "open" and isinstance(facts[2], int) and facts[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and not os.path.realpath(str(facts[0])).startswith(folder + os.sep):
            raise PermissionError("that is not for here")

    return hook


def _bound(order: Order) -> None:
    """Lower priority, limits, and an end when whoever started us has ended."""
    os.nice(NICE)
    limits = [(resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, order.bytes + 2**20), (resource.RLIMIT_CORE, 0)]
    if sys.platform == "linux":
        import ctypes

        limits.append((resource.RLIMIT_AS, MEMORY))
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGKILL, 0, 0, 0)
    for kind, limit in limits:
        hardest = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (limit, limit) if hardest == resource.RLIM_INFINITY else (min(limit, hardest),) * 2)
    if os.getppid() != order.parent:
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
