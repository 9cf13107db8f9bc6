"""Why a file that came from outside is not worked on."""

from timbre.errors.base import TimbreError


class AudioTooLong(TimbreError):
    code, status = "audio_too_long", 422
    message = "{file} holds more than {minutes} minutes of sound."
    hint = "Send it in parts. TIMBRE_AUDIO_LIMIT_MIN sets the limit."


class AudioTooSlow(TimbreError):
    code, status = "audio_too_slow", 422
    message = "{file} was not decoded within {seconds} seconds, and was given up."
    hint = "Send it as WAV, FLAC or MP3. TIMBRE_DECODE_CPU_S and TIMBRE_DECODE_WALL_S set the limits."


class AudioTooBig(TimbreError):
    code, status = "audio_too_big", 422
    message = "{file} cannot be decoded within {megabytes} MB of memory."
    hint = "Send it as WAV, FLAC or MP3. TIMBRE_DECODE_MEMORY_MB sets the limit."


class BadArchive(TimbreError):
    code, status = "bad_archive", 422
    message = "{file} cannot be unpacked: {reason}."
    hint = "Send a ZIP or a .tar.gz of plain files and folders; nothing of this one was kept."


class ArchiveTooLarge(TimbreError):
    code, status = "archive_too_large", 413
    message = "{file} cannot be unpacked: {reason}."
    hint = "Send it in parts. TIMBRE_ARCHIVE_FILES, TIMBRE_ARCHIVE_MB and TIMBRE_ARCHIVE_RATIO set the limits."
