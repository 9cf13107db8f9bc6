"""Jobs as they go over HTTP."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.schemas import Fault, Page, SamplingFields, ScriptFields, VoiceOut
from timbre.jobs.audio import DOWNLOADS
from timbre.jobs.states import Status
from timbre.jobs.wishes import CLONE, DUBBING, Asked

FORMATS = ", ".join(DOWNLOADS)
MOST_TEXTS = 100


class JobIn(ScriptFields, SamplingFields):
    """A text to speak as a job."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "Chapter one. The kettle has just boiled.", "voice_preset": "ana", "format": "mp3"},
                {"text": "Bom dia.", "target_language": "pt", "mode": "dubbing", "quality_profile_id": "steady"},
            ]
        },
    )

    text: str = Field(description="What is to be read, up to 10,000 characters.")
    source_language: str | None = Field(None, description="The language of the text; absent: the voice's own.")
    target_language: str | None = Field(
        None, description="The language it is read as; absent: the same. Nothing is translated."
    )
    mode: Literal["dubbing", "dubbing_with_clone"] | None = Field(
        None,
        description="dubbing: a built-in voice speaks; dubbing_with_clone: one made here. Absent: as the voice is.",
    )
    voice_preset: str | None = Field(None, description="A built-in voice.")
    voice_id: str | None = Field(None, description="A voice that was made here; any voice's id is taken.")
    model: str | None = Field(None, description="A model; absent: whichever is loaded.")
    format: str = Field("wav", description=f"{FORMATS}. The others can be had as well, later.")
    name: str = Field("", description="What to call it; its file is named so.")
    word_times: bool = Field(False, description="Whether to keep when each word is said, for its subtitles.")

    def asked(self) -> Asked:
        voice = self.voice_id or self.voice_preset
        if self.mode == CLONE:
            voice = self.voice_id
        elif self.mode == DUBBING:
            voice = self.voice_preset or self.voice_id
        return Asked(
            text=self.text,
            voice=voice,
            language=self.target_language or self.source_language,
            mode=self.mode,
            model=self.model,
            profile=self.profile,
            format=self.format,
            name=self.name,
            sampling=self.sampling(),
            markup=self.markup,
            dialogue=self.dialogue_voice,
            word_times=self.word_times,
        )


class JobOut(BaseModel):
    """A job. What has no value yet is absent."""

    id: str = Field(examples=["j-01a21027c7733a8d2f841e36"])
    kind: str = Field(examples=["speech"])
    status: Status
    progress: float = Field(description="0 to 1.", examples=[0.5])
    note: str | None = Field(None, description="What it waits for, or is at.")
    pieces: int | None = Field(None, description="Pieces that the text is said in.", examples=[4])
    pieces_done: int | None = Field(None, examples=[2])
    eta_s: float | None = Field(None, description="Seconds until it is done, if it goes on like this.", examples=[3.2])
    name: str | None = None
    text: str | None = None
    language: str | None = Field(None, examples=["en"])
    voice_id: str | None = Field(None, examples=["ana"])
    model: str | None = Field(None, examples=["mini"])
    profile_id: str | None = Field(None, examples=["balanced"])
    format: str | None = Field(None, examples=["wav"])
    seed: int | None = Field(None, description="With the same text and voice it gives the same audio.")
    sampling: dict[str, Any] | None = Field(
        None,
        description="The parameters that it is spoken by; others are as the model has them.",
        examples=[{"speed": 1.1}],
    )
    markup: str | None = Field(None, description="How its text says who reads it.", examples=["auto"])
    dialogue_voice: str | None = Field(None, description="Who reads what is in quotation marks.", examples=["bento"])
    word_times: bool | None = Field(None, description="Whether its subtitles are kept.")
    duration_s: float | None = Field(None, description="Seconds of audio.", examples=[6.4])
    batch_id: str | None = None
    voice: VoiceOut | None = Field(None, description="The voice that is being cloned.")
    result: dict[str, Any] | None = Field(None, description="What came of work that is no speech.")
    created_at: str = Field(examples=["2026-01-31T12:00:00Z"])
    started_at: str | None = None
    finished_at: str | None = None
    expires_at: str | None = Field(None, description="When it and its audio are deleted.")
    error: Fault | None = None


class JobPage(Page):
    items: list[JobOut]
    counts: dict[str, int] = Field(description="How many jobs there are in each state.")


class FormatOut(BaseModel):
    """A format that a job's audio can be had in."""

    format: str = Field(examples=["mp3"])
    mime: str = Field(examples=["audio/mpeg"])
    url: str
    bytes: int | None = Field(None, description="Its size, once it was asked for.")


class JobFormats(Page):
    items: list[FormatOut]


class BatchIn(BaseModel):
    """One to a hundred texts at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"name": "Prompts", "jobs": [{"text": "Press one."}, {"text": "Press two.", "voice_preset": "ana"}]}
            ]
        },
    )

    jobs: list[JobIn] = Field(min_length=1, max_length=MOST_TEXTS)
    name: str = Field("", max_length=200)


class BatchOut(Page):
    """A batch and its jobs, in order."""

    id: str
    name: str | None = None
    created_at: str
    progress: float = Field(description="0 to 1: the mean of its jobs'.")
    counts: dict[str, int] = Field(description="How many of its jobs are in each state.")
    zip: str = Field(description="Where its audio is, in one archive, as far as it is there.")
    items: list[JobOut]
