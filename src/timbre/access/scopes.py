"""What a caller may do, how much of it, and who they are."""

from dataclasses import dataclass, field
from typing import Literal

Through = Literal["open", "key", "cookie"]

SPEAK, VOICES, TRAIN, ADMIN = "speak", "voices", "train", "admin"
SCOPES = {
    SPEAK: "have texts spoken, and follow one's own jobs",
    VOICES: "clone, mix, change and delete voices",
    TRAIN: "make datasets and train",
    ADMIN: "everything, with keys, models and other callers' jobs",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a key may ask for. None: as much as it likes, of requests as many as the settings say."""

    requests_per_minute: int | None = None
    characters_per_day: int | None = None
    jobs_at_once: int | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a request comes from.

    owner: whose jobs and voices are theirs, a key's id; empty: this machine's own user. through: open (no key is
    needed), key, or cookie. counted: whom requests are counted for.
    """

    owner: str
    name: str
    scopes: frozenset[str]
    through: Through
    counted: str
    limits: Limits = field(default_factory=Limits)

    def may(self, *scopes: str) -> bool:
        """Whether one of these scopes is theirs."""
        return self.is_admin or not self.scopes.isdisjoint(scopes)

    @property
    def is_admin(self) -> bool:
        return ADMIN in self.scopes

    def sees(self, owner: str) -> bool:
        """Whether what belongs to this owner is theirs to see and to change."""
        return self.is_admin or owner == self.owner


def local_user(address: str) -> Caller:
    """Who calls a service that needs no key: this machine's own user, with all scopes."""
    return Caller("", "", frozenset(SCOPES), "open", f"address {address}")
