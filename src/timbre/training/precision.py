"""In which precision a training step works: half (bfloat16) where the processor multiplies it natively, else single."""

from contextlib import AbstractContextManager
from functools import cache

import torch


@cache
def half_is_native() -> bool:
    """Whether this processor has instructions for bfloat16 matrices; without them half precision is slower than
    single.
    """
    supported: bool = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return supported


def autocast(half: bool) -> AbstractContextManager[object]:
    """Matrix products and convolutions in bfloat16 where `half`; parameters, gradients and losses stay single."""
    return torch.autocast("cpu", torch.bfloat16, enabled=half)
