"""Segments, reports and builds of datasets as they go over HTTP."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from timbre.api.jobs import moment
from timbre.api.schemas import Page
from timbre.datasets.filter import REASONS
from timbre.datasets.report import is_kept
from timbre.datasets.review import Change, Seen, Verdict
from timbre.datasets.said import said
from timbre.datasets.work import RATE
from timbre.store.tables_training import BuildRow, SegmentRow
from timbre.text.normalise import normalise

MOST_PIXELS = 4_000


class WordOut(BaseModel):
    """A word that was recognised."""

    word: str = Field(examples=["kettle"])
    begin_s: float = Field(description="Seconds from the start of the recording.", examples=[12.48])
    end_s: float = Field(examples=[12.9])
    sure: float = Field(description="How sure Whisper is of it, 0 to 1.", examples=[0.97])


class SegmentOut(BaseModel):
    """A stretch of a recording that somebody speaks in. What has no value yet is absent."""

    id: str = Field(examples=["g-01a21027c7733a8d2f841e36"])
    dataset_id: str
    source_id: str
    source: str = Field(description="What its recording is called.", examples=["interview.mp3"])
    begin_s: float = Field(description="Seconds from the start of the recording.", examples=[12.3])
    end_s: float = Field(examples=[17.85])
    text: str | None = Field(None, description="What is said: as a person wrote it, else as it was recognised.")
    read: str | None = Field(None, description="The same as the model learns it: numbers and signs as words.")
    heard: str | None = Field(None, description="What was recognised.")
    words: list[WordOut] = Field(description="Those, with their times.")
    figures: dict[str, float] = Field(
        description="seconds, snr_db, silence, clipped, lufs, words, characters, rate, sure (0 to 1), likeness (to the "
        "main speaker, 0 to 1), differs (word errors by a text that came with it), as far as they were measured.",
        examples=[{"seconds": 5.55, "snr_db": 41.2, "sure": 0.93}],
    )
    kept: bool = Field(description="Whether it goes into a build.")
    reasons: list[str] = Field(description=f"Why the filter leaves it out: {', '.join(REASONS)}.", examples=[["snr"]])
    verdict: Literal["keep", "drop"] | None = Field(None, description="A person's, which goes before the filter's.")
    edited: list[str] = Field(description="What a person changed: text, edges.", examples=[["text"]])
    changed_at: datetime = Field(description="To be sent back with a change, so that nobody's work is written over.")


class SegmentPage(Page):
    items: list[SegmentOut]
    counts: dict[str, int] = Field(
        description="How many of the dataset's are kept, dropped, edited by a person, and not yet recognised.",
        examples=[{"kept": 310, "dropped": 22, "edited": 4, "unheard": 0}],
    )


class SegmentChange(BaseModel):
    """What is to be different. What is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"text": "The kettle has just boiled."}, {"verdict": "keep"}, {"verdict": None, "text": None}]
        },
    )

    begin_s: float | None = Field(None, ge=0, le=1e6, description="Seconds from the start of the recording.")
    end_s: float | None = Field(None, ge=0, le=1e6)
    text: str | None = Field(None, description="What is said. null: as it was recognised.")
    verdict: Literal["keep", "drop"] | None = Field(None, description="null: as the filter says.")
    changed_at: datetime | None = Field(
        None, description="That of the segment as it was seen: where it has changed since, nothing is written over."
    )

    @field_validator("changed_at")
    @classmethod
    def _in_utc(cls, value: datetime | None) -> datetime | None:
        """A time without a zone is taken for UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value

    def wish(self) -> Change:
        said = frozenset(self.model_fields_set - {"changed_at"})
        verdict: Verdict = self.verdict or ""
        return Change(said, self.begin_s, self.end_s, self.text, verdict, self.changed_at)


class PlaceOut(BaseModel):
    """Where a segment lies."""

    id: str
    begin_s: float
    end_s: float
    kept: bool


class WaveformOut(BaseModel):
    """How a stretch of a recording looks: of each pixel the lowest and the highest sample, 16 bit."""

    begin_s: float = Field(examples=[11.3])
    end_s: float = Field(examples=[18.85])
    length_s: float = Field(description="Of the whole recording.", examples=[1800.0])
    low: list[int] = Field(examples=[[-210, -4012, -8900]])
    high: list[int] = Field(examples=[[190, 3980, 9100]])
    segments: list[PlaceOut] = Field(description="Those that have a part in it.")


class Bins(BaseModel):
    """A histogram: how many segments lie between an edge and the next."""

    edges: list[float]
    kept: list[int]
    dropped: list[int]


class ReportOut(BaseModel):
    """What the filter found in a dataset. What was not measured is absent."""

    dataset_id: str
    segments: dict[str, int] = Field(description="How many are kept, and dropped.")
    seconds: dict[str, float] = Field(description="How long they are.")
    reasons: dict[str, dict[str, float]] = Field(
        description="Of each reason the segments and seconds that it leaves out; person: somebody did."
    )
    speakers: dict[str, float] | None = Field(None, description="Seconds of the main speaker, and of others.")
    histograms: dict[str, Bins] = Field(description="Of seconds, snr_db, rate and sure.")
    sounds: dict[str, Any] | None = Field(None, description="How often letters occur, and which never do.")
    verdict: dict[str, Any] | None = Field(
        None, description="What was measured of voices that learnt from as much; absent while nothing was."
    )


class BuildOut(BaseModel):
    """A dataset as it was at a moment, which never changes."""

    id: str = Field(examples=["m-01a21027c7733a8d2f841e36"])
    created_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    splits: dict[str, dict[str, float]] = Field(
        description="Clips, seconds and sources to learn from (train), to choose checkpoints by (validation), and that "
        "give the figures (test)."
    )


class Builds(Page):
    items: list[BuildOut]


def seconds(samples: int) -> float:
    """Seconds by which the sample is found again."""
    return round(samples / RATE, 6)


def shown(seen: Seen) -> SegmentOut:
    """A segment as the API shows it."""
    row = seen.row
    text = said(row)
    return SegmentOut(
        id=row.id,
        dataset_id=row.dataset_id,
        source_id=row.source_id,
        source=seen.source,
        begin_s=seconds(row.begin),
        end_s=seconds(row.end),
        text=text or None,
        read=" ".join(normalise(text, seen.language).split()) or None,
        heard=row.heard,
        words=[WordOut(**word) for word in row.words],
        figures=row.figures,
        kept=is_kept(row),
        reasons=row.reasons,
        verdict=row.verdict or None,
        edited=row.edited,
        changed_at=row.changed_at,
    )


def placed(row: SegmentRow) -> PlaceOut:
    return PlaceOut(id=row.id, begin_s=seconds(row.begin), end_s=seconds(row.end), kept=is_kept(row))


def shown_build(row: BuildRow) -> BuildOut:
    return BuildOut(id=row.id, created_at=moment(row.created_at) or "", splits=row.figures)
