"""What the engine answers instead of speaking, and why there may be none that answers."""

from timbre.errors.base import TimbreError


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


class AdaptersInUse(EngineBusy):
    code, status = "adapters_in_use", 503
    message = "The engine already speaks with {limit} fine-tuned voices, as many as it holds at once."
    hint = "Try again in a few seconds. TIMBRE_ENGINE_ADAPTERS sets the limit."


class TooManyStreams(TimbreError):
    code, status = "too_many_streams", 429
    message = "You already have {limit} speeches in the engine, which is as many as one client may have."
    hint = "Wait until one of them has ended. TIMBRE_STREAMS_PER_CLIENT sets the limit."
    retry_after = 5


class EngineEmpty(TimbreError):
    code, status = "engine_empty", 409
    message = "The engine holds no model."
    hint = "Load one with: timbre models load MODEL"


class NoWordTimes(TimbreError):
    code, status = "no_word_times", 422
    message = "When each word is said cannot be told: no attention heads of {model} are known to follow the text."
    hint = "They are looked for while nobody speaks; where none are found, a Whisper that is installed times the words."


class TextStopped(TimbreError):
    code, status = "text_stopped", 408
    message = "No more of the text came for {seconds} s, and its end was not told."
    hint = "Send the end of a text when there is no more of it."


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


class VoiceNeedsModel(ModelNotLoaded):
    code, status = "voice_needs_model", 409
    message = "The voice '{voice}' is a fine-tune of the model '{model}', which is not loaded; {loaded} is."
    hint = "Load it with: timbre models load {model}"


class ModelChanged(TimbreError):
    code, status = "model_changed", 409
    message = "The voice '{voice}' is a fine-tune of the model '{model}' as it was; that has other weights now."
    hint = "Bring the model's former files back, or fine-tune the model as it is now."


class WrongModelForVoice(TimbreError):
    code, status = "wrong_model_for_voice", 422
    message = "The voice '{voice}' is a fine-tune of the model '{model}'; it cannot speak with {wanted}."
    hint = "Leave the model out, or choose another voice."


class CannotQuantize(TimbreError):
    code, status = "cannot_quantize", 409
    message = "This processor cannot run weights in eight bits: it lacks the instructions that sum them whole (VNNI)."
    hint = "Set TIMBRE_ENGINE_WEIGHTS=fp32, or auto."


class CannotPlace(TimbreError):
    code, status = "cannot_place", 409
    message = "The model cannot run with {what}: {reason}."
    hint = "Set TIMBRE_ENGINE_DEVICE and TIMBRE_ENGINE_WEIGHTS to auto, or to what `timbre doctor` finds here."


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
