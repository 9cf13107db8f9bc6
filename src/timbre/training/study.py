"""Which trial of a search is worth making next, and which is not worth going on with: Optuna's part."""

from collections.abc import Mapping
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution
from optuna.trial import TrialState

from timbre.runs import searches
from timbre.runs.searches import COMPLETED, PRUNED, Cell, Space
from timbre.training.watching import Kept

ANY = 4
"""Trials before one is chosen by what those before were worth."""

TRIES = 50
"""Times that one is chosen anew which was tried already."""


class Study:
    """Optuna's view of a search: which trial is worth making next, and which is not worth going on with."""

    def __init__(self, request: Mapping[str, Any], ended: list[dict[str, Any]]) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        space = request["space"]
        self._space = Space(
            tuple(space["methods"]),
            tuple(space.get("rates_lora", ())),
            tuple(space.get("rates_full", ())),
            tuple(space["batches"]),
            tuple(space.get("ranks", ())),
        )
        self.every = int(request["parameters"]["checkpoint_every"])
        self.steps = int(request["steps"])
        self._study = optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(
                n_startup_trials=ANY, seed=int(request["parameters"]["seed"]) + len(ended)
            ),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=int(request["whole"])),
        )
        self._tried = [one["chosen"] for one in ended]
        for one in ended:
            self._add(one)

    def propose(self) -> Cell:
        """What to try next, of what was not tried yet."""
        tried = self._tried
        for _ in range(TRIES):
            trial = self._study.ask()
            cell = self._suggest(trial)
            self._study.tell(trial, state=TrialState.FAIL)  # of those that fail it learns nothing
            if cell not in tried:
                return cell
        return next(cell for cell in self._space.cells() if cell not in tried)

    def _suggest(self, trial: optuna.Trial) -> Cell:
        method = trial.suggest_categorical("method", self._space.methods)
        cell = {
            "method": method,
            "rate": trial.suggest_categorical(f"rate_{method}", self._space.rates(method)),
            "batch": trial.suggest_categorical("batch", self._space.batches),
        }
        if method == "lora":
            cell["lora_rank"] = trial.suggest_categorical("lora_rank", self._space.ranks)
        return cell

    def take_on(self, trial: Mapping[str, Any]) -> "Judged":
        """A trial that runs, with what it was worth at its looks so far."""
        params, _ = self._of(trial["chosen"])
        self._study.enqueue_trial(params)
        asked = self._study.ask()
        self._suggest(asked)
        return Judged(self._study, asked, self.every, self.steps, _looks(trial))

    def _add(self, trial: Mapping[str, Any]) -> None:
        params, distributions = self._of(trial["chosen"])
        scored = trial["state"] == COMPLETED and trial.get("score") is not None
        state = TrialState.COMPLETE if scored else TrialState.PRUNED if trial["state"] == PRUNED else TrialState.FAIL
        self._study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=trial["score"] if scored else None,
                params=params,
                distributions=distributions,
                intermediate_values=_looks(trial),
            )
        )

    def _of(self, cell: Cell) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
        """A cell as Optuna has it: the rates of the methods are parameters of their own."""
        space, method = self._space, str(cell["method"])
        params = {"method": method, f"rate_{method}": cell["rate"], "batch": cell["batch"]}
        choices: dict[str, Any] = {"method": space.methods, f"rate_{method}": space.rates(method)}
        choices["batch"] = space.batches
        if method == "lora":
            params["lora_rank"], choices["lora_rank"] = cell["lora_rank"], space.ranks
        return params, {name: CategoricalDistribution(some) for name, some in choices.items()}


def _looks(trial: Mapping[str, Any]) -> dict[int, float]:
    return {int(look): float(score) for look, score in trial["looks"].items()}


class Judged:
    """A trial that runs: whether it is worth going on with."""

    def __init__(
        self, study: optuna.Study, trial: optuna.Trial, every: int, steps: int, looks: Mapping[int, float]
    ) -> None:
        self._study, self._trial, self._every, self._steps = study, trial, every, steps
        self.pruned, self.why = False, ""
        for look, score in looks.items():
            self._report(look, score)

    def look(self, kept: Kept) -> tuple[int, float] | None:
        """Which look a checkpoint is, and its score; none where it is no look, or nothing was measured."""
        score = searches.score(kept.figures)
        if score is None or (kept.step % self._every and kept.step != self._steps):
            return None
        number = -(-kept.step // self._every)
        self._report(number, score)
        return number, score

    def _report(self, look: int, score: float) -> None:
        self._trial.report(score, look)
        last = -(-self._steps // self._every)
        self.pruned = look < last and self._trial.should_prune()
        if self.pruned:
            self.why = f"with a score of {score:.4f} it is behind half of the trials before it"
