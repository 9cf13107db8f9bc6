"""The whole service at one moment, as it goes over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from timbre.api.logs import LogLine
from timbre.api.schemas import Page


class QueueOut(BaseModel):
    """A queue of jobs."""

    jobs: dict[str, int] = Field(description="How many there are in each state.")
    oldest_s: float = Field(description="How long the job has waited that waits longest and could be begun.")


class StorageOut(BaseModel):
    """Where files are kept."""

    where: str
    files: int
    bytes: int
    free_bytes: int | None = Field(None, description="Absent where it cannot be known, or is not reachable.")
    error: str | None = Field(None, description="Why it cannot be used.")


class DatabaseOut(BaseModel):
    kind: str = Field(examples=["sqlite"])
    bytes: int


class DiskOut(BaseModel):
    """The disk of the home folder."""

    free_bytes: int
    total_bytes: int


class BrokerOut(BaseModel):
    reachable: bool
    own: bool = Field(description="Whether it is the embedded one.")
    error: str | None = None


class ProcessOut(BaseModel):
    """A process of the service on this machine."""

    role: str = Field(examples=["engine"])
    pid: int
    bytes: int = Field(description="Its memory.")
    up_s: float


class UsageOut(BaseModel):
    """What was asked for with a key today, in UTC."""

    key_id: str
    name: str | None = Field(None, description="Absent where the key is gone.")
    requests: int
    characters: int


class CleanupOut(BaseModel):
    """What a cleanup removed."""

    at: datetime
    jobs: int | None = Field(None, description="Jobs whose time was over.")
    files: int | None = Field(None, description="Files that nothing named any more.")
    bytes: int | None = None


class StatsOut(BaseModel):
    """The service at this moment."""

    version: str
    up_s: float = Field(description="Seconds that the API has run.")
    queues: dict[str, QueueOut]
    storage: StorageOut
    database: DatabaseOut
    disk: DiskOut
    models_bytes: int = Field(description="What models that were installed or made here take.")
    voices: dict[str, int] = Field(description="How many there are of each kind.")
    engines: list[dict[str, Any]] = Field(description="As GET /health/engines tells.")
    broker: BrokerOut
    processes: list[ProcessOut]
    usage_today: list[UsageOut]
    cleanup: CleanupOut | None = Field(None, description="The last one; absent where there was none yet.")


class Log(Page):
    """The last lines of the service's log, the oldest first."""

    items: list[LogLine]
