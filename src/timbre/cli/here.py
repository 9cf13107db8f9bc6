"""What a command works on: the database that the settings name, or a service that runs elsewhere."""

import argparse
import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from timbre.cli.remote import Server
from timbre.settings import settings
from timbre.store.database import Database

Place = TypeVar("Place")


@contextlib.contextmanager
def database() -> Iterator[Database]:
    """The service's own, its tables up to date; whoever may write to it needs no key."""
    with contextlib.closing(Database.of(settings())) as found:
        found.upgrade()
        yield found


@contextlib.contextmanager
def here_or_there(
    asked: argparse.Namespace, here: Callable[[Database], Place], there: Callable[[Server], Place]
) -> Iterator[Place]:
    """The place that the arguments of `remote.where` mean. Raises errors.BadKeyFile."""
    if asked.server:
        yield there(Server.of(asked))
        return
    with database() as found:
        yield here(found)
