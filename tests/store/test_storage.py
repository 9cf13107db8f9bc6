"""Files kept by their content, in a folder and in S3.

S3 is OpenStack Swift 2.38 (`swift_server.py`): a real object store with a real S3 front, four processes of it.
"""

import contextlib
import errno
import hashlib
import http.server
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from swift_server import KEY, REGION, SECRET, Swift

from timbre import errors
from timbre.settings import Settings
from timbre.store.content import CHUNK
from timbre.store.folder import Folder
from timbre.store.s3 import S3
from timbre.store.storage import Storage, storage

NOBODY = 65534
SOUND = random.Random(1).randbytes(2 * CHUNK + 12_345)
ABSENT = f"audio/ab/ab{'0' * 62}.flac"


def named(data: bytes, suffix: str, kind: str = "audio") -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"{kind}/{digest[:2]}/{digest}.{suffix}"


def chosen(url: str = "", **settings: str | Path) -> Settings:
    return Settings(_env_file=None, storage_url=url, **settings)  # type: ignore[arg-type]


def files_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swift]:
    server = Swift(tmp_path_factory.mktemp("swift"))
    try:
        server.start()
        server.make_bucket("voices")
        yield server
    finally:
        server.kill()


@pytest.fixture
def bucket(swift: Swift, tmp_path: Path) -> Storage:
    """A part of the bucket that no other test uses."""
    swift.start()
    return storage(chosen(swift.url("voices", f"here/{tmp_path.name}"), storage_key=KEY, storage_secret=SECRET))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "kept", create=True)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest) -> Storage:
    return request.getfixturevalue(request.param)


class TestEveryPlace:
    def test_is_called_by_its_content(self, place: Storage, tmp_path: Path):
        name = place.put(SOUND, ".flac")
        assert name == named(SOUND, "flac")
        source = tmp_path / "source.bin"
        source.write_bytes(SOUND)
        assert place.put(source, "flac") == name
        assert place.put(b"", "txt", kind="notes") == named(b"", "txt", "notes")
        assert source.read_bytes() == SOUND
        assert place.exists(name) and place.size(name) == len(SOUND)
        assert b"".join(place.read(name)) == SOUND
        assert b"".join(place.read(named(b"", "txt", "notes"))) == b""

    def test_is_written_once(self, place: Storage):
        place.put(SOUND, ".flac")
        before = list(place.names())
        time.sleep(1.1)  # S3's clock has seconds
        place.put(SOUND, ".flac")
        assert list(place.names()) == before

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (0, 5),
            (3, None),
            (None, 4),
            (CHUNK - 1, CHUNK + 1),
            (7, 7),
            (9, 2),
            (len(SOUND) - 3, 10**9),
            (len(SOUND), None),
            (len(SOUND) + 5, len(SOUND) + 9),
        ],
    )
    def test_is_read_in_part(self, place: Storage, start: int | None, end: int | None):
        name = place.put(SOUND, ".flac")
        assert b"".join(place.read(name, start, end)) == SOUND[start:end]

    def test_absent_is_said_at_once(self, place: Storage):
        actions: list[Callable[[], object]] = [
            lambda: place.read(ABSENT),
            lambda: place.read(ABSENT, 5, 5),
            lambda: place.read(ABSENT, 5),
            lambda: place.size(ABSENT),
            lambda: place.local(ABSENT).__enter__(),
        ]
        for action in actions:
            with pytest.raises(errors.FileGone, match=ABSENT) as raised:
                action()
            assert raised.value.status == 410
        assert not place.exists(ABSENT)
        place.delete(ABSENT)

    def test_is_deleted(self, place: Storage):
        name = place.put(SOUND, ".flac")
        place.delete(name)
        assert not place.exists(name) and not list(place.names())
        assert place.put(SOUND, ".flac") == name
        assert b"".join(place.read(name)) == SOUND

    @pytest.mark.parametrize(
        "name",
        [
            "../../etc/passwd",
            "/etc/passwd",
            "audio/ab/../../../etc/passwd",
            ABSENT.upper(),
            f"{ABSENT}/x",
            f"{ABSENT}\n",
            f"audio/cd/ab{'0' * 62}.flac",
            f"../ab/ab{'0' * 62}.flac",
            "",
        ],
    )
    def test_no_name_leads_elsewhere(self, place: Storage, name: str):
        actions: list[Callable[[], object]] = [
            lambda: place.read(name),
            lambda: place.size(name),
            lambda: place.exists(name),
            lambda: place.delete(name),
            lambda: place.local(name).__enter__(),
        ]
        for action in actions:
            with pytest.raises(errors.BadFileName):
                action()

    @pytest.mark.parametrize(("suffix", "kind"), [("../x", "audio"), ("", "audio"), ("a/b", "audio"), ("wav", "../up")])
    def test_no_suffix_leads_elsewhere(self, place: Storage, suffix: str, kind: str):
        with pytest.raises(errors.BadFileName):
            place.put(b"x", suffix, kind)
        with pytest.raises(errors.BadFileName):
            list(place.names("../"))

    def test_lists_by_prefix(self, place: Storage):
        datas = [bytes([number]) * number for number in range(1, 6)]
        for data in datas:
            place.put(data, "wav")
        clip = place.put(b"somebody's", "wav", kind="clips")
        place.check()
        found = {stored.name: stored for stored in place.names()}
        assert found.keys() == {clip, *(named(data, "wav") for data in datas)}
        for data in datas:
            stored = found[named(data, "wav")]
            assert stored.size == len(data) and abs(stored.modified.timestamp() - time.time()) < 60
            assert [one.name for one in place.names(stored.name[:12])] == [stored.name]
        assert [stored.name for stored in place.names("clips/")] == [clip]
        assert [stored.name for stored in place.names("cl")] == [clip]
        assert not list(place.names("nothing/of"))

    def test_is_a_file_for_those_who_need_one(self, place: Storage):
        name = place.put(SOUND, ".flac")
        with place.local(name) as path:
            assert path.suffix == ".flac" and path.read_bytes() == SOUND
        assert path.exists() == isinstance(place, Folder)
        assert place.exists(name)

    def test_many_put_the_same_at_once(self, place: Storage):
        with ThreadPoolExecutor(8) as threads:
            names = set(threads.map(lambda _: place.put(SOUND, ".flac"), range(16)))
        assert names == {named(SOUND, "flac")}
        assert b"".join(place.read(named(SOUND, "flac"))) == SOUND

    def test_checks(self, place: Storage):
        free = place.check()
        assert free is None if isinstance(place, S3) else free and free > 0
        assert not list(place.names())
        place.tidy()

    def test_a_large_file_takes_no_memory(self, place: Storage, tmp_path: Path):
        """200 MB there and back in a process of its own; random, so that nothing is saved by cleverness."""
        source, small = tmp_path / "large.bin", tmp_path / "small.bin"
        block = random.Random(2).randbytes(1 << 20)
        with source.open("wb") as file:
            for number in range(200):
                file.write(number.to_bytes(2, "big") + block[2:])
        small.write_bytes(block)
        place.put(b"", "txt")
        peaks = [peak_kb(place, path) for path in (small, source)]
        name = next(stored.name for stored in place.names() if stored.size == 200 << 20)
        assert peaks[1] - peaks[0] < 60_000, peaks
        place.delete(name)
        source.unlink()


THERE_AND_BACK = """
import hashlib, resource, sys
from pathlib import Path
from timbre.settings import Settings
from timbre.store.storage import storage

place = storage(Settings(_env_file=None))
name = place.put(Path(sys.argv[1]), "bin")
digest = hashlib.sha256()
for piece in place.read(name):
    assert len(piece) <= 1 << 20, len(piece)
    digest.update(piece)
assert digest.hexdigest() in name
try:  # of this program alone
    print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def settings_for(place: Storage) -> dict[str, str]:
    if isinstance(place, Folder):
        return {"TIMBRE_STORAGE_URL": f"file://{place.root}"}
    address, _, endpoint = place.where.partition(" at ")
    url = f"{address}?endpoint={endpoint}&region={REGION}"
    return {"TIMBRE_STORAGE_URL": url, "TIMBRE_STORAGE_KEY": KEY, "TIMBRE_STORAGE_SECRET": SECRET}


def peak_kb(place: Storage, source: Path) -> int:
    """The most memory that a process has which puts this file and reads it."""
    command = [sys.executable, "-c", THERE_AND_BACK, str(source)]
    done = subprocess.run(command, env=os.environ | settings_for(place), capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """A folder that this process may not look into, for as long as this lasts."""
    folder.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o700)


@pytest.fixture
def megabyte(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("wants to mount a disk, as root on Linux")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "timbre-test", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


class TestFolder:
    def test_full_disk_leaves_nothing_half_written(self, megabyte: Path):
        place = storage(chosen(f"file://{megabyte}"))
        first = place.put(SOUND, "wav")
        before = files_in(megabyte)
        larger = SOUND[::-1]
        with pytest.raises(errors.StorageFull) as raised:
            place.put(larger, "wav")
        assert raised.value.status == 507
        assert str(raised.value) == f"There is no room left in {megabyte}: no space left on device."
        assert files_in(megabyte) == before
        assert b"".join(place.read(first)) == SOUND
        assert place.put(SOUND, "wav") == first  # what is there needs no room
        place.delete(first)
        assert b"".join(place.read(place.put(larger, "wav"))) == larger

    def test_check_sees_a_full_disk(self, megabyte: Path):
        place = Folder(megabyte)
        free = place.check()
        assert free and 500_000 < free <= 1 << 20
        with contextlib.suppress(OSError), (megabyte / "others").open("wb", buffering=0) as file:
            while file.write(bytes(4096)):
                pass
        with pytest.raises(errors.StorageFull):
            place.check()
        (megabyte / "others").unlink()
        assert place.check() == free

    def test_a_copy_without_room(self, bucket: Storage, megabyte: Path, monkeypatch: pytest.MonkeyPatch):
        """The copy of an object has the temporary folder to lie in."""
        name = bucket.put(SOUND + SOUND[::-1], "wav")
        monkeypatch.setattr("tempfile.tempdir", str(megabyte))
        with pytest.raises(errors.StorageFull, match=str(megabyte)), bucket.local(name):
            pass
        assert not files_in(megabyte)

    def test_a_limit_in_the_middle_of_writing(self, folder: Folder):
        folder.check()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (CHUNK, hard))
        try:
            with pytest.raises(errors.StorageUnreadable, match=os.strerror(errno.EFBIG).lower()):
                folder.put(SOUND, "wav")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert not files_in(folder.root)
        assert folder.exists(folder.put(SOUND, "wav"))

    def test_unreadable_until_it_is_readable(self, folder: Folder):
        name = folder.put(SOUND, "wav")
        actions: list[Callable[[], object]] = [
            lambda: folder.read(name),
            lambda: folder.exists(name),
            lambda: folder.put(b"other", "wav"),
            lambda: folder.delete(name),
            lambda: list(folder.names()),
            folder.check,
            folder.tidy,
        ]
        with locked(folder.root):
            for action in actions:
                with pytest.raises(errors.StorageUnreadable) as raised:
                    action()
                assert str(raised.value).endswith("cannot be used: permission denied.")
                assert raised.value.status == 503 and raised.value.retry_after
        assert b"".join(folder.read(name)) == SOUND
        folder.check()

    def test_a_disk_that_is_not_mounted_is_not_replaced(self, tmp_path: Path):
        place = storage(chosen(f"file://{tmp_path}/mnt/kept"))
        actions: list[Callable[[], object]] = [
            lambda: place.put(b"x", "wav"),
            lambda: place.read(ABSENT),
            lambda: place.exists(ABSENT),
            lambda: place.delete(ABSENT),
            lambda: list(place.names()),
            place.check,
        ]
        for action in actions:
            with pytest.raises(errors.StorageUnreadable, match="it is not there"):
                action()
        assert not (tmp_path / "mnt").exists()
        (tmp_path / "mnt" / "kept").mkdir(parents=True)
        assert place.exists(place.put(b"x", "wav"))

    def test_the_home_folder_is_made(self, tmp_path: Path):
        place = storage(chosen(home=tmp_path / "home"))
        assert not list(place.names()) and not place.exists(ABSENT) and not (tmp_path / "home").exists()
        name = place.put(b"x", "wav")
        assert files_in(tmp_path / "home") == {f"files/{name}"}

    def test_a_broken_file_is_mended(self, folder: Folder):
        """What a disk lost in a crash is found by its size, and put again."""
        name = folder.put(SOUND, "wav")
        (folder.root / name).write_bytes(SOUND[:100])
        assert folder.put(SOUND, "wav") == name
        assert b"".join(folder.read(name)) == SOUND

    def test_what_is_not_ours_is_left_alone(self, folder: Folder):
        name = folder.put(b"x", "wav")
        (folder.root / "lost+found").mkdir(0)
        (folder.root / "README").touch()
        (folder.root / "audio" / name[6:8] / "notes.txt").touch()
        assert [stored.name for stored in folder.names()] == [name]

    def test_killed_while_writing(self, folder: Folder, tmp_path: Path):
        source = tmp_path / "large.bin"
        with source.open("wb") as file:
            file.truncate(1 << 30)
        partial = folder.root / ".partial"
        script = "import sys; from pathlib import Path; from timbre.store.folder import Folder\n"
        script += "Folder(Path(sys.argv[1]), create=True).put(Path(sys.argv[2]), 'bin')"
        process = subprocess.Popen([sys.executable, "-c", script, str(folder.root), str(source)])
        try:
            deadline = time.monotonic() + 60
            while not (partial.exists() and any(path.stat().st_size for path in partial.iterdir())):
                assert time.monotonic() < deadline and process.poll() is None
                time.sleep(0.002)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        (left,) = partial.iterdir()
        assert not list(folder.names())
        folder.tidy()
        assert left.exists()  # somebody may be writing it
        os.utime(left, (0, 0))
        folder.tidy()
        assert not files_in(folder.root)


class TestS3:
    def test_server_killed_while_reading(self, swift: Swift, bucket: Storage):
        data = random.Random(3).randbytes(24 << 20)
        name = bucket.put(data, "wav")
        pieces = bucket.read(name)
        next(pieces)
        swift.kill("proxy")
        with pytest.raises(errors.StorageAway) as raised:
            list(pieces)
        assert str(raised.value) == f"The storage {bucket.where} cannot be used now: nobody listens there."
        assert raised.value.status == 503 and raised.value.retry_after
        actions: list[Callable[[], object]] = [
            lambda: bucket.read(name),
            lambda: bucket.exists(name),
            lambda: bucket.put(b"other", "wav"),
            lambda: bucket.delete(name),
            lambda: list(bucket.names()),
            bucket.check,
        ]
        for action in actions:
            began = time.monotonic()
            with pytest.raises(errors.StorageAway, match="nobody listens there"):
                action()
            assert time.monotonic() - began < 8
        swift.start("proxy")
        assert b"".join(bucket.read(name)) == data

    def test_server_killed_while_writing(self, swift: Swift, bucket: Storage, tmp_path: Path):
        source = tmp_path / "large.bin"
        source.write_bytes(random.Random(4).randbytes(1 << 20) * 64)
        disk = swift.home / "disks"
        before = size_of(disk)
        with ThreadPoolExecutor(1) as threads:
            put = threads.submit(bucket.put, source, "bin")
            deadline = time.monotonic() + 60
            while size_of(disk) < before + (12 << 20):  # the first part is there
                assert time.monotonic() < deadline and not put.done()
                time.sleep(0.01)
            swift.kill("proxy")
            with pytest.raises(errors.StorageAway):
                put.result(60)
        swift.start("proxy")
        assert not list(bucket.names())
        name = bucket.put(source, "bin")
        assert bucket.size(name) == 64 << 20
        with bucket.local(name) as path:
            assert hashlib.sha256(path.read_bytes()).hexdigest() in name

    def test_objects_away_behind_a_server_that_answers(self, swift: Swift, bucket: Storage):
        name = bucket.put(SOUND, "wav")
        swift.kill("object")
        for action in (lambda: bucket.read(name), lambda: bucket.size(name), bucket.check):
            with pytest.raises(errors.StorageAway, match=r"now: it answered 503 Service Unavailable\.$"):
                action()
        swift.start("object")
        assert b"".join(bucket.read(name)) == SOUND

    @pytest.mark.parametrize(("key", "secret"), [(KEY, "wrong"), ("nobody", SECRET)])
    def test_wrong_credentials(self, swift: Swift, bucket: Storage, key: str, secret: str):
        place = storage(chosen(swift.url("voices"), storage_key=key, storage_secret=secret))
        actions: list[Callable[[], object]] = [
            place.check,
            lambda: place.put(b"x", "wav"),
            lambda: place.read(ABSENT),
            lambda: place.exists(ABSENT),
            lambda: list(place.names()),
        ]
        for action in actions:
            with pytest.raises(errors.StorageRefused) as raised:
                action()
            message = str(raised.value)
            assert message.startswith(
                f"The storage s3://voices at {swift.endpoint} did not accept Timbre's credentials: "
            )
            assert message.count(". ") == 0 and message.endswith(".") and secret not in message
            assert raised.value.status == 503

    def test_no_credentials(self, swift: Swift, bucket: Storage, monkeypatch: pytest.MonkeyPatch):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")  # where a machine's own role is asked for
        with pytest.raises(errors.StorageRefused, match="none were found"):
            storage(chosen(swift.url("voices"))).check()

    def test_credentials_of_the_usual_variables(self, swift: Swift, bucket: Storage, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        monkeypatch.setenv("AWS_REGION", REGION)
        storage(chosen(f"s3://voices?endpoint={swift.endpoint}")).check()

    def test_wrong_region(self, swift: Swift, bucket: Storage):
        url = f"s3://voices?endpoint={swift.endpoint}&region=eu-west-9"
        with pytest.raises(errors.StorageRefused, match="expecting 'us-east-1'"):
            storage(chosen(url, storage_key=KEY, storage_secret=SECRET)).check()

    def test_no_bucket_is_not_a_missing_file(self, swift: Swift, bucket: Storage):
        place = storage(chosen(swift.url("elsewhere"), storage_key=KEY, storage_secret=SECRET))
        actions: list[Callable[[], object]] = [
            place.check,
            lambda: place.put(b"x", "wav"),
            lambda: place.read(ABSENT),
            lambda: place.exists(ABSENT),
            lambda: place.delete(ABSENT),
            lambda: list(place.names()),
        ]
        for action in actions:
            with pytest.raises(errors.StorageAway, match=r"cannot be used now: there is no bucket 'elsewhere'\.$"):
                action()

    def test_prefixes_are_worlds_of_their_own(self, swift: Swift, bucket: Storage):
        other = storage(chosen(swift.url("voices", "else"), storage_key=KEY, storage_secret=SECRET))
        name = bucket.put(SOUND, "wav")
        assert not other.exists(name) and not list(other.names())

    def test_silent_server(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            place = S3("b", endpoint=address(silent), region=REGION, key="k", secret="s", answer_s=0.2)
            began = time.monotonic()
            with pytest.raises(errors.StorageAway, match="it does not answer"):
                place.check()
            assert time.monotonic() - began < 10

    def test_a_full_server(self):
        """Swift hides that it is full behind a 503; this one says it as MinIO does."""
        with answering(507, "<Error><Code>XMinioStorageFull</Code><Message>Free some.</Message></Error>") as endpoint:
            place = S3("b", endpoint=endpoint, region=REGION, key="k", secret="s")
            with pytest.raises(errors.StorageFull, match="it answered 507 Insufficient Storage"):
                place.check()

    @pytest.mark.parametrize(
        ("endpoint", "reason"),
        [
            ("http://127.0.0.1:1", "nobody listens there"),
            ("http://nowhere.invalid", "there is no host of this name"),
        ],
    )
    def test_wrong_endpoint(self, endpoint: str, reason: str):
        place = S3("b", endpoint=endpoint, region=REGION, key="k", secret="s")
        with pytest.raises(errors.StorageAway, match=f"now: {reason}\\.$"):
            place.check()

    def test_https_where_there_is_none(self, swift: Swift, bucket: Storage):
        place = S3("b", endpoint=swift.endpoint.replace("http:", "https:"), region=REGION, key="k", secret="s")
        with pytest.raises(errors.StorageAway, match="it does not speak TLS"):
            place.check()


def size_of(folder: Path) -> int:
    size = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size if path.is_file() else 0
    return size


def address(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@contextlib.contextmanager
def answering(status: int, body: str) -> Iterator[str]:
    """The address of a server that gives one answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class TestSetting:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("/srv/kept", "'/srv/kept' is neither s3 nor file"),
            ("ftp://host/kept", "'ftp' is neither s3 nor file"),
            ("file://srv/kept", "it names no folder of this machine; there are three slashes in file:///folder"),
            ("file:///", "it names no folder of this machine; there are three slashes in file:///folder"),
            ("file:///srv?region=x", "it has 'region' in it, which means nothing here"),
            ("s3://", "it names no bucket"),
            ("s3://b?endpiont=x", "it has 'endpiont' in it, which means nothing here"),
            ("s3://b?endpoint=host:9000", "the endpoint 'host:9000' begins with neither http:// nor https://"),
            ("s3://k:s@b", "it has a name or a password in it, which belong in settings of their own"),
            ("s3://[b", "it is no URL, Invalid IPv6 URL"),
        ],
    )
    def test_bad_urls(self, url: str, reason: str):
        with pytest.raises(errors.BadStorageUrl) as raised:
            storage(chosen(url))
        assert str(raised.value) == f"TIMBRE_STORAGE_URL cannot be used: {reason}."

    def test_half_of_the_credentials(self):
        with pytest.raises(errors.BadStorageUrl, match="only one is set"):
            storage(chosen("s3://b", storage_key="k"))

    def test_folder_names_with_spaces(self, tmp_path: Path):
        (tmp_path / "a disk").mkdir()
        assert storage(chosen(f"file://{tmp_path}/a%20disk")).put(b"x", "wav") == named(b"x", "wav")
        assert (tmp_path / "a disk" / named(b"x", "wav")).read_bytes() == b"x"

    def test_without_the_extra(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setitem(sys.modules, "obstore.store", None)
        with pytest.raises(errors.StorageExtraMissing) as raised:
            storage(chosen("s3://b"))
        assert raised.value.advice == "Install it with: pip install 'timbre-tts[s3]'"

    def test_a_folder_loads_nothing_for_s3(self):
        script = "import sys, timbre.store.storage; print('obstore' in sys.modules, 'timbre.store.s3' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
        assert done.stdout.split() == ["False", "False"]
