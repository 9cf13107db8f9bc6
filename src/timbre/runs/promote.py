"""A checkpoint becomes a voice that everybody can choose; what was there before is kept, and comes back.

A promotion is one transaction, and so is its end: a process that is killed leaves the one state or the other.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from timbre.errors import BadPromotion, NotPromoted, PromotionOvertaken, UnknownCheckpoint, UnknownVoice
from timbre.runs.references import Reference, references
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import VoiceBlob, VoiceRow, new_id, now
from timbre.store.tables_training import CheckpointRow, PromotionRow, RunRow
from timbre.text.languages import resolve
from timbre.voices.record import ADAPTER, ID, LONGEST_CONSENT, LONGEST_NAME, of_tuned, said
from timbre.voices.shelf import row_of

VOICE, MODEL = "voice", "model"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a checkpoint is to become. Without a voice it is a new one, which has to have a name and a consent.

    voice: one that was cloned or fine-tuned here, and that this takes the place of. clips_of: a voice that was cloned
    here, whose recordings the new one is conditioned on; without it those that the run learnt from.
    """

    name: str | None = None
    language: str | None = None
    consent: str | None = None
    voice: str | None = None
    clips_of: str | None = None


def checkpoint_of(database: Database, id: str, owner: str | None = None) -> tuple[CheckpointRow, RunRow | None]:
    """A checkpoint, and the run that it came from. Raises errors.UnknownCheckpoint, also for somebody else's."""
    with database.reading() as session:
        found, run = _checkpoint(session, id)
        if owner is not None and found.owner != owner:
            raise UnknownCheckpoint(checkpoint=id)
        return found, run


def promote(database: Database, blobs: Blobs, checkpoint_id: str, wish: Wish, owner: str = "") -> PromotionRow:
    """Makes a checkpoint's adapter a voice. Raises errors.UnknownCheckpoint, UnknownVoice, BadPromotion, BadVoice,
    UnknownLanguage.
    """
    _, run = checkpoint_of(database, checkpoint_id)
    learnt = references(blobs, run.manifest if run else None)
    with database.writing() as session:
        checkpoint, run = _checkpoint(session, checkpoint_id)
        if checkpoint.kind != "adapter":
            raise BadPromotion(reason="it holds a whole model, which can become a model and no voice beside one")
        made = PromotionRow(id=new_id("q"), checkpoint_id=checkpoint.id, kind=VOICE, former=None, target="")
        before = _voice(session, wish.voice) if wish.voice else None
        clips, files = _clips(session, wish.clips_of, learnt, before)
        record = _record(wish, checkpoint, run, clips, before)
        if before is None:
            session.add(row_of(record, owner))
            session.flush()
        else:
            made.former = {"record": dict(before.record)}
            _put_aside(session, before.id, made.id)
            _write(before, record)
        session.add_all(
            VoiceBlob(voice_id=record["id"], name=name, blob=blob)
            for name, blob in (files | {ADAPTER: checkpoint.blob}).items()
        )
        made.target = record["id"]
        session.add(made)
    return made


def clips_of(database: Database, blobs: Blobs, checkpoint_id: str, voice: str | None) -> list[str]:
    """The files of the recordings that a checkpoint speaks after: those that it learnt from, or a voice's that was
    cloned here. None where it came without any, and no voice is named. Raises errors.UnknownCheckpoint, UnknownVoice,
    BadPromotion.
    """
    _, run = checkpoint_of(database, checkpoint_id)
    learnt = references(blobs, run.manifest if run else None)
    if not (learnt or voice):
        return []
    with database.reading() as session:
        clips, files = _clips(session, voice, learnt, None)
    return [files[clip["file"]] for clip in clips]


def demote(database: Database, blobs: Blobs, checkpoint_id: str, target: str | None = None) -> PromotionRow:
    """Undoes the promotion of a checkpoint to a voice, the latest one or that of `target`: what was there before comes
    back, and a voice that was new goes.

    Raises errors.NotPromoted, and PromotionOvertaken where another checkpoint has taken the voice over since.
    """
    with database.writing() as session:
        found = standing_of(session, checkpoint_id, target, VOICE)
        voice = session.get(VoiceRow, found.target)
        gone: list[str] = []
        if voice is not None:
            gone = _take_away(session, voice.id)
            if found.former is None:
                session.delete(voice)
            else:
                _take_back(session, voice.id, found.id)
                _write(voice, found.former["record"])
        found.undone_at = now()
    blobs.forget(gone)
    return found


def standing_of(
    session: Session, checkpoint_id: str, target: str | None = None, kind: str | None = None
) -> PromotionRow:
    """The promotion of a checkpoint that stands. Raises errors.NotPromoted, PromotionOvertaken."""
    query = select(PromotionRow).where(PromotionRow.undone_at.is_(None))
    own = query.where(PromotionRow.checkpoint_id == checkpoint_id)
    if target is not None:
        own = own.where(PromotionRow.target == target)
    if kind is not None:
        own = own.where(PromotionRow.kind == kind)
    found = session.scalars(own.order_by(PromotionRow.created_at.desc(), PromotionRow.id.desc()).limit(1)).first()
    if found is None:
        raise NotPromoted(checkpoint=checkpoint_id, target=f" to '{target}'" if target else "")
    later = query.where(
        PromotionRow.kind == found.kind, PromotionRow.target == found.target, PromotionRow.id > found.id
    )
    if (other := session.scalars(later.limit(1)).first()) is not None:
        raise PromotionOvertaken(target=found.target, other=other.checkpoint_id)
    return found


def promotions(database: Database, owner: str | None = None) -> list[PromotionRow]:
    """Those that stand, of one owner's checkpoints or of all, the newest first."""
    query = select(PromotionRow).where(PromotionRow.undone_at.is_(None))
    if owner is not None:
        own = select(CheckpointRow.id).where(CheckpointRow.owner == owner)
        query = query.where(PromotionRow.checkpoint_id.in_(own))
    with database.reading() as session:
        return list(session.scalars(query.order_by(PromotionRow.id.desc())))


def _checkpoint(session: Session, id: str) -> tuple[CheckpointRow, RunRow | None]:
    if (found := session.get(CheckpointRow, id)) is None:
        raise UnknownCheckpoint(checkpoint=id)
    return found, session.get(RunRow, found.run_id) if found.run_id else None


def _voice(session: Session, id: str) -> VoiceRow:
    """A voice that can be taken over. Raises errors.UnknownVoice, BadPromotion."""
    row = session.get(VoiceRow, id) if ID.fullmatch(id) else None
    if row is None:
        raise UnknownVoice(voice=id, known=", ".join(session.scalars(select(VoiceRow.id).limit(30))) or "none yet")
    if row.record.get("parts"):
        raise BadPromotion(reason=f"'{row.name}' is a mix, which no fine-tune can take the place of")
    return row


def _clips(
    session: Session, clips_of: str | None, learnt: Sequence[Reference], before: VoiceRow | None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """What the person is conditioned on: as a record tells of it, and the files by their names.

    Raises errors.UnknownVoice, BadPromotion.
    """
    if learnt and clips_of is None:
        return [one.as_clip() for one in learnt], {one.file: one.blob for one in learnt}
    source = _voice(session, clips_of) if clips_of else before
    if source is None:
        raise BadPromotion(reason="it came without recordings: name a voice that was cloned here, to speak after")
    clips = [dict(clip) for clip in source.record.get("clips", [])]
    wanted = [str(clip["file"]) for clip in clips]
    rows = session.scalars(select(VoiceBlob).where(VoiceBlob.voice_id == source.id, VoiceBlob.name.in_(wanted)))
    files = {row.name: row.blob for row in rows}
    if not clips or len(files) < len(set(wanted)):
        raise BadPromotion(reason=f"the recordings of '{source.name}' are not here any more")
    return clips, files


def _record(
    wish: Wish,
    checkpoint: CheckpointRow,
    run: RunRow | None,
    clips: Sequence[Mapping[str, Any]],
    before: VoiceRow | None,
) -> dict[str, Any]:
    """Raises errors.BadVoice, UnknownLanguage."""
    old = before.record if before else {}
    consent = wish.consent if wish.consent is not None else old.get("consent", {}).get("text", "")
    name = wish.name if wish.name is not None else str(old.get("name") or checkpoint.name or (run.name if run else ""))
    language = wish.language or old.get("language") or (run.language if run else "")
    if not language:
        raise BadPromotion(reason="it does not say which language it speaks")
    tuned = {"checkpoint": checkpoint.id, "model": checkpoint.base, "fingerprint": checkpoint.base_fingerprint}
    record = of_tuned(
        str(old.get("id") or f"v-{secrets.token_hex(6)}"),
        said("name", name, LONGEST_NAME),
        resolve(language).code,
        said("consent", consent, LONGEST_CONSENT),
        clips,
        tuned,
    )
    kept: dict[str, Any] = {key: old[key] for key in ("created_at", "about") if key in old}
    if wish.consent is None and "consent" in old:
        kept["consent"] = old["consent"]
    return record | kept


def _write(row: VoiceRow, record: Mapping[str, Any]) -> None:
    row.record, row.kind, row.name = dict(record), record["kind"], record["name"]
    row.language = record["language"] or ""


def _put_aside(session: Session, voice_id: str, promotion_id: str) -> None:
    """The files of a voice stay with it by other names: those of the promotion that took its place."""
    session.execute(
        update(VoiceBlob)
        .where(VoiceBlob.voice_id == voice_id, ~VoiceBlob.name.contains("/"))
        .values(name=promotion_id + "/" + VoiceBlob.name)
    )


def _take_back(session: Session, voice_id: str, promotion_id: str) -> None:
    for row in session.scalars(
        select(VoiceBlob).where(VoiceBlob.voice_id == voice_id, VoiceBlob.name.startswith(promotion_id + "/"))
    ):
        session.add(VoiceBlob(voice_id=voice_id, name=row.name.partition("/")[2], blob=row.blob))
        session.delete(row)


def _take_away(session: Session, voice_id: str) -> list[str]:
    """Drops the files that a voice speaks with now. Returns what they are called in the storage."""
    rows = list(session.scalars(select(VoiceBlob).where(VoiceBlob.voice_id == voice_id, ~VoiceBlob.name.contains("/"))))
    for row in rows:
        session.delete(row)
    session.flush()
    return [row.blob for row in rows]
