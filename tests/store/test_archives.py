"""Unpacking archives from outside: what comes out of good ones, and one sentence for each of the bad."""

import gzip
import io
import shutil
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hostile import zip_with

from timbre.errors import ArchiveTooLarge, BadArchive, NoRoom, TimbreError
from timbre.store.archives import Bounds, is_archive, unpack

BOUNDS = Bounds(files=50, bytes=50_000_000, ratio=100)
FILES = {"metadata.csv": b"a|Tea now.\n", "wavs/a.wav": b"RIFF" + bytes(70_000), "wavs/Árvore é.wav": b"x"}
Put = Callable[[str, bytes], Path]
Refused = Callable[..., str]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    def write(name: str, data: bytes) -> Path:
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


@pytest.fixture
def refused(put: Put, tmp_path: Path) -> Refused:
    """Unpacks what is refused, and gives the sentence. Nothing is left then, here or elsewhere."""

    def check(data: bytes, fault: type[TimbreError] = BadArchive, bounds: Bounds = BOUNDS) -> str:
        path, inner = put("up.zip", data), tmp_path / "inner"
        inner.mkdir(exist_ok=True)
        with pytest.raises(fault) as raised:
            unpack(path, inner / "new", bounds=bounds)
        shutil.rmtree(inner)
        assert list(tmp_path.iterdir()) == [path], "nothing was written, neither inside nor outside"
        assert raised.value.status in {413, 422} and "\n" not in str(raised.value)
        assert str(raised.value).startswith("up.zip ")
        return str(raised.value)

    return check


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as out:
        for name, data in files.items():
            out.writestr(name, data)
    return file.getvalue()


def member(name: str, data: bytes = b"", **facts: object) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for fact, value in facts.items():
        setattr(info, fact, value)
    return info, data


def tarred(*members: tuple[tarfile.TarInfo, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", format=format) as out:
        for info, data in members:
            out.addfile(info, io.BytesIO(data))
    return file.getvalue()


GOOD = {
    "zip": zipped(FILES),
    "stored": zipped(FILES, zipfile.ZIP_STORED),
    "pax": tarred(*(member(name, data) for name, data in FILES.items())),
    "gnu": tarred(*(member(f"./{name}", data) for name, data in FILES.items()), format=tarfile.GNU_FORMAT),
    "with folders": tarred(member("wavs", type=tarfile.DIRTYPE), *(member(name, data) for name, data in FILES.items())),
}


@pytest.mark.parametrize("kind", GOOD)
def test_what_comes_out_is_what_went_in_under_names_of_ours(put: Put, tmp_path: Path, kind: str):
    path = put("set.archive", GOOD[kind])
    assert is_archive(path)
    found = unpack(path, tmp_path / "new", bounds=BOUNDS)
    assert {name: file.read_bytes() for name, file in found.items()} == FILES
    assert sorted(file.name for file in (tmp_path / "new").iterdir()) == ["0", "1", "2"]
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    with pytest.raises(FileExistsError):
        unpack(path, tmp_path / "new", bounds=BOUNDS)
    assert len(list((tmp_path / "new").iterdir())) == 3, "what was there before is left alone"


def test_a_zip_made_on_windows_and_one_made_as_a_stream(put: Put, tmp_path: Path):
    found = unpack(put("a.zip", zip_with(name="wavs\\a.wav")), tmp_path / "a", bounds=BOUNDS)
    assert list(found) == ["wavs/a.wav"]

    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.data = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            self.data += bytes(data)
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out, out.open("a.csv", "w", force_zip64=True) as file:  # type: ignore[arg-type]
        file.write(b"a|b")
    assert unpack(put("b.zip", stream.data), tmp_path / "b", bounds=BOUNDS)["a.csv"].read_bytes() == b"a|b"


@pytest.mark.parametrize("name", ["../x", "a/../../x", "..", "a\\..\\..\\x", "wavs/../x"])
def test_a_path_that_leads_out(refused: Refused, name: str):
    assert "leads out of it" in refused(zip_with(name=name))
    assert "leads out of it" in refused(tarred(member(name, b"x")))


@pytest.mark.parametrize("name", ["/etc/passwd", "\\\\server\\x", "C:\\x", "c:x"])
def test_a_path_from_the_root(refused: Refused, name: str):
    assert "begins at the root of a disk" in refused(zip_with(name=name))
    assert "begins at the root of a disk" in refused(tarred(member(name, b"x")))


def test_names_that_cannot_be_seen_are_too_long_or_too_deep(refused: Refused):
    for name in ("a\nb.wav", "a\x1b[2J.wav", "a\0b.wav"):
        assert "signs that cannot be seen" in refused(zip_with(name=name))
    assert "signs that cannot be seen" in refused(tarred(member("a\nb.wav", b"x")))
    assert "more than 255 bytes" in refused(zip_with(name="é" * 200))
    assert "more than 16 deep" in refused(zip_with(name="a/" * 30 + "a"))
    assert "without a name" in refused(zip_with(name="."))


def test_links_devices_and_pipes(refused: Refused):
    for mode in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK):
        assert "neither a file nor a folder" in refused(zip_with(mode=mode | 0o777))
    kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
    for kind in kinds:
        good = member("good.wav", b"x")
        assert "'x', which is neither" in refused(tarred(good, member("x", type=kind, linkname="/etc/passwd")))


def test_the_same_name_twice(refused: Refused):
    for again in ("a.wav", "A.WAV", "./a.wav", "x//a.wav"):
        first = "x/a.wav" if again.startswith("x") else "a.wav"
        assert "twice" in refused(tarred(member(first, b"x"), member(again, b"y")))
    with pytest.warns(UserWarning, match="Duplicate"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as out:
            out.writestr("a.wav", b"x")
            out.writestr("a.wav", b"y")
    assert "holds 'a.wav' twice" in refused(file.getvalue())


def test_too_many_too_large_and_too_good_to_be_true(refused: Refused):
    many = {f"{number}.wav": b"x" for number in range(51)}
    assert "more than 50 files" in refused(zipped(many), ArchiveTooLarge)
    assert "more than 50 files" in refused(tarred(*(member(name, b"x") for name in many)), ArchiveTooLarge)
    folders = tarred(*(member(f"d{number}", type=tarfile.DIRTYPE) for number in range(51)))
    assert "more than 50 files" in refused(folders, ArchiveTooLarge)
    for pack in (zipped, lambda files: tarred(*(member(*item) for item in files.items()))):
        two = pack({"a": bytes(30_000_000), "b": bytes(30_000_000)})
        assert "more than 50 MB" in refused(two, ArchiveTooLarge, Bounds(50, 50_000_000, 10_000))
        assert "100 times its size" in refused(pack({"a": bytes(20_000_000)}), ArchiveTooLarge)


def test_a_header_that_lies_is_found_out_while_it_is_unpacked(refused: Refused):
    assert "damaged" in refused(zip_with(data=b"x" * 5_000, size=10)), "more inside than it says"
    assert "damaged" in refused(zip_with(data=b"x" * 10, size=5_000)), "less"
    assert "more than 50 MB" in refused(zip_with(size=60_000_000), ArchiveTooLarge)
    # a tar that goes on after its end: nothing in its headers tells of it
    endless = gzip.compress(tarfile.TarInfo("a").tobuf() + bytes(60_000_000))
    assert "times its size" in refused(endless, ArchiveTooLarge)


def test_entries_that_lie_over_each_other(refused: Refused):
    one = zip_with(data=np.random.default_rng(0).bytes(2_000))
    start = one.index(b"PK\x01\x02")
    entry, local = one[start : one.index(b"PK\x05\x06")], one[:start]
    entries = b"".join(entry.replace(b"a.wav", b"%05d" % number) for number in range(40))
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 40, 40, len(entries), len(local), 0)
    assert "lie over each other" in refused(local + entries + end)


def test_headers_that_would_fill_memory(refused: Refused):
    bombs = []
    for kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE):
        info, _ = member("x", type=kind)
        info.size = 40_000_000
        bombs.append(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(info.size), 1))
    tracemalloc.start()
    for bomb in bombs:
        assert "header" in refused(bomb)
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_header_that_announces_a_header(refused: Refused):
    info, _ = member("x", type=tarfile.XHDTYPE)
    info.size = 512
    one = info.tobuf() + b"12 path=abc\n".ljust(512, b"\0")
    assert "damaged" in refused(gzip.compress(one * 3_000))


def test_a_table_of_contents_that_is_most_of_a_zip(refused: Refused):
    one = zip_with(data=b"")
    start = one.index(b"PK\x01\x02")
    entries = one[start : one.index(b"PK\x05\x06")] * 100_000
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 65_535, 65_535, len(entries), start, 0)
    assert "header" in refused(one[:start] + entries + end)


def test_locked_or_packed_in_a_way_that_costs_memory(refused: Refused):
    assert "password" in refused(zip_with(flags=1))
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "uncommon way" in refused(zipped({"a": b"x"}, method))


@pytest.mark.parametrize("kind", GOOD)
def test_damage_anywhere_is_one_sentence(refused: Refused, kind: str):
    data = GOOD[kind]
    for share in (0.02, 0.3, 0.7, 0.99):
        refused(data[: int(len(data) * share)])
    random = np.random.default_rng(1)
    for _ in range(40):
        broken = bytearray(data)
        broken[4:] = random.bytes(len(data) - 4) if random.random() < 0.2 else broken[4:]
        for at in random.integers(0, len(broken), 200):
            broken[at] = random.integers(256)
        refused(bytes(broken), (BadArchive, ArchiveTooLarge))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"MZ" + bytes(99), b"\xfd7zXZ\0", b"7z\xbc\xaf'\x1c", b"Rar!\x1a\x07", tarfile.TarInfo("a").tobuf()],
)
def test_what_is_no_archive(refused: Refused, put: Put, data: bytes):
    assert "neither a ZIP nor a .tar.gz" in refused(data)
    assert not is_archive(put("up.zip", data))


def test_a_packed_text_an_empty_one_and_a_folder(refused: Refused, tmp_path: Path):
    assert "no .tar.gz" in refused(gzip.compress(b"a|b\n" * 300))
    assert "no file" in refused(zipped({}))
    assert "no file" in refused(tarred(member("wavs", type=tarfile.DIRTYPE)))
    with pytest.raises(BadArchive):
        unpack(tmp_path, tmp_path / "new", bounds=BOUNDS)


def test_an_archive_inside_an_archive_stays_closed(put: Put, tmp_path: Path):
    inner = zipped({"../x": b"x"})
    found = unpack(put("a.zip", zipped({"inner.zip": inner})), tmp_path / "new", bounds=BOUNDS)
    assert found["inner.zip"].read_bytes() == inner


def test_a_full_disk(put: Put, tmp_path: Path):
    path = put("a.zip", GOOD["zip"])
    for data in (GOOD["zip"], GOOD["pax"]):
        put("a.zip", data)
        with pytest.raises(NoRoom) as raised:
            unpack(path, tmp_path / "new", bounds=Bounds(50, 50_000_000, 100, reserve=10**18))
        assert raised.value.status == 507 and str(raised.value).startswith("a.zip needs ")
        assert not (tmp_path / "new").exists()
