"""Files that come in over HTTP: on disk as they come, gone with the answer, and harmless whatever they are."""

import asyncio
import contextlib
import errno
import json
import os
import socket
import stat
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, File, Form, UploadFile
from hostile import lying_wav, silence_bomb, texts, with_picture
from recordings import file_of, speech
from running import Service

from timbre.api import errors, forms
from timbre.api.uploads import Uploaded, Uploading, Uploads, kept
from timbre.settings import Settings

RATE = 22_050
Clone = Callable[..., httpx.Response]


@pytest.fixture
def clone(http: httpx.Client, service: Service) -> Iterator[Clone]:
    """POST /voices/clone, after which nothing lies in the spool."""

    def post(*files: tuple[str, bytes], **fields: str) -> httpx.Response:
        form = {"name": "Maria", "consent": "She agreed."} | fields
        answer = http.post("/voices/clone", data=form, files=[("files", file) for file in files])
        assert spooled(service.home) == []
        return answer

    yield post


def spooled(home: Path) -> list[Path]:
    return list((home / "spool").rglob("*"))


def sentence(answer: httpx.Response, status: int, code: str) -> str:
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code), answer.text
    assert error["message"].endswith(".") and error["message"].isprintable() and error["hint"]
    return str(error["message"])


# As a whole


HOSTILE = {
    **{name: (data, "not_audio") for name, data in texts("http://127.0.0.1:9/a.wav").items()},
    "nothing.wav": (b"", "not_audio"),
    "noise.wav": (os.urandom(50_000), "not_audio"),
    "head.wav": (b"RIFF\xff\xff\xff\xffWAVEfmt ", "not_audio"),
    "bomb.flac": (silence_bomb(10), "no_speech"),
    "cut.m4a": (file_of(speech(44_100), 44_100, "ipod", "aac")[:20_000], "not_audio"),
    "program.exe": (b"MZ" + bytes(3_000), "not_audio"),
}


def test_each_hostile_file_is_refused_by_its_name_and_leaves_nothing(clone: Clone, service: Service):
    before = sorted((service.home / "voices").glob("*"))
    for name, (data, code) in HOSTILE.items():
        assert name in sentence(clone((name, data)), 422, code)
    assert sorted((service.home / "voices").glob("*")) == before
    assert stat.S_IMODE((service.home / "spool").stat().st_mode) == 0o700
    assert "Traceback" not in service.log.read_text()


def test_what_is_odd_but_sound_makes_a_voice(clone: Clone, http: httpx.Client):
    mp3 = file_of(speech(44_100), 44_100, "mp3", "libmp3lame")
    for name, data in (("a.wav", lying_wav(speech(RATE), RATE)), ("a.mp3", with_picture(mp3, 3_000_000))):
        answer = clone((name, data))
        assert answer.status_code in {201, 202}, answer.text
        voice = answer.json().get("voice_id") or answer.json()["id"]
        assert http.delete(f"/voices/{voice}").status_code == 204


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../x", "x"), ("..", "file 1"), ("/etc/passwd", "passwd"), ("C:\\a\\tape.wav", "tape.wav")],
)
def test_a_name_is_only_shown(clone: Clone, service: Service, name: str, shown: str):
    assert sentence(clone((name, b"x")), 422, "not_audio").startswith(f"{shown} is not audio")
    assert not (service.home / "x").exists() and not (service.home.parent / "x").exists()


def test_others_are_served_while_bombs_are_defused(http: httpx.Client, service: Service):
    files, slowest = {"files": ("bomb.flac", silence_bomb(10))}, 0.0
    with ThreadPoolExecutor() as several:
        form = {"name": "Maria", "consent": "She agreed."}
        asked = [several.submit(http.post, "/voices/clone", data=form, files=files) for _ in range(3)]
        while not all(one.done() for one in asked):
            began = time.monotonic()
            assert http.get("/health").status_code == 200
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.05)
    assert slowest < 2
    assert {sentence(one.result(), 422, "no_speech") for one in asked} == {"There is no speech in bomb.flac."}
    assert spooled(service.home) == []


def half_sent(service: Service) -> socket.socket:
    """A client that has sent the half of a recording."""
    client = socket.create_connection(("127.0.0.1", int(service.url.rpartition(":")[2])))
    head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n' + b"RIFF" * 100_000
    client.sendall(
        b"POST /voices/clone HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        b"Content-Length: 2000000\r\n\r\n" + head
    )
    return client


def until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_file_lies_in_the_spool_while_it_comes_and_is_gone_when_its_client_is(service: Service):
    with half_sent(service):
        until(lambda: sum(path.stat().st_size for path in spooled(service.home) if path.is_file()) >= 300_000)
        [folder, file] = sorted(spooled(service.home))
        assert file.name == "0" and stat.S_IMODE(folder.stat().st_mode) == 0o700
    until(lambda: spooled(service.home) == [])
    assert "Traceback" not in service.log.read_text()


# Its parts, in this process


@contextlib.asynccontextmanager
async def receiving(home: Path, **chosen: int) -> AsyncIterator[httpx.AsyncClient]:
    """A route that tells of what it was sent."""
    app = FastAPI()
    errors.install(app)
    app.router.route_class = Uploading

    @app.post("/")
    async def tell(uploads: Uploaded, files: Annotated[list[UploadFile], File()], name: Annotated[str, Form()]) -> dict:
        found = [(shown, path.stat().st_size) for shown, path in kept(files)]
        sizes = [file.size for file in files]
        return {"name": name, "found": await uploads.work(list, found), "sizes": sizes}

    settings = Settings(home=home, **chosen)  # type: ignore[arg-type]
    with Uploads(settings) as app.state.uploads:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x", timeout=60) as client:
            yield client
    assert list((home / "spool").glob("*")) == []


def body(*parts: tuple[str, bytes], end: bytes = b"--b--\r\n") -> bytes:
    return (
        b"".join(
            b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + data + b"\r\n"
            for head, data in parts
        )
        + end
    )


FORM = {"content-type": "multipart/form-data; boundary=b"}
NAME = ('name="name"', b"Maria")


def posted(home: Path, content: object, headers: dict[str, str] = FORM, **chosen: int) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with receiving(home, **chosen) as client:
            return await client.post("/", content=content, headers=headers)  # type: ignore[arg-type]

    return asyncio.run(ask())


def test_a_form_is_read_whatever_its_signs(tmp_path: Path):
    content = body(
        ('name="name"', "Mária".encode()),
        ('name="files"; filename="ä.wav"', b"\r\n--c\r\n" * 3),
        ('name="files"; filename="b"', b""),
    )
    answer = posted(tmp_path, content).json()
    assert answer == {"name": "Mária", "found": [["ä.wav", 21], ["b", 0]], "sizes": [21, 0]}


def test_a_large_one_is_never_in_memory(tmp_path: Path):
    chunk = os.urandom(60_000)

    async def large() -> AsyncIterator[bytes]:
        yield body(NAME, end=b"")
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(1_000):
            yield chunk
        yield b"\r\n--b--\r\n"

    tracemalloc.start()
    answer = posted(tmp_path, large())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.json()["found"] == [["a", 60_000_000]] and peak < 6_000_000


def test_what_is_no_form_is_not_read(tmp_path: Path):
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"a=" + b"x" * 100_000 + b"&"
        raise AssertionError("nobody has to read this")

    for kind in ("application/x-www-form-urlencoded", "application/octet-stream", "text/plain"):
        answer = posted(tmp_path, endless(), {"content-type": kind})
        assert sentence(answer, 422, "invalid_request") == "files: it is missing."


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (body(NAME, end=b""), "it ended too early"),
        (body(NAME, ('name="files"; filename="a"', b"x"))[:-30], "it ended too early"),
        (b"", "it ended too early"),
        (b"no form at all", "not a form that can be read"),
        (body(("x", b"x")), "a field has no name"),
        (body((f'name="{"x" * 9_000}"', b"x")), "can be read|too long"),
        (body(('name="name"', b"x" * 100_001)), "more than 100000 bytes"),
        (body(*[NAME] * 101), "more than 100 fields"),
        (body(*[('name="files"; filename="a"', b"x")] * 101), "more than 100 files"),
    ],
)
def test_a_form_that_is_wrong(tmp_path: Path, content: bytes, words: str):
    found = sentence(posted(tmp_path, content), 422, "invalid_request")
    assert found.startswith("The body: ") and any(word in found for word in words.split("|"))


def test_a_form_without_a_boundary_or_with_an_endless_one(tmp_path: Path):
    for kind in (
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'b' * 5_000}",
    ):
        assert "boundary" in sentence(posted(tmp_path, b"", {"content-type": kind}), 422, "invalid_request")


def test_a_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = body(NAME, ('name="files"; filename="a"', b"x" * 100))
    assert posted(tmp_path, content).status_code == 200
    full = {"disk_reserve_mb": 10**12}
    assert sentence(posted(tmp_path, content, **full), 507, "no_room").startswith("The upload needs ")

    async def unannounced() -> AsyncIterator[bytes]:
        yield body(NAME, end=b"")
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(1_000):
            yield b"x" * 60_000
        raise AssertionError("it should have been refused before")

    assert sentence(posted(tmp_path, unannounced(), **full), 507, "no_room")

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(forms.Form, "write", fails)  # the disk is filled by somebody else meanwhile
    assert sentence(posted(tmp_path, content), 507, "no_room")


def test_leftovers_of_a_crash_are_gone_when_it_starts(tmp_path: Path):
    left = tmp_path / "spool" / "tmpabc"
    left.mkdir(parents=True)
    (left / "0").write_bytes(b"x")
    with Uploads(Settings(home=tmp_path)):
        assert not left.exists()


def test_the_document_tells_of_the_files(http: httpx.Client):
    document = http.get("/openapi.json").json()
    [form] = document["paths"]["/voices/clone"]["post"]["requestBody"]["content"].values()
    assert set(document["components"]["schemas"][form["schema"]["$ref"].rpartition("/")[2]]["required"]) == {
        "files", "name", "consent",
    }  # fmt: skip
    assert json.dumps(document).count('"/voices/clone"') == 1
