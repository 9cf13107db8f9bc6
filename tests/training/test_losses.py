"""Losses and optimisers: what they ask for."""

import pytest
import torch
from torch import nn

from timbre.training.discriminator import Discriminator, critic_loss, rival_losses
from timbre.training.optimizers import Muon, orthogonal
from timbre.training.spectral import spectral_loss


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("shape", [(48, 160), (160, 48), (64, 64)])
def test_muon_evens_out_the_singular_values(shape: tuple[int, int]) -> None:
    values = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
    assert 0.5 < float(values.median()) < 1.3
    assert float(values.max()) < 1.4


def test_muon_refuses_what_is_no_matrix() -> None:
    with pytest.raises(ValueError, match="matrices"):
        Muon([nn.Parameter(torch.zeros(3))], 0.1, 0.0)


def test_muon_walks_down_a_valley() -> None:
    weight, goal = nn.Parameter(torch.zeros(8, 16)), torch.randn(8, 16)
    optimizer = Muon([weight], 0.1, 0.0)
    before = float((weight.detach() - goal).norm())
    for _ in range(60):
        optimizer.zero_grad()
        (weight - goal).square().sum().backward()
        optimizer.step()
    assert float((weight.detach() - goal).norm()) < before / 3


def test_spectral_loss_is_nothing_for_the_same_wave_and_grows_with_noise() -> None:
    wave = torch.sin(torch.arange(8000) * 0.2)[None]
    losses = [float(spectral_loss(wave + level * torch.randn_like(wave), wave)) for level in (0.0, 0.01, 0.1)]
    assert losses[0] == 0.0
    assert losses[0] < losses[1] < losses[2]


def test_the_rivals_want_opposite_things() -> None:
    judge = Discriminator(width=4)
    recorded, made = torch.randn(2, 6000), (torch.randn(2, 6000) * 0.1).requires_grad_()
    optimizer = torch.optim.Adam(judge.parameters(), 1e-2)
    before = float(critic_loss(judge(recorded), judge(made.detach())))
    for _ in range(12):
        loss = critic_loss(judge(recorded), judge(made.detach()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert float(critic_loss(judge(recorded), judge(made.detach()))) < before
    passed, matched = rival_losses(judge(recorded), judge(made))
    (passed + matched).backward()
    assert made.grad is not None
    assert float(made.grad.abs().sum()) > 0
