"""A job's audio: kept piece by piece as it is said, put together at the end, and encoded as it is asked for."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.audio.decode import decode
from timbre.audio.encode import FORMATS, encode
from timbre.engine.protocol import RATE
from timbre.errors import FileGone, UnknownFormat
from timbre.jobs.lease import fenced
from timbre.jobs.tools import Files
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import Job, PieceAudio, Rendition

Samples = NDArray[np.float32]

WHOLE = "flac"
"""What all other formats are made from."""

DOWNLOADS = ("wav", "mp3", "ogg", "flac", "m4a", "opus")
"""The formats that a job's audio can be had in."""


def check_format(format: str) -> str:
    """The format's own name. Raises errors.UnknownFormat."""
    name = format.strip().lower()
    if name not in DOWNLOADS:
        raise UnknownFormat(format=format, known=", ".join(DOWNLOADS))
    return name


def keep_piece(
    database: Database,
    blobs: Blobs,
    job_id: str,
    number: int,
    place: int,
    samples: Samples,
    words: list[dict[str, Any]] | None = None,
) -> None:
    """Keeps what was said of a piece, and counts it as done. Raises LeaseLost."""
    name = blobs.put(encode(samples, "flac", RATE), ".flac")
    with fenced(database, job_id, number) as (session, job):
        row = PieceAudio(job_id=job_id, place=place, blob=name, samples=len(samples), words=words, lease_number=number)
        session.merge(row)
        job.pieces_done = place + 1
        job.progress = (place + 1) / job.pieces if job.pieces else 0.0
        job.attempts = 0  # it gets on


def pieces_of(session: Session, job_id: str) -> list[PieceAudio]:
    """Those that were said, in order."""
    query = select(PieceAudio).where(PieceAudio.job_id == job_id).order_by(PieceAudio.place)
    return list(session.scalars(query))


def joined(files: Files, pieces: Sequence[PieceAudio]) -> Samples:
    """All of them as one, marked where that is wanted. Raises errors.FileGone."""
    parts = [_decoded(files.blobs, piece.blob)[: piece.samples] for piece in pieces]
    return files.marking.whole(np.concatenate(parts) if parts else np.zeros(0, np.float32))


def rendition(files: Files, job: Job, format: str) -> Rendition:
    """A completed job's audio in a format, encoded when it is first asked for. Raises errors.FileGone."""
    with files.database.reading() as session:
        if found := session.get(Rendition, (job.id, format)):
            return found
        whole = session.get(Rendition, (job.id, WHOLE))
    if whole is None:
        raise FileGone(name=f"{job.id}.{WHOLE}")
    made = render(files, job.id, format, _decoded(files.blobs, whole.blob))
    with files.database.writing() as session:
        return session.merge(made)


def _decoded(blobs: Blobs, name: str) -> Samples:
    with blobs.local(name) as path:
        return decode(path, RATE)


def sizes(database: Database, job_id: str) -> dict[str, int]:
    """The bytes of each format that was encoded already."""
    with database.reading() as session:
        rows = session.scalars(select(Rendition).where(Rendition.job_id == job_id))
        return {row.format: row.bytes for row in rows}


def render(files: Files, job_id: str, format: str, samples: Samples) -> Rendition:
    """Encodes and keeps the whole audio. The row is for the caller to keep."""
    data = encode(samples, format, RATE, files.marking.tags)
    return Rendition(job_id=job_id, format=format, blob=files.blobs.put(data, f".{format}"), bytes=len(data))


def mime(format: str) -> str:
    """What HTTP calls it."""
    return FORMATS[format].mime
