"""One database, SQLite or Postgres by its URL: transactions, and its faults in our words.

SQLite runs with a write-ahead log, so that readers and one writer do not wait for each other; who is going to write
says so from the start, because a transaction that read first may not be allowed to write later.
"""

import contextlib
import errno
import fcntl
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from timbre.errors import BadDatabaseUrl, DatabaseAway, DatabaseFull, DatabaseLocked, DatabaseNewer, TimbreError
from timbre.settings import Settings

BUSY_S = 15.0
"""Seconds that a writer of SQLite waits for the one before."""

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 8_005_001
"""The number of the lock that whoever changes Postgres's tables holds."""


class Database:
    """Hands out transactions. Raises errors.BadDatabaseUrl, and in every transaction errors.DatabaseAway,
    DatabaseLocked, DatabaseFull."""

    def __init__(self, url: str) -> None:
        try:
            self.url = _driver(make_url(url))
            self._engine = _sqlite(self.url) if self.is_sqlite else _postgres(self.url)
        except (ArgumentError, NoSuchModuleError, ImportError) as fault:
            raise BadDatabaseUrl(reason=str(fault).rstrip(".")) from None

    @classmethod
    def of(cls, chosen: Settings) -> "Database":
        """The one that the settings name: by default a file in the home folder."""
        if chosen.database_url:
            return cls(chosen.database_url)
        chosen.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = chosen.home.resolve() / "timbre.db"
        if not path.exists():
            path.touch(mode=0o600)  # as it is, so are the files that SQLite lays beside it
        return cls(f"sqlite:///{path}")

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing."""
        with self._translated(), Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction, kept when the block ends and undone when it raises."""
        bind = self._engine.execution_options(will_write=True)
        with self._translated(), Session(bind, expire_on_commit=False) as session, session.begin():
            yield session

    def check(self) -> None:
        """Raises what is wrong with it."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def upgrade(self) -> None:
        """Makes the tables, or brings those of an older version up to date. Raises errors.DatabaseNewer."""
        if self._is_current():
            return
        logging.getLogger("alembic").setLevel(logging.WARNING)
        from alembic import command
        from alembic.config import Config
        from alembic.util import CommandError

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._translated(), self._alone() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as fault:
                raise DatabaseNewer(found=str(fault).rpartition("'")[0].rpartition("'")[2]) from None

    def _is_current(self) -> bool:
        """Whether the tables are as this version knows them. Alembic itself would take half a second to say so."""
        newest = max(path.stem[:4] for path in (MIGRATIONS / "versions").glob("0*.py"))
        try:
            with self._engine.connect() as connection:
                return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == newest)
        except DBAPIError:  # there are no tables yet, or worse: then upgrading tells
            return False

    def close(self) -> None:
        self._engine.dispose()

    @contextlib.contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection while nobody else changes the tables."""
        if self.is_sqlite:
            with Path(f"{self.url.database}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                with self._engine.execution_options(will_write=True).begin() as connection:
                    yield connection
            return
        with self._engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": MIGRATING})
            yield connection

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as fault:
            if known := _known(fault):
                raise known from None
            raise
        except OSError as fault:
            if fault.errno in {errno.EACCES, errno.EROFS, errno.ENOSPC}:
                raise DatabaseFull(reason=(fault.strerror or str(fault)).lower()) from None
            raise


def _driver(url: URL) -> URL:
    """Postgres by psycopg 3, whatever name its URL goes by."""
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ArgumentError(f"{url.drivername} is neither sqlite nor postgresql")
    return url


def _postgres(url: URL) -> Engine:
    return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=30, connect_args={"connect_timeout": 5})


def _sqlite(url: URL) -> Engine:
    # Connections are kept open, for whoever closes the last one has to bring the log into the file.
    engine = create_engine(
        url, pool_size=10, max_overflow=60, connect_args={"timeout": BUSY_S, "check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver's own notion of when to begin would be in the way
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        kind = "IMMEDIATE" if connection.get_execution_options().get("will_write") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")

    return engine


def _known(fault: DBAPIError) -> TimbreError | None:
    """A fault of the driver's that has a cause outside, by the cause."""
    cause, words = fault.orig, str(fault.orig).strip().partition("\n")[0].lower().rstrip(".")
    if isinstance(cause, sqlite3.Error):
        name = getattr(cause, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return DatabaseLocked(seconds=BUSY_S)
        if name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR_WRITE")):
            return DatabaseFull(reason=words)
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_PERM")):
            return DatabaseAway(reason=words)
        return DatabaseAway(reason="it has no tables yet") if words.startswith("no such table") else None
    if getattr(cause, "sqlstate", None) == "53100":  # disk_full
        return DatabaseFull(reason=words)
    if getattr(cause, "sqlstate", None) == "42P01":  # undefined_table
        return DatabaseAway(reason="it has no tables yet")
    away = fault.connection_invalidated or type(cause).__name__ in {"OperationalError", "AdminShutdown"}
    return DatabaseAway(reason=words) if away else None
