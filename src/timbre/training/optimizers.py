"""Optimisers: Muon for the matrices of transformer blocks, AdamW for all else."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

from timbre.xtts.processor import multiplies_bf16

Named = Iterable[tuple[str, nn.Parameter]]

ROUNDS = 4  # of Newton and Schulz: singular values come to lie between about .7 and 1.2, which is near enough
COEFFICIENTS = (3.4445, -4.7750, 2.0315)


class Muon(Optimizer):
    """Momentum with every singular value made about 1 (Jordan et al., 2024), its updates as large as AdamW's, so
    that both take learning rates of one scale (Liu et al., Muon is Scalable for LLM Training, 2025).

    A convolution's kernel counts as the matrix of its first index against all others.

    torch's own class works in bf16 whatever the parameters are, which takes fifty times as long on a processor
    without it.
    """

    def __init__(self, matrices: list[nn.Parameter], lr: float, weight_decay: float, momentum: float = 0.95) -> None:
        if any(one.ndim < 2 for one in matrices):
            raise ValueError("Muon moves matrices only")
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> Any:
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            for one in group["params"]:
                if one.grad is None:
                    continue
                state = self.state[one]
                if not state:
                    state["momentum"] = torch.zeros_like(one)
                running = state["momentum"].lerp_(one.grad, 1 - group["momentum"])
                ahead = one.grad.lerp(running, group["momentum"])
                one.mul_(1 - group["lr"] * group["weight_decay"])
                flat = ahead.flatten(1)
                one.add_(orthogonal(flat).view_as(one), alpha=-group["lr"] * 0.2 * max(flat.shape) ** 0.5)


def orthogonal(matrix: Tensor) -> Tensor:
    """The nearest matrix whose singular values are all 1, roughly, by Newton and Schulz. Shape as given.

    Half precision is enough for "roughly", where the processor has it.
    """
    x = matrix.T if matrix.shape[0] > matrix.shape[1] else matrix
    x = x / (x.norm() + 1e-7)
    x = x.bfloat16() if multiplies_bf16() else x
    first, third, fifth = COEFFICIENTS
    for _ in range(ROUNDS):
        gram: Tensor = x @ x.T
        x = first * x + (third * gram + fifth * gram @ gram) @ x
    out: Tensor = (x.T if matrix.shape[0] > matrix.shape[1] else x).to(matrix.dtype)
    return out


def adamw(parameters: Named, rate: float, decay: float = 0.01, betas: tuple[float, float] = (0.9, 0.98)) -> Optimizer:
    """AdamW that decays matrices alone: biases, norms and tables of vectors stay where the loss puts them."""
    kept = [(name, one) for name, one in parameters if one.requires_grad]
    heavy = [one for name, one in kept if one.ndim > 1 and "embedding" not in name]
    light = [one for name, one in kept if one.ndim <= 1 or "embedding" in name]
    groups = [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]
    return mark_peak(AdamW([group for group in groups if group["params"]], lr=rate, betas=betas))


def muon(parameters: Named, rate: float, decay: float = 0.01) -> Optimizer:
    """Muon over matrices and kernels; raises ValueError for what is neither."""
    return mark_peak(Muon([one for _, one in parameters if one.requires_grad], rate, decay))


def mark_peak(optimizer: Optimizer) -> Optimizer:
    """Remember each group's learning rate as its peak; the schedule multiplies that."""
    for group in optimizer.param_groups:
        group["peak"] = group["lr"]
    return optimizer


def set_rate(optimizers: Iterable[Optimizer], factor: float) -> None:
    """Every group's learning rate to `factor` of its peak."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * factor
