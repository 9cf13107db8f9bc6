"""What a client says over a WebSocket."""

from pydantic import BaseModel, ConfigDict, Field

from timbre.api.schemas import SamplingFields, ours
from timbre.speech import Asked


class StreamOpening(SamplingFields):
    """The first message of a stream: how a text is to be spoken that is still to come."""

    model_config = ConfigDict(extra="forbid")

    voice: str = Field("default", description="A voice's id, or one of OpenAI's names.")
    language: str | None = Field(None, description="The language of the text; absent: the voice's own.")
    model: str | None = Field(None, description="Must be the loaded model, or one of OpenAI's names for it.")
    word_times: bool = Field(False, description="Whether to tell when each word is said.")
    response_format: str = Field("pcm", description="pcm (16 bit, 24 kHz, mono), mp3, opus, aac, flac, wav, ogg, m4a.")

    def asked(self) -> Asked:
        return Asked("", self.voice, self.language, ours(self.model), self.sampling(), self.profile)


class StreamText(BaseModel):
    """Every other message of a stream."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", description="What comes next in the text, wherever it was torn.")
    flush: bool = Field(False, description="Whether all that is there is to be said now, complete or not.")
    end: bool = Field(False, description="Whether that was all.")
    cancel: bool = Field(False, description="Whether nothing more is to be said.")
