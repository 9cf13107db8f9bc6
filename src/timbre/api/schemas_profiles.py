"""Profiles as they go over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.schemas import Page, Parameters
from timbre.engine.protocol import RANGES
from timbre.profiles import LONGEST_ABOUT, LONGEST_NAME, Profile


class Sent(Parameters):
    """How a voice reads. What is left out is as the loaded model's own configuration has it."""

    def sampling(self) -> dict[str, Any]:
        """Those that were sent, null among them: a change to null gives a parameter back to the model."""
        return {name: getattr(self, name) for name in RANGES if name in self.model_fields_set}


NAME = Field(max_length=LONGEST_NAME, description="What to call it.", examples=["Bedtime"])
ABOUT = Field("", max_length=LONGEST_ABOUT, description="A few words on it.", examples=["Calm and slow."])


class NewProfile(Sent):
    """A profile to be kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Bedtime", "about": "Calm and slow.", "speed": 0.85, "temperature": 0.5}]
        },
    )

    name: str = NAME
    about: str = ABOUT


class ProfileChange(Sent):
    """What is to be different from now on. What is left out stays; a parameter that is null becomes the model's own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"speed": 0.9, "temperature": None}]})

    name: str | None = Field(None, max_length=LONGEST_NAME)
    about: str | None = Field(None, max_length=LONGEST_ABOUT)


class CopyName(BaseModel):
    """What a copy is to be called."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Bedtime, slower"}]})

    name: str | None = Field(None, max_length=LONGEST_NAME, description="Absent: the original's, with (copy).")


class ProfileOut(BaseModel):
    """A named set of sampling parameters. One that is absent is as the loaded model's own configuration has it."""

    id: str = Field(examples=["steady"])
    name: str = Field(examples=["Steady"])
    about: str | None = Field(None, examples=["Keeps to what is likeliest."])
    built_in: bool = Field(description="Whether it came with Timbre; it cannot be changed then.")
    default: bool = Field(description="Whether it applies where none is asked for.")
    speed: float | None = None
    temperature: float | None = Field(None, examples=[0.4])
    top_k: int | None = None
    top_p: float | None = None
    repetition_penalty: float | None = None
    seed: int | None = None
    created_at: datetime | None = None
    changed_at: datetime | None = None


class Profiles(Page):
    items: list[ProfileOut]


def shown(profile: Profile, default: str) -> ProfileOut:
    """A profile as the API shows it. default: the id of that one."""
    return ProfileOut(
        id=profile.id,
        name=profile.name,
        about=profile.about or None,
        built_in=profile.built_in,
        default=profile.id == default,
        created_at=profile.created_at,
        changed_at=profile.changed_at,
        **profile.sampling,
    )
