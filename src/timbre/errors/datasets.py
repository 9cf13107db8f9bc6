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


class UnknownSegment(TimbreError):
    code, status = "unknown_segment", 404
    message = "There is no segment '{segment}'."
    hint = "GET /training/datasets/{{id}}/segments lists a dataset's; those that nobody edited go when it is cut anew."


class UnknownSource(TimbreError):
    code, status = "unknown_source", 404
    message = "There is no recording '{source}' that can be heard."
    hint = "GET /training/dataset/files lists a dataset's; one that was not fetched yet cannot be heard."


class UnknownReason(TimbreError):
    code, status = "unknown_reason", 422
    message = "The filter leaves nothing out for '{reason}'."
    hint = "Its reasons are: {known}."


class SegmentChanged(TimbreError):
    code, status = "segment_changed", 409
    message = "The segment {segment} has changed since you saw it; nothing was written over."
    hint = "Get it anew, and change that."


class BadSegment(TimbreError):
    code, status = "bad_segment", 422
    message = "The segment cannot be so: {reason}."
    hint = "Nothing of it was changed."


class BadStretch(TimbreError):
    code, status = "bad_stretch", 422
    message = "There is no such stretch of the recording: {reason}."
    hint = "Ask for begin_s before end_s, within the recording, and no more than {most} s at a time."
