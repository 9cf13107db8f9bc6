"""What keeps the service from running here."""

from timbre.errors.base import TimbreError


class PortTaken(TimbreError):
    code, status = "port_taken", 500
    message = "Timbre cannot listen at {host} on port {port}: {reason}."
    hint = "Choose another with TIMBRE_PORT, or stop what listens there."


class HomeNotWritable(TimbreError):
    code, status = "home_not_writable", 500
    message = "Timbre cannot write to its home folder {home}: {reason}."
    hint = "Set TIMBRE_HOME to a folder of yours."


class ServiceRunning(TimbreError):
    code, status = "service_running", 409
    message = "Timbre is already running with the home folder {home}."
    hint = "Stop it first, or set TIMBRE_HOME and TIMBRE_PORT for a second one."


class CannotPlay(TimbreError):
    code, status = "cannot_play", 500
    message = "There is no program here that plays audio."
    hint = "Write a file instead, with -o speech.wav, or install ffmpeg."


class CannotWrite(TimbreError):
    code, status = "cannot_write", 500
    message = "{path} cannot be written: {reason}."
    hint = "Choose another file."
