"""Optimisers: Muon for the matrices of transformer blocks, AdamW for all else.

Muon orthogonalises the momentum of a matrix (Jordan et al., 2024); with `match_rms_adamw` its updates are as large as
AdamW's, so that both take learning rates of one scale (Liu et al., Muon is Scalable for LLM Training, 2025).
"""

from collections.abc import Iterable

from torch import nn
from torch.optim import AdamW, Muon, Optimizer

Named = Iterable[tuple[str, nn.Parameter]]


def adamw(parameters: Named, rate: float, decay: float = 0.01, betas: tuple[float, float] = (0.9, 0.98)) -> Optimizer:
    """AdamW that decays matrices alone: biases, norms and tables of vectors stay where the loss puts them."""
    kept = [(name, one) for name, one in parameters if one.requires_grad]
    heavy = [one for name, one in kept if one.ndim > 1 and "embedding" not in name]
    light = [one for name, one in kept if one.ndim <= 1 or "embedding" in name]
    groups = [{"params": heavy, "weight_decay": decay}, {"params": light, "weight_decay": 0.0}]
    return mark_peak(AdamW([group for group in groups if group["params"]], lr=rate, betas=betas))


def muon(parameters: Named, rate: float, decay: float = 0.01) -> Optimizer:
    """Muon over matrices; raises ValueError for anything that is not one."""
    matrices = [one for _, one in parameters if one.requires_grad]
    return mark_peak(Muon(matrices, lr=rate, weight_decay=decay, momentum=0.95, adjust_lr_fn="match_rms_adamw"))


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
