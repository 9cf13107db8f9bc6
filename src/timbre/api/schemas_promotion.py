"""What checkpoints become, and what they say, as it goes over HTTP."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.jobs import moment
from timbre.api.schemas import Page, VoiceOut
from timbre.api.schemas_jobs import JobOut
from timbre.engine.protocol import RANGES
from timbre.store.tables_training import PromotionRow

LARGEST_SEED = int(RANGES["seed"][1])


class PromoteIn(BaseModel):
    """What a checkpoint is to become."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"kind": "voice", "name": "Grandmother", "consent": "She agreed on 3 May."},
                {"kind": "model", "name": "grandmother-xl", "person": "Grandmother"},
            ]
        },
    )

    kind: Literal["voice", "model"] = Field("voice", description="voice: an adapter's alone.")
    name: str | None = Field(None, description="Of the new voice, or of the model.")
    language: str | None = Field(None, description="Absent: that of what it learnt from.")
    consent: str | None = Field(None, description="What the person agreed to. A new voice has to have it.")
    voice_id: str | None = Field(
        None, description="A voice made here whose place this one takes; that one is kept. Absent: a new voice."
    )
    clips_of: str | None = Field(
        None, description="A voice cloned here to speak after. Absent: the recordings that the checkpoint learnt from."
    )
    person: str | None = Field(None, description="Of a model: what its built-in voice is called.")


class DemoteIn(BaseModel):
    """Which promotion is undone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    kind: Literal["voice", "model"] | None = Field(None, description="Absent: whatever was promoted last.")
    target: str | None = Field(None, description="A voice's id, or a model's name. Absent: the last one.")


class PromotionOut(BaseModel):
    """A checkpoint that is a voice or a model."""

    id: str
    checkpoint_id: str
    kind: str = Field(examples=["voice"])
    target: str = Field(description="The voice's id, or the model's name.")
    replaces: bool = Field(description="Whether something was there before, which `demote` brings back.")
    created_at: str
    undone_at: str | None = None


class Promotions(Page):
    items: list[PromotionOut]


class PromotedOut(BaseModel):
    """What came of it: a voice at once, or a job that makes a model."""

    promotion: PromotionOut | None = None
    voice: VoiceOut | None = None
    job: JobOut | None = None


class ExportIn(BaseModel):
    """How a checkpoint is to be exported."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"form": "model"}]})

    form: Literal["model", "adapter"] = Field(
        "model", description="model: merged, in the public layout; adapter: the adapter alone, as peft reads it."
    )


class LoadIn(BaseModel):
    """A checkpoint for the running engine."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"checkpoint_id": "c-1"}]})

    checkpoint_id: str


class LoadedOut(BaseModel):
    """What the engine holds now."""

    checkpoint_id: str
    model: str = Field(examples=["mini"])
    adapter: str = Field(description="What the engine calls it.")
    adapters: list[str] = Field(description="All that it holds.")


class SaidIn(BaseModel):
    """A text for a checkpoint."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"checkpoint_id": "c-1", "text": "The kettle sang.", "language": "en"}]},
    )

    checkpoint_id: str
    text: str
    language: str | None = Field(None, description="Absent: that of what it learnt from.")
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED, description="The same one says the same again.")
    clips_of: str | None = Field(
        None, description="A voice cloned here to speak after. Absent: the recordings that the checkpoint learnt from."
    )


class SynthesizeIn(SaidIn):
    """A text for a checkpoint, and what the audio is to be."""

    format: str = Field("wav", description="wav, mp3, ogg, flac, m4a, opus, aac, or pcm (16 bit, 24 kHz, mono).")


def shown(row: PromotionRow) -> PromotionOut:
    """A promotion as the API shows it."""
    return PromotionOut(
        id=row.id,
        checkpoint_id=row.checkpoint_id,
        kind=row.kind,
        target=row.target,
        replaces=row.former is not None,
        created_at=moment(row.created_at) or "",
        undone_at=moment(row.undone_at),
    )
