"""`timbre keys`: API keys, straight in the database, or of a service that runs elsewhere."""

import argparse
import contextlib
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

from timbre.access import keys
from timbre.access.scopes import SCOPES, SPEAK, Limits
from timbre.api.schemas_access import KeyMade, KeyOut
from timbre.cli.here import here_or_there
from timbre.cli.remote import Server, where
from timbre.store.database import Database
from timbre.store.tables import now


def main(argv: list[str]) -> int:
    """Does what was asked. Raises what `timbre.access.keys` and the server raise."""
    asked = _parser().parse_args(argv)
    place: contextlib.AbstractContextManager[Ring] = here_or_there(asked, Here, There)
    with place as ring:
        return int(asked.does(ring, asked))


class Ring(Protocol):
    """Where the keys are."""

    def create(self, wish: keys.Wish) -> KeyMade: ...
    def everyone(self) -> list[KeyOut]: ...
    def change(self, word: str, changes: Mapping[str, Any]) -> KeyOut: ...
    def revoke(self, word: str) -> KeyOut: ...


class Here:
    """The database that the settings name; whoever may write to it needs no key."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def create(self, wish: keys.Wish) -> KeyMade:
        row, secret = keys.create(self.database, wish)
        return KeyMade.of(row, key=secret)

    def everyone(self) -> list[KeyOut]:
        used = keys.used_today(self.database)
        return [KeyOut.of(row, used.get(row.id)) for row in keys.everyone(self.database)]

    def change(self, word: str, changes: Mapping[str, Any]) -> KeyOut:
        return KeyOut.of(keys.change(self.database, word, changes))

    def revoke(self, word: str) -> KeyOut:
        return KeyOut.of(keys.revoke(self.database, word))


class There:
    """A service, asked with an admin's key."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def create(self, wish: keys.Wish) -> KeyMade:
        limits = wish.limits
        body = {
            "name": wish.name,
            "scopes": list(wish.scopes),
            "expires_at": wish.expires_at and wish.expires_at.isoformat(),
            "requests_per_minute": limits.requests_per_minute,
            "characters_per_day": limits.characters_per_day,
            "jobs_at_once": limits.jobs_at_once,
        }
        return KeyMade.model_validate(self.server.ask("POST", "/keys", json=body))

    def everyone(self) -> list[KeyOut]:
        return [KeyOut.model_validate(item) for item in self.server.ask("GET", "/keys")["items"]]

    def change(self, word: str, changes: Mapping[str, Any]) -> KeyOut:
        body = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in changes.items()}
        return KeyOut.model_validate(self.server.ask("PATCH", f"/keys/{quote(word, safe='')}", json=body))

    def revoke(self, word: str) -> KeyOut:
        return KeyOut.model_validate(self.server.ask("DELETE", f"/keys/{quote(word, safe='')}"))


def create(ring: Ring, asked: argparse.Namespace) -> int:
    """Makes a key and prints it, alone on its line, so that a script can take it."""
    limits = Limits(asked.per_minute, asked.characters_per_day, asked.jobs)
    made = ring.create(keys.Wish(asked.name, asked.scope or [SPEAK], asked.expires, limits))
    print(made.key)
    print(f"This is the only time that it is shown. It is kept as {made.id}: {_facts(made)}.", file=sys.stderr)
    print("Send it as the header 'Authorization: Bearer …', or sign in with it on the page.", file=sys.stderr)
    return 0


def show(ring: Ring, asked: argparse.Namespace) -> int:
    """Prints a line a key, the newest first."""
    found = ring.everyone()
    if not found:
        print("There are no keys. Make one with: timbre keys create NAME", file=sys.stderr)
        return 0
    rows = [(key.id, f"{key.start}…", key.name, key.state, _facts(key)) for key in found]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]))
    return 0


def change(ring: Ring, asked: argparse.Namespace) -> int:
    """Changes what was named."""
    wanted = {
        "name": asked.name,
        "scopes": asked.scope,
        "expires_at": asked.expires,
        "requests_per_minute": asked.per_minute,
        "characters_per_day": asked.characters_per_day,
        "jobs_at_once": asked.jobs,
    }
    changes = {name: None if value == NONE else value for name, value in wanted.items() if value is not None}
    key = ring.change(asked.key, changes)
    print(f"{key.id}  {key.name}: {_facts(key)}")
    return 0


def revoke(ring: Ring, asked: argparse.Namespace) -> int:
    """Ends a key at once."""
    key = ring.revoke(asked.key)
    print(f"{key.name} ({key.start}…) is revoked.")
    return 0


def remove(ring: Ring, asked: argparse.Namespace) -> int:
    """Forgets a revoked key. With the last one gone, a service on this machine's own address is open again."""
    if not isinstance(ring, Here):
        print("timbre: a key is forgotten on the service's own machine, without --server.", file=sys.stderr)
        return 2
    key = keys.remove(ring.database, asked.key)
    print(f"{key.name} ({key.start}…) is forgotten.")
    if not ring.everyone():
        print("No key is left: a service at this machine's own address needs none now.", file=sys.stderr)
    return 0


NONE = "none"
"""The word that takes a limit or an expiry away."""

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(word: str) -> datetime:
    """30d, 12h, 2w from now, or a date and time of ISO 8601; without a zone it is in UTC."""
    if found := re.fullmatch(r"(\d{1,4})([mhdw])", word):
        return now() + timedelta(**{UNITS[found[2]]: int(found[1])})
    try:
        exact = datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{word}' is no time, such as 30d, 12h or 2027-01-31") from None
    return exact if exact.tzinfo else exact.replace(tzinfo=UTC)


def moment_or_none(word: str) -> datetime | str:
    return NONE if word == NONE else moment(word)


def number_or_none(word: str) -> int | str:
    return NONE if word == NONE else int(word)


def _facts(key: KeyOut) -> str:
    """What a key may do, how much of it, until when, and when it was used."""
    parts = [" ".join(key.scopes)]
    if key.requests_per_minute:
        parts.append(f"{key.requests_per_minute} requests a minute")
    if key.characters_per_day:
        parts.append(f"{key.used_today.characters} of {key.characters_per_day} characters today")
    if key.jobs_at_once:
        parts.append(f"{key.jobs_at_once} jobs at once")
    if key.expires_at:
        parts.append(f"until {key.expires_at:%Y-%m-%d %H:%M} UTC")
    if key.last_used_at:
        parts.append(f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC")
    return ", ".join(parts)


def _limits(parser: argparse.ArgumentParser, number: Any, time: Any, none: str = "") -> None:
    """The arguments that say how much a key may ask for and until when."""
    parser.add_argument("--expires", type=time, metavar="30d", help=f"when it ends: 12h, 30d, 2027-01-31{none}")
    parser.add_argument("--per-minute", type=number, metavar="N", help=f"requests a minute{none}")
    parser.add_argument("--characters-per-day", type=number, metavar="N", help=f"spoken characters a day{none}")
    parser.add_argument("--jobs", type=number, metavar="N", help=f"jobs at once{none}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="timbre keys", description="Who may use the service, and for what.")
    verbs = parser.add_subparsers(required=True, metavar="create|list|change|revoke|remove")
    scopes = "; ".join(f"{name}: {about}" for name, about in SCOPES.items())
    making = verbs.add_parser("create", parents=[where()], help="make a key, and show it this once")
    making.set_defaults(does=create)
    making.add_argument("name", help="what it is for")
    making.add_argument(
        "--scope", action="append", choices=SCOPES, help=f"what it may do; may be repeated (default: speak). {scopes}"
    )
    _limits(making, int, moment)
    listing = verbs.add_parser("list", parents=[where()], help="all keys, without the keys themselves")
    listing.set_defaults(does=show)
    changing = verbs.add_parser("change", parents=[where()], help="change a key; what is not named stays")
    changing.set_defaults(does=change)
    changing.add_argument("key", help="its id, its beginning, or its name")
    changing.add_argument("--name", help="what it is for")
    changing.add_argument("--scope", action="append", choices=SCOPES, help="what it may do; may be repeated")
    _limits(changing, number_or_none, moment_or_none, "; none: no more")
    revoking = verbs.add_parser("revoke", parents=[where()], help="end a key at once")
    revoking.set_defaults(does=revoke)
    revoking.add_argument("key", help="its id, its beginning, or its name")
    removing = verbs.add_parser("remove", parents=[where()], help="forget a revoked key")
    removing.set_defaults(does=remove)
    removing.add_argument("key", help="its id, its beginning, or its name")
    return parser
