"""What is kept, as tables. Times are in UTC; files are in the storage, and rows name them by their content."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Float, ForeignKey, Index, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


def now() -> datetime:
    return datetime.now(UTC)


def new_id(kind: str) -> str:
    """An id that nobody can guess and that sorts by when it was made: a letter, 12 hex digits of time, 12 of chance."""
    return f"{kind}-{int(time.time() * 1000):012x}{secrets.token_hex(6)}"


class Utc(TypeDecorator[datetime]):
    """A moment. SQLite keeps no zone, so all go in and come out in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012
        datetime: Utc,
        dict[str, Any]: JSON,
        list[str]: JSON,
        list[float]: JSON,
        list[dict[str, Any]]: JSON,
    }


class Blob(Base):
    """A file in the storage. One that no row names and that was not touched lately is deleted."""

    __tablename__ = "blobs"
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    bytes: Mapped[int]
    touched_at: Mapped[datetime] = mapped_column(index=True)


class Batch(Base):
    """Jobs that were asked for together."""

    __tablename__ = "batches"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(200), default="")
    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (UniqueConstraint("owner", "idempotency_key"),)


class Job(Base):
    """Work that outlives a request. What keeps it is its lease: who has a lower number than the row's must stop."""

    __tablename__ = "jobs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    queue: Mapped[str] = mapped_column(String(10))  # speech, or long
    status: Mapped[str] = mapped_column(String(12), default="queued")
    priority: Mapped[int] = mapped_column(default=0)  # lower goes first
    owner: Mapped[str] = mapped_column(String(40), default="")  # a key's id; empty: this machine's own user
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    place: Mapped[int] = mapped_column(default=0)  # in its batch
    name: Mapped[str] = mapped_column(String(200), default="")

    text: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(12))
    voice_id: Mapped[str | None] = mapped_column(String(200))
    model: Mapped[str | None] = mapped_column(String(200))
    profile_id: Mapped[str | None] = mapped_column(String(40))
    format: Mapped[str | None] = mapped_column(String(8))
    request: Mapped[dict[str, Any]] = mapped_column(default=dict)  # all else that the work needs
    plan: Mapped[list[dict[str, Any]] | None]  # the pieces of its text, once they are known

    pieces: Mapped[int | None]
    pieces_done: Mapped[int | None]
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    note: Mapped[str] = mapped_column(String(200), default="")  # what it waits for, or is at
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    duration_s: Mapped[float | None]

    wish: Mapped[str] = mapped_column(String(8), default="")  # cancel, or pause: what its worker is asked to do
    lease_holder: Mapped[str] = mapped_column(String(80), default="")
    lease_number: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)  # that ended in a fault, or without a word
    not_before: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]

    idempotency_key: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    expired: Mapped[bool] = mapped_column(default=False)  # only that it was here is still known
    version: Mapped[int] = mapped_column(default=0)  # counts changes, for those who watch

    __table_args__ = (
        UniqueConstraint("owner", "idempotency_key"),
        Index("jobs_waiting", "queue", "status", "priority", "id"),
        Index("jobs_of_owner", "owner", "id"),
    )


class PieceAudio(Base):
    """What was said of a piece of a job's text: 16-bit FLAC."""

    __tablename__ = "job_pieces"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[str] = mapped_column(String(120), index=True)
    samples: Mapped[int]
    words: Mapped[list[dict[str, Any]] | None]  # when each is said, where that is asked for and told
    lease_number: Mapped[int]


class Rendition(Base):
    """A job's whole audio in a format."""

    __tablename__ = "job_audio"
    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    format: Mapped[str] = mapped_column(String(8), primary_key=True)
    blob: Mapped[str] = mapped_column(String(120), index=True)
    bytes: Mapped[int]


class VoiceRow(Base):
    """A voice that was cloned or mixed here. `record` has its clips, each a blob, or its parts."""

    __tablename__ = "voices"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12))
    record: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]


class VoiceBlob(Base):
    """A file of a voice: a clip, or what a model made of the clips (then with the model's fingerprint)."""

    __tablename__ = "voice_files"
    voice_id: Mapped[str] = mapped_column(ForeignKey("voices.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    blob: Mapped[str] = mapped_column(String(120), index=True)


class Profile(Base):
    """A named set of sampling parameters that a user made."""

    __tablename__ = "profiles"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    about: Mapped[str] = mapped_column(String(400), default="")
    sampling: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class PronunciationRow(Base):
    """How a word or a pattern is to be read; language: empty: in all."""

    __tablename__ = "pronunciations"
    __table_args__ = (UniqueConstraint("key", "language", name="pronounced_once"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    written: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(400))  # what may be there once: a word in small letters, or a pattern
    said: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12), default="")
    pattern: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class Choice(Base):
    """A choice that holds for the whole service, such as the default profile."""

    __tablename__ = "choices"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class Key(Base):
    """An API key. The key itself is shown once and not kept."""

    __tablename__ = "keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    start: Mapped[str] = mapped_column(String(16), index=True)  # its first characters, to know it by
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    requests_per_minute: Mapped[int | None]
    characters_per_day: Mapped[int | None]
    jobs_at_once: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Login(Base):
    """A browser that signed in with a key, known by a cookie of which only the hash is kept."""

    __tablename__ = "logins"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(40), index=True)  # without a foreign key: it may be that of the settings
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    renewed_at: Mapped[datetime] = mapped_column(default=now)  # when the cookie was last exchanged for a new one
    expires_at: Mapped[datetime]


class Usage(Base):
    """What was spoken for a key on a day (in UTC)."""

    __tablename__ = "usage"
    key_id: Mapped[str] = mapped_column(String(40), primary_key=True)  # without a foreign key: it outlives the key
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    requests: Mapped[int] = mapped_column(default=0)
    characters: Mapped[int] = mapped_column(default=0)


class Chore(Base):
    """Work that comes back every so often, and when somebody last took it on."""

    __tablename__ = "chores"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    taken_at: Mapped[datetime]
    result: Mapped[dict[str, Any] | None]
