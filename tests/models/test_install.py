"""Installing xtts-v2: from a server that answers like the hub, and from files that are already here."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hub import COMMIT, Hub, serving

from timbre.errors import (
    BadCheckpoint,
    DownloadFailed,
    LicenceNotAccepted,
    ModelIncomplete,
    NoRoom,
    NotInstallable,
    WrongChecksum,
)
from timbre.models import hub as fetching
from timbre.models import install as installing
from timbre.models import licence
from timbre.models.install import install, install_from

LARGE = 3_000_000


@pytest.fixture
def files() -> dict[str, bytes]:
    random = np.random.default_rng(0)
    return {
        "config.json": b'{"model": "xtts", "languages": ["en", "pt"]}',
        "vocab.json": b"{}",
        "model.pth": random.bytes(LARGE),
        "speakers_xtts.pth": random.bytes(500),
        "dvae.pth": random.bytes(700),
        "mel_stats.pth": random.bytes(90),
        "LICENSE.txt": b"Coqui Public Model License 1.0.0",
        "samples/en_sample.wav": b"not wanted",
    }


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[Hub]:
    with serving(Hub(files)) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    licence.accept(tmp_path, "xtts-v2", "a tester")
    return tmp_path


def models(home: Path) -> list[str]:
    folder = home / "models"
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else []


def test_a_whole_download(hub: Hub, home: Path, files: dict[str, bytes]):
    seen: list[tuple[str, int, int]] = []
    folder = install("xtts-v2", home, lambda *step: seen.append(step), hub.url)
    assert folder == home / "models" / "xtts-v2"
    for name in installing.FILES:
        assert (folder / name).read_bytes() == files[name]
    assert {path.name for path in folder.iterdir()} == {*installing.FILES, "installed.json"}
    record = json.loads((folder / "installed.json").read_text())
    assert record["revision"] == COMMIT and record["source"] == "coqui/XTTS-v2"
    assert record["files"]["model.pth"] == {"size": LARGE, "sha256": hashlib.sha256(files["model.pth"]).hexdigest()}
    large = [done for name, done, total in seen if name == "model.pth" and total == LARGE]
    assert large[0] == 0 and large[-1] == LARGE and large == sorted(large)


def test_what_is_installed_is_not_fetched_again(hub: Hub, home: Path):
    folder = install("xtts-v2", home, endpoint=hub.url)
    hub.ranges.clear()
    assert install("xtts-v2", home, endpoint=hub.url) == folder and not hub.ranges


def test_a_download_that_was_cut_goes_on_where_it_stopped(hub: Hub, home: Path, files: dict[str, bytes], monkeypatch):
    monkeypatch.setattr(fetching, "CHUNK", 100_000)
    hub.cut = {"model.pth": 1_200_000}
    with pytest.raises(DownloadFailed) as raised:
        install("xtts-v2", home, endpoint=hub.url)
    assert "goes on where it stopped" in raised.value.advice
    assert models(home) == [], "nothing half-installed may be seen"
    hub.down = False
    hub.ranges.clear()
    seen: list[tuple[str, int, int]] = []
    folder = install("xtts-v2", home, lambda *step: seen.append(step), hub.url)
    assert (folder / "model.pth").read_bytes() == files["model.pth"]
    [(_, asked)] = [found for found in hub.ranges if found[0] == "model.pth"]
    assert asked and 0 < int(asked.removeprefix("bytes=").removesuffix("-")) <= 1_200_000
    assert "config.json" not in [name for name, _ in hub.ranges], "what was complete is kept"
    assert next(done for name, done, _ in seen if name == "model.pth") > 0, "progress begins where it goes on"


@pytest.mark.parametrize("name", ["model.pth", "vocab.json"])
def test_a_wrong_checksum_installs_nothing_and_the_next_try_is_whole(hub: Hub, home: Path, files, name: str):
    right = files[name]
    wrong = bytes([right[0] ^ 1]) + right[1:]
    claimed = hub.sibling(name)
    hub.sibling = lambda asked, real=hub.sibling: claimed if asked == name else real(asked)  # type: ignore[method-assign]
    hub.files[name] = wrong
    with pytest.raises(WrongChecksum, match=name):
        install("xtts-v2", home, endpoint=hub.url)
    assert models(home) == []
    hub.files[name] = right
    assert (install("xtts-v2", home, endpoint=hub.url) / name).read_bytes() == right


def test_a_hub_that_is_down_or_lacks_a_file(hub: Hub, home: Path, files: dict[str, bytes]):
    hub.down = True
    with pytest.raises(DownloadFailed, match="503"):
        install("xtts-v2", home, endpoint=hub.url)
    hub.down = False
    del files["dvae.pth"]
    with pytest.raises(ModelIncomplete, match=r"dvae\.pth"):
        install("xtts-v2", home, endpoint=hub.url)
    assert models(home) == []


def test_nobody_there(home: Path):
    with pytest.raises(DownloadFailed) as raised:
        install("xtts-v2", home, endpoint="http://127.0.0.1:9")
    assert "\n" not in str(raised.value) and models(home) == []


def test_too_little_room(hub: Hub, home: Path, monkeypatch):
    class Usage:
        free = 1_000_000

    monkeypatch.setattr(installing.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(NoRoom):
        install("xtts-v2", home, endpoint=hub.url)
    assert models(home) == []


def test_the_licence_comes_first(hub: Hub, tmp_path: Path):
    with pytest.raises(LicenceNotAccepted):
        install("xtts-v2", tmp_path, endpoint=hub.url)
    assert not hub.ranges and not (tmp_path / "models").exists()


def test_only_what_can_be_installed(home: Path):
    for name in ("gpt-9", "../../etc", "mini"):
        with pytest.raises(NotInstallable):
            install(name, home)


# From a folder


@pytest.fixture
def source(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("downloads")
    for name, data in files.items():
        if "/" not in name:
            (folder / name).write_bytes(data)
    return folder


def test_files_that_are_here_are_copied(source: Path, home: Path, files: dict[str, bytes]):
    (source / "notes.txt").write_text("not wanted")
    folder = install_from("xtts-v2", source, home)
    assert {path.name for path in folder.iterdir()} == {*installing.FILES, "installed.json"}
    assert (folder / "model.pth").read_bytes() == files["model.pth"] and (source / "model.pth").exists()
    assert install_from("xtts-v2", source, home) == folder


def test_files_for_training_may_be_missing(source: Path, home: Path):
    (source / "dvae.pth").unlink()
    assert not (install_from("xtts-v2", source, home) / "dvae.pth").exists()


def test_a_folder_that_lacks_a_file_is_refused_by_its_name(source: Path, home: Path):
    (source / "model.pth").unlink()
    with pytest.raises(ModelIncomplete, match=r"lacks model\.pth"):
        install_from("xtts-v2", source, home)
    assert models(home) == []


def test_a_configuration_that_is_none_is_refused(source: Path, home: Path):
    (source / "config.json").write_text("[1, 2]")
    with pytest.raises(BadCheckpoint):
        install_from("xtts-v2", source, home)
    assert models(home) == []


def test_a_copy_that_fails_leaves_nothing(source: Path, home: Path, monkeypatch):
    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(installing.shutil, "copyfile", broken)
    with pytest.raises(OSError, match="gone"):
        install_from("xtts-v2", source, home)
    assert models(home) == [] and not list((home / "models").glob("*.partial"))


def test_the_licence_comes_first_here_too(source: Path, tmp_path: Path):
    with pytest.raises(LicenceNotAccepted):
        install_from("xtts-v2", source, tmp_path)
