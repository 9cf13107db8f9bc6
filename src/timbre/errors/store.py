"""What can be wrong with the database."""

from timbre.errors.base import TimbreError


class DatabaseAway(TimbreError):
    code, status = "database_away", 503
    message = "The database does not answer: {reason}."
    hint = "Look at TIMBRE_DATABASE_URL, and at whether its server runs. Nothing that was kept is lost."
    retry_after = 5


class DatabaseLocked(TimbreError):
    code, status = "database_locked", 503
    message = "The database was held by somebody else for {seconds:g} s."
    hint = "Try again. If it lasts, look for a program that keeps the file open for writing."
    retry_after = 5


class DatabaseFull(TimbreError):
    code, status = "database_full", 507
    message = "The database has no room left on its disk, or cannot be written to: {reason}."
    hint = "Free some space, then try again; nothing that was kept is lost."


class DatabaseNewer(TimbreError):
    code, status = "database_newer", 500
    message = "The database was written by a newer Timbre ({found}) than this one knows."
    hint = "Install that version again, or set TIMBRE_HOME to another folder."


class BadDatabaseUrl(TimbreError):
    code, status = "bad_database_url", 500
    message = "TIMBRE_DATABASE_URL cannot be used: {reason}."
    hint = "Write sqlite:////path/timbre.db or postgresql://user:password@host/name, or leave it empty."
