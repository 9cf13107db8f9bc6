"""API keys: made, shown once, listed, changed, revoked.

Only a key's SHA-256 is kept. A password needs a slow hash, for people choose it and so it can be guessed; a key here is
256 bits of chance, which nobody can try through, and a quick hash lets every request be checked.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from timbre.access.scopes import SCOPES, Limits
from timbre.errors import BadKey, KeyInUse, KeyIsRevoked, UnknownKey
from timbre.store.database import Database
from timbre.store.tables import Key, Login, Usage, new_id, now

MARK = "tb_"
SHOWN = len(MARK) + 8
"""Characters that a key begins with and is known by: of its 256 bits they tell 48."""

LONGEST_NAME = 80
LONGEST = timedelta(days=36_525)
CHANGEABLE = ("name", "scopes", "expires_at", "requests_per_minute", "characters_per_day", "jobs_at_once")


@dataclass(frozen=True, slots=True)
class Wish:
    """A key that is asked for."""

    name: str
    scopes: Iterable[str]
    expires_at: datetime | None = None
    limits: Limits = field(default_factory=Limits)


def create(database: Database, wish: Wish) -> tuple[Key, str]:
    """Makes a key. Returns its row and the key itself, which nobody can look up later. Raises errors.BadKey."""
    secret = MARK + secrets.token_urlsafe(32)
    limits = wish.limits
    key = Key(
        id=new_id("k"),
        name=_name(wish.name),
        start=secret[:SHOWN],
        hash=digest(secret),
        scopes=_scopes(wish.scopes),
        expires_at=_expiry(wish.expires_at),
        requests_per_minute=_limit(limits.requests_per_minute),
        characters_per_day=_limit(limits.characters_per_day),
        jobs_at_once=_limit(limits.jobs_at_once),
    )
    with database.writing() as session:
        session.add(key)
    return key, secret


def everyone(database: Database) -> list[Key]:
    """All keys, the newest first."""
    with database.reading() as session:
        return list(session.scalars(select(Key).order_by(Key.id.desc())))


def get(database: Database, word: str) -> Key:
    """A key by its id, or by its name or beginning where no other has the same. Raises errors.UnknownKey."""
    with database.reading() as session:
        return _find(session, word)


def change(database: Database, word: str, changes: Mapping[str, Any]) -> Key:
    """Changes a key. What is not named stays. Raises errors.UnknownKey, BadKey, KeyIsRevoked."""
    checks: dict[str, Callable[[Any], Any]] = {"name": _name, "scopes": _scopes, "expires_at": _expiry}
    checked = {name: checks.get(name, _limit)(changes[name]) for name in CHANGEABLE if name in changes}
    with database.writing() as session:
        key = _find(session, word)
        if key.revoked_at:
            raise KeyIsRevoked(name=key.name)
        for name, value in checked.items():
            setattr(key, name, value)
    return key


def revoke(database: Database, word: str) -> Key:
    """Ends a key, and signs out whoever signed in with it, at once. Raises errors.UnknownKey."""
    with database.writing() as session:
        key = _find(session, word)
        key.revoked_at = key.revoked_at or now()
        session.execute(delete(Login).where(Login.key_id == key.id))
    return key


def remove(database: Database, word: str) -> Key:
    """Forgets a key that is revoked. Raises errors.UnknownKey, KeyInUse.

    One that is merely revoked still counts as a key: revoking the last one must not open the service to everybody.
    """
    with database.writing() as session:
        key = _find(session, word)
        if not key.revoked_at:
            raise KeyInUse(name=key.name, key=key.id)
        session.delete(key)
    return key


def any_exist(session: Session) -> bool:
    """Whether there is a key, be it revoked."""
    return session.scalar(select(Key.id).limit(1)) is not None


def holder_of(session: Session, secret: str) -> Key | None:
    """The key that this is, if any. Found by its beginning, compared in constant time."""
    if not (secret.startswith(MARK) and secret.isascii() and secret.isprintable()):
        return None
    hashed, found = digest(secret), None
    for key in session.scalars(select(Key).where(Key.start == secret[:SHOWN])):
        if secrets.compare_digest(key.hash, hashed):
            found = key
    return found


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def state_of(key: Key) -> str:
    """active, expired or revoked."""
    if key.revoked_at:
        return "revoked"
    return "expired" if key.expires_at and key.expires_at <= now() else "active"


def used_today(database: Database) -> dict[str, Usage]:
    """What was spoken today, by the id of the key."""
    with database.reading() as session:
        rows = session.scalars(select(Usage).where(Usage.day == now().date().isoformat()))
        return {row.key_id: row for row in rows}


def _find(session: Session, word: str) -> Key:
    if key := session.get(Key, word):
        return key
    named = list(session.scalars(select(Key).where((Key.name == word) | (Key.start == word)).limit(2)))
    if len(named) != 1:
        raise UnknownKey(key=word)
    return named[0]


def _name(name: str) -> str:
    if not 0 < len(name := " ".join(name.split())) <= LONGEST_NAME or not name.isprintable():
        raise BadKey(reason="its name is empty, too long or not printable", scopes=", ".join(SCOPES))
    return name


def _scopes(scopes: Iterable[str]) -> list[str]:
    wanted = set(scopes)
    if unknown := sorted(wanted - set(SCOPES)):
        raise BadKey(reason=f"there is no scope '{unknown[0]}'", scopes=", ".join(SCOPES))
    if not wanted:
        raise BadKey(reason="it has no scope", scopes=", ".join(SCOPES))
    return [scope for scope in SCOPES if scope in wanted]


def _expiry(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise BadKey(reason="its expiry names no time zone", scopes=", ".join(SCOPES))
    if moment <= now():
        raise BadKey(reason="it would have expired already", scopes=", ".join(SCOPES))
    if moment - now() > LONGEST:
        raise BadKey(reason="it would expire in more than a hundred years", scopes=", ".join(SCOPES))
    return moment


def _limit(number: int | None) -> int | None:
    if number is not None and not 1 <= number < 2**31:
        raise BadKey(reason=f"{number} is no limit; it has to be a number from 1 on", scopes=", ".join(SCOPES))
    return number
