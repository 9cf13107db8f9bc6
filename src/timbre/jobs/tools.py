"""What the work on a job needs, made once in the process that does it."""

from dataclasses import dataclass

from timbre.audio.marking import Marking
from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.engine.protocol import RATE
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.voices.library import Library


@dataclass(frozen=True, slots=True)
class Files:
    """What it takes to make a job's audio from what is kept of it."""

    database: Database
    blobs: Blobs
    marking: Marking


@dataclass(frozen=True, slots=True)
class Tools:
    """The rows, the files, the engine and the voices."""

    settings: Settings
    database: Database
    blobs: Blobs
    engine: AsyncClient
    waiting_engine: Client
    library: Library
    marking: Marking

    @property
    def files(self) -> Files:
        return Files(self.database, self.blobs, self.marking)

    @classmethod
    def of(cls, chosen: Settings) -> "Tools":
        database, engine = Database.of(chosen), AsyncClient.from_settings()
        blobs, marking = Blobs.of(chosen, database), Marking(chosen.watermark, RATE)
        return cls(chosen, database, blobs, engine, Client(engine), Library.of(database, blobs), marking)

    def close(self) -> None:
        self.waiting_engine.close()
        self.database.close()
