"""What the work on a job needs, made once in the process that does it."""

from dataclasses import dataclass

from timbre.engine.blocking import Client
from timbre.engine.client import AsyncClient
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.voices.library import Library


@dataclass(frozen=True, slots=True)
class Files:
    """What it takes to read a job's audio."""

    database: Database
    blobs: Blobs


@dataclass(frozen=True, slots=True)
class Tools:
    """The rows, the files, the engine and the voices."""

    settings: Settings
    database: Database
    blobs: Blobs
    engine: AsyncClient
    waiting_engine: Client
    library: Library

    @classmethod
    def of(cls, chosen: Settings) -> "Tools":
        database, engine = Database.of(chosen), AsyncClient.from_settings()
        blobs = Blobs.of(chosen, database)
        return cls(chosen, database, blobs, engine, Client(engine), Library.of(database, blobs))

    def close(self) -> None:
        self.waiting_engine.close()
        self.database.close()
