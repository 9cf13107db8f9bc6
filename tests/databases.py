"""The databases that the tests run on: SQLite in a file, and a real Postgres, started for the session."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from running import free_port


def programs() -> Path:
    """Where Postgres's programs are: Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    assert program, "Postgres is not installed: apt-get install postgresql"
    return Path(program).parent


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server of its own that keeps nothing for longer than it runs; its URL, without a database's name."""
    if user := _user():
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
    port = free_port()
    _run(folder, "initdb", "-A", "trust", "-U", "timbre", "--no-sync")
    _start(folder, port)
    try:
        yield f"postgresql://timbre@127.0.0.1:{port}"
    finally:
        _stop(folder, "immediate")


@contextmanager
def away(folder: Path, server: str) -> Iterator[None]:
    """That server stopped, as its administrator would, and started again."""
    _stop(folder, "fast")
    try:
        yield
    finally:
        _start(folder, int(server.rpartition(":")[2]))


def _user() -> str | None:
    return "postgres" if os.getuid() == 0 else None  # Postgres refuses to run as root


def _run(folder: Path, program: str, *words: str) -> None:
    if user := _user():
        for parent in list(folder.parents)[:-2]:  # each time, for every run of pytest shuts the folder of all runs
            parent.chmod(parent.stat().st_mode | 0o011)
    command = [str(programs() / program), "-D", str(folder / "data"), *words]
    subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, timeout=60)


def _start(folder: Path, port: int) -> None:
    options = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=200"
    _run(folder, "pg_ctl", "-o", options, "-l", str(folder / "log"), "-w", "start")


def _stop(folder: Path, how: str) -> None:
    _run(folder, "pg_ctl", "-m", how, "stop")


def fresh_database(server: str, name: str) -> str:
    """Makes an empty database and returns its URL."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return f"{server}/{name}"
