"""Who a request comes from, whether they may come in, and what it costs them. Knows no HTTP."""

import contextlib
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from anyio import to_thread
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from timbre.access import keys, logins, quota
from timbre.access.rates import Rates
from timbre.access.scopes import ADMIN, Caller, Limits, Through, local_user
from timbre.access.start import is_loopback
from timbre.errors import (
    CsrfFailed,
    DatabaseAway,
    InvalidKey,
    KeyExpired,
    KeyMissing,
    KeyRevoked,
    SessionEnded,
    TimbreError,
)
from timbre.settings import Settings
from timbre.store.database import Database
from timbre.store.tables import Key, Login, now

Result = TypeVar("Result")

USE_NOTED_AFTER = timedelta(minutes=1)
"""How exactly it is known when a key was last used."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request brings along.

    own_page: whether no page of another origin sent it. is_change: whether it is more than a question. direct: whether
    it came from its address to us without a proxy between.
    """

    key: str = ""
    cookie: str = ""
    csrf: str = ""
    address: str = ""
    own_page: bool = True
    is_change: bool = False
    direct: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """Who was found, and the row that says so."""

    caller: Caller
    key: Key | None = None
    login: Login | None = None


class Guard:
    """Judges every request by what the database says at that moment: a key that is revoked is refused at once."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.database = database
        self.logins = logins.Logins(settings, database)
        self._rates = Rates(settings)
        self._here_only = is_loopback(settings.host)
        self._settings_key = settings.api_key.get_secret_value()

    async def admit(self, given: Credentials) -> Caller:
        """Lets a request in, and counts it. Raises what `identify` raises, and errors.RateExceeded."""
        caller = (await self.identify(given)).caller
        await self._rates.count(caller)
        return caller

    async def identify(self, given: Credentials) -> Identity:
        """Who it is. Raises errors.KeyMissing, InvalidKey, KeyExpired, KeyRevoked, SessionEnded, CsrfFailed."""
        return await to_thread.run_sync(self._identified, given)

    async def is_open(self, given: Credentials) -> bool:
        """Whether such a request needs no key."""
        return await self._reads(lambda session: self._is_open(session, given))

    async def sign_in(self, secret: str) -> tuple[str, Identity]:
        """What the cookie of a browser is to hold that has this key. Raises errors.InvalidKey, KeyExpired, KeyRevoked.

        A key that is made up is refused here even where none is needed.
        """
        found = await self._reads(lambda session: self._by_key(session, secret, "cookie"))
        if found is None:
            raise InvalidKey()
        key_id = found.key.id if found.key else self._settings_key_id()
        token, login = await to_thread.run_sync(self.logins.begin, key_id)
        return token, Identity(found.caller, found.key, login)

    async def spend(self, caller: Caller, characters: int, requests: int = 1) -> None:
        """Counts a text that is about to be spoken. Raises errors.QuotaSpent; then nothing is counted.

        Raises errors.KeyExpired, KeyRevoked when that happened since the caller came in: a socket may be open for long.
        """

        def count(session: Session) -> None:
            if key := session.get(Key, caller.owner):
                _checked(key, caller.through)
            quota.spend(session, caller, characters, requests)

        if caller.owner:
            await self._writes(count)

    @contextlib.asynccontextmanager
    async def spending(self, caller: Caller, characters: int) -> AsyncIterator[None]:
        """The same around the work itself: a fault before there was an answer gives the characters back."""
        await self.spend(caller, characters)
        try:
            yield
        except TimbreError:
            await self.give_back(caller, characters)
            raise

    async def give_back(self, caller: Caller, characters: int) -> None:
        """Takes back what was counted for a request that got nothing."""
        if caller.owner:
            await self._writes(lambda session: quota.give_back(session, caller, characters))

    def _identified(self, given: Credentials) -> Identity:
        with self._reading() as session:
            found = self._by_key(session, given.key) if given.key else self._by_cookie(session, given)
            if found is None and self._is_open(session, given):
                found = Identity(local_user(given.address))
        if found is None:
            raise InvalidKey() if given.key else SessionEnded() if given.cookie else KeyMissing()
        if found.login and given.is_change:
            _check_csrf(found.login, given)
        self._note_use(found)
        return found

    def _by_key(self, session: Session, given: str, through: Through = "key") -> Identity | None:
        if self._settings_key and secrets.compare_digest(keys.digest(given), keys.digest(self._settings_key)):
            return Identity(_of_settings(through))
        key = keys.holder_of(session, given)
        return Identity(_checked(key, through), key) if key else None

    def _by_cookie(self, session: Session, given: Credentials) -> Identity | None:
        """Cookies of pages of other origins are not looked at, whatever those pages were allowed."""
        if not (given.cookie and given.own_page and (login := logins.find(session, given.cookie))):
            return None
        if self._settings_key and login.key_id == self._settings_key_id():
            return Identity(_of_settings("cookie"), None, login)
        key = session.get(Key, login.key_id)
        return Identity(_checked(key, "cookie"), key, login) if key else None

    def _is_open(self, session: Session, given: Credentials) -> bool:
        """Nobody but this machine's user reaches a service on its loopback address, unless a proxy passes others on."""
        near = self._here_only and given.direct and is_loopback(given.address)
        return near and not self._settings_key and not keys.any_exist(session)

    def _settings_key_id(self) -> str:
        """Changes with the key, so that who signed in with the one before is signed out."""
        return f"settings-{keys.digest(self._settings_key)[:16]}"

    def _note_use(self, found: Identity) -> None:
        """When a key was last used, and that a browser is still there. No request fails for it."""
        with contextlib.suppress(TimbreError):
            if found.login:
                self.logins.touch(found.login)
            if found.key and (not (last := found.key.last_used_at) or now() - last > USE_NOTED_AFTER):
                with self.database.writing() as session:
                    if row := session.get(Key, found.key.id):
                        row.last_used_at = now()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with self.database.reading() as session:
                yield session
        except DBAPIError:  # of the faults that Database does not know, only this one comes from outside
            raise DatabaseAway(reason="its tables are not there yet") from None

    async def _reads(self, ask: Callable[[Session], Result]) -> Result:
        def read() -> Result:
            with self._reading() as session:
                return ask(session)

        return await to_thread.run_sync(read)

    async def _writes(self, change: Callable[[Session], Result]) -> Result:
        def write() -> Result:
            with self.database.writing() as session:
                return change(session)

        return await to_thread.run_sync(write)


def _check_csrf(login: Login, given: Credentials) -> None:
    if not secrets.compare_digest(login.csrf.encode(), given.csrf.encode()):
        raise CsrfFailed()


def _checked(key: Key, through: Through) -> Caller:
    """The caller with this key. Raises errors.KeyExpired, KeyRevoked."""
    if key.revoked_at:
        raise KeyRevoked(name=key.name, on=f"{key.revoked_at:%Y-%m-%d}")
    if key.expires_at and key.expires_at <= now():
        raise KeyExpired(name=key.name, on=f"{key.expires_at:%Y-%m-%d}")
    limits = Limits(key.requests_per_minute, key.characters_per_day, key.jobs_at_once)
    return Caller(key.id, key.name, frozenset(key.scopes), through, f"key {key.id}", limits)


def _of_settings(through: Through) -> Caller:
    """Whoever has TIMBRE_API_KEY runs this service: this machine's own user."""
    return Caller("", "TIMBRE_API_KEY", frozenset({ADMIN}), through, "settings")
