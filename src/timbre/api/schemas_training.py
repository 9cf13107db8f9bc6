"""Training runs, their checkpoints and what these said, as they go over HTTP. What has no value is absent."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.jobs import fault, moment
from timbre.api.schemas import Fault, Page
from timbre.runs.rows import Run
from timbre.store.tables_training import CheckpointRow, EventRow, PointRow, PromotionRow, SampleRow

State = Literal["queued", "running", "paused", "completed", "failed", "stopped"]


class TrainingIn(BaseModel):
    """What is to be learnt from, by which model, and how."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"dataset_id": "d-1", "name": "Grandmother", "parameters": {"method": "lora", "epochs": 10}},
                {"build_id": "m-1", "base": "mini", "parameters": {"method": "full", "max_steps": 500}},
            ]
        },
    )

    dataset_id: str = Field("", max_length=40, description="Its newest build is learnt from.")
    build_id: str = Field("", max_length=40, description="That build, of whichever dataset.")
    base: str = Field("", max_length=200, description="A model; absent: the one that the service begins with.")
    name: str = Field("", description="Absent: the dataset's.")
    parameters: dict[str, Any] = Field(
        {}, description="What differs from the defaults; `GET /training/parameters` lists all."
    )


class StartIn(TrainingIn):
    """The same, and the estimate that it is to be held against."""

    estimate_job: str = Field("", max_length=40, description="A job of `POST /training/estimate` that is completed.")


class WhichRunIn(BaseModel):
    """Which run is meant."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}, {"run_id": "r-1"}]})

    run_id: str = Field("", max_length=40, description="Absent: the newest of yours that it can be done to.")


class RunChange(BaseModel):
    """What a run is called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Grandmother, twice as long"}]})

    name: str


class RunOut(BaseModel):
    """A training run."""

    id: str = Field(examples=["r-01a21027c7733a8d2f841e36"])
    name: str
    dataset_id: str
    build_id: str
    base: str = Field(description="The model that it begins with.", examples=["mini"])
    method: str = Field(examples=["lora"])
    language: str = Field(examples=["en"])
    status: State
    wish: str | None = Field(None, description="What it was asked to do and has not done yet: cancel, pause.")
    note: str | None = Field(None, description="What it waits for, or is at.")
    progress: float = Field(description="0 to 1.")
    step: int
    steps: int = Field(description="0: not known before it begins.")
    parameters: dict[str, Any] = Field(description="All of them, as the run uses them.")
    figures: dict[str, Any] = Field(
        description="The latest: epoch, loss, text_loss, audio_loss, rate, gradient, memory_mb, elapsed_s, eta_s, "
        "validation_loss …"
    )
    estimate: dict[str, Any] | None = Field(None, description="What was measured before it began.")
    job_id: str | None = None
    search_id: str | None = Field(None, description="The search that it is a trial of.")
    error: Fault | None = None
    created_at: str
    started_at: str | None = None
    finished_at: str | None = None


class RunPage(Page):
    items: list[RunOut]


class CheckpointUse(BaseModel):
    """What a checkpoint is promoted to."""

    kind: str = Field(examples=["voice"])
    target: str = Field(description="The voice's id, or the model's name.")


class CheckpointOut(BaseModel):
    """Weights that a run kept, or that somebody brought along."""

    id: str = Field(examples=["c-01a21027c7733a8d2f841e36"])
    name: str
    kind: str = Field(description="adapter or model.", examples=["adapter"])
    run_id: str | None = None
    step: int
    base: str
    language: str | None = Field(None, description="What it learnt from is in.")
    bytes: int
    best: bool = Field(description="Of its run, by the validation.")
    figures: dict[str, Any] = Field(description="validation_loss, similarity, word_error_rate …")
    promoted: list[CheckpointUse] | None = None
    created_at: str


class CheckpointPage(Page):
    items: list[CheckpointOut]


class SampleOut(BaseModel):
    """A sentence that a checkpoint said."""

    id: str
    checkpoint_id: str
    run_id: str | None = None
    step: int
    text: str
    language: str
    figures: dict[str, Any] = Field(description="similarity, word_error_rate, heard, seconds.")
    audio: str = Field(description="Where it is to be had: FLAC.")
    reference: str | None = Field(None, description="Where a recording of the person is: FLAC.")
    created_at: str


class SamplePage(Page):
    items: list[SampleOut]


class DatasetOf(BaseModel):
    """The dataset that a checkpoint learnt from, where it is still there."""

    id: str
    name: str
    language: str


class CheckpointDetails(CheckpointOut):
    """A checkpoint with all that is known of it."""

    run: RunOut | None = None
    parameters: dict[str, Any] | None = None
    dataset: DatasetOf | None = None
    samples: list[SampleOut]


class StatusOut(BaseModel):
    """How the training is."""

    state: Literal["idle", "queued", "running", "paused", "completed", "failed", "stopped"] = Field(
        description="idle: there has been no run."
    )
    run: RunOut | None = Field(None, description="Absent run_id: the one that is under way, else the newest.")
    last_sample: SampleOut | None = None


class ParameterOut(BaseModel):
    """Something that can be set for a run."""

    name: str = Field(examples=["batch"])
    type: str = Field(description="boolean, integer, number, string or list.")
    default: Any = None
    defaults: dict[str, float] | None = Field(None, description="By the method, where it differs.")
    about: str | None = None
    choices: list[str] | None = None
    least: float | None = None
    above: float | None = None
    most: float | None = None
    below: float | None = None
    longest: int | None = Field(None, description="Of a list.")


class Parameters(Page):
    items: list[ParameterOut]


class PointsOut(BaseModel):
    """A run's curves: at each step its figures."""

    train: list[dict[str, Any]]
    validation: list[dict[str, Any]]


class LineOut(BaseModel):
    """A line of a run's log."""

    id: int
    run_id: str
    at: str
    line: str
    stage: str
    progress: float


class LogPage(Page):
    items: list[LineOut]


def shown_run(run: Run) -> RunOut:
    """A run as the API shows it."""
    row = run.row
    return RunOut(
        id=row.id,
        name=row.name,
        dataset_id=row.dataset_id,
        build_id=row.build_id,
        base=row.base,
        method=row.method,
        language=row.language,
        status=run.status,
        wish=run.wish or None,
        note=run.note or None,
        progress=round(run.progress, 4),
        step=row.step,
        steps=row.steps,
        parameters=row.parameters,
        figures=row.figures,
        estimate=row.estimate,
        job_id=row.job_id,
        search_id=row.search_id,
        error=fault(run.error, row.job_id or row.id),
        created_at=moment(row.created_at) or "",
        started_at=moment(row.started_at),
        finished_at=moment(row.finished_at),
    )


def shown_checkpoint(row: CheckpointRow, language: str | None, standing: Sequence[PromotionRow]) -> CheckpointOut:
    """A checkpoint as the API shows it. standing: the promotions of it that were not undone."""
    return CheckpointOut(
        id=row.id,
        name=row.name,
        kind=row.kind,
        run_id=row.run_id,
        step=row.step,
        base=row.base,
        language=language,
        bytes=row.bytes,
        best=row.best,
        figures=row.figures,
        promoted=[CheckpointUse(kind=one.kind, target=one.target) for one in standing] or None,
        created_at=moment(row.created_at) or "",
    )


def shown_sample(row: SampleRow, kept: CheckpointRow) -> SampleOut:
    """A sample as the API shows it."""
    return SampleOut(
        id=row.id,
        checkpoint_id=kept.id,
        run_id=kept.run_id,
        step=kept.step,
        text=row.text,
        language=row.language,
        figures=row.figures,
        audio=f"/training/samples/{row.id}.flac",
        reference=f"/training/samples/{row.id}.reference.flac" if row.reference else None,
        created_at=moment(row.created_at) or "",
    )


def shown_points(found: dict[str, list[PointRow]]) -> PointsOut:
    """Curves as the API shows them."""
    curves = {
        kind: [{"step": one.step, **one.figures} for one in found.get(kind, [])] for kind in ("train", "validation")
    }
    return PointsOut(**curves)


def shown_line(row: EventRow) -> LineOut:
    """A line of a log as the API shows it."""
    return LineOut(
        id=row.id,
        run_id=row.subject,
        at=moment(row.at) or "",
        line=row.line,
        stage=row.stage,
        progress=round(row.progress, 4),
    )
