"""The service's dictionary of pronunciations: kept in the database, and put into every text that is spoken."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timbre.errors import PronunciationTaken, TooManyPronunciations, UnknownPronunciation
from timbre.store.database import Database
from timbre.store.tables import PronunciationRow, new_id, now
from timbre.text.pronunciations import Dictionary, Pronunciation, Spell, check, speller

MOST = 5_000
"""Entries of the dictionary."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry and its id."""

    id: str
    entry: Pronunciation
    created_at: datetime
    changed_at: datetime


def listed(database: Database, language: str | None = None) -> list[Kept]:
    """All entries by what is written; with a language those that are put into its texts."""
    with database.reading() as session:
        found = [_kept(row) for row in session.scalars(select(PronunciationRow))]
    meant = [one for one in found if language is None or one.entry.language in (None, language)]
    return sorted(meant, key=lambda one: (one.entry.written.casefold(), one.entry.language or ""))


def dictionary(database: Database) -> Dictionary:
    """The whole as it is now. Its patterns are applied in the order in which they were made."""
    with database.reading() as session:
        entries = [_entry(row) for row in session.scalars(select(PronunciationRow).order_by(PronunciationRow.id))]
    return partial(speller, entries)


def spell(database: Database, language: str) -> Spell:
    """What puts it into a text of that language."""
    return dictionary(database)(language)


def create(database: Database, entry: Pronunciation) -> Kept:
    """Keeps an entry. Raises errors.BadPronunciation, UnknownLanguage, PronunciationTaken, TooManyPronunciations."""
    entry = check(entry)
    with database.writing() as session:
        if (session.scalar(select(func.count()).select_from(PronunciationRow)) or 0) >= MOST:
            raise TooManyPronunciations(most=MOST)
        row = PronunciationRow(id=new_id("w"))
        _fill(row, entry)
        session.add(row)
        _flush(session, entry)
        return _kept(row)


def change(
    database: Database, id: str, written: str | None = None, said: str | None = None, language: str | None = None
) -> Kept:
    """Changes what is not None; language "": in all. Raises errors.UnknownPronunciation, and what `create` raises."""
    with database.writing() as session:
        row = _row(session, id)
        before = _entry(row)
        entry = replace(
            before,
            written=before.written if written is None else written,
            said=before.said if said is None else said,
            language=before.language if language is None else language or None,
        )
        _fill(row, check(entry))
        row.changed_at = now()
        _flush(session, entry)
        return _kept(row)


def delete(database: Database, id: str) -> Kept:
    """Deletes an entry. Raises errors.UnknownPronunciation."""
    with database.writing() as session:
        row = _row(session, id)
        gone = _kept(row)
        session.delete(row)
        return gone


def _row(session: Session, id: str) -> PronunciationRow:
    if (row := session.get(PronunciationRow, id)) is None:
        raise UnknownPronunciation(pronunciation=id)
    return row


def _fill(row: PronunciationRow, entry: Pronunciation) -> None:
    row.written, row.said, row.pattern = entry.written, entry.said, entry.pattern
    row.language = entry.language or ""
    row.key = f"/{entry.written}" if entry.pattern else entry.written.lower()


def _entry(row: PronunciationRow) -> Pronunciation:
    return Pronunciation(row.written, row.said, row.language or None, row.pattern)


def _kept(row: PronunciationRow) -> Kept:
    return Kept(row.id, _entry(row), row.created_at, row.changed_at)


def _flush(session: Session, entry: Pronunciation) -> None:
    """Raises errors.PronunciationTaken where the same is there already."""
    try:
        session.flush()
    except IntegrityError:
        raise PronunciationTaken(written=entry.written) from None
