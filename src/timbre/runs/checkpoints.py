"""Checkpoints and what they said, as people ask for them, and as they are deleted."""

import re
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timbre.errors import CheckpointInUse, UnknownCheckpoint, UnknownSample
from timbre.store.database import Database
from timbre.store.tables_training import CheckpointRow, PromotionRow, RunRow, SampleRow

ANYBODY = None
MOST = 200
ID = re.compile(r"c-[0-9a-f]{24}")
FILE = re.compile(r"(p-[0-9a-f]{24})(\.reference)?\.flac")
"""What a sample's sound is called: what was said, and the recording that it is compared with."""


def get(session: Session, checkpoint_id: str, owner: str | None = ANYBODY) -> CheckpointRow:
    """Raises errors.UnknownCheckpoint, also for one of somebody else's."""
    if not ID.fullmatch(checkpoint_id):
        raise UnknownCheckpoint(checkpoint=ascii(checkpoint_id[:60])[1:-1])
    found = session.get(CheckpointRow, checkpoint_id)
    if found is None or (owner is not ANYBODY and found.owner != owner):
        raise UnknownCheckpoint(checkpoint=checkpoint_id)
    return found


def listed(
    session: Session,
    owner: str | None = ANYBODY,
    run_id: str = "",
    kind: str = "",
    before: str = "",
    limit: int = 50,
) -> tuple[list[CheckpointRow], str | None]:
    """Checkpoints from the newest on, and what to ask with for those after them. before: such a mark."""
    query = select(CheckpointRow)
    if owner is not ANYBODY:
        query = query.where(CheckpointRow.owner == owner)
    if run_id:
        query = query.where(CheckpointRow.run_id == run_id)
    if kind:
        query = query.where(CheckpointRow.kind == kind)
    if before:
        query = query.where(CheckpointRow.id < before)
    limit = min(max(limit, 1), MOST)
    found = list(session.scalars(query.order_by(CheckpointRow.id.desc()).limit(limit + 1)))
    return found[:limit], found[limit - 1].id if len(found) > limit else None


def remove(database: Database, checkpoint_id: str, owner: str | None = ANYBODY) -> list[str]:
    """Deletes a checkpoint and its samples. Returns the files that nothing names any more, for `Blobs.forget`.

    Raises errors.UnknownCheckpoint, CheckpointInUse.
    """
    with database.writing() as session:
        get(session, checkpoint_id, owner)
        return drop(session, [checkpoint_id])


def drop(session: Session, ids: Sequence[str]) -> list[str]:
    """Deletes checkpoints with their samples. Returns their files. Raises errors.CheckpointInUse."""
    if used := promoted(session, ids):
        first = min(used)
        raise CheckpointInUse(checkpoint=first, target=used[first])
    gone = list(session.scalars(select(CheckpointRow.blob).where(CheckpointRow.id.in_(ids))))
    for sample in session.scalars(select(SampleRow).where(SampleRow.checkpoint_id.in_(ids))):
        gone += [name for name in (sample.blob, sample.reference) if name]
    session.execute(delete(SampleRow).where(SampleRow.checkpoint_id.in_(ids)))
    session.execute(delete(CheckpointRow).where(CheckpointRow.id.in_(ids)))
    return gone


def promoted(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Those of them that are promoted, and to what."""
    return {id: made[-1].target for id, made in standing(session, ids).items()}


def standing(session: Session, ids: Sequence[str]) -> dict[str, list[PromotionRow]]:
    """What each of them is promoted to now, the first promotion first."""
    query = select(PromotionRow).where(PromotionRow.checkpoint_id.in_(ids), PromotionRow.undone_at.is_(None))
    found: dict[str, list[PromotionRow]] = {}
    for row in session.scalars(query.order_by(PromotionRow.id)):
        found.setdefault(row.checkpoint_id, []).append(row)
    return found


def languages(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The language that each of them learnt from, where its run is known."""
    query = select(CheckpointRow.id, RunRow.language).join(RunRow, RunRow.id == CheckpointRow.run_id)
    return {row.id: row.language for row in session.execute(query.where(CheckpointRow.id.in_(ids)))}


def samples(
    session: Session,
    owner: str | None = ANYBODY,
    checkpoint_id: str = "",
    run_id: str = "",
    before: str = "",
    limit: int = 50,
) -> tuple[list[tuple[SampleRow, CheckpointRow]], str | None]:
    """Samples with their checkpoints, the newest checkpoint first, and what to ask with for those after them."""
    query = select(SampleRow, CheckpointRow).join(CheckpointRow, CheckpointRow.id == SampleRow.checkpoint_id)
    if owner is not ANYBODY:
        query = query.where(CheckpointRow.owner == owner)
    if checkpoint_id:
        query = query.where(SampleRow.checkpoint_id == checkpoint_id)
    if run_id:
        query = query.where(CheckpointRow.run_id == run_id)
    if before:
        query = query.where(SampleRow.id < before)
    limit = min(max(limit, 1), MOST)
    found = [(sample, kept) for sample, kept in session.execute(query.order_by(SampleRow.id.desc()).limit(limit + 1))]
    return found[:limit], found[limit - 1][0].id if len(found) > limit else None


def samples_of(session: Session, checkpoint_id: str) -> list[SampleRow]:
    """What a checkpoint said, in its order."""
    query = select(SampleRow).where(SampleRow.checkpoint_id == checkpoint_id).order_by(SampleRow.place)
    return list(session.scalars(query))


def sound(session: Session, file: str, owner: str | None = ANYBODY) -> str:
    """What a sample's file is called in the storage. Raises errors.UnknownSample."""
    asked = FILE.fullmatch(file)
    found = session.get(SampleRow, asked[1]) if asked else None
    kept = session.get(CheckpointRow, found.checkpoint_id) if found else None
    if asked is None or found is None or kept is None or (owner is not ANYBODY and kept.owner != owner):
        raise UnknownSample(sample=ascii(file[:60])[1:-1])
    name = found.reference if asked[2] else found.blob
    if name is None:
        raise UnknownSample(sample=file)
    return name
