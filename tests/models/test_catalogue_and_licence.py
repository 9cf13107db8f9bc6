"""Which models there are, and the licence gate."""

import json
from pathlib import Path

import pytest

from timbre.errors import BadCheckpoint, LicenceNotAccepted, UnknownModel
from timbre.models import catalogue, licence
from timbre.settings import settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TIMBRE_HOME", str(tmp_path))
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package without its model."""
    monkeypatch.setattr(catalogue, "_package_folder", lambda: tmp_path / "nothing")


def put(folder: Path, weights: str = "model.pth", **config: object) -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "vocab.json").write_text("{}")
    (folder / weights).write_bytes(b"weights")
    return folder


@pytest.mark.parametrize("weights", ["model.safetensors", "model.pth", "model.pt"])
def test_a_folder_under_home_is_a_model(home: Path, bare: None, weights: str):
    folder = put(home / "models" / "mine", weights, languages=["en", "zh-cn"])
    assert catalogue.names() == ["mine"] and catalogue.folder("mine") == folder
    assert catalogue.languages("mine") == ("en", "zh-cn")


def test_what_is_not_complete_is_no_model(home: Path, bare: None):
    put(home / "models" / "mine")
    (home / "models" / "mine" / "vocab.json").unlink()
    put(home / "models" / ".hidden.partial")
    (home / "models" / "a file").write_text("")
    assert catalogue.names() == []


def test_the_built_in_model_is_first(home: Path, tmp_path: Path, monkeypatch):
    built_in = put(tmp_path / "package" / "mini", languages=["en"])
    monkeypatch.setattr(catalogue, "_package_folder", lambda: built_in)
    put(home / "models" / "another")
    assert catalogue.names() == ["mini", "another"] and catalogue.folder("mini") == built_in
    assert catalogue.entries()[0] == catalogue.Entry("mini", True, ("en",), "Apache-2.0")


def test_what_can_be_installed_is_listed_with_its_licence(home: Path, bare: None):
    [entry] = [entry for entry in catalogue.entries() if entry.id == "xtts-v2"]
    assert not entry.installed and entry.licence and "non-commercial" in entry.licence
    put(home / "models" / "xtts-v2", languages=["en"])
    [entry] = [entry for entry in catalogue.entries() if entry.id == "xtts-v2"]
    assert entry.installed and entry.languages == ("en",)


@pytest.mark.parametrize(
    "name", ["nobody", "", ".", "..", "../secret", "/etc", "a/b", "a\\b", ".hidden", "x" * 65, "a\n"]
)
def test_an_unknown_or_odd_name_is_refused(home: Path, name: str):
    put(home / "secret")
    put(home / "models" / "a" / "b")
    with pytest.raises(UnknownModel):
        catalogue.folder(name)


def test_a_configuration_that_cannot_be_read(home: Path, bare: None):
    folder = put(home / "models" / "mine")
    (folder / "config.json").write_text("{")
    with pytest.raises(BadCheckpoint):
        catalogue.languages("mine")
    assert catalogue.entries()[0].languages == ()


def test_the_licence_is_shown_accepted_and_recorded(tmp_path: Path):
    home = tmp_path / "new"
    wanted = licence.needed("xtts-v2")
    assert wanted and "https://coqui.ai/cpml" in wanted.text and "non-commercial" in wanted.text
    assert not licence.accepted(home, "xtts-v2")
    with pytest.raises(LicenceNotAccepted) as raised:
        licence.check(home, "xtts-v2")
    assert raised.value.status == 451 and "--accept-license" in raised.value.advice
    licence.accept(home, "xtts-v2", "Ana")
    licence.check(home, "xtts-v2")
    [record] = json.loads((home / "licences.json").read_text()).values()
    assert record["accepted_by"] == "Ana" and record["accepted_at"].endswith("+00:00")
    assert record["url"] == wanted.url


def test_a_model_without_a_licence_of_its_own_needs_none(tmp_path: Path):
    licence.check(tmp_path, "mini")
    licence.accept(tmp_path, "mini")
    assert licence.accepted(tmp_path, "mini") and not (tmp_path / "licences.json").exists()


def test_a_record_that_cannot_be_read_is_no_acceptance(tmp_path: Path):
    (tmp_path / "licences.json").write_text("yes")
    assert not licence.accepted(tmp_path, "xtts-v2")
