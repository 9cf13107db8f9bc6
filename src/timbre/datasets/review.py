"""A dataset's segments as a person goes through them: listed, heard, corrected, kept or left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from timbre.datasets.filter import REASONS, SLACK_S, counted, reasons
from timbre.datasets.owned import ID, dataset, shown
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import RATE
from timbre.errors import BadSegment, SegmentChanged, UnknownReason, UnknownSegment, UnknownSource
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import now
from timbre.store.tables_training import DatasetRow, SegmentRow, SourceRow

MOST = 500
"""Segments of one page of a list."""

LONGEST_TEXT = 1_000
State = Literal["", "kept", "dropped", "edited", "unheard"]
Verdict = Literal["keep", "drop", ""]

_NONE = "[]"  # how JSON writes an empty list


@dataclass(frozen=True, slots=True)
class Asked:
    """Which segments: all of these hold. reason: what the filter found, whether or not a person put it back."""

    state: State = ""
    reason: str = ""
    source: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A segment with what people call its source, and whether it goes into a build."""

    row: SegmentRow
    source: str
    language: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a person changes; what is not in `said` stays. text: None: as it was recognised."""

    said: frozenset[str]
    begin_s: float | None = None
    end_s: float | None = None
    text: str | None = None
    verdict: Verdict = ""
    changed_at: datetime | None = None  # of the segment as the person saw it; None: whatever it is


def listed(
    database: Database, dataset_id: str, owner: str | None, asked: Asked, after: str = "", limit: int = 100
) -> tuple[list[Seen], str | None, dict[str, int]]:
    """Segments in the order of their sources and times, what to ask with for those after them, and how many there are.

    after: the id of the last segment of the page before. Raises errors.UnknownReason.
    """
    if asked.reason and asked.reason not in REASONS:
        raise UnknownReason(reason=shown(asked.reason), known=", ".join(REASONS))
    place = (SourceRow.created_at, SourceRow.id, SegmentRow.begin, SegmentRow.id)
    with database.reading() as session:
        of = dataset(session, dataset_id, owner)
        query = select(SegmentRow, SourceRow.name).join(SourceRow, SourceRow.id == SegmentRow.source_id)
        query = query.where(SegmentRow.dataset_id == of.id, *_conditions(asked))
        if (last := _last(session, of.id, after)) is not None:
            query = query.where(tuple_(*place) > tuple_(*last))
        found = session.execute(query.order_by(*place).limit(limit + 1)).all()
        counts = {state: _count(session, of.id, state) for state in ("kept", "dropped", "edited", "unheard")}
    seen = [Seen(row, name, of.language) for row, name in found[:limit]]
    return seen, seen[-1].row.id if len(found) > limit else None, counts


def one(database: Database, segment_id: str, owner: str | None) -> Seen:
    """Raises errors.UnknownSegment."""
    with database.reading() as session:
        return _one(session, segment_id, owner)


def source(database: Database, source_id: str, owner: str | None) -> SourceRow:
    """A source whose sound is here. Raises errors.UnknownSource."""
    with database.reading() as session:
        found = session.get(SourceRow, source_id) if ID.fullmatch(source_id) else None
        if found is not None and found.blob is not None:
            of = session.get(DatasetRow, found.dataset_id)
            if of is not None and (owner is None or of.owner == owner):
                return found
    raise UnknownSource(source=shown(source_id))


def within(database: Database, source_id: str, begin: int, end: int) -> list[SegmentRow]:
    """The segments of a source that have a part in a stretch of it, in samples."""
    with database.reading() as session:
        query = select(SegmentRow).where(
            SegmentRow.source_id == source_id, SegmentRow.begin < end, SegmentRow.end > begin
        )
        return list(session.scalars(query.order_by(SegmentRow.begin)))


def change(database: Database, chosen: Settings, segment_id: str, owner: str | None, wish: Change) -> Seen:
    """Changes a segment, all that is wished or nothing. What the filter says of it is reckoned anew as far as can be.

    Raises errors.UnknownSegment, SegmentChanged, BadSegment.
    """
    with database.writing() as session:
        seen = _one(session, segment_id, owner, locked=True)
        row = seen.row
        if wish.changed_at is not None and wish.changed_at != row.changed_at:
            raise SegmentChanged(segment=row.id)
        of = session.get(DatasetRow, row.dataset_id)
        assert of is not None
        parameters = Parameters(of.parameters, chosen)
        if wish.said & {"begin_s", "end_s"}:
            _move(session, row, wish, parameters)
        if "text" in wish.said:
            _write(row, wish.text)
        if "verdict" in wish.said:
            row.verdict = wish.verdict
        _judge(row, seen.language, parameters)
        row.changed_at = now()
        session.flush()
        return seen


def _one(session: Session, segment_id: str, owner: str | None, locked: bool = False) -> Seen:
    query = (
        select(SegmentRow, SourceRow.name, DatasetRow)
        .join(SourceRow, SourceRow.id == SegmentRow.source_id)
        .join(DatasetRow, DatasetRow.id == SegmentRow.dataset_id)
        .where(SegmentRow.id == segment_id)
    )
    if locked:
        query = query.with_for_update(of=SegmentRow)
    found = session.execute(query).first() if ID.fullmatch(segment_id) else None
    if found is None or (owner is not None and found[2].owner != owner):
        raise UnknownSegment(segment=shown(segment_id))
    return Seen(found[0], found[1], found[2].language)


def _last(session: Session, dataset_id: str, after: str) -> tuple[Any, ...] | None:
    """Where the page before ended. Raises errors.UnknownSegment."""
    if not after:
        return None
    query = (
        select(SourceRow.created_at, SourceRow.id, SegmentRow.begin, SegmentRow.id)
        .join(SourceRow, SourceRow.id == SegmentRow.source_id)
        .where(SegmentRow.id == after, SegmentRow.dataset_id == dataset_id)
    )
    found = session.execute(query).first() if ID.fullmatch(after) else None
    if found is None:
        raise UnknownSegment(segment=shown(after))
    return tuple(found)


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    found = [_IN[asked.state]] if asked.state else []
    if asked.reason:
        found.append(cast(SegmentRow.reasons, Text).like(f'%"{asked.reason}"%'))
    if asked.source:
        found.append(SegmentRow.source_id == asked.source)
    if asked.search:
        escaped = asked.search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        fields = (SegmentRow.text, SegmentRow.heard)
        found.append(or_(*(field.ilike(f"%{escaped}%", escape="\\") for field in fields)))
    return found


_PASSES = cast(SegmentRow.reasons, Text) == _NONE
_IN: Mapping[str, ColumnElement[bool]] = {
    "kept": or_(SegmentRow.verdict == "keep", and_(SegmentRow.verdict == "", _PASSES)),
    "dropped": or_(SegmentRow.verdict == "drop", and_(SegmentRow.verdict == "", ~_PASSES)),
    "edited": or_(SegmentRow.verdict != "", cast(SegmentRow.edited, Text) != _NONE),
    "unheard": and_(SegmentRow.text.is_(None), SegmentRow.heard.is_(None)),
}


def _count(session: Session, dataset_id: str, state: str) -> int:
    query = select(func.count()).select_from(SegmentRow).where(SegmentRow.dataset_id == dataset_id, _IN[state])
    return session.scalar(query) or 0


def _move(session: Session, row: SegmentRow, wish: Change, parameters: Parameters) -> None:
    """New edges. Raises errors.BadSegment."""
    begin = round(wish.begin_s * RATE) if wish.begin_s is not None else row.begin
    end = round(wish.end_s * RATE) if wish.end_s is not None else row.end
    if (begin, end) == (row.begin, row.end):
        return
    of = session.get(SourceRow, row.source_id)
    length = (of.samples if of else None) or 0
    if not 0 <= begin < end <= length:
        raise BadSegment(
            reason=f"its edges have to lie within the recording, from 0 to {length / RATE:.2f} s, in order"
        )
    seconds, least, most = (end - begin) / RATE, parameters.min_s - SLACK_S, parameters.max_s + SLACK_S
    if not least <= seconds <= most:
        raise BadSegment(reason=f"it would have {seconds:.2f} s, and has to have {least:.2f} to {most:.2f}")
    beside = select(SegmentRow).where(
        SegmentRow.source_id == row.source_id,
        SegmentRow.id != row.id,
        SegmentRow.begin < end,
        SegmentRow.end > begin,
    )
    if other := session.scalars(beside.order_by(SegmentRow.begin)).first():
        where = f"{other.begin / RATE:.2f} to {other.end / RATE:.2f} s"
        raise BadSegment(reason=f"it would reach into the one beside it, which goes from {where}")
    row.begin, row.end = begin, end
    row.edited = sorted({*row.edited, "edges"})
    row.words = [word for word in row.words if begin <= (word["begin_s"] + word["end_s"]) / 2 * RATE <= end]
    if row.heard is not None:
        row.heard = " ".join("".join(word["word"] for word in row.words).split())
    row.figures = {**row.figures, "seconds": round(seconds, 3)}


def _write(row: SegmentRow, text: str | None) -> None:
    """A text of the person's own; None: it is given up. Raises errors.BadSegment."""
    if text is None:
        row.text, row.edited = None, [what for what in row.edited if what != "text"]
        return
    text = " ".join(text.split())
    if not text:
        raise BadSegment(reason="its text is empty; leave the segment out instead")
    if len(text) > LONGEST_TEXT:
        raise BadSegment(reason=f"its text has {len(text)} characters, and may have {LONGEST_TEXT}")
    if not text.isprintable():
        raise BadSegment(reason="its text has characters that cannot be seen")
    if text != row.text:
        row.text, row.edited = text, sorted({*row.edited, "text"})


def _judge(row: SegmentRow, language: str, parameters: Parameters) -> None:
    """Once the filter has been at it, its reasons follow what a person changes."""
    if "rate" not in row.figures:
        return
    row.figures = {**row.figures, **counted(row, language)}
    row.reasons = reasons(row.figures, parameters, "duplicate" in row.reasons, "text" in row.edited)
