"""What can be wrong with a voice and its recordings."""

from timbre.errors.base import TimbreError


class UnknownVoice(TimbreError):
    code, status = "unknown_voice", 404
    message = "There is no voice '{voice}'."
    hint = "The voices are: {known}."


class BuiltInVoice(TimbreError):
    code, status = "built_in_voice", 409
    message = "The voice '{voice}' is built into the model and cannot be changed."
    hint = "Only voices that were cloned or mixed here can be changed or removed."


class BadVoice(TimbreError):
    code, status = "bad_voice", 422
    message = "The voice cannot be made: {reason}."
    hint = "A voice needs a name, what the person agreed to, and 1 to 10 recordings."


class BadMix(TimbreError):
    code, status = "bad_mix", 422
    message = "The mix cannot be made: {reason}."
    hint = "A mix needs a name, and two to five different voices, each with a weight above zero."


class MixPartGone(TimbreError):
    code, status = "mix_part_gone", 409
    message = "The loaded model cannot speak as '{mix}': the voice '{part}', a part of it, is not here."
    hint = (
        "The mix speaks with the models it was made for before. For this one, make a new mix of voices that are here."
    )


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


class UnknownSubtitles(TimbreError):
    code, status = "unknown_subtitles", 422
    message = "There is no subtitle format '{format}'."
    hint = "Choose one of: {known}."


class NoRoomForWords(TimbreError):
    code, status = "no_room_for_words", 422
    message = "An answer that is bare audio has no room for the times of words."
    hint = "Leave out 'stream', or ask POST /v1/audio/speech for stream_format 'sse'."
