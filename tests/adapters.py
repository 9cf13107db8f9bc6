"""Adapters made by hand: random, of a size that is heard."""

from collections.abc import Iterable

import torch

from timbre.xtts.config import ModelArgs
from timbre.xtts.lora import PRODUCTS, Adapter, Pair


def make_adapter(
    args: ModelArgs, base: str = "", seed: int = 0, size: float = 0.3, products: Iterable[str] = PRODUCTS
) -> Adapter:
    """An adapter of rank 4 whose additions are of about `size` where inputs are of about one."""
    draw, width, rank = torch.Generator().manual_seed(seed), args.gpt_n_model_channels, 4

    def pair(product: str) -> Pair:
        inputs, outputs = (widths * width for widths in PRODUCTS[product])
        down = torch.randn(inputs, rank, generator=draw) / inputs**0.5
        return Pair(down, torch.randn(rank, outputs, generator=draw) * size / rank**0.5 / 2)

    layers = [{product: pair(product) for product in products} for _ in range(args.gpt_layers)]
    return Adapter(f"seed {seed}", base, rank, 2.0 * rank, layers)
