"""What is kept of voices of one's own: datasets, training runs, checkpoints, samples."""

from datetime import datetime
from typing import Any

from sqlalchemy import Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from timbre.store.tables import Base, now


class DatasetRow(Base):
    """Recordings of a person on their way to something that a model can learn from."""

    __tablename__ = "datasets"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # d-…
    owner: Mapped[str] = mapped_column(String(40), default="", index=True)
    name: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(12))
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)  # those that differ from the settings'
    report: Mapped[dict[str, Any] | None]  # what the last filter found: figures and histograms
    done: Mapped[dict[str, Any]] = mapped_column(default=dict)  # step → a digest of what it was done with last
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)


class SourceRow(Base):
    """A recording of a dataset: a file, or what an address held."""

    __tablename__ = "dataset_sources"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # s-…
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # upload, folder, url, ljspeech
    name: Mapped[str] = mapped_column(String(300))  # for people: a file's name, a video's title
    address: Mapped[str | None] = mapped_column(Text)  # where it is fetched from, where it is not an upload
    upload: Mapped[str | None] = mapped_column(String(120), index=True)  # the file as it came, until it is decoded
    blob: Mapped[str | None] = mapped_column(String(120), index=True)  # WAV, 22,050 Hz, mono, 16 bit
    original: Mapped[str | None] = mapped_column(String(120), index=True)  # the same before noise was removed from it
    samples: Mapped[int | None]
    text: Mapped[str | None] = mapped_column(Text)  # what is said in it, where that came with it
    status: Mapped[str] = mapped_column(String(12), default="waiting")  # waiting, here, failed
    done: Mapped[dict[str, Any]] = mapped_column(default=dict)  # of each step: a digest of what its result came from
    notes: Mapped[list[str]] = mapped_column(default=list)  # what people should know: speakers dropped, noise removed
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class SegmentRow(Base):
    """A stretch of a recording that somebody says something in: what the model learns from, or why it does not."""

    __tablename__ = "dataset_segments"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # g-…
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    source_id: Mapped[str] = mapped_column(ForeignKey("dataset_sources.id", ondelete="CASCADE"), index=True)
    begin: Mapped[int]  # samples of its source
    end: Mapped[int]
    text: Mapped[str | None] = mapped_column(Text)  # what is said, as people corrected it
    heard: Mapped[str | None] = mapped_column(Text)  # what was recognised
    words: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # {"word", "begin_s", "end_s", "sure"}
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # snr_db, silence, clipped, sure, rate, likeness …
    reasons: Mapped[list[str]] = mapped_column(default=list)  # why the filter leaves it out; none: it stays
    verdict: Mapped[str] = mapped_column(String(8), default="")  # keep, drop: a person's, before the filter's
    edited: Mapped[list[str]] = mapped_column(default=list)  # what a person changed: text, edges
    voice: Mapped[list[float]] = mapped_column(default=list)  # how it sounds: figures that tell speakers apart
    clip: Mapped[str | None] = mapped_column(String(120), index=True)  # FLAC, as the last build made it
    done: Mapped[dict[str, Any]] = mapped_column(default=dict)  # as a source's
    changed_at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("segments_in_order", "dataset_id", "source_id", "begin"),)


class BuildRow(Base):
    """A dataset as it was at a moment, ready to be learnt from; it never changes."""

    __tablename__ = "dataset_builds"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # m-…
    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"), index=True)
    manifest: Mapped[str] = mapped_column(String(120), index=True)  # a blob: JSON
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # seconds, segments, of each split
    created_at: Mapped[datetime] = mapped_column(default=now)


class BuildFile(Base):
    """A clip that a build's manifest names."""

    __tablename__ = "dataset_build_files"
    build_id: Mapped[str] = mapped_column(ForeignKey("dataset_builds.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[str] = mapped_column(String(120), index=True)


class EventRow(Base):
    """A line of the log of a dataset or a run, for those who watch."""

    __tablename__ = "training_events"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    subject: Mapped[str] = mapped_column(String(40))  # a dataset's or a run's id
    job_id: Mapped[str] = mapped_column(String(40), default="")
    stage: Mapped[str] = mapped_column(String(20))
    progress: Mapped[float] = mapped_column(Float, default=0.0)
    eta_s: Mapped[float | None]
    line: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=now)

    __table_args__ = (Index("events_of_subject", "subject", "id"),)


class RunRow(Base):
    """A training run: a model, a build to learn from, and how."""

    __tablename__ = "training_runs"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # r-…
    owner: Mapped[str] = mapped_column(String(40), default="", index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    dataset_id: Mapped[str] = mapped_column(String(40), index=True)  # without a foreign key: a run outlives its dataset
    build_id: Mapped[str] = mapped_column(String(40))
    manifest: Mapped[str | None] = mapped_column(String(120), index=True)  # the build's, kept as long as the run is
    search_id: Mapped[str | None] = mapped_column(String(40), index=True)
    job_id: Mapped[str | None] = mapped_column(String(40))
    base: Mapped[str] = mapped_column(String(200))  # the model that it begins with
    base_fingerprint: Mapped[str] = mapped_column(String(80), default="")
    method: Mapped[str] = mapped_column(String(12))  # lora, full
    language: Mapped[str] = mapped_column(String(12))
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)  # all of them, as the run uses them
    status: Mapped[str] = mapped_column(String(12), default="queued")  # …, running, paused, completed, failed, stopped
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the latest: epoch, losses, rate, memory, eta_s …
    estimate: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class PointRow(Base):
    """A run's figures at a step."""

    __tablename__ = "training_points"
    run_id: Mapped[str] = mapped_column(ForeignKey("training_runs.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(12), primary_key=True)  # train, validation
    step: Mapped[int] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]


class CheckpointRow(Base):
    """Weights that a run kept, or that somebody brought along."""

    __tablename__ = "checkpoints"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # c-…
    owner: Mapped[str] = mapped_column(String(40), default="", index=True)
    run_id: Mapped[str | None] = mapped_column(ForeignKey("training_runs.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[str] = mapped_column(String(12))  # adapter, model
    step: Mapped[int] = mapped_column(default=0)
    base: Mapped[str] = mapped_column(String(200), default="")
    base_fingerprint: Mapped[str] = mapped_column(String(80), default="")
    blob: Mapped[str] = mapped_column(String(120), index=True)  # safetensors
    bytes: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # validation loss, similarity, word error rate …
    best: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)


class SampleRow(Base):
    """A sentence that a checkpoint said, and how well."""

    __tablename__ = "training_samples"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # p-…
    checkpoint_id: Mapped[str] = mapped_column(ForeignKey("checkpoints.id", ondelete="CASCADE"), index=True)
    place: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    blob: Mapped[str] = mapped_column(String(120), index=True)  # what it said: FLAC
    reference: Mapped[str | None] = mapped_column(String(120), index=True)  # the person's own voice: FLAC
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # similarity, word_error_rate, heard, seconds
    created_at: Mapped[datetime] = mapped_column(default=now)


class PromotionRow(Base):
    """A checkpoint that was made a voice, or a model; undone, what was there before comes back."""

    __tablename__ = "promotions"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # q-…
    checkpoint_id: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(8))  # voice, model
    target: Mapped[str] = mapped_column(String(200), index=True)  # the voice's id, or the model's name
    former: Mapped[dict[str, Any] | None]  # what the target was before; none: it is new
    created_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]


class SearchRow(Base):
    """A search for the parameters that suit a dataset best: runs side by side, the losers cut short."""

    __tablename__ = "training_searches"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # x-…
    owner: Mapped[str] = mapped_column(String(40), default="", index=True)
    job_id: Mapped[str | None] = mapped_column(String(40))
    request: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(String(12), default="queued")
    trials: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
