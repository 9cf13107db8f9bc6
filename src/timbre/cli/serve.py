"""`timbre serve`: the whole service on this machine. What could keep it from running is looked at first."""

import argparse
import asyncio
import contextlib
import fcntl
import logging
import os
import socket
from collections.abc import Callable, Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from timbre.access.start import check_address, check_tls
from timbre.cli.supervisor import Supervisor
from timbre.errors import HomeNotWritable, PortTaken, ServiceRunning
from timbre.jobs.broker import end_stale
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.voices.moved import take_over
from timbre.voices.shelf import Shelf

LOG_BYTES, LOG_FILES = 5_000_000, 3


def main(argv: list[str]) -> int:
    """Runs until Ctrl+C or SIGTERM. Raises errors.PortTaken, HomeNotWritable, ServiceRunning, KeyNeeded,
    BadCertificate, and what is wrong with the database or the storage, at once.
    """
    parser = argparse.ArgumentParser(prog="timbre serve", description="Run the whole service.")
    parser.add_argument("--host", help="address to listen on (TIMBRE_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (TIMBRE_PORT)")
    parser.add_argument("--model", help="model to load (TIMBRE_MODEL)")
    for name, value in vars(parser.parse_args(argv)).items():
        if value is not None:
            os.environ[f"TIMBRE_{name.upper()}"] = str(value)
    chosen = Settings()
    with _only_one(chosen.home):
        check_port(chosen.host, chosen.port)
        check_tls(chosen)
        with contextlib.closing(Database.of(chosen)) as database:
            database.upgrade()  # once, before several processes would want to
            check_address(chosen, database)
            take_over(chosen.home, Shelf(database, Blobs.of(chosen, database)))
        end_stale(chosen.home)
        return asyncio.run(Supervisor(chosen, _writer(chosen.home)).run())


@contextlib.contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Holds the home folder. Raises errors.HomeNotWritable, ServiceRunning."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = (home / "serve.lock").open("w")
    except OSError as fault:
        raise HomeNotWritable(home=home, reason=(fault.strerror or str(fault)).lower()) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ServiceRunning(home=home) from None
        yield


def check_port(host: str, port: int) -> None:
    """Raises errors.PortTaken when nobody can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as fault:
        raise PortTaken(host=host, port=port, reason=(fault.strerror or str(fault)).lower()) from None


def _writer(home: Path) -> Callable[[str], None]:
    """Where the roles' lines go: to the terminal, and to a file that does not grow for ever."""
    folder = home / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    log = logging.getLogger("timbre.lines")
    log.propagate = False
    log.setLevel(logging.INFO)
    file = RotatingFileHandler(folder / "timbre.log", maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    log.addHandler(file)

    def write(line: str) -> None:
        print(line, flush=True)
        log.info("%s", line)

    return write
