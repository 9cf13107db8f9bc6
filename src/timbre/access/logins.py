"""Browsers that signed in with a key. What a browser has is a cookie of chance; only its hash is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from timbre.access.keys import digest
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import Login, now

RENEWED_AFTER = timedelta(hours=1)
"""Age at which a cookie is exchanged for another."""

GRACE = timedelta(minutes=1)
"""How long the old one is still taken, for requests that are under way."""

TOUCHED_AFTER = timedelta(minutes=5)
"""How much of its time has to be used up before an entry is written anew: not every request is worth it."""


@dataclass(frozen=True, slots=True)
class Logins:
    """Signs browsers in and out."""

    settings: Settings
    database: Database

    def begin(self, key_id: str) -> tuple[str, Login]:
        """Signs a browser in. Returns what its cookie is to hold. What ran out is forgotten."""
        moment = now()
        token, login = self._new(Login(key_id=key_id, csrf=secrets.token_urlsafe(32), created_at=moment))
        with self.database.writing() as session:
            session.execute(delete(Login).where(Login.expires_at <= moment))
            session.add(login)
        return token, login

    def renew(self, old: Login) -> tuple[str, Login] | None:
        """Another cookie for the same browser where its own is old; the CSRF token stays, for a page may be open."""
        if now() - old.renewed_at < RENEWED_AFTER:
            return None
        token, login = self._new(Login(key_id=old.key_id, csrf=old.csrf, created_at=old.created_at))
        with self.database.writing() as session:
            session.add(login)
            if (row := session.get(Login, old.hash)) is not None:
                row.expires_at = min(row.expires_at, now() + GRACE)
        return token, login

    def end(self, token: str) -> None:
        """Signs a browser out."""
        with self.database.writing() as session:
            session.execute(delete(Login).where(Login.hash == digest(token)))

    def touch(self, login: Login) -> None:
        """Lets it last longer, for it is used."""
        until = self._until(login)
        # One that is about to end may have been exchanged: it must not come back to life.
        if until - login.expires_at < TOUCHED_AFTER or login.expires_at - now() <= GRACE:
            return
        with self.database.writing() as session:
            if (row := session.get(Login, login.hash)) is not None and row.expires_at == login.expires_at:
                row.expires_at = until

    def _new(self, login: Login) -> tuple[str, Login]:
        token = secrets.token_urlsafe(32)
        login.hash, login.renewed_at = digest(token), now()
        login.expires_at = self._until(login)
        return token, login

    def _until(self, login: Login) -> datetime:
        idle, whole = timedelta(hours=self.settings.session_hours), timedelta(days=self.settings.session_days)
        return min(now() + idle, login.created_at + whole)


def find(session: Session, token: str) -> Login | None:
    """The browser that holds this cookie. Looked up by a hash: nothing that a clock could tell leads to the cookie."""
    login = session.get(Login, digest(token))
    return login if login and login.expires_at > now() else None
