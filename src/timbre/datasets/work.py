"""What a step of the pipeline works with, whoever runs it: a job's process, the command line, or a test."""

from dataclasses import dataclass
from typing import Protocol

from timbre.datasets.parameters import Parameters
from timbre.engine.blocking import Client
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database

RATE = 22_050
"""Samples a second of everything that a dataset keeps."""


class Teller(Protocol):
    """Who hears how far a step is. Both raise where the work is to be left now; nothing that was kept is lost then."""

    def progress(self, share: float, line: str = "") -> None:
        """A share of this step, 0 to 1; a line goes to the log that people read."""
        ...

    def check(self) -> None: ...

    def kept(self) -> None:
        """Told that a piece of the work is kept: a fault after it does not count with those before."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """A dataset in hand."""

    dataset: str
    language: str
    parameters: Parameters
    settings: Settings
    database: Database
    blobs: Blobs
    engine: Client  # hears speakers (`condition`), where one is there
    tell: Teller
