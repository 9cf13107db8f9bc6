"""The log of a dataset: lines that people read, and how far its pipeline is, for those who watch.

Ids only rise, so that who knows the last one it saw misses nothing. Of lines that only tell how far it is, the latest
is kept.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timbre.store.database import Database
from timbre.store.tables_training import EventRow

LONGEST = 500
KEPT = 5_000
"""Lines of a dataset's log that are kept."""


def say(
    database: Database,
    subject: str,
    job_id: str,
    stage: str,
    progress: float,
    line: str = "",
    eta_s: float | None = None,
) -> None:
    """Writes a line, or how far it is without one. stage: the step that is being done; progress: 0 to 1."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in line).split())[:LONGEST]
    event = EventRow(
        subject=subject,
        job_id=job_id,
        stage=stage,
        progress=min(max(progress, 0.0), 1.0),
        eta_s=eta_s,
        line=plain,
    )
    with database.writing() as session:
        session.add(event)
        session.flush()  # before the one that it replaces goes: no id comes twice
        session.execute(
            delete(EventRow).where(EventRow.subject == subject, EventRow.line == "", EventRow.id < event.id)
        )


def after(session: Session, subject: str, last: int = 0, most: int = 1_000) -> list[EventRow]:
    """What was said after the event with this id, the oldest first."""
    query = select(EventRow).where(EventRow.subject == subject, EventRow.id > last)
    return list(session.scalars(query.order_by(EventRow.id).limit(most)))


def tidy(database: Database, subject: str) -> None:
    """Drops the oldest lines of a long log."""
    with database.writing() as session:
        ids = select(EventRow.id).where(EventRow.subject == subject).order_by(EventRow.id.desc()).offset(KEPT).limit(1)
        if (last := session.scalar(ids)) is not None:
            session.execute(delete(EventRow).where(EventRow.subject == subject, EventRow.id <= last))
