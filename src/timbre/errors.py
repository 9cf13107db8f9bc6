"""The one family of errors. Each has a code, an HTTP status, a sentence for what is wrong and a hint for what to do.

They are raised where the fault is known and turned into an answer or an exit code once, at the edge. They cross the
engine's socket as `as_dict` and come back as themselves by `from_dict`.
"""

from typing import Any, ClassVar


class TimbreError(Exception):
    """A fault that its user can understand. Subclasses give the four facts; arguments fill the braces."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    message: ClassVar[str] = "Something went wrong inside Timbre."
    hint: ClassVar[str] = "Look at the log for the request id."
    retry_after: ClassVar[int | None] = None  # seconds, where asking again helps

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.message.format(**facts))

    @property
    def advice(self) -> str:
        """The hint with its facts filled in."""
        return self.hint.format(**self.facts)

    def as_dict(self) -> dict[str, Any]:
        """What an API answers and what the engine sends: code, message, hint, and the facts they were made from."""
        return {"code": self.code, "message": str(self), "hint": self.advice, "facts": self.facts}


def from_dict(wire: dict[str, Any]) -> TimbreError:
    """The error that `as_dict` wrote, as its own class; an unknown code becomes a plain TimbreError."""
    kinds = {kind.code: kind for kind in _family(TimbreError)}
    return kinds.get(wire.get("code", ""), TimbreError)(**wire.get("facts", {}))


def _family(kind: type[TimbreError]) -> list[type[TimbreError]]:
    return [kind, *(member for child in kind.__subclasses__() for member in _family(child))]


# Text


class EmptyText(TimbreError):
    code, status = "empty_text", 422
    message = "The text has nothing that can be read aloud."
    hint = "Send at least one word or number."


class TextTooLong(TimbreError):
    code, status = "text_too_long", 422
    message = "The text has {length} characters; at most {limit} are read at once."
    hint = "Send it in parts."


class UnknownLanguage(TimbreError):
    code, status = "unknown_language", 422
    message = "There is no language '{language}'."
    hint = "Choose one of: {known}."


class LanguageNotSpoken(TimbreError):
    code, status = "language_not_spoken", 422
    message = "The model {model} does not speak {language}."
    hint = "{advice}"


class MissingExtra(TimbreError):
    code, status = "missing_extra", 501
    message = "{what} needs a package that is not installed."
    hint = "Install it with: pip install 'timbre-tts[{extra}]'"


# Models and checkpoints


class UnknownModel(TimbreError):
    code, status = "unknown_model", 404
    message = "There is no model '{model}'."
    hint = "Installed are: {known}."


class NotInstallable(TimbreError):
    code, status = "not_installable", 404
    message = "There is no model '{model}' that can be installed."
    hint = "Installable are: {known}. A model of your own becomes one by putting its folder into {folder}."


class LicenceNotAccepted(TimbreError):
    code, status = "licence_not_accepted", 451
    message = "The model {model} comes under the {licence}, which has not been accepted here."
    hint = "Read it ({url}), then run: timbre models install {model} --accept-license"


class DownloadFailed(TimbreError):
    code, status = "download_failed", 502
    message = "The model {model} could not be downloaded: {reason}."
    hint = "Run the same command again: it goes on where it stopped."


class WrongChecksum(TimbreError):
    code, status = "wrong_checksum", 502
    message = "{file} is not what its publisher says it is: its {what} is {found}, not {wanted}."
    hint = "It was thrown away. Run the same command again to fetch it anew."


class ModelIncomplete(TimbreError):
    code, status = "model_incomplete", 422
    message = "The folder {folder} lacks {files}."
    hint = "A model needs: {wanted}."


class NoRoom(TimbreError):
    code, status = "no_room", 507
    message = "{what} needs {needed} of free space in {folder}; there is {free}."
    hint = "Free some, or set TIMBRE_HOME to a folder on another disk."


class BadCheckpoint(TimbreError):
    code, status = "bad_checkpoint", 422
    message = "{file} is not a checkpoint that Timbre can read: {reason}."
    hint = "Timbre reads XTTS checkpoints as .pth, .pt or .safetensors with their config.json and vocab.json."


class UnsafeCheckpoint(TimbreError):
    code, status = "unsafe_checkpoint", 422
    message = "{file} was refused: it asks to run {name}, which no XTTS checkpoint needs. Nothing in it was run."
    hint = "Get the file from its author again, or ask for it as safetensors."


class WrongTensor(TimbreError):
    code, status = "wrong_tensor", 422
    message = "{file}: {key} has shape {found}, the configuration wants {wanted}."
    hint = "The checkpoint and its config.json do not belong together."


class MissingTensor(TimbreError):
    code, status = "missing_tensor", 422
    message = "{file} lacks {key}; the configuration wants it with shape {wanted}."
    hint = "The checkpoint is incomplete, or its config.json belongs to another."


class UnknownTensor(TimbreError):
    code, status = "unknown_tensor", 422
    message = "{file} holds {key} with shape {found}, which the configured model has no place for."
    hint = "The checkpoint and its config.json do not belong together."


# Engine


class EngineUnavailable(TimbreError):
    code, status = "engine_unavailable", 503
    message = "The engine does not answer at {url}."
    hint = "Start it with: timbre serve"
    retry_after = 5


class EngineStarting(TimbreError):
    code, status = "engine_starting", 503
    message = "The engine is still loading its model."
    hint = "Try again in a few seconds; /ready says when it can speak."
    retry_after = 5


class EngineBusy(TimbreError):
    code, status = "engine_busy", 503
    message = "The engine already has {waiting} requests waiting."
    hint = "Try again in a few seconds."
    retry_after = 5


class EngineLost(TimbreError):
    code, status = "engine_lost", 503
    message = "The engine stopped before it had said everything."
    hint = "Try again; the log says why it stopped."
    retry_after = 5


class EngineRefused(TimbreError):
    code, status = "engine_refused", 502
    message = "The engine at {url} does not accept our token."
    hint = "Set TIMBRE_ENGINE_TOKEN to the same value for the engine and its clients."


class TokenMissing(TimbreError):
    code, status = "token_missing", 500
    message = "The engine may not listen at {url} without a token."
    hint = "Set TIMBRE_ENGINE_TOKEN for the engine and its clients."


class CannotListen(TimbreError):
    code, status = "cannot_listen", 500
    message = "The engine cannot listen at {address}: {reason}."
    hint = "A socket's path has room for some 100 characters: set TIMBRE_HOME to a shorter one, or another address."


class EngineRunning(TimbreError):
    code, status = "engine_running", 409
    message = "An engine already serves {home}."
    hint = "Stop it first, or set TIMBRE_HOME to another folder."


class ModelNotLoaded(TimbreError):
    code, status = "model_not_loaded", 409
    message = "The model '{model}' is not loaded; {loaded} is."
    hint = "Load it with: timbre models load {model}"


class CannotQuantize(TimbreError):
    code, status = "cannot_quantize", 409
    message = "This processor cannot run weights in eight bits: it lacks the instructions that sum them whole (VNNI)."
    hint = "Set TIMBRE_ENGINE_WEIGHTS=fp32, or auto."


class EngineDown(TimbreError):
    code, status = "engine_down", 503
    message = "The engine could not be started: {reason}."
    hint = "Run timbre engine to see all that it says."


class BadRequest(TimbreError):
    code, status = "bad_request", 422
    message = "The request cannot be read: {reason}."
    hint = "See /openapi.json for what it has to look like."


class BadParameter(TimbreError):
    code, status = "bad_parameter", 422
    message = "{parameter} is {value}; it must be from {low} to {high}."
    hint = "Leave it out to use the default."


# The service


class PortTaken(TimbreError):
    code, status = "port_taken", 500
    message = "Timbre cannot listen at {host} on port {port}: {reason}."
    hint = "Choose another with TIMBRE_PORT, or stop what listens there."


class HomeNotWritable(TimbreError):
    code, status = "home_not_writable", 500
    message = "Timbre cannot write to its home folder {home}: {reason}."
    hint = "Set TIMBRE_HOME to a folder of yours."


class ServiceRunning(TimbreError):
    code, status = "service_running", 409
    message = "Timbre is already running with the home folder {home}."
    hint = "Stop it first, or set TIMBRE_HOME and TIMBRE_PORT for a second one."


class CannotPlay(TimbreError):
    code, status = "cannot_play", 500
    message = "There is no program here that plays audio."
    hint = "Write a file instead, with -o speech.wav, or install ffmpeg."


class CannotWrite(TimbreError):
    code, status = "cannot_write", 500
    message = "{path} cannot be written: {reason}."
    hint = "Choose another file."


# Voices and audio


class UnknownVoice(TimbreError):
    code, status = "unknown_voice", 404
    message = "There is no voice '{voice}'."
    hint = "The voices are: {known}."


class BuiltInVoice(TimbreError):
    code, status = "built_in_voice", 409
    message = "The voice '{voice}' is built into the model and cannot be changed."
    hint = "Only cloned voices can be renamed or removed."


class BadVoice(TimbreError):
    code, status = "bad_voice", 422
    message = "The voice cannot be made: {reason}."
    hint = "A voice needs a name, what the person agreed to, and 1 to 10 recordings."


class NoSpeech(TimbreError):
    code, status = "no_speech", 422
    message = "There is no speech in {file}."
    hint = "Send a recording in which one person speaks clearly."


class TwoSpeakers(TimbreError):
    code, status = "two_speakers", 422
    message = "Two people seem to speak in {file}."
    hint = (
        "Send recordings of one person. If it is one, recorded in two ways, send the two parts as files of their own."
    )


class TooLittleSpeech(TimbreError):
    code, status = "too_little_speech", 422
    message = "There is only {seconds} s of speech in {files}."
    hint = "Send at least {wanted} s of speech."


class ClipsTooLarge(TimbreError):
    code, status = "clips_too_large", 413
    message = "The recordings have {megabytes} MB; at most {limit} MB are taken."
    hint = "Send fewer or shorter ones: half a minute of speech is plenty."


class ClipTooShort(TimbreError):
    code, status = "clip_too_short", 422
    message = "The reference clips are too short to hear a voice in."
    hint = "Send at least three seconds of speech."


class NotAudio(TimbreError):
    code, status = "not_audio", 422
    message = "{file} is not audio that Timbre can read."
    hint = "Send WAV, MP3, FLAC, OGG, M4A, Opus or another common format."


class UnknownFormat(TimbreError):
    code, status = "unknown_format", 422
    message = "There is no audio format '{format}'."
    hint = "Choose one of: {known}."
