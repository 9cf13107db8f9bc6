"""What goes over HTTP, as OpenAPI shows it."""

import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from timbre.engine.protocol import RANGES
from timbre.speech import Asked


def _parameter(name: str, about: str) -> Any:
    low, high = RANGES[name]
    return Field(None, ge=low, le=high, description=about)


class Parameters(BaseModel):
    """How a voice reads."""

    speed: float | None = _parameter("speed", "How fast; 1 is the voice's own pace.")
    seed: int | None = _parameter("seed", "The same seed gives the same audio; absent: a new one, named in X-Seed.")
    temperature: float | None = _parameter("temperature", "How freely it reads.")
    top_k: int | None = _parameter("top_k", "Sounds to choose from at each step.")
    top_p: float | None = _parameter("top_p", "Share of likelihood to choose from at each step.")
    repetition_penalty: float | None = _parameter("repetition_penalty", "How much what was said already is avoided.")


class SamplingFields(Parameters):
    """How the voice reads. What is left out is as the profile has it, or else the model's own configuration."""

    profile: str | None = Field(
        None,
        validation_alias=AliasChoices("quality_profile_id", "profile"),
        description="A profile of GET /quality-profiles, also as 'profile'; absent: the default one.",
    )

    def sampling(self) -> dict[str, Any]:
        """Those that were asked for."""
        return {name: value for name in RANGES if (value := getattr(self, name)) is not None}


class ScriptFields(BaseModel):
    """How the text may say who reads which part of it."""

    markup: Literal["auto", "none", "tags", "ssml"] = Field(
        "auto",
        description="tags: [voice:ID], [lang:CODE], [speed 0.9], [pause 500ms]; ssml: a document `speak`; none: read as"
        " it stands; auto: SSML where it looks like that, and else tags.",
    )
    dialogue_voice: str | None = Field(
        None, description="Who reads what is said in quotation marks, or after a dash; absent: the one who reads all."
    )


class SynthesizeDirect(ScriptFields, SamplingFields):
    """A text to speak at once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"text": "The kettle has just boiled.", "voice": "default", "language": "en", "format": "mp3"},
                {"text": "Read this as it is made.", "format": "wav", "stream": True, "speed": 1.1, "seed": 7},
            ]
        },
    )

    text: str = Field(description="What is to be read.")
    voice: str = Field("default", description="A voice's id, or 'default'.")
    language: str | None = Field(None, description="The language of the text; absent: the voice's own.")
    model: str | None = Field(None, description="Must be the loaded model, where it is given.")
    format: str = Field("wav", description="wav, mp3, ogg, flac, m4a, opus, aac, or pcm (16 bit, 24 kHz, mono).")
    stream: bool = Field(False, description="Whether the audio is sent as it is made.")
    word_times: bool = Field(
        False, description="Whether the answer is JSON, with the audio and when each word is said."
    )

    def asked(self) -> Asked:
        return Asked(
            self.text,
            self.voice,
            self.language,
            self.model,
            self.sampling(),
            self.profile,
            self.markup,
            self.dialogue_voice,
        )


class WordOut(BaseModel):
    """A word as it is written, and the seconds that it begins and ends at."""

    word: str = Field(examples=["kettle"])
    begin_s: float = Field(examples=[0.21])
    end_s: float = Field(examples=[0.58])


class CueOut(BaseModel):
    """Lines that subtitles show together."""

    begin_s: float = Field(examples=[0.09])
    end_s: float = Field(examples=[1.7])
    lines: list[str] = Field(examples=[["The kettle has just boiled."]])


class TimedSpeech(BaseModel):
    """Audio, and when each word is said in it."""

    audio: str = Field(description="The whole audio, in base64.")
    format: str = Field(examples=["mp3"])
    duration_s: float = Field(examples=[1.86])
    seed: int | None = Field(None, examples=[7])
    language: str = Field(examples=["en"])
    by: Literal["attention", "recognition"] = Field(
        description="Whether the model told the times by its attention, or they were recognised afterwards."
    )
    words: list[WordOut]
    cues: list[CueOut]


class OpenAISpeech(ScriptFields, SamplingFields):
    """OpenAI's request for speech; fields of theirs that we have no use for are passed over."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {"model": "tts-1", "input": "The kettle has just boiled.", "voice": "alloy", "response_format": "mp3"}
            ]
        },
    )

    model: str = Field(description="tts-1, tts-1-hd and gpt-4o-mini-tts mean the loaded model.")
    input: str = Field(description="What is to be read.")
    voice: str | dict[str, str] = Field("default", description="A voice's id, or one of OpenAI's names.")
    response_format: str = Field("mp3", description="mp3, opus, aac, flac, wav or pcm (16 bit, 24 kHz, mono).")
    stream_format: Annotated[str, Field(pattern="^(audio|sse)$", description="Bare audio, or events.")] = "audio"
    language: str | None = Field(None, description="Ours: the language of the text; absent: the voice's own.")
    timestamp_granularities: list[Literal["word"]] | None = Field(
        None, description="Ours, after their transcriptions: ['word'] tells when words are said, as events of sse."
    )

    def asked(self) -> Asked:
        voice = self.voice if isinstance(self.voice, str) else self.voice.get("id", "default")
        return Asked(
            self.input,
            voice,
            self.language,
            ours(self.model),
            self.sampling(),
            self.profile,
            self.markup,
            self.dialogue_voice,
        )


OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
OPENAI_DATED = re.compile(rf"({'|'.join(OPENAI_MODELS)})-[\d-]+")
"""Versions of theirs, which clients offer as well: tts-1-1106."""


def ours(model: str | None) -> str | None:
    """The model that a client names; None where that is the loaded one, which OpenAI's names stand for."""
    return None if model is None or model in OPENAI_MODELS or OPENAI_DATED.fullmatch(model) else model


class Fault(BaseModel):
    """What is wrong, and what to do."""

    code: str
    message: str
    hint: str
    request_id: str


class FaultAnswer(BaseModel):
    """Every error of the native API."""

    error: Fault

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "error": {
                        "code": "empty_text",
                        "message": "The text has nothing that can be read aloud.",
                        "hint": "Send at least one word or number.",
                        "request_id": "3f1c",
                    }
                }
            ]
        }
    )


class OpenAIFault(BaseModel):
    """What is wrong, as OpenAI's clients read it."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(examples=["voice"])
    code: str = Field(examples=["unknown_voice"])


class OpenAIFaultAnswer(BaseModel):
    """Every error under /v1."""

    error: OpenAIFault


class Page(BaseModel):
    """A list, or a part of one. next: what to ask with for the rest of it; null: that was all."""

    next: str | None = None

    @model_serializer(mode="wrap")  # without a type of what it returns, which OpenAPI would show in place of the fields
    def _with_next(self, written: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def]
        return {**written(self), "next": self.next}


class LanguageOut(BaseModel):
    """A language."""

    code: str = Field(examples=["en"])
    name: str = Field(examples=["English"])
    own_name: str = Field(examples=["English"])


class Languages(Page):
    items: list[LanguageOut]
    text_limit: int = Field(description="Characters that a text may have.", examples=[10000])


class PartIn(BaseModel):
    """A voice that goes into a mix."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="A voice's id.", examples=["ana"])
    weight: float = Field(description="Its share, above zero, as large as you like: only their ratios count.")


class MixOfVoices(BaseModel):
    """Two to five voices, each with its weight. The library judges them, for the command line has the same rules."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"voices": [{"id": "ana", "weight": 3}, {"id": "davi", "weight": 1}], "language": "en"}]
        },
    )

    voices: list[PartIn] = Field(description="Two to five different voices.")
    language: str | None = Field(None, description="The mix's own language; absent: that of its heaviest part.")

    @property
    def wish(self) -> list[tuple[str, float]]:
        return [(part.id, part.weight) for part in self.voices]


class NamedMix(MixOfVoices):
    """A mix that is to be kept."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"name": "Narrator", "voices": [{"id": "ana", "weight": 3}, {"id": "davi", "weight": 1}]}]
        },
    )

    name: str = Field(description="What to call it.")


class VoiceChange(BaseModel):
    """What is to be told of a voice from now on. What is left out stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Grandmother", "about": "Reads to the children."}]},
    )

    name: str | None = None
    language: str | None = Field(None, description="The language it reads in where none is asked for.")
    about: str | None = Field(None, description="A few words on it; empty: none.")


class PartOut(BaseModel):
    """A voice in a mix."""

    id: str = Field(examples=["ana"])
    name: str = Field(examples=["Ana"])
    weight: float = Field(description="Its share of the whole.", examples=[0.75])


class VoiceOut(BaseModel):
    """Who can speak."""

    id: str = Field(examples=["ana"])
    name: str = Field(examples=["Ana"])
    kind: str = Field(examples=["built-in"], description="built-in, cloned, mixed, or tuned")
    language: str | None = Field(None, examples=["en"])
    about: str | None = Field(None, examples=["Warm and unhurried."])
    created_at: str | None = Field(None, examples=["2026-01-31T12:00:00Z"])
    speech_s: float | None = Field(None, description="Seconds of speech it was cloned from.")
    notes: list[str] | None = Field(None, description="What was trimmed, and what could be better.")
    parts: list[PartOut] | None = Field(None, description="What it was mixed of.")
    model: str | None = Field(None, description="Of a tuned voice: the model that it is a fine-tune of.")
    checkpoint: str | None = Field(None, description="Of a tuned voice: the checkpoint that it came from.")


class Voices(Page):
    items: list[VoiceOut]
