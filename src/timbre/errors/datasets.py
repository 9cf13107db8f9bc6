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


class BadAddress(TimbreError):
    code, status = "bad_address", 422
    message = "'{address}' cannot be fetched from: {reason}."
    hint = "Send an address that begins with http:// or https://, of a recording, a page with one, or a playlist."


class AddressRefused(TimbreError):
    code, status = "address_refused", 422
    message = "{host} is not fetched from, for it is no public address."
    hint = "Send the file itself. TIMBRE_FETCH_NETWORKS names networks of one's own that may be fetched from."


class NotFetched(TimbreError):
    code, status = "not_fetched", 422
    message = "{address} could not be fetched: {reason}."
    hint = "See that it opens in a browser, then run the step again; or send the file itself."


class SourceTooLarge(TimbreError):
    code, status = "source_too_large", 413
    message = "{file} is larger than {megabytes} MB."
    hint = "Send it in parts. TIMBRE_SOURCE_MB sets the limit."


class SourceTooLong(TimbreError):
    code, status = "source_too_long", 422
    message = "{file} holds more than {minutes} minutes of sound."
    hint = "Send it in parts. TIMBRE_SOURCE_MIN sets the limit."


class NoRecordings(TimbreError):
    code, status = "no_recordings", 422
    message = "{file} holds no recording that Timbre can read."
    hint = "Send audio or video files, or a ZIP or .tar.gz of them, with a metadata.csv if their texts are known."


class BadSheet(TimbreError):
    code, status = "bad_sheet", 422
    message = "{file} cannot be read as a list of recordings: {reason}."
    hint = "Write a line a recording: its file and its text with | between, as LJSpeech does, or a CSV with a header."


class FolderRefused(TimbreError):
    code, status = "folder_refused", 403
    message = "The folder '{folder}' cannot be added: {reason}."
    hint = "Name one below those of TIMBRE_SOURCE_FOLDERS, as an admin; or let `timbre dataset add` send its files."


class DatasetBusy(TimbreError):
    code, status = "dataset_busy", 409
    message = "The dataset {dataset} is being worked on by the job {job}."
    hint = "Wait for it, or cancel it: DELETE /jobs/{job}."


class NothingUsable(TimbreError):
    code, status = "nothing_usable", 422
    message = "None of the dataset's {count} recordings could be used. The first: {reason}"
    hint = "GET /training/dataset/files tells of each."


class NoSources(TimbreError):
    code, status = "no_sources", 409
    message = "The dataset has no recordings yet."
    hint = "Add some: POST /training/datasets/{{id}}/sources, or timbre dataset add."
