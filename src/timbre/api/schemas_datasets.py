"""Datasets as they go over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.jobs import fault, moment
from timbre.api.jobs import shown as shown_job
from timbre.api.schemas import Fault, Page
from timbre.api.schemas_jobs import JobOut
from timbre.datasets.parameters import NAMES, PREFIX, Parameters
from timbre.datasets.pipeline import STEPS
from timbre.datasets.work import RATE
from timbre.settings import Settings
from timbre.settings.datasets import DatasetSettings
from timbre.store.tables import Job
from timbre.store.tables_training import DatasetRow, EventRow, SourceRow

KINDS: dict[Any, str] = {bool: "boolean", int: "integer", float: "number"}
DATASET = "d-01a21027c7733a8d2f841e36"
Name = Annotated[str, Field(max_length=200)]
Changes = Annotated[
    dict[str, Any] | None,
    Field(description="Parameters that differ from the settings', as GET /training/datasets/parameters lists them."),
]


class DatasetIn(BaseModel):
    """A new dataset."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Grandmother", "language": "en", "parameters": {"max_s": 9.0}}]},
    )

    name: Name
    language: str = Field("en", max_length=20, description="The language that is spoken in its recordings.")
    parameters: Changes = None


class DatasetChange(BaseModel):
    """What is to be different; what is left out stays. A parameter that is null is as the settings have it again."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Grandmother, tidied"}, {"parameters": {"denoise": True}}]},
    )

    name: Name | None = None
    language: str | None = Field(None, max_length=20)
    parameters: Changes = None


class SourcesIn(BaseModel):
    """Recordings that are elsewhere: at addresses, or in a folder of the service's own machine."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"urls": ["https://example.org/talk.mp3"]}]}
    )

    urls: list[str] = Field([], max_length=100, description="Of recordings, pages with one, playlists, archives.")
    folder: str | None = Field(None, max_length=1000, description="Below one of TIMBRE_SOURCE_FOLDERS; for admins.")


class SourceChange(BaseModel):
    """What a recording is called, and what is said in it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"name": "Tape 1"}, {"text": "The kettle has just boiled."}]}
    )

    name: Name | None = None
    text: str | None = Field(None, max_length=10_000, description="Empty: it is not known.")


class StepIn(BaseModel):
    """A step that is to be done on a dataset."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"dataset_id": DATASET}]})

    dataset_id: str = Field(max_length=40)
    parameters: Changes = None


class RunIn(StepIn):
    """Steps that are to be done on a dataset, in their own order."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"dataset_id": DATASET, "steps": ["download", "segment"]}]}
    )

    steps: list[Literal["download", "segment", "transcribe", "filter", "build"]] = Field(
        [], max_length=5, description="Absent: all of them."
    )


class Figures(BaseModel):
    """How much there is of a dataset."""

    sources: dict[str, int] = Field(description="Recordings by their state.", examples=[{"here": 3, "waiting": 1}])
    seconds: float = Field(description="Of all recordings that are here.")
    segments: int
    transcribed: int
    kept: int = Field(description="Segments that a build would take.")
    kept_seconds: float
    builds: int


class DatasetOut(BaseModel):
    """A dataset."""

    id: str = Field(examples=[DATASET])
    name: str
    language: str = Field(examples=["en"])
    parameters: dict[str, Any] = Field(description="Those that differ from the settings'.")
    figures: Figures | None = None
    job: JobOut | None = Field(None, description="The job that works on it now.")
    created_at: str
    changed_at: str


class DatasetPage(Page):
    items: list[DatasetOut]


class SourceOut(BaseModel):
    """A recording of a dataset."""

    id: str = Field(examples=["s-01a21027c7733a8d2f841e36"])
    kind: str = Field(description="upload, folder, url, ljspeech", examples=["upload"])
    name: str = Field(examples=["tape1.mp3"])
    status: str = Field(description="waiting, here, failed", examples=["here"])
    address: str | None = None
    seconds: float | None = None
    text: str | None = Field(None, description="What is said in it, where that came with it.")
    notes: list[str] = Field(description="What people should know of it.")
    denoised: bool = Field(description="Whether noise was removed from it; the original is kept.")
    error: Fault | None = None
    created_at: str


class SourcePage(Page):
    items: list[SourceOut]


class Added(Page):
    """What came in."""

    items: list[SourceOut]
    known: int = Field(description="Addresses that were there already.")


class StatsOut(Figures):
    """How much there is of a dataset, and what was done on it last."""

    dataset_id: str
    job: JobOut | None = Field(None, description="The last job on it that is still known.")
    report: dict[str, Any] | None = Field(None, description="What the last filter found.")
    steps: dict[str, Literal["open", "done", "outdated"]] = Field(
        description="Each step: not done yet, done, or to be run again, being among `outdated`.",
        examples=[{"download": "done", "segment": "outdated", "transcribe": "open", "filter": "open", "build": "open"}],
    )
    outdated: list[str] = Field(
        description="Steps that were done with another language, parameters or recordings than those of now.",
        examples=[["filter", "build"]],
    )


class ParameterOut(BaseModel):
    """A parameter of how datasets are made."""

    name: str = Field(examples=["max_s"])
    about: str
    default: Any = Field(description="As the settings have it.")
    type: str = Field(examples=["number"])
    least: float | None = None
    most: float | None = None


class StepOut(BaseModel):
    """A step of the pipeline."""

    name: str = Field(examples=["segment"])


class ParametersOut(Page):
    items: list[ParameterOut]
    steps: list[StepOut] = Field(description="In their order.")


def shown(row: DatasetRow, counts: dict[str, Any] | None = None, job: Job | None = None) -> DatasetOut:
    """A dataset as the API shows it."""
    return DatasetOut(
        id=row.id,
        name=row.name,
        language=row.language,
        parameters=row.parameters,
        figures=figures(counts) if counts else None,
        job=shown_job(job) if job else None,
        created_at=moment(row.created_at) or "",
        changed_at=moment(row.changed_at) or "",
    )


def figures(counts: dict[str, Any]) -> Figures:
    """Samples as seconds."""
    return Figures(
        **{name: counts[name] for name in ("sources", "segments", "transcribed", "kept", "builds")},
        seconds=round(counts["samples"] / RATE, 2),
        kept_seconds=round(counts["kept_samples"] / RATE, 2),
    )


def shown_source(row: SourceRow) -> SourceOut:
    """A recording as the API shows it."""
    return SourceOut(
        id=row.id,
        kind=row.kind,
        name=row.name,
        status=row.status,
        address=row.address,
        seconds=None if row.samples is None else round(row.samples / RATE, 3),
        text=row.text,
        notes=row.notes,
        denoised=row.original is not None,
        error=fault(row.error, row.id),
        created_at=moment(row.created_at) or "",
    )


def parameters(chosen: Settings) -> ParametersOut:
    """What can be set, with its limits."""
    defaults = Parameters({}, chosen)
    items = []
    for name in NAMES:
        field = DatasetSettings.model_fields[PREFIX + name]
        bounds = {key: value for one in field.metadata for key, value in vars_of(one).items()}
        kind = KINDS.get(field.annotation, "string")
        items.append(
            ParameterOut(
                name=name,
                about=field.description or "",
                default=getattr(defaults, name),
                type=kind,
                least=bounds.get("ge", bounds.get("gt")),
                most=bounds.get("le", bounds.get("lt")),
            )
        )
    return ParametersOut(items=items, steps=[StepOut(name=step.name) for step in STEPS])


def vars_of(bound: Any) -> dict[str, float]:
    """The bounds that a field's metadata name."""
    return {key: getattr(bound, key) for key in ("ge", "gt", "le", "lt") if hasattr(bound, key)}


def message(event: EventRow) -> dict[str, Any]:
    """A line of the log as the socket sends it."""
    told = {
        "id": event.id,
        "log": event.line,
        "stage": event.stage,
        "progress": round(event.progress, 4),
        "eta_s": None if event.eta_s is None else round(event.eta_s, 1),
        "job_id": event.job_id,
        "at": moment(event.at),
    }
    return {name: value for name, value in told.items() if value is not None}
