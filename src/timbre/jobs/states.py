"""The states of a job, and the sentence that goes with each."""

from enum import StrEnum


class Status(StrEnum):
    """queued and paused jobs wait, a processing one has a worker, the others have ended."""

    QUEUED = "queued"
    PROCESSING = "processing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})

SAID = {
    Status.QUEUED: "is waiting",
    Status.PROCESSING: "is being worked on",
    Status.PAUSED: "is paused",
    Status.COMPLETED: "was completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "was cancelled",
}

CANCEL, PAUSE = "cancel", "pause"
"""What a worker may be asked to do with a job that it has in hand."""

SPEECH, LONG, SHORT = "speech", "long", "short"
"""The queues: work that is waiting on the engine, and work that has a process of its own: for hours, or for some
seconds or minutes, so that it need not wait for the other.
"""

QUEUES = (SPEECH, LONG, SHORT)
