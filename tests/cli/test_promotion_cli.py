"""`timbre train`: a checkpoint is promoted, spoken with, compared, exported, taken in, and demoted."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import Bench
from commanding import Command
from running import Service, serving


@pytest.fixture(scope="module")
def tuned(engine_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("tuned") / "home"
    with serving(home, engine_folder) as running:
        bench = Bench(home, home / "models" / "tiny")
        bench.run()
        bench.adapter("c-a", 1)
        bench.whole("c-m", 3)
        yield running


@pytest.fixture
def timbre(tuned: Service, tmp_path: Path) -> Command:
    return Command(tuned, tmp_path)


def test_a_checkpoint_becomes_a_voice_and_gives_way(timbre: Command):
    assert "no consent" in timbre.refused("train", "promote", "c-a", "--name", "Anna")
    voice = timbre.done("train", "promote", "c-a", "--name", "Anna", "--consent", "Yes.").strip()
    assert timbre.done("train", "promotions").split()[:3] == ["c-a", "voice", voice]
    timbre.done("say", "The kettle has just boiled.", "--voice", "anna", "-o", "said.wav")
    assert (timbre.folder / "said.wav").stat().st_size > 1000
    assert timbre.done("train", "demote", "c-a") == f"{voice} is gone.\n"
    assert "is not promoted" in timbre.refused("train", "demote", "c-a")


def test_a_checkpoint_becomes_a_model(timbre: Command):
    assert timbre.done("train", "promote", "c-m", "--model", "anna").strip() == "anna"
    assert "anna" in timbre.done("models", "list")
    timbre.done("train", "demote", "c-m", "--target", "anna")
    assert "what another model is called" in timbre.refused("train", "promote", "c-m", "--model", "mini")


def test_a_checkpoint_is_heard_and_compared(timbre: Command):
    timbre.done("train", "hear", "c-a", "The kettle sang.", "--seed", "5", "-o", "adapter.mp3")
    assert (timbre.folder / "adapter.mp3").stat().st_size > 1000
    assert timbre.done("train", "hear", "c-m", "The kettle sang.", "-o", "whole.wav") == "whole.flac\n"
    lines = timbre.done("train", "ab", "c-a", "The kettle sang.", "-o", ".").splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["base", "tuned"]
    assert (timbre.folder / "base.flac").is_file() and (timbre.folder / "tuned.flac").is_file()


def test_a_checkpoint_goes_out_and_comes_in_again(timbre: Command):
    timbre.done("train", "export", "c-a", "--adapter", "-o", "lora.zip")
    with zipfile.ZipFile(timbre.folder / "lora.zip") as archive:
        archive.extract("adapter_model.safetensors", timbre.folder)
    checkpoint = timbre.done("train", "take-in", "adapter_model.safetensors", "--name", "Back").strip()
    voice = timbre.done(
        "train", "promote", checkpoint, "--name", "Back", "--consent", "Yes.", "--language", "en", "--clips-of",
        timbre.done("train", "promote", "c-a", "--name", "Anna", "--consent", "Yes.").strip(),
    ).strip()  # fmt: skip
    assert voice.startswith("v-")
    (timbre.folder / "junk.pth").write_bytes(b"junk")
    assert "not a checkpoint" in timbre.refused("train", "take-in", "junk.pth")
