"""How the rows of the batch are advanced, and where what they have said is kept."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from timbre.xtts.gpt import Cache, Gpt
from timbre.xtts.lora import Adapter


class Row(Protocol):
    """What one running utterance has said."""

    @property
    def attention(self) -> Tensor | None:
        """Where the aligning heads looked in the last step, to what stands before the start code, [prefix]."""
        ...


class Decoding(Protocol):
    """The GPT as the engine steps it."""

    def begin(self, prefix: Tensor, room: int, adapter: Adapter | None = None) -> tuple[Row, Tensor]:
        """A row of at most `room` positions for what stands before the first code, [length, width], and the latent
        [width] that follows it. All of the row is said with the adapter, if it has one.
        """
        ...

    def step(self, codes: Sequence[int], rows: Sequence[Row]) -> Tensor:
        """The latents [rows, width] that follow one more code of each row."""
        ...

    def leave(self, row: Row) -> None:
        """Forget a row."""
        ...


class SeparateCaches:
    """A cache for each row: no row's values hang on another's, bit by bit where the products are of whole numbers."""

    def __init__(self, gpt: Gpt) -> None:
        self.gpt = gpt

    def begin(self, prefix: Tensor, room: int, adapter: Adapter | None = None) -> tuple[Cache, Tensor]:
        cache = self.gpt.empty_cache(room, adapter)
        return cache, self.gpt.prefill(prefix, cache)

    def step(self, codes: Sequence[int], rows: Sequence[Row]) -> Tensor:
        caches = [row for row in rows if isinstance(row, Cache)]
        return self.gpt.step(torch.tensor(codes), caches)

    def leave(self, row: Row) -> None:
        pass  # it is gone with its last holder
