"""What a client of the Wyoming protocol may meet. None of it is an HTTP answer: the status says whose fault it is."""

from timbre.errors.base import TimbreError
from timbre.errors.service import PortTaken


class BadEvent(TimbreError):
    code, status = "bad_event", 422
    message = "The event cannot be read: {reason}."
    hint = "An event is a line of JSON with its type, and as many bytes after it as the line says."


class EventTooLarge(TimbreError):
    code, status = "event_too_large", 413
    message = "The event has more than {limit} bytes."
    hint = "Send a long text in parts."


class EventUnfinished(TimbreError):
    code, status = "event_unfinished", 408
    message = "The rest of the event did not come within {seconds} s."
    hint = "Send as many bytes as the event's line says."


class TooManyConnections(TimbreError):
    code, status = "too_many_connections", 503
    message = "There are {limit} connections already, which is as many as are served."
    hint = "Try again when one of them has ended."
    retry_after = 5


class TooManyRequests(TimbreError):
    code, status = "too_many_requests", 429
    message = "{limit} requests of this connection wait already."
    hint = "Wait for an answer before you send the next."
    retry_after = 5


class NoSuchSpeaker(TimbreError):
    code, status = "no_such_speaker", 422
    message = "The voice '{voice}' has no speaker '{speaker}'."
    hint = "Leave the speaker out: each of our voices is one person."


class NotPlainText(TimbreError):
    code, status = "not_plain_text", 422
    message = "Timbre does not read text in the format '{format}'."
    hint = "Send plain text."


class WyomingPortTaken(PortTaken):
    code = "wyoming_port_taken"
    hint = "Choose another with TIMBRE_WYOMING_PORT, or stop what listens there."
