"""The log of a run: lines that people read, and how far it is, for those who watch."""

from collections.abc import Sequence

from sqlalchemy import Select, select
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


def last(session: Session, subjects: Sequence[str], count: int) -> list[EventRow]:
    """The last lines of some runs' logs, the oldest first."""
    return list(session.scalars(_lines(subjects).order_by(EventRow.id.desc()).limit(count)))[::-1]


def after(session: Session, subjects: Sequence[str], event: int, count: int) -> list[EventRow]:
    """The first lines of some runs' logs after an event, the oldest first."""
    return list(session.scalars(_lines(subjects).where(EventRow.id > event).order_by(EventRow.id).limit(count)))


def _lines(subjects: Sequence[str]) -> Select[EventRow]:
    return select(EventRow).where(EventRow.line != "", EventRow.subject.in_(subjects))
