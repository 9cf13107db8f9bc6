"""How the next code is chosen."""

import torch

from timbre.engine.protocol import Sampling
from timbre.engine.sampling import Chooser, choose, draw, narrow, penalise


def chooser(seed: int = 0, greedy: bool = False, **sampling: float) -> Chooser:
    return Chooser.start(Sampling(**sampling), seed, 12, 10, greedy)  # type: ignore[arg-type]


def next_code(row: Chooser, logits: torch.Tensor, forbidden: tuple[int, ...] = ()) -> int:
    return choose([row], logits[None], [forbidden])[0]


def test_penalty_divides_positive_and_multiplies_negative() -> None:
    logits = torch.tensor([[2.0, -2.0, 2.0, -2.0]])
    said = torch.tensor([[True, True, False, False]])
    assert penalise(logits, said, torch.tensor([[4.0]])).tolist() == [[0.5, -8.0, 2.0, -2.0]]


def test_placeholder_and_start_count_as_said_from_the_first_step() -> None:
    logits = torch.zeros(12)
    logits[[1, 5]] = torch.tensor([3.0, 2.0])
    assert next_code(chooser(greedy=True, repetition_penalty=2.0), logits) == 5


def test_a_code_once_said_stays_penalised() -> None:
    one = chooser(greedy=True, repetition_penalty=3.0)
    logits = torch.zeros(12)
    logits[[4, 6]] = torch.tensor([3.0, 2.0])
    assert [next_code(one, logits) for _ in range(3)] == [4, 6, 4]


def test_top_k_and_top_p_keep_the_likeliest() -> None:
    scores = torch.tensor([0.3, 0.5, 0.15, 0.05]).log()

    def kept(top_k: int, top_p: float) -> list[int]:
        shares, order = narrow(scores[None], torch.tensor([top_k]), torch.tensor([top_p]))
        return [int(code) for code, share in zip(order[0], shares[0], strict=True) if share > 0]

    assert kept(2, 1.0) == [1, 0]
    assert kept(50, 0.7) == [1, 0]
    assert kept(50, 0.5) == [1]


def test_each_row_keeps_as_many_as_it_asked_for() -> None:
    scores = torch.zeros(3, 12)
    shares, _ = narrow(scores, torch.tensor([1, 5, 50]), torch.tensor([1.0, 1.0, 1.0]))
    assert (shares > 0).sum(1).tolist() == [1, 5, 12]


def test_draw_follows_the_shares() -> None:
    chances = torch.tensor([0.0, 0.2, 0.3, 0.74, 0.76, 0.999999999], dtype=torch.float64)
    shares = torch.tensor([0.5, 0.25, 0.25, 0.0]).repeat(len(chances), 1)
    assert draw(shares, chances).tolist() == [0, 0, 0, 1, 2, 2]
    assert draw(shares / 2, chances).tolist() == [0, 0, 0, 1, 2, 2]  # they need not sum to one


def test_codes_come_as_often_as_is_likely() -> None:
    logits = torch.full((12,), -30.0)
    logits[[3, 7]] = torch.tensor([0.75, 0.25]).log()
    one = chooser(temperature=1.0, top_p=1.0, repetition_penalty=1.0)
    made = [next_code(one, logits) for _ in range(2000)]
    assert set(made) == {3, 7}
    assert 0.71 < made.count(3) / len(made) < 0.79


def test_same_seed_same_codes_and_another_seed_others() -> None:
    logits = torch.randn(40, 12, generator=torch.Generator().manual_seed(1))

    def said(seed: int) -> list[int]:
        one = chooser(seed, temperature=1.0)
        return [next_code(one, row) for row in logits]

    assert said(7) == said(7) != said(8)


def test_forbidden_codes_are_never_chosen() -> None:
    one = chooser(temperature=1.0, repetition_penalty=1.0)
    logits = torch.zeros(12)
    logits[11] = 50.0
    assert 11 not in [next_code(one, logits, forbidden=(11,)) for _ in range(50)]


def test_a_row_chooses_beside_others_as_alone() -> None:
    logits = torch.randn(60, 24, 1026, generator=torch.Generator().manual_seed(2)) * 3

    def row(number: int) -> Chooser:
        wanted = Sampling(0.3 + number / 20, 1 + 9 * number, 0.5 + number / 60, 1 + number / 4)
        return Chooser.start(wanted, number, 1026, 1024, greedy=number == 5)

    def said(numbers: list[int]) -> list[list[int]]:
        rows = [row(number) for number in numbers]
        return [choose(rows, step[numbers], [()] * len(rows)) for step in logits]

    beside = said(list(range(24)))
    for number in range(24):
        assert [step[number] for step in beside] == [step[0] for step in said([number])]
