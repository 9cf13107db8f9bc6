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
    user = "postgres" if os.getuid() == 0 else None  # Postgres refuses to run as root
    if user:
        owner = pwd.getpwnam(user)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for parent in list(folder.parents)[:-2]:
            parent.chmod(parent.stat().st_mode | 0o011)
    port, data, bin = free_port(), folder / "data", programs()

    def run(*words: str) -> None:
        subprocess.run(words, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, timeout=60)

    run(str(bin / "initdb"), "-D", str(data), "-A", "trust", "-U", "timbre", "--no-sync")
    options = f"-p {port} -k {folder} -c fsync=off -c listen_addresses=127.0.0.1 -c max_connections=200"
    run(str(bin / "pg_ctl"), "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    try:
        yield f"postgresql://timbre@127.0.0.1:{port}"
    finally:
        run(str(bin / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")


def fresh_database(server: str, name: str) -> str:
    """Makes an empty database and returns its URL."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    return f"{server}/{name}"
