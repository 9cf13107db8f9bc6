"""Searches as they go over HTTP. What has no value is absent."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.jobs import fault, moment
from timbre.api.schemas import Fault, Page
from timbre.api.schemas_training import State, TrainingIn
from timbre.runs.searches import Search

Rates = list[Annotated[float, Field(gt=0, lt=1)]]
Whole = list[Annotated[int, Field(ge=1, le=256)]]

MOST = 10
"""Values of a parameter that a search tries."""


class SearchIn(TrainingIn):
    """What each trial learns from and by which model; what is tried; and how often."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"dataset_id": "d-1", "trials": 6, "parameters": {"max_steps": 300}},
                {
                    "dataset_id": "d-1",
                    "methods": ["lora"],
                    "rates_lora": [1e-4, 3e-4],
                    "batches": [4],
                    "ranks": [8, 16],
                },
            ]
        },
    )

    methods: list[Literal["lora", "full"]] | None = Field(
        None, min_length=1, max_length=2, description="Absent: the one that a run has by default."
    )
    rates_lora: Rates | None = Field(None, min_length=1, max_length=MOST, description="Learning rates of an adapter.")
    rates_full: Rates | None = Field(
        None, min_length=1, max_length=MOST, description="Learning rates where all weights learn."
    )
    batches: Whole | None = Field(None, min_length=1, max_length=MOST, description="Segments a batch.")
    ranks: Whole | None = Field(None, min_length=1, max_length=MOST, description="Ranks of an adapter.")
    trials: int | None = Field(
        None,
        ge=1,
        le=200,
        description="Runs at the most; absent: TIMBRE_SEARCH_TRIALS. No more than there are choices.",
    )
    looks: int | None = Field(
        None, ge=1, le=50, description="Times that each trial speaks and is judged; absent: TIMBRE_SEARCH_LOOKS."
    )

    def space(self) -> dict[str, list[Any]]:
        """What is to be tried, as far as it is said."""
        names = ("methods", "rates_lora", "rates_full", "batches", "ranks")
        return {name: found for name in names if (found := getattr(self, name)) is not None}


class TrialOut(BaseModel):
    """A run of a search."""

    number: int = Field(description="In the order that they were tried in, from 1.")
    rank: int | None = Field(None, description="Of those that were completed, the best is 1.")
    run_id: str | None = Field(None, description="Absent: the run was deleted.")
    status: Literal["waiting", "running", "paused", "completed", "pruned", "failed", "stopped"] = Field(
        description="pruned: it was behind the others, and was cut short."
    )
    parameters: dict[str, Any] = Field(description="What it has of its own: method, rate, batch, lora_rank.")
    step: int | None = Field(None, description="The step that it reached.")
    steps: int = Field(description="Those that it reaches unless it is pruned.")
    score: float | None = Field(None, description="Similarity less the word error rate, of its best checkpoint.")
    figures: dict[str, float] = Field(description="similarity, word_error_rate, validation_loss of that checkpoint.")
    looks: list[float] = Field(description="Its score each time that it was looked at.")
    checkpoint_id: str | None = Field(None, description="Its best checkpoint, by the validation loss.")
    error: Fault | None = None


class SearchOut(BaseModel):
    """A search, with its trials: the best first."""

    id: str = Field(examples=["x-01a21027c7733a8d2f841e36"])
    name: str
    dataset_id: str
    build_id: str
    base: str
    language: str
    status: State
    wish: str | None = Field(None, description="What it was asked to do and has not done yet: cancel, pause.")
    progress: float = Field(description="0 to 1.")
    wanted: int = Field(description="Trials at the most.")
    steps: int = Field(description="Of each trial.")
    space: dict[str, list[Any]] = Field(description="What is tried of each parameter.")
    parameters: dict[str, Any] = Field(description="What all trials have in common.")
    trials: list[TrialOut]
    job_id: str | None = None
    error: Fault | None = None
    created_at: str
    finished_at: str | None = None


class SearchPage(Page):
    items: list[SearchOut]


def shown_search(search: Search) -> SearchOut:
    """A search as the API shows it."""
    row, request, job = search.row, search.row.request, search.job
    own = {"method", "rate", "batch", "lora_rank"}
    return SearchOut(
        id=row.id,
        name=request["name"],
        dataset_id=request["dataset"],
        build_id=request["build"],
        base=request["base"],
        language=request["language"],
        status=search.status,
        wish=(job.wish if job else "") or None,
        progress=round(search.progress, 4),
        wanted=request["trials"],
        steps=request["steps"],
        space=request["space"],
        parameters={name: value for name, value in request["parameters"].items() if name not in own},
        trials=[_shown_trial(one) for one in search.trials()],
        job_id=row.job_id,
        error=fault(search.error, row.job_id or row.id),
        created_at=moment(row.created_at) or "",
        finished_at=moment(row.finished_at),
    )


def _shown_trial(trial: dict[str, Any]) -> TrialOut:
    looks = trial["looks"]
    return TrialOut(
        number=trial["number"] + 1,
        rank=trial.get("rank"),
        run_id=trial.get("run_id"),
        status=trial["state"],
        parameters=trial["chosen"],
        step=trial.get("step"),
        steps=trial["steps"],
        score=trial.get("score"),
        figures=trial["figures"],
        looks=[looks[look] for look in sorted(looks, key=int)],
        checkpoint_id=trial.get("checkpoint_id"),
        error=fault(trial.get("error"), str(trial.get("run_id", ""))),
    )
