"""In which numbers a training step works: matrices in half precision where the machine multiplies it, else single."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor
from torch.optim import Optimizer

from timbre.xtts.processor import multiplies_bf16

Half = Literal["auto", "bf16", "fp16", "off"]


def autocast(half: bool) -> AbstractContextManager[object]:
    """On a CPU: matrix products and convolutions in bfloat16 where `half`; parameters and losses stay single."""
    return torch.autocast("cpu", torch.bfloat16, enabled=half)


@dataclass(frozen=True, slots=True)
class Precision:
    """Products in `dtype` (None: as the parameters are) on a kind of device; parameters and losses stay single."""

    device: str = "cpu"
    dtype: torch.dtype | None = None
    _scaler: Any = field(default=None, repr=False)

    @classmethod
    def choose(cls, device: str = "cpu", half: Half = "auto") -> "Precision":
        """What is asked for; with auto what the device does best. fp16 has its losses scaled up meanwhile."""
        kind = torch.device(device).type
        if half == "auto":
            able = torch.cuda.is_bf16_supported() if kind == "cuda" else multiplies_bf16()
            half = "bf16" if able else "fp16" if kind == "cuda" else "off"
        if half == "off":
            return cls(kind)
        if half == "bf16":
            return cls(kind, torch.bfloat16)
        return cls(kind, torch.float16, torch.amp.GradScaler(kind))

    def within(self) -> AbstractContextManager[object]:
        """What a forward pass runs in."""
        return torch.autocast(self.device, self.dtype or torch.bfloat16, enabled=self.dtype is not None)

    def backward(self, loss: Tensor) -> None:
        """Gradients of a loss, scaled where the numbers are too coarse for small ones."""
        (self._scaler.scale(loss) if self._scaler else loss).backward()

    def unscale(self, optimizers: Iterable[Optimizer]) -> None:
        """Gradients as they are, before they are looked at."""
        for optimizer in optimizers if self._scaler else ():
            self._scaler.unscale_(optimizer)

    def step(self, optimizers: Iterable[Optimizer]) -> None:
        """Moves the parameters."""
        for optimizer in optimizers:
            if self._scaler:
                self._scaler.step(optimizer)
            else:
                optimizer.step()
        if self._scaler:
            self._scaler.update()
