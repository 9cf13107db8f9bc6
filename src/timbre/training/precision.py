"""In which precision a training step works: half (bfloat16) where the processor multiplies it natively, else single."""

from contextlib import AbstractContextManager

import torch


def autocast(half: bool) -> AbstractContextManager[object]:
    """Matrix products and convolutions in bfloat16 where `half`; parameters, gradients and losses stay single."""
    return torch.autocast("cpu", torch.bfloat16, enabled=half)
