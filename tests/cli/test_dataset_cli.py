"""`timbre dataset`: recordings sent, prepared, looked at and deleted."""

import json
from pathlib import Path

import pytest
from commanding import Command
from recordings import file_of, speech
from running import Service


@pytest.fixture
def timbre(service: Service, tmp_path: Path) -> Command:
    return Command(service, tmp_path)


def test_recordings_become_segments(timbre: Command):
    dataset = timbre.done("dataset", "create", "Tapes of Ida", "--set", "max_s=9").strip()
    assert dataset.startswith("d-") and dataset in timbre.done("dataset", "list", "--search", "ida")
    (timbre.folder / "ida.wav").write_bytes(file_of(speech(), 22_050))
    source = timbre.done("dataset", "add", dataset, "ida.wav").split()[0]
    assert timbre("dataset", "add", dataset).returncode == 2
    assert "none.wav" in timbre.refused("dataset", "add", dataset, "none.wav")
    assert "segments are kept" in timbre.done("dataset", "run", dataset, "download", "segment")
    shown = timbre.done("dataset", "show", dataset)
    assert "max_s=9" in shown and "ida.wav" in shown and "here" in shown
    steps = dict(line.split(maxsplit=1) for line in timbre.done("dataset", "status", dataset).splitlines())
    assert steps["segment"].startswith("done ") and steps["build"].strip() == "not done yet"
    timbre.done("dataset", "run", dataset, "download", "--set", "max_s=8")
    told = timbre("dataset", "status", dataset)
    steps = dict(line.split(maxsplit=1) for line in told.stdout.splitlines())
    assert steps["download"].startswith("done ") and steps["segment"].startswith("to be run again ")
    assert f"timbre dataset run {dataset} segment transcribe filter build" in told.stderr
    timbre.done("dataset", "run", dataset, "segment", "--set", "max_s=9")
    lines = timbre.done("dataset", "log", dataset).splitlines()
    assert any("download" in line and "ida.wav" in line for line in lines)
    [first, *_] = json.loads(timbre.done("dataset", "segments", dataset, "--json"))
    edited = timbre.done("dataset", "edit", first["id"], "--text", "The kettle has boiled.", "--verdict", "drop")
    assert "drop" in edited and "The kettle has boiled." in edited
    assert "person" in timbre.done("dataset", "segments", dataset, "--state", "dropped")
    assert "segments" in timbre.done("dataset", "report", dataset)
    assert "has not been built" in timbre("dataset", "builds", dataset).stderr
    assert "not been built" in timbre.refused("dataset", "export", dataset)
    assert "nobody said yes" in timbre("dataset", "delete", dataset).stderr
    timbre.done("dataset", "delete", dataset, source, "--yes")
    assert "ida.wav" not in timbre.done("dataset", "show", dataset)
    timbre.done("dataset", "delete", dataset, "--yes")
    assert "no dataset" in timbre.refused("dataset", "show", dataset)


def test_what_cannot_be_is_one_sentence(timbre: Command):
    assert "no dataset" in timbre.refused("dataset", "log", "d-none")
    assert "nonsense:" in timbre.refused("dataset", "create", "Tapes", "--set", "nonsense=1")
    assert "NAME=VALUE" in timbre("dataset", "create", "Tapes", "--set", "max_s").stderr
