"""Datasets and their recordings as people ask for them: made, listed, changed, deleted."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from timbre.datasets.parameters import checked
from timbre.datasets.taking import Found
from timbre.errors import BadDataset, UnknownDataset, UnknownSource
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import new_id, now
from timbre.store.tables_training import BuildFile, BuildRow, DatasetRow, EventRow, SegmentRow, SourceRow
from timbre.text.languages import resolve

ANYBODY = None
"""The owner to ask for where everybody's datasets may be seen."""

MOST = 200
"""Datasets, or recordings, of one page of a list."""

LONGEST_NAME, LONGEST_TEXT = 200, 10_000
ID = re.compile(r"d-[0-9a-f]{24}")
UPLOADS = "uploads"


def get(session: Session, dataset_id: str, owner: str | None = ANYBODY, locked: bool = False) -> DatasetRow:
    """Raises errors.UnknownDataset, also for one of somebody else's."""
    if not ID.fullmatch(dataset_id):  # what no database need be asked for: a client may send anything
        raise UnknownDataset(dataset=ascii(dataset_id[:60])[1:-1])
    query = select(DatasetRow).where(DatasetRow.id == dataset_id)
    found = session.scalars(query.with_for_update() if locked else query).first()
    if found is None or (owner is not ANYBODY and found.owner != owner):
        raise UnknownDataset(dataset=dataset_id)
    return found


def listed(
    session: Session, owner: str | None = ANYBODY, search: str = "", before: str = "", limit: int = 50
) -> tuple[list[DatasetRow], str | None]:
    """Datasets from the newest on, and what to ask with for those after them. before: such a mark."""
    query = select(DatasetRow)
    if owner is not ANYBODY:
        query = query.where(DatasetRow.owner == owner)
    if search:
        escaped = search.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        query = query.where(DatasetRow.name.ilike(f"%{escaped}%", escape="\\"))
    if before:
        query = query.where(DatasetRow.id < before)
    limit = min(max(limit, 1), MOST)
    found = list(session.scalars(query.order_by(DatasetRow.id.desc()).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def create(
    database: Database, name: str, language: str, parameters: Mapping[str, Any] | None = None, owner: str = ""
) -> DatasetRow:
    """A new, empty one. Raises errors.BadDataset, UnknownLanguage."""
    row = DatasetRow(
        id=new_id("d"),
        owner=owner,
        name=_plain("name", name, LONGEST_NAME),
        language=resolve(language).code,
        parameters=checked(parameters or {}),
    )
    with database.writing() as session:
        session.add(row)
    return row


def change(
    database: Database,
    dataset_id: str,
    owner: str | None = ANYBODY,
    name: str | None = None,
    language: str | None = None,
    parameters: Mapping[str, Any] | None = None,
) -> DatasetRow:
    """Changes what is given; a parameter that is None is the settings' again.

    Raises errors.UnknownDataset, BadDataset, UnknownLanguage.
    """
    with database.writing() as session:
        row = get(session, dataset_id, owner, locked=True)
        if name is not None:
            row.name = _plain("name", name, LONGEST_NAME)
        if language is not None:
            row.language = resolve(language).code
        if parameters is not None:
            row.parameters = merged(row.parameters, parameters)
        row.changed_at = now()
        return row


def merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with some said anew, and those that are None as the settings have them. Raises errors.BadDataset."""
    given = checked({name: value for name, value in changes.items() if value is not None})
    checked_names = set(changes) - set(given)
    return {name: value for name, value in before.items() if name not in checked_names} | given


def remove(database: Database, blobs: Blobs, dataset_id: str, owner: str | None = ANYBODY) -> None:
    """Deletes a dataset with its recordings, segments and builds. Raises errors.UnknownDataset."""
    with database.writing() as session:
        get(session, dataset_id, owner, locked=True)
        sources = list(session.scalars(select(SourceRow.id).where(SourceRow.dataset_id == dataset_id)))
        files = _files_of(session, sources)
        builds = select(BuildRow.id).where(BuildRow.dataset_id == dataset_id)
        files |= set(session.scalars(select(BuildRow.manifest).where(BuildRow.dataset_id == dataset_id)))
        files |= set(session.scalars(select(BuildFile.blob).where(BuildFile.build_id.in_(builds))))
        session.execute(delete(EventRow).where(EventRow.subject == dataset_id))
        session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id))
    forget(blobs, files)


# Recordings


def source(session: Session, dataset_id: str, source_id: str, locked: bool = False) -> SourceRow:
    """Raises errors.UnknownSource."""
    query = select(SourceRow).where(SourceRow.id == source_id[:40], SourceRow.dataset_id == dataset_id)
    found = session.scalars(query.with_for_update() if locked else query).first()
    if found is None:
        raise UnknownSource(source=ascii(source_id[:60])[1:-1])
    return found


def sources(
    session: Session, dataset_id: str, after: str = "", limit: int = MOST
) -> tuple[list[SourceRow], str | None]:
    """A dataset's recordings in the order that they came, and what to ask with for those after them."""
    query = select(SourceRow).where(SourceRow.dataset_id == dataset_id)
    if after:
        query = query.where(SourceRow.id > after)
    limit = min(max(limit, 1), MOST)
    found = list(session.scalars(query.order_by(SourceRow.id).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def rows_of(blobs: Blobs, dataset_id: str, found: Iterable[Found]) -> list[SourceRow]:
    """Rows for recordings that came in, each of which is kept as it came. They are for the caller to keep."""
    return [
        SourceRow(
            id=new_id("s"),
            dataset_id=dataset_id,
            kind=one.kind,
            name=one.name,
            upload=blobs.put(one.path, "bin", UPLOADS),
            text=one.text,
        )
        for one in found
    ]


def add(
    database: Database, dataset_id: str, rows: Sequence[SourceRow], owner: str | None = ANYBODY
) -> tuple[list[SourceRow], int]:
    """Keeps recordings, all or none; addresses that are there already are passed over. Returns those that are new, and
    how many were there. Raises errors.UnknownDataset.
    """
    with database.writing() as session:
        get(session, dataset_id, owner, locked=True).changed_at = now()
        fresh = unknown(session, dataset_id, rows)
        session.add_all(fresh)
        return fresh, len(rows) - len(fresh)


def unknown(session: Session, dataset_id: str, rows: Sequence[SourceRow]) -> list[SourceRow]:
    """Those whose address is not there yet."""
    query = select(SourceRow.address).where(SourceRow.dataset_id == dataset_id, SourceRow.address.is_not(None))
    known = set(session.scalars(query))
    fresh = []
    for row in rows:
        if row.address is None or row.address not in known:
            fresh.append(row)
            known.add(row.address)
    return fresh


def change_source(
    database: Database,
    dataset_id: str,
    source_id: str,
    owner: str | None = ANYBODY,
    name: str | None = None,
    text: str | None = None,
) -> SourceRow:
    """Calls a recording something else, or says what is said in it; an empty text: that is not known.

    Raises errors.UnknownDataset, UnknownSource, BadDataset.
    """
    with database.writing() as session:
        get(session, dataset_id, owner)
        row = source(session, dataset_id, source_id, locked=True)
        if name is not None:
            row.name = _plain("recording's name", name, LONGEST_NAME)
        if text is not None:
            row.text = _plain("text", text, LONGEST_TEXT) if text.strip() else None
        return row


def remove_source(
    database: Database, blobs: Blobs, dataset_id: str, source_id: str, owner: str | None = ANYBODY
) -> None:
    """Deletes a recording with its segments; builds keep their clips. Raises errors.UnknownDataset, UnknownSource."""
    with database.writing() as session:
        get(session, dataset_id, owner, locked=True).changed_at = now()
        row = source(session, dataset_id, source_id, locked=True)
        files = _files_of(session, [row.id])
        session.delete(row)
    forget(blobs, files)


def noted(row: SourceRow, begins: Sequence[str], notes: Iterable[str]) -> None:
    """Puts a step's notes in the place of those that it left before. begins: how its notes begin."""
    row.notes = [*(one for one in row.notes if not one.startswith(tuple(begins))), *notes]


def counts(session: Session, dataset_id: str) -> dict[str, Any]:
    """How much there is of a dataset: recordings by state, seconds, segments, and how many of them are kept."""
    by_state = select(SourceRow.status, func.count(), func.coalesce(func.sum(SourceRow.samples), 0))
    found = session.execute(by_state.where(SourceRow.dataset_id == dataset_id).group_by(SourceRow.status)).all()
    segments = select(
        SegmentRow.verdict, SegmentRow.reasons, SegmentRow.end - SegmentRow.begin, SegmentRow.heard.is_not(None)
    )
    rows = session.execute(segments.where(SegmentRow.dataset_id == dataset_id)).all()
    kept = [length for verdict, reasons, length, _ in rows if verdict == "keep" or (verdict != "drop" and not reasons)]
    builds = session.scalar(select(func.count()).select_from(BuildRow).where(BuildRow.dataset_id == dataset_id))
    return {
        "sources": {"waiting": 0, "here": 0, "failed": 0} | {status: count for status, count, _ in found},
        "samples": sum(int(samples or 0) for _, _, samples in found),
        "segments": len(rows),
        "transcribed": len([1 for *_, heard in rows if heard]),
        "kept": len(kept),
        "kept_samples": int(sum(kept)),
        "builds": builds or 0,
    }


def forget(blobs: Blobs, files: Iterable[str]) -> None:
    """Deletes files that no row names any more."""
    some = sorted(files)
    for first in range(0, len(some), 500):
        blobs.forget(some[first : first + 500])


def _files_of(session: Session, sources: Sequence[str]) -> set[str]:
    """Files that recordings and their segments name."""
    files: set[str] = set()
    for first in range(0, len(sources), 500):
        some = sources[first : first + 500]
        for column in (SourceRow.upload, SourceRow.blob, SourceRow.original):
            files |= {name for name in session.scalars(select(column).where(SourceRow.id.in_(some))) if name}
        clips = session.scalars(select(SegmentRow.clip).where(SegmentRow.source_id.in_(some)))
        files |= {name for name in clips if name}
    return files


def _plain(what: str, words: str, longest: int) -> str:
    """A field on one line. Raises errors.BadDataset."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    if not plain or len(plain) > longest:
        raise BadDataset(reason=f"its {what} has {len(plain) or 'no'} characters; at most {longest} are kept")
    return plain
