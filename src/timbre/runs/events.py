"""The log of a run: lines that people read, and how far it is, for those who watch."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.store.tables_training import EventRow

LONGEST = 500


def add(
    session: Session,
    subject: str,
    stage: str,
    line: str = "",
    progress: float = 0.0,
    eta_s: float | None = None,
    job_id: str = "",
) -> None:
    """Writes a line. stage: what is being done; progress: 0 to 1."""
    session.add(
        EventRow(
            subject=subject,
            job_id=job_id,
            stage=stage,
            progress=min(max(progress, 0.0), 1.0),
            eta_s=eta_s,
            line=" ".join(line.split())[:LONGEST],
        )
    )


def last(session: Session, subjects: list[str] | None, count: int) -> list[EventRow]:
    """The last lines of some runs' logs, or of all, the oldest first."""
    query = select(EventRow).where(EventRow.line != "")
    if subjects is not None:
        query = query.where(EventRow.subject.in_(subjects))
    found = list(session.scalars(query.order_by(EventRow.id.desc()).limit(count)))
    return found[::-1]
