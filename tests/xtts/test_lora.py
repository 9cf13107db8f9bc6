"""Adapters: their file, what is refused, and rows that speak as a model with the adapter in its weights."""

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from adapters import make_adapter
from safetensors.torch import load_file, save_file
from torch import Tensor

from timbre.errors import BadCheckpoint, MissingTensor, UnknownTensor, WrongBase, WrongTensor
from timbre.xtts import checkpoint
from timbre.xtts.gpt import Gpt
from timbre.xtts.lora import Adapter, merge

GOLDEN = Path(__file__).parents[1] / "fixtures" / "golden-tiny"
STEM = "base_model.model.gpt.gpt.h."
BASE = "0123456789abcdef"
TOLD = {"adapter_config": '{"r": 4, "lora_alpha": 8.0}', "base": BASE}


@pytest.fixture(scope="module")
def gpt() -> Gpt:
    return checkpoint.load(GOLDEN).gpt


@pytest.fixture
def path(gpt: Gpt, tmp_path: Path) -> Path:
    make_adapter(gpt.args, BASE).to_file(tmp_path / "ana.safetensors")
    return tmp_path / "ana.safetensors"


def rewrite(path: Path, told: dict[str, str] = TOLD, **changed: Tensor | None) -> None:
    """The same file with some tensors changed, added or, by None, left out. `h_` stands for the whole beginning."""
    state: dict[str, Tensor | None] = dict(load_file(path))
    state |= {STEM + key.removeprefix("h_").replace("__", ".") + ".weight": value for key, value in changed.items()}
    save_file({key: value for key, value in state.items() if value is not None}, path, told)


def test_it_comes_back_from_its_file(gpt: Gpt, path: Path) -> None:
    made, found = make_adapter(gpt.args, BASE), Adapter.from_file(path, "ana", gpt.args, BASE)
    assert (found.name, found.base, found.rank, found.alpha, found.scale) == ("ana", BASE, 4, 8.0, 2.0)
    for ours, theirs in zip(found.layers, made.layers, strict=True):
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(*pair) for key in ours for pair in zip(ours[key], theirs[key], strict=True))


def test_some_products_may_stay_the_models_own(gpt: Gpt, path: Path) -> None:
    make_adapter(gpt.args, BASE, products=("attn.c_attn", "mlp.c_fc")).to_file(path)
    assert all(len(layer) == 2 for layer in Adapter.from_file(path, "ana", gpt.args, BASE).layers)


def test_a_file_in_half_precision_is_read_in_single(gpt: Gpt, path: Path) -> None:
    save_file({key: one.half() for key, one in load_file(path).items()}, path, TOLD)
    found = Adapter.from_file(path, "ana", gpt.args, BASE)
    assert found.layers[0]["mlp.c_fc"].down.dtype == torch.float32


def test_one_of_another_model_is_refused_by_key_and_shapes(gpt: Gpt, path: Path) -> None:
    wider = replace(gpt.args, gpt_n_model_channels=128)
    with pytest.raises(
        WrongTensor, match=r"gpt\.gpt\.h\.0\.attn\.c_attn\.lora_A.* has shape \[4, 64\].*wants \[4, 128\]"
    ):
        Adapter.from_file(path, "ana", wider, BASE)
    with pytest.raises(UnknownTensor, match=r"gpt\.gpt\.h\.1\."):
        Adapter.from_file(path, "ana", replace(gpt.args, gpt_layers=1), BASE)


def test_one_of_another_training_of_the_same_size_is_refused_too(gpt: Gpt, path: Path) -> None:
    with pytest.raises(WrongBase, match=f"of {BASE}, and other is loaded"):
        Adapter.from_file(path, "ana", gpt.args, "other")


def test_half_a_pair_and_strange_keys_are_named(gpt: Gpt, path: Path) -> None:
    whole = path.read_bytes()
    rewrite(path, h_1__mlp__c_fc__lora_B=None)
    with pytest.raises(MissingTensor, match=r"gpt\.gpt\.h\.1\.mlp\.c_fc\.lora_B\.weight; .* \[256, 4\]"):
        Adapter.from_file(path, "ana", gpt.args, BASE)
    path.write_bytes(whole)
    rewrite(path, h_1__mlp__c_fc__diff=torch.ones(3))
    with pytest.raises(UnknownTensor, match=r"h\.1\.mlp\.c_fc\.diff\.weight with shape \[3\]"):
        Adapter.from_file(path, "ana", gpt.args, BASE)
    path.write_bytes(whole)
    rewrite(path, TOLD | {"adapter_config": '{"r": 8, "lora_alpha": 8}'})
    with pytest.raises(WrongTensor, match=r"wants \[8, 64\]"):
        Adapter.from_file(path, "ana", gpt.args, BASE)


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"base": BASE},
        {"adapter_config": TOLD["adapter_config"]},
        *(
            TOLD | {"adapter_config": config}
            for config in (
                "{",
                "[]",
                '{"r": "many", "lora_alpha": 8}',
                '{"r": 0, "lora_alpha": 8}',
                '{"r": 4}',
                '{"r": 4, "lora_alpha": 8, "use_dora": true}',
            )
        ),
    ],
)
def test_a_file_has_to_say_what_it_is(gpt: Gpt, path: Path, told: dict[str, str]) -> None:
    rewrite(path, told)
    with pytest.raises(BadCheckpoint):
        Adapter.from_file(path, "ana", gpt.args, BASE)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_values_that_no_training_makes_are_refused(gpt: Gpt, path: Path, value: float) -> None:
    rewrite(path, h_1__attn__c_proj__lora_B=torch.full((64, 4), value))
    with pytest.raises(BadCheckpoint, match=r"h\.1\.attn\.c_proj\.lora_A\.weight and its lora_B"):
        Adapter.from_file(path, "ana", gpt.args, BASE)


def test_what_is_no_adapter_is_one_sentence(gpt: Gpt, tmp_path: Path) -> None:
    (tmp_path / "junk.safetensors").write_bytes(b"this is no adapter")
    save_file({}, tmp_path / "empty.safetensors", TOLD)
    for name in ("junk.safetensors", "empty.safetensors", "absent.safetensors"):
        with pytest.raises(BadCheckpoint, match=name):
            Adapter.from_file(tmp_path / name, "ana", gpt.args, BASE)


@torch.inference_mode()
def test_each_row_is_as_a_model_with_its_adapter_merged(gpt: Gpt) -> None:
    """Logits of forced codes: a row without an adapter, one with one, and one with another, side by side."""
    adapters = [
        None,
        make_adapter(gpt.args, seed=1),
        make_adapter(gpt.args, seed=2, size=2.0, products=("mlp.c_proj",)),
    ]
    draw = torch.Generator().manual_seed(1)
    prefixes = [torch.randn(40 + 7 * row, gpt.args.gpt_n_model_channels, generator=draw) for row in range(3)]
    codes = torch.randint(0, 1024, (3, 20), generator=draw)
    caches = [gpt.empty_cache(80, adapter) for adapter in adapters]
    first = [gpt.prefill(prefix, cache) for prefix, cache in zip(prefixes, caches, strict=True)]
    stepped = torch.stack([torch.stack(first), *(gpt.step(step, caches) for step in codes.T)], 1)
    ours = gpt.mel_head(stepped)
    for row, adapter in enumerate(adapters):
        merged = copy.deepcopy(gpt)
        if adapter is not None:
            merge(merged, adapter)
        whole = torch.cat((prefixes[row], merged.embed_codes(codes[row], 1)))[None]
        wanted = merged.mel_head(merged.hidden(whole))[0, len(prefixes[row]) - 1 :]
        assert torch.allclose(ours[row], wanted, atol=1e-4)
        if adapter is not None:  # and it is heard
            base = gpt.mel_head(gpt.hidden(whole))[0, len(prefixes[row]) - 1 :]
            assert float((wanted - base).abs().max()) > 0.1
