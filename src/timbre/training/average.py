"""A running mean of what a run learns (Polyak and Juditsky, 1992): steadier than the weights of any one step."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class Average:
    """The mean of the modules' trainable parameters, each step's counting `1 - decay`; with a decay of 0 there is none
    and all calls do nothing.
    """

    def __init__(self, modules: Mapping[str, nn.Module], decay: float) -> None:
        self._decay = decay
        named = {f"{name}.{key}": one for name, module in modules.items() for key, one in module.named_parameters()}
        self._live = {key: one for key, one in named.items() if one.requires_grad} if decay else {}
        self._kept = {key: one.detach().clone() for key, one in self._live.items()}
        self._count = 0

    @torch.no_grad()
    def follow(self) -> None:
        """One more step was made. Early on the mean follows sooner, or it would remember the beginning for long."""
        self._count += 1
        decay = min(self._decay, (1 + self._count) / (10 + self._count))
        for key, one in self._live.items():
            self._kept[key].lerp_(one, 1 - decay)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The modules hold the mean meanwhile."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    @torch.no_grad()
    def _exchange(self) -> None:
        for key, one in self._live.items():
            kept = self._kept[key]
            one.data, self._kept[key] = kept, one.data

    def state(self) -> dict[str, Tensor | int]:
        """What a checkpoint keeps of it."""
        return {**self._kept, "count": self._count} if self._live else {}

    def resume(self, state: Mapping[str, Tensor | int] | None) -> None:
        """Goes on from there."""
        for key, value in (state or {}).items():
            if isinstance(value, Tensor) and key in self._kept:
                self._kept[key].copy_(value)
        if state:
            self._count = int(state.get("count", 0))
