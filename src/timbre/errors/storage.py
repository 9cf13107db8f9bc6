"""What can be wrong with the files that are kept and with the place they are kept in."""

from timbre.errors.base import TimbreError


class StorageFull(TimbreError):
    code, status = "storage_full", 507
    message = "There is no room left in {where}: {reason}."
    hint = "Free some there, then try again. What was kept before is unharmed, and nothing was half-written."


class StorageUnreadable(TimbreError):
    code, status = "storage_unreadable", 503
    message = "The folder {where}, which files are kept in, cannot be used: {reason}."
    hint = "See that it is there and belongs to the user that Timbre runs as, then try again; no restart is needed."
    retry_after = 10


class StorageAway(TimbreError):
    code, status = "storage_away", 503
    message = "The storage {where} cannot be used now: {reason}."
    hint = "Look at TIMBRE_STORAGE_URL, and at whether its server runs; once it answers all goes on, without a restart."
    retry_after = 10


class StorageRefused(TimbreError):
    code, status = "storage_refused", 503
    message = "The storage {where} did not accept Timbre's credentials: {reason}."
    hint = "Set TIMBRE_STORAGE_KEY and TIMBRE_STORAGE_SECRET, or the usual AWS variables, and restart."
    retry_after = 60


class FileGone(TimbreError):
    code, status = "file_gone", 410
    message = "The file {name} is no longer kept."
    hint = "It was removed by the cleanup or by hand: make it anew."


class BadFileName(TimbreError):
    code, status = "bad_file_name", 422
    message = "'{name}' cannot be the name of a file that is kept."
    hint = "Such names look like audio/ab/ab….flac, with the 64 hexadecimal digits of the content's SHA-256."


class BadStorageUrl(TimbreError):
    code, status = "bad_storage_url", 500
    message = "TIMBRE_STORAGE_URL cannot be used: {reason}."
    hint = "Write s3://bucket/prefix?endpoint=https://host&region=name or file:///folder, or leave it empty."


class StorageExtraMissing(TimbreError):
    code, status = "storage_extra_missing", 500
    message = "Files cannot be kept in S3, for the package obstore is not installed."
    hint = "Install it with: pip install 'timbre-tts[s3]'"
