"""A service that needs a key, and whoever has one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from running import Service, serving

from timbre.access import keys
from timbre.access.scopes import Limits
from timbre.settings import Settings
from timbre.store.database import Database

OWN_KEY = "tb_of-the-one-who-tests-0123456789"
"""One that a service is told by its settings."""


@dataclass(frozen=True)
class Guarded:
    """A running `timbre serve` in whose database there was a key from the start."""

    service: Service
    admin_key: str

    @property
    def url(self) -> str:
        return self.service.url

    def client(self, key: str | None = None, **more: object) -> httpx.Client:
        """Somebody with a key; without one, nobody."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return httpx.Client(base_url=self.url, timeout=60, headers=headers, **more)

    def key(self, *scopes: str, **limits: int) -> tuple[str, str]:
        """A new key's id and itself."""
        return make_key(self.service.home, *scopes, **limits)


def make_key(home: Path, *scopes: str, **limits: int) -> tuple[str, str]:
    with closing(Database.of(Settings(_env_file=None, home=home))) as database:
        database.upgrade()
        key, secret = keys.create(database, keys.Wish(" and ".join(scopes), scopes, limits=Limits(**limits)))
    return key.id, secret


@contextmanager
def guarding(home: Path, engine_folder: Path, **settings: int | str) -> Iterator[Guarded]:
    home.mkdir(exist_ok=True)
    _, admin = make_key(home, "admin")
    with serving(home, engine_folder, **settings) as service:
        yield Guarded(service, admin)
