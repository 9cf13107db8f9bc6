"""A local server that answers like the hub: a model's list of files, and the files, in parts where asked."""

import hashlib
import json
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from timbre.engine.protocol import read_voices

COMMIT = "6c2b0d75eae4b7047358e3b6bd9325f857d43f77"

SLICE = 2**16


@dataclass
class Hub:
    """What the server has, and what it was asked. cut: a file that breaks off after so many bytes, once.
    pace: bytes a second; 0: as fast as can be.
    """

    files: Mapping[str, bytes]
    lies: dict[str, str] = field(default_factory=dict)  # a file's name: the SHA-256 that is claimed of it
    cut: dict[str, int] = field(default_factory=dict)
    down: bool = False
    pace: int = 0
    ranges: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    def sha256(self, name: str) -> str:
        return self.lies.get(name, hashlib.sha256(self.files[name]).hexdigest())

    def sibling(self, name: str) -> dict:
        data = self.files[name]
        git = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
        about = {"rfilename": name, "size": len(data), "blobId": git}
        if name.endswith(".pth"):
            about["lfs"] = {"sha256": self.sha256(name), "size": len(data), "pointerSize": 130}
        return about


def tiny_release(engine_folder: Path, folder: Path) -> dict[str, bytes]:
    """The files of an xtts-v2 that is the tiny model in the public layout. folder: where they may be made."""
    import torch

    voices = read_voices((engine_folder / "voices.safetensors").read_bytes())
    studio = {
        name.title(): {
            "gpt_cond_latent": torch.from_numpy(voice.latents)[None],
            "speaker_embedding": torch.from_numpy(voice.embedding)[None, :, None],
        }
        for name, voice in voices.items()
    }
    path = folder / "speakers_xtts.pth"
    torch.save(studio, path)
    files = {name: (engine_folder / name).read_bytes() for name in ("config.json", "vocab.json", "model.pth")}
    files |= {"speakers_xtts.pth": path.read_bytes(), "dvae.pth": bytes(2_000_000), "mel_stats.pth": bytes(90)}
    return files | {"LICENSE.txt": b"Coqui Public Model License 1.0.0"}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def do_GET(self) -> None:
            self.answer(body=True)

        def answer(self, body: bool) -> None:
            path = self.path.split("?")[0]
            if hub.down:
                return self.send(503, {}, b"down", body)
            if path.startswith("/api/models/coqui/XTTS-v2"):
                listing = {"id": "coqui/XTTS-v2", "sha": COMMIT, "siblings": [hub.sibling(name) for name in hub.files]}
                return self.send(200, {"Content-Type": "application/json"}, json.dumps(listing).encode(), body)
            if path.startswith("/cdn/"):
                return self.file(path.removeprefix("/cdn/"), body)
            found = re.fullmatch(r"/coqui/XTTS-v2/resolve/([^/]+)/(.+)", path)
            if not found or found[2] not in hub.files:
                return self.send(404, {"X-Error-Code": "EntryNotFound"}, b"", body)
            if found[2].endswith(".pth"):  # large files lie elsewhere
                return self.send(302, {"Location": f"{hub.url}/cdn/{found[2]}"}, b"", body)
            return self.file(found[2], body)

        def file(self, name: str, body: bool) -> None:
            data = hub.files[name]
            etag = hub.sha256(name) if name.endswith(".pth") else hub.sibling(name)["blobId"]
            headers = {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
            asked = self.headers.get("Range")
            if body:
                hub.ranges.append((name, asked))
            status, start = 200, 0
            if asked and (found := re.fullmatch(r"bytes=(\d+)-", asked)):
                status, start = 206, int(found[1])
                headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            if body and name in hub.cut:
                end = hub.cut.pop(name)
                self.send(status, headers | {"Content-Length": str(len(data) - start)}, data[start:end], body)
                self.close_connection = True
                hub.down = True  # the line is dead: the package's own retries find nothing either
                return
            self.send(status, headers, data[start:], body)

        def send(self, status: int, headers: dict[str, str], data: bytes, body: bool) -> None:
            self.send_response(status)
            for key, value in ({"Content-Length": str(len(data))} | headers).items():
                self.send_header(key, value)
            self.end_headers()
            with suppress(ConnectionError):  # whoever fetches may leave
                for start in range(0, len(data) if body else 0, SLICE):
                    self.wfile.write(data[start : start + SLICE])
                    if hub.pace:
                        time.sleep(SLICE / hub.pace)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
