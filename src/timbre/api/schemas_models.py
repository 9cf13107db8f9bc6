"""Models as they go over HTTP."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, Field

from timbre.api.schemas import Page
from timbre.models import licence
from timbre.models.about import About


class NeedOut(BaseModel):
    """Something that a model lacks here."""

    what: str = Field(description="licence, download, or extra", examples=["licence"])
    about: str = Field(examples=["Its licence has to be accepted: Coqui Public Model License (CPML, non-commercial)."])


class ModelOut(BaseModel):
    """A model on this machine, or one that can be installed."""

    id: str = Field(examples=["mini"])
    loaded: bool
    installed: bool
    built_in: bool = Field(description="Whether it came with Timbre.")
    removable: bool = Field(description="Whether it can be removed now.")
    languages: list[str] | None = Field(None, description="Absent while they are not known.", examples=[["en"]])
    voices: int | None = Field(None, description="Voices that came with it.", examples=[8])
    bytes: int | None = Field(None, description="Its size on disk.")
    licence: str | None = Field(None, examples=["Apache-2.0"])
    licence_accepted: bool | None = Field(None, description="Absent where none has to be accepted.")
    source: str | None = Field(None, description="Where it was installed from.", examples=["coqui/XTTS-v2"])
    revision: str | None = Field(None, description="Which state of its source.")
    installed_at: str | None = None
    installing: str | None = Field(None, description="The job that installs it now.")
    needs: list[NeedOut] = Field(description="What it lacks before it can be used, or used in full.")
    runs: dict[str, str] | None = Field(None, description="Where the engine runs it, and in what numbers.")


class Models(Page):
    items: list[ModelOut]


class LicenceOut(BaseModel):
    """What a model comes under."""

    model: str = Field(examples=["xtts-v2"])
    name: str | None = Field(None, description="Absent where it is not known.", examples=["Apache-2.0"])
    url: str | None = None
    text: str | None = Field(None, description="What is accepted.")
    needed: bool = Field(description="Whether it has to be accepted before the model can be installed.")
    accepted: bool = Field(description="Whether it was.")
    accepted_at: str | None = None
    accepted_by: str | None = None


def shown(model: About, stats: Mapping[str, Any], in_use: str, accepted: bool, job: str | None) -> ModelOut:
    """A model as the API shows it. in_use: why it cannot be removed, if it cannot. job: the one that installs it."""
    entry, loaded = model.entry, model.entry.id == stats.get("model")
    return ModelOut(
        id=entry.id,
        loaded=loaded,
        installed=entry.installed,
        built_in=model.built_in,
        removable=entry.installed and not model.built_in and not in_use,
        languages=list(entry.languages) or None,
        voices=len(stats.get("voices", {})) if loaded else model.voices,
        bytes=model.bytes,
        licence=entry.licence,
        licence_accepted=accepted if licence.needed(entry.id) else None,
        source=model.source,
        revision=model.revision,
        installed_at=model.installed_at,
        installing=job,
        needs=[NeedOut(what=need.what, about=need.about) for need in model.needs],
        runs=stats.get("runs") if loaded else None,
    )
