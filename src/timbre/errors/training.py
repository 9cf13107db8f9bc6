"""What can be wrong with a training run and its checkpoints."""

from timbre.errors.base import TimbreError


class BadTraining(TimbreError):
    code, status = "bad_training", 422
    message = "The training cannot be started so: {reason}."
    hint = "GET /training/parameters lists what can be set, with its limits."


class UnknownRun(TimbreError):
    code, status = "unknown_run", 404
    message = "There is no training run '{run}'."
    hint = "GET /training/runs lists them."


class UnknownCheckpoint(TimbreError):
    code, status = "unknown_checkpoint", 404
    message = "There is no checkpoint '{checkpoint}'."
    hint = "GET /training/checkpoints lists them."
