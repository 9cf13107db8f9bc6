"""How the next code is chosen."""

import torch

from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, draw, narrow, penalise


def chooser(seed: int = 0, greedy: bool = False, **sampling: float) -> Chooser:
    return Chooser.start(Sampling(**sampling), seed, 12, 10, greedy)  # type: ignore[arg-type]


def test_penalty_divides_positive_and_multiplies_negative() -> None:
    logits = torch.tensor([2.0, -2.0, 2.0, -2.0])
    said = torch.tensor([True, True, False, False])
    assert penalise(logits, said, 4.0).tolist() == [0.5, -8.0, 2.0, -2.0]


def test_placeholder_and_start_count_as_said_from_the_first_step() -> None:
    logits = torch.zeros(12)
    logits[[1, 5]] = torch.tensor([3.0, 2.0])
    assert chooser(greedy=True, repetition_penalty=2.0).choose(logits) == 5


def test_a_code_once_said_stays_penalised() -> None:
    one = chooser(greedy=True, repetition_penalty=3.0)
    logits = torch.zeros(12)
    logits[[4, 6]] = torch.tensor([3.0, 2.0])
    assert [one.choose(logits) for _ in range(3)] == [4, 6, 4]


def test_top_k_and_top_p_keep_the_likeliest() -> None:
    scores = torch.tensor([0.5, 0.3, 0.15, 0.05]).log()
    assert narrow(scores, 2, 1.0).nonzero().flatten().tolist() == [0, 1]
    assert narrow(scores, 50, 0.7).nonzero().flatten().tolist() == [0, 1]
    assert narrow(scores, 50, 0.5).nonzero().flatten().tolist() == [0]
    assert torch.isclose(narrow(scores, 3, 0.9).sum(), torch.tensor(1.0))


def test_draw_follows_the_shares() -> None:
    shares = torch.tensor([0.25, 0.0, 0.5, 0.25])
    assert [draw(shares, chance) for chance in (0.0, 0.2, 0.3, 0.74, 0.76, 0.999999999)] == [0, 0, 2, 2, 3, 3]


def test_same_seed_same_codes_and_another_seed_others() -> None:
    logits = torch.randn(40, 12, generator=torch.Generator().manual_seed(1))

    def said(seed: int) -> list[int]:
        one = chooser(seed, temperature=1.0)
        return [one.choose(row) for row in logits]

    assert said(7) == said(7) != said(8)


def test_forbidden_codes_are_never_chosen() -> None:
    one = chooser(temperature=1.0, repetition_penalty=1.0)
    logits = torch.zeros(12)
    logits[11] = 50.0
    assert 11 not in [one.choose(logits, forbidden=(11,)) for _ in range(50)]
