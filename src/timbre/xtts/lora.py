"""Adapters: what a fine-tune adds to the products of the GPT's blocks, as two small matrices each (Hu et al., 2021).

    made = x @ weight + bias + scale · (x @ down @ up)

The base model's weights stay as they are, so that some rows of a batch speak with an adapter while others speak without
or with another.

A file of one is safetensors as the package `peft` writes and reads it, with peft's configuration and the fingerprint of
the base model in its metadata.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from timbre.errors import BadCheckpoint, MissingTensor, UnknownTensor, WrongBase, WrongTensor
from timbre.store.files import write_whole
from timbre.store.tensors import BASE, CONFIG, metadata
from timbre.xtts.config import ModelArgs
from timbre.xtts.reading import guarded

PRODUCTS = {"attn.c_attn": (1, 3), "attn.c_proj": (1, 1), "mlp.c_fc": (1, 4), "mlp.c_proj": (4, 1)}
"""The products of a block by the names of their weights, with their inputs and outputs in widths of the model."""

OTHER = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern")
"""What peft can add otherwise, and we cannot."""

LARGEST = 1e4
"""What an addition may make of an input at the most, in its lengths. Trained ones stay under a hundred; from some 1e8
on sums would not be numbers any more, and a row without numbers ends the step for all.
"""


class Pair(NamedTuple):
    """The addition to one product."""

    down: Tensor  # [inputs, rank]
    up: Tensor  # [rank, outputs]


@dataclass(frozen=True, slots=True, eq=False)
class Adapter:
    """A fine-tune of one base model. A product that a layer does not name stays the base's."""

    name: str
    base: str  # the fingerprint of the model that it was trained on
    rank: int
    alpha: float
    layers: Sequence[Mapping[str, Pair]]  # of each layer the pairs of PRODUCTS

    @property
    def scale(self) -> float:
        return self.alpha / self.rank

    def like(self, weight: Tensor) -> Self:
        """The same where a model's `weight` is, in its kind of numbers."""
        moved = [
            {product: Pair(*(one.to(weight) for one in pair)) for product, pair in layer.items()}
            for layer in self.layers
        ]
        return replace(self, layers=moved)

    def to_file(self, path: Path) -> None:
        """Everything but the name, as one safetensors file."""
        tensors = {
            key: one.T.contiguous()  # as a linear layer keeps its weight
            for number, layer in enumerate(self.layers)
            for product, pair in layer.items()
            for key, one in zip(_keys(number, product), pair, strict=True)
        }
        write_whole(path, save(tensors, {"format": "pt", CONFIG: json.dumps(self._config()), BASE: self.base}))

    def _config(self) -> dict[str, Any]:
        """What peft calls `adapter_config.json`."""
        found = {product for layer in self.layers for product in layer}
        return {
            "peft_type": "LORA",
            "task_type": None,
            "base_model_name_or_path": None,
            "r": self.rank,
            "lora_alpha": self.alpha,
            "lora_dropout": 0.0,
            "target_modules": [product for product in PRODUCTS if product in found],
            "fan_in_fan_out": True,  # the base's weights are stored inputs × outputs
            "bias": "none",
            "inference_mode": True,
        }

    @classmethod
    def from_file(cls, path: Path, name: str, args: ModelArgs, base: str) -> Self:
        """The adapter in a file, for the model of this size and fingerprint, in single precision.

        Raises BadCheckpoint for what is no adapter, UnknownTensor, WrongTensor and MissingTensor with key and shapes
        where it does not fit the model, and WrongBase where it fits but was trained on another.
        """
        return cls.from_bytes(guarded(path, path.read_bytes), path.name, name, args, base)

    @classmethod
    def from_bytes(cls, data: bytes, file: str, name: str, args: ModelArgs, base: str) -> Self:
        """The same of what is in a file, which errors call by `file`."""
        told, state = guarded(Path(file), lambda: (metadata(data), load(data)))
        rank, alpha, trained_on = _told(file, told)
        if not (state and rank > 0):
            raise BadCheckpoint(file=file, reason="it holds no adapter")
        found = cls(name, trained_on, rank, alpha, _layers(file, state, rank, args))
        found._check(file)
        if trained_on != base:
            raise WrongBase(file=file, found=trained_on, wanted=base)
        return found

    def _check(self, file: str) -> None:
        for number, layer in enumerate(self.layers):
            for product, (down, up) in layer.items():
                if not abs(self.scale) * float(down.norm()) * float(up.norm()) < LARGEST:  # as nan is not, either
                    reason = f"{_keys(number, product)[0]} and its lora_B are larger than any adapter's"
                    raise BadCheckpoint(file=file, reason=reason)


@dataclass(frozen=True, slots=True)
class Added:
    """What the adapters of a batch's rows add in one layer.

    Each row has calls of its own: in a call for several a row's rounding would hang on its neighbours.
    """

    rows: Sequence[tuple[int, Mapping[str, Pair], float]]  # those that have an adapter: its pairs, and its scale

    def to(self, made: Tensor, product: str, x: Tensor) -> None:
        """Add to what a product `made` [rows, …, outputs] of `x` [rows, …, inputs], in place."""
        for row, pairs, scale in self.rows:
            if pair := pairs.get(product):
                low = x[row].reshape(-1, x.shape[-1]) @ pair.down
                made[row].view(-1, made.shape[-1]).addmm_(low, pair.up, alpha=scale)


def additions(adapters: Sequence[Adapter | None], layers: int) -> list[Added | None]:
    """What is added in each layer, by the adapter of each row; None where no row has one."""
    rows = [(row, adapter) for row, adapter in enumerate(adapters) if adapter is not None]
    if not rows:
        return [None] * layers
    return [Added([(row, one.layers[layer], one.scale) for row, one in rows]) for layer in range(layers)]


@torch.no_grad()
def merge(gpt: nn.Module, adapter: Adapter) -> None:
    """Add an adapter to the weights of a Gpt, in place: a checkpoint of its own, which speaks as the adapter does."""
    for key, pair in _weights(adapter):
        gpt.get_parameter(key).addmm_(pair.down, pair.up, alpha=adapter.scale)


@torch.no_grad()
def merged(gpt: nn.Module, adapter: Adapter) -> dict[str, Tensor]:
    """The weights that `merge` would exchange, as they would be, by their names in the Gpt."""
    return {
        key: torch.addmm(weight, *(one.to(weight) for one in pair), alpha=adapter.scale)
        for key, pair in _weights(adapter)
        for weight in (gpt.get_parameter(key),)
    }


def _weights(adapter: Adapter) -> Iterator[tuple[str, Pair]]:
    """Which weight of a Gpt each pair is added to."""
    for number, layer in enumerate(adapter.layers):
        for product, pair in layer.items():
            yield f"gpt.h.{number}.{product}.weight", pair


def _told(file: str, told: Mapping[str, str]) -> tuple[int, float, str]:
    """Rank, alpha and base, out of a file's metadata. Raises BadCheckpoint."""
    try:
        config = json.loads(told[CONFIG])
        rank, alpha, base = int(config["r"]), float(config["lora_alpha"]), told[BASE]
    except (KeyError, ValueError, TypeError):
        raise BadCheckpoint(file=file, reason="it does not say rank, alpha and base of an adapter") from None
    if other := [name for name in OTHER if config.get(name)]:
        raise BadCheckpoint(file=file, reason=f"its adapter is of a kind that is not read here ({other[0]})")
    return rank, alpha, base


def _keys(layer: int, product: str) -> tuple[str, str]:
    """What peft calls a pair's two matrices: after the layer that they are added to."""
    stem = f"base_model.model.gpt.gpt.h.{layer}.{product}"
    return f"{stem}.lora_A.weight", f"{stem}.lora_B.weight"


def _layers(file: str, state: Mapping[str, Tensor], rank: int, args: ModelArgs) -> list[dict[str, Pair]]:
    """The pairs that are in a file, each with the shapes that the model wants."""
    width, left = args.gpt_n_model_channels, dict(state)
    layers: list[dict[str, Pair]] = [{} for _ in range(args.gpt_layers)]
    for number, layer in enumerate(layers):
        for product, (inputs, outputs) in PRODUCTS.items():
            keys = _keys(number, product)
            if any(key in state for key in keys):
                wanted = [rank, inputs * width], [outputs * width, rank]
                layer[product] = Pair(*(_take(file, left, *one) for one in zip(keys, wanted, strict=True)))
    for key, tensor in left.items():
        raise UnknownTensor(file=file, key=key, found=list(tensor.shape))
    return layers


def _take(file: str, left: dict[str, Tensor], key: str, wanted: list[int]) -> Tensor:
    if key not in left:
        raise MissingTensor(file=file, key=key, wanted=wanted)
    tensor = left.pop(key)
    if list(tensor.shape) != wanted:
        raise WrongTensor(file=file, key=key, found=list(tensor.shape), wanted=wanted)
    return tensor.T.float().contiguous()
