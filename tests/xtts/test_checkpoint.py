"""Checkpoints in the layouts that people have, and those that are refused."""

import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from timbre.errors import BadCheckpoint, MissingTensor, UnknownTensor, UnsafeCheckpoint, WrongTensor
from timbre.xtts import checkpoint

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"
State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def published() -> State:
    return checkpoint.read(GOLDEN / "model.pth")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(GOLDEN / "config.json", tmp_path)
    return tmp_path


def same(folder: Path) -> bool:
    """Whether the folder's model is the golden one."""
    ours, golden = checkpoint.load(folder).state_dict(), checkpoint.load(GOLDEN).state_dict()
    return ours.keys() == golden.keys() and all(torch.allclose(ours[key], golden[key], atol=1e-6) for key in golden)


def test_published_file_carries_its_configuration_as_an_object_and_is_read(published: State) -> None:
    assert any(key.endswith("weight_g") for key in published)


def test_trainer_file_with_prefix_helpers_and_parametrized_weight_norm(published: State, folder: Path) -> None:
    renamed = {
        "xtts."
        + key.replace("weight_g", "parametrizations.weight.original0").replace(
            "weight_v", "parametrizations.weight.original1"
        ): value
        for key, value in published.items()
    }
    renamed["xtts.torch_mel_spectrogram_dvae.mel_stft.spectrogram.window"] = torch.ones(3)
    renamed["xtts.dvae.codebook.embed"] = torch.ones(3)
    torch.save({"model": renamed, "step": 7}, folder / "model.pth")
    assert same(folder)


@pytest.mark.parametrize("name", ["model.pt", "model.pth"])
def test_bare_table_of_tensors(published: State, folder: Path, name: str) -> None:
    torch.save(published, folder / name)
    assert same(folder)


def test_our_own_safetensors(folder: Path) -> None:
    state = checkpoint.load(GOLDEN).state_dict()
    save_file({key: value.contiguous() for key, value in state.items()}, folder / "model.safetensors")
    assert same(folder)


def test_text_tables_that_a_fine_tune_made_longer(published: State, folder: Path) -> None:
    grown = dict(published)
    for key in checkpoint.TEXT_TABLES:
        grown[key] = torch.cat((published[key], torch.zeros(5, *published[key].shape[1:])))
    torch.save(grown, folder / "model.pth")
    model = checkpoint.load(folder)
    assert model.gpt.text_embedding.weight.shape[0] == published[checkpoint.TEXT_TABLES[0]].shape[0] + 5


def test_one_grown_table_without_the_others_names_the_key(published: State, folder: Path) -> None:
    grown = dict(published)
    key = checkpoint.TEXT_TABLES[0]
    grown[key] = torch.cat((published[key], torch.zeros(5, published[key].shape[1])))
    torch.save(grown, folder / "model.pth")
    with pytest.raises(WrongTensor, match=r"gpt\.text_head"):
        checkpoint.load(folder)


def test_wrong_shape_names_key_and_both_shapes(published: State, folder: Path) -> None:
    wrong = {**published, "gpt.final_norm.weight": torch.ones(65)}
    torch.save(wrong, folder / "model.pth")
    with pytest.raises(WrongTensor, match=r"gpt\.final_norm\.weight has shape \[65\], the configuration wants \[64\]"):
        checkpoint.load(folder)


def test_missing_key_is_named(published: State, folder: Path) -> None:
    torch.save({key: value for key, value in published.items() if key != "gpt.mel_head.bias"}, folder / "model.pth")
    with pytest.raises(MissingTensor, match=r"gpt\.mel_head\.bias"):
        checkpoint.load(folder)


def test_key_without_a_place_is_named(published: State, folder: Path) -> None:
    torch.save({**published, "gpt.surprise": torch.ones(2)}, folder / "model.pth")
    with pytest.raises(UnknownTensor, match=r"gpt\.surprise with shape \[2\]"):
        checkpoint.load(folder)


class Poison:
    """Pickles as a call that would leave a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.mkdir, (str(self.path),)


def test_code_in_a_checkpoint_is_refused_and_does_not_run(folder: Path) -> None:
    left = folder / "it-ran"
    torch.save({"model": {"a": torch.ones(1)}, "config": Poison(left)}, folder / "model.pth")
    with pytest.raises(UnsafeCheckpoint, match="mkdir"):
        checkpoint.load(folder)
    assert not left.exists()


@pytest.mark.parametrize("name", ["model.pth", "model.safetensors"])
def test_damaged_file_is_one_sentence(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"this is no checkpoint")
    with pytest.raises(BadCheckpoint, match=name):
        checkpoint.load(folder)


def test_folder_without_weights(folder: Path) -> None:
    with pytest.raises(BadCheckpoint, match="no such file"):
        checkpoint.load(folder)
