"""What will be read, and the dictionary of pronunciations, as they go over HTTP."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.schemas import Page, ScriptFields
from timbre.pronunciations import Kept
from timbre.text.parts import Part
from timbre.text.plan import Piece
from timbre.text.pronunciations import LONGEST

WRITTEN = Field(max_length=LONGEST, description="The word or words, or a pattern.", examples=["SQL"])
SAID = Field(max_length=LONGEST, description="What is read in its place.", examples=["sequel"])
LANGUAGE = Field(None, max_length=20, description="In texts of this language alone; absent: in all.", examples=["en"])


class PreviewIn(ScriptFields):
    """A text that nobody has to hear yet."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Dr. Ana owes R$ 1.234,56.", "language": "pt-BR"}]}
    )

    text: str = Field(description="What would be spoken.")
    language: str | None = Field(None, max_length=20, description="Absent: the loaded model's first.")


class PieceOut(BaseModel):
    """What is read at once, and the silence after it."""

    text: str = Field(examples=["Doutora Ana deve mil duzentos e trinta e quatro reais."])
    pause: float = Field(description="Seconds of silence after it.", examples=[0.35])
    before: float = Field(0.0, description="Seconds of silence before it, where it is the first.")
    voice: str | None = Field(None, description="Who reads it, where the text says so.", examples=["ana"])
    language: str | None = Field(None, description="Its language, where the text says so.", examples=["en"])
    speed: float | None = Field(None, description="A factor of the speed, where the text says so.", examples=[0.9])

    @classmethod
    def of(cls, piece: Piece, role: Part) -> "PieceOut":
        """The piece as it is sent, and who reads it."""
        return cls(
            text=piece.text,
            pause=piece.pause,
            before=piece.before,
            voice=role.voice,
            language=role.language,
            speed=role.speed,
        )


class Preview(BaseModel):
    """What will be read, piece by piece."""

    language: str = Field(examples=["pt"])
    pieces: list[PieceOut]


class NewPronunciation(BaseModel):
    """How something is to be read from now on."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"written": "SQL", "said": "sequel", "language": "en"}]}
    )

    written: str = WRITTEN
    said: str = SAID
    language: str | None = LANGUAGE
    pattern: bool = Field(
        False, description=r"Whether `written` is a regular expression of RE2's syntax; then `\1` in `said` is a group."
    )


class PronunciationChange(BaseModel):
    """What is to be different from now on. What is left out stays; a language that is null becomes all languages."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"said": "ess cue ell"}]})

    written: str | None = Field(None, max_length=LONGEST)
    said: str | None = Field(None, max_length=LONGEST)
    language: str | None = Field(None, max_length=20)


class PronunciationOut(BaseModel):
    """An entry of the dictionary."""

    id: str
    written: str = Field(examples=["SQL"])
    said: str = Field(examples=["sequel"])
    language: str | None = Field(None, examples=["en"])
    pattern: bool
    created_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, kept: Kept) -> "PronunciationOut":
        """The entry as it is sent."""
        one = kept.entry
        return cls(
            id=kept.id,
            written=one.written,
            said=one.said,
            language=one.language,
            pattern=one.pattern,
            created_at=kept.created_at,
            changed_at=kept.changed_at,
        )


class Pronunciations(Page):
    """The dictionary."""

    items: list[PronunciationOut]
