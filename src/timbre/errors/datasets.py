"""What can be wrong with a dataset and its recordings."""

from timbre.errors.base import TimbreError


class BadDataset(TimbreError):
    code, status = "bad_dataset", 422
    message = "The dataset cannot be made so: {reason}."
    hint = "GET /training/datasets/parameters lists what can be set, with its limits."


class UnknownDataset(TimbreError):
    code, status = "unknown_dataset", 404
    message = "There is no dataset '{dataset}'."
    hint = "GET /training/datasets lists them."


class NoWhisper(TimbreError):
    code, status = "no_whisper", 409
    message = "Speech cannot be recognised with the Whisper '{whisper}': {reason}."
    hint = "Set TIMBRE_WHISPER to a name that can be fetched, such as base, or to a folder with faster-whisper's files."


class NothingToBuild(TimbreError):
    code, status = "nothing_to_build", 409
    message = "The dataset has too little speech to build of: {kept} segments are kept, and none are left to {lacking}."
    hint = "Add recordings, or put segments back that the filter left out. About ten minutes are a beginning."
