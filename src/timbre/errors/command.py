"""What can be wrong when the command line asks a service."""

from timbre.errors.access import ServerAway
from timbre.errors.base import TimbreError


class ServiceAway(ServerAway):
    code = "service_away"
    message = "No Timbre answers at {server}."
    hint = "Start it with: timbre serve. For one that runs elsewhere: --server URL."


class BadKeyFile(TimbreError):
    code, status = "bad_key_file", 422
    message = "No API key can be read from {path}: {reason}."
    hint = "The file holds the key alone, on one line, as 'timbre keys create' printed it."


class NotText(TimbreError):
    code, status = "not_text", 422
    message = "{file} is no text in UTF-8."
    hint = "Save it as plain text in UTF-8."


class JobFailed(TimbreError):
    code, status = "job_failed", 500
    message = "The job '{job}' failed: {reason}"
    hint = "{advice}"


class JobCancelled(TimbreError):
    code, status = "job_cancelled", 409
    message = "The job '{job}' was cancelled."
    hint = "Submit its text again if you want it after all."


class BatchFailed(TimbreError):
    code, status = "batch_failed", 500
    message = "Of the batch '{batch}', {failed} of {count} jobs were not completed."
    hint = "See which, and why: timbre jobs show {batch}"


class DownloadBroken(TimbreError):
    code, status = "download_broken", 502
    message = "The download broke off after {bytes} bytes: {reason}."
    hint = "{advice}"


class FileThere(TimbreError):
    code, status = "file_there", 409
    message = "There is a file {path} already."
    hint = "Name another, or this one, with -o."
