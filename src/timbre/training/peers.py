"""Who makes a run's steps: one process alone, or several that each make a share of every step.

Peers hold the same weights and sum their gradients, so that all move alike. The first of them decides whatever is not
the same for all by itself, and it alone writes anything down.
"""

import os
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Protocol, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

Found = TypeVar("Found")

PATIENCE = timedelta(days=7)
"""How long peers wait for the first one, which speaks and listens at checkpoints. Who dies is noticed otherwise."""

AT_ONCE = 2**25
"""Numbers of gradients that are sent together, about."""


class Peers(Protocol):
    """What a run asks of those who make it."""

    rank: int
    count: int

    def agree(self, decide: Callable[[], Found]) -> Found:
        """What the first one decides, in all of them."""

    def in_turn(self, work: Callable[[], Found]) -> Found:
        """Done by all, by the first one before the others: what it writes, they read."""

    def meet(self) -> None:
        """Nobody goes on before all are here."""

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """The gradients of all shares together, in all of them."""

    def sum(self, figures: dict[str, float]) -> dict[str, float]:
        """The same of figures; all have the same names."""


class Alone:
    """One process."""

    rank, count = 0, 1

    def agree(self, decide: Callable[[], Found]) -> Found:
        """See `Peers`."""
        return decide()

    def in_turn(self, work: Callable[[], Found]) -> Found:
        """See `Peers`."""
        return work()

    def meet(self) -> None:
        """See `Peers`."""

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """See `Peers`."""

    def sum(self, figures: dict[str, float]) -> dict[str, float]:
        """See `Peers`."""
        return figures


class Together:
    """One of several processes that a launcher started: it says who is who in the environment, as torchrun does.

    Gradients go from GPU to GPU where there are any; all else goes by way of the processor.
    """

    def __init__(self, cuda: bool) -> None:
        if sys.platform == "linux":  # all are on this machine, whatever name it has
            os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
        dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", timeout=PATIENCE)
        self.rank, self.count = dist.get_rank(), dist.get_world_size()
        self._talk = dist.new_group(backend="gloo", timeout=PATIENCE)

    def agree(self, decide: Callable[[], Found]) -> Found:
        """See `Peers`."""
        found = [decide() if self.rank == 0 else None]
        dist.broadcast_object_list(found, 0, self._talk, torch.device("cpu"))
        return found[0]  # type: ignore[return-value]

    def in_turn(self, work: Callable[[], Found]) -> Found:
        """See `Peers`."""
        if self.rank:
            self.meet()
            return work()
        found = work()
        self.meet()
        return found

    def meet(self) -> None:
        """See `Peers`."""
        dist.barrier(self._talk)

    @torch.no_grad()
    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """See `Peers`. Summed and not averaged, for every share's loss is already its part of the whole batch's."""
        sent: list[Tensor] = []
        for gradient in (one.grad for one in parameters):
            if gradient is None:
                continue
            if sent and sum(one.numel() for one in sent) + gradient.numel() > AT_ONCE:
                self._sum(sent)
                sent = []
            sent.append(gradient)
        if sent:
            self._sum(sent)

    def _sum(self, tensors: list[Tensor]) -> None:
        flat = torch.cat([one.flatten() for one in tensors])
        dist.all_reduce(flat)
        for one, part in zip(tensors, torch.split(flat, [one.numel() for one in tensors]), strict=True):
            one.copy_(part.view_as(one))

    def sum(self, figures: dict[str, float]) -> dict[str, float]:
        """See `Peers`."""
        found = torch.tensor(list(figures.values()), dtype=torch.float64)
        dist.all_reduce(found, group=self._talk)
        return dict(zip(figures, found.tolist(), strict=True))

    def close(self) -> None:
        """After the last step."""
        dist.destroy_process_group()
