"""API keys and sign-ins, as OpenAPI shows them."""

from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from timbre.access import keys
from timbre.access.guard import Identity
from timbre.access.scopes import SCOPES, Limits
from timbre.api.schemas import Page
from timbre.store.tables import Key, Usage

_scopes = Field(description="; ".join(f"{name}: {about}" for name, about in SCOPES.items()) + ".", examples=[["speak"]])
_expires = Field(None, description="When it ends, with a time zone; absent: never.", examples=["2027-01-31T12:00:00Z"])


class LimitFields(BaseModel):
    """How much a key may ask for; absent: as much as it likes."""

    requests_per_minute: int | None = Field(None, description="Absent: as the service's settings have it.")
    characters_per_day: int | None = Field(None, description="Characters that are spoken for it from 00:00 UTC on.")
    jobs_at_once: int | None = Field(None, description="Jobs that wait or run.")


class NewKey(LimitFields):
    """A key that is to be made."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "Home Assistant", "scopes": ["speak"], "requests_per_minute": 60}]},
    )

    name: str = Field(description="What it is for.")
    scopes: list[str] = _scopes
    expires_at: datetime | None = _expires

    def wish(self) -> keys.Wish:
        limits = Limits(self.requests_per_minute, self.characters_per_day, self.jobs_at_once)
        return keys.Wish(self.name, self.scopes, self.expires_at, limits)


class KeyChange(LimitFields):
    """What is to hold of a key from now on. What is left out stays; null takes a limit or the expiry away."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"scopes": ["speak", "voices"], "characters_per_day": 50000}]},
    )

    name: str = ""
    scopes: list[str] = Field([], description="As when it was made.")
    expires_at: datetime | None = _expires


class UsedToday(BaseModel):
    """What was spoken with a key since 00:00 UTC."""

    requests: int
    characters: int


class KeyOut(LimitFields):
    """A key, without the key itself."""

    id: str = Field(examples=["k-0199f0c3a1b27f3a9c0d1e2f"])
    name: str = Field(examples=["Home Assistant"])
    start: str = Field(description="How the key begins, to know it by.", examples=["tb_Zx81mQpA"])
    scopes: list[str]
    state: Literal["active", "expired", "revoked"]
    created_at: datetime
    last_used_at: datetime | None = None
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_today: UsedToday

    @classmethod
    def of(cls, row: Key, used: Usage | None = None, **more: Any) -> Self:
        names = ("id", "name", "start", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
        facts = {name: getattr(row, name) for name in (*names, *LimitFields.model_fields)}
        today = UsedToday(requests=used.requests if used else 0, characters=used.characters if used else 0)
        return cls(**facts, state=keys.state_of(row), used_today=today, **more)


class KeyMade(KeyOut):
    """A key, with the key itself: this answer is the only one that has it."""

    key: str = Field(description="Keep it: it is not shown again.", examples=["tb_…"])


class Keys(Page):
    items: list[KeyOut]


class SignIn(BaseModel):
    """A key to sign in with."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"key": "tb_…"}]})

    key: str = Field(max_length=500, repr=False)


class SessionOut(LimitFields):
    """Who one is for this service."""

    signed_in: bool = Field(description="Whether requests like this one are let in.")
    key_needed: bool = Field(description="Whether they need a key, or a browser that signed in with one.")
    through: Literal["open", "key", "cookie"] | None = Field(None, description="Absent: nobody is signed in.")
    name: str | None = Field(None, description="The key's name.", examples=["Anna's laptop"])
    key_id: str | None = None
    scopes: list[str] = Field([], description="All that one may do; admin has every other one.")
    csrf: str | None = Field(None, description="With a cookie: what X-CSRF-Token has to be for every change.")
    expires_at: datetime | None = Field(None, description="When the browser is signed out if nobody uses the page.")

    @classmethod
    def of(cls, found: Identity | None, key_needed: bool) -> Self:
        if found is None:
            return cls(signed_in=False, key_needed=key_needed)
        caller, login, limits = found.caller, found.login, found.caller.limits
        return cls(
            signed_in=True,
            key_needed=key_needed,
            through=caller.through,
            name=caller.name or None,
            key_id=caller.owner or None,
            scopes=[scope for scope in SCOPES if caller.may(scope)],
            csrf=login.csrf if login else None,
            expires_at=login.expires_at.astimezone(UTC) if login else None,
            requests_per_minute=limits.requests_per_minute,
            characters_per_day=limits.characters_per_day,
            jobs_at_once=limits.jobs_at_once,
        )
