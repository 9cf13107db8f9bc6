"""A LoRA that is being learnt (Hu et al., 2021): two small matrices beside products of the GPT's blocks."""

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from timbre.xtts.config import ModelArgs
from timbre.xtts.lora import PRODUCTS, Adapter, Pair

Targets = Literal["attention", "mlp", "all", "heads"]
TARGETS: Mapping[str, Sequence[str]] = {
    "attention": ("attn.c_attn", "attn.c_proj"),
    "mlp": ("mlp.c_fc", "mlp.c_proj"),
    "all": tuple(PRODUCTS),
    "heads": tuple(PRODUCTS),
}

HEADS = ("text_embedding", "mel_embedding", "text_pos_embedding", "mel_pos_embedding", "text_head", "mel_head")
"""Parts of a Gpt that learn themselves with the targets `heads`; no adapter holds them."""


class Lora(nn.Module):
    """The pairs of every layer. It begins as nothing: each `up` is zero."""

    def __init__(self, args: ModelArgs, rank: int, alpha: float, dropout: float, targets: Targets) -> None:
        super().__init__()
        self.rank, self.alpha, self.dropout = rank, alpha, dropout
        width = args.gpt_n_model_channels
        self.layers = nn.ModuleList(
            nn.ModuleDict({product.replace(".", "_"): _Pair(product, width, rank) for product in TARGETS[targets]})
            for _ in range(args.gpt_layers)
        )

    def additions(self) -> list["Learning"]:
        """What it adds in each layer, as the GPT's blocks take it."""
        scale, dropout = self.alpha / self.rank, self.dropout if self.training else 0.0
        return [Learning(layer, scale, dropout) for layer in self.layers]  # type: ignore[arg-type]

    def adapter(self, name: str, base: str) -> Adapter:
        """As it is now, for the model with that fingerprint."""
        layers = [
            {
                one.product: Pair(one.down.detach().float().cpu().clone(), one.up.detach().float().cpu().clone())
                for one in layer.values()  # type: ignore[operator]
            }
            for layer in self.layers
        ]
        return Adapter(name, base, self.rank, self.alpha, layers)


class _Pair(nn.Module):
    def __init__(self, product: str, width: int, rank: int) -> None:
        super().__init__()
        inputs, outputs = (widths * width for widths in PRODUCTS[product])
        self.product = product
        self.down = nn.Parameter(torch.empty(inputs, rank))
        self.up = nn.Parameter(torch.zeros(rank, outputs))
        nn.init.kaiming_uniform_(self.down.T, a=5**0.5)


class Learning:
    """What is added in one layer, in all rows alike: it takes the place of `xtts.lora.Added`."""

    def __init__(self, pairs: nn.ModuleDict, scale: float, dropout: float) -> None:
        self._pairs, self._scale, self._dropout = pairs, scale, dropout

    def to(self, made: Tensor, product: str, x: Tensor) -> None:
        """Add to what a product `made` [rows, …, outputs] of `x` [rows, …, inputs], in place."""
        name = product.replace(".", "_")
        if name in self._pairs:
            pair = self._pairs[name]
            low = F.dropout(x, self._dropout) @ pair.down  # type: ignore[operator]
            made.add_(low @ pair.up, alpha=self._scale)  # type: ignore[operator]
