"""TensorBoard for those who look at their runs: a process for each, started on demand, ended when nobody looks.

A browser shows it in a frame that is nobody's page, so that none of its scripts can reach ours; such a frame has no
cookie. So whoever may see it is given a ticket: an address that nobody can guess, and that is asked each time whether
its holder may still come in.
"""

import asyncio
import contextlib
import importlib.util
import logging
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from timbre.access.guard import Credentials, Guard
from timbre.access.scopes import TRAIN
from timbre.api.board_process import READY
from timbre.errors import MissingExtra, TensorboardEnded, TensorboardFailed, TimbreError
from timbre.runs import rows
from timbre.store.database import Database

PREFIX = "/training/tensorboard"
TICKETS = f"{PREFIX}/t/"
"""What the address of every ticket begins with."""

START_S = 60.0
IDLE_S = 900.0
"""Seconds after which a board that nobody looked at is ended."""

MOST = 4
"""Boards at once; for one more the one that was looked at longest ago is ended."""

MOST_TICKETS = 200
"""At once; for one more the oldest is no longer valid."""

LOOK_S = 15.0
"""Seconds after which it is looked whether there are new runs."""


logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each curve is no news


@dataclass(slots=True, eq=False)
class Board:
    """A running TensorBoard, and what it shows."""

    owner: str | None
    folder: Path
    process: asyncio.subprocess.Process
    http: httpx.AsyncClient
    used: float = field(default_factory=time.monotonic)
    looked: float = 0.0

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    async def end(self) -> None:
        """Ends the process, and removes what belonged to it."""
        await self.http.aclose()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()  # it keeps nothing
        await self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class _Ticket:
    given: Credentials
    owner: str | None


class Boards:
    """Every TensorBoard of this process."""

    def __init__(self, home: Path, database: Database, guard: Guard) -> None:
        self._home, self._database, self._guard = home, database, guard
        self._boards: dict[str | None, Board] = {}
        self._tickets: dict[str, _Ticket] = {}
        self._lock = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Boards"]:
        """Ends those that are idle meanwhile, and all at the end."""
        watching = asyncio.create_task(self._watch())
        try:
            yield self
        finally:
            watching.cancel()
            for board in self._boards.values():
                await board.end()

    async def board(self, owner: str | None) -> Board:
        """The board of somebody's runs, started where there is none. owner: none for everybody's.

        Raises errors.MissingExtra, TensorboardFailed.
        """
        found = self._boards.get(owner)
        if found is None or found.process.returncode is not None:
            async with self._lock:
                found = await self._anew(owner)
        found.used = time.monotonic()
        if found.used - found.looked > LOOK_S:
            found.looked = found.used
            await asyncio.to_thread(self._link, found.logs, owner)
        return found

    def ticket(self, given: Credentials, owner: str | None) -> str:
        """A new one, for whoever came in with these."""
        while len(self._tickets) >= MOST_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        name = secrets.token_urlsafe(32)
        self._tickets[name] = _Ticket(given, owner)
        return name

    async def shown(self, ticket: str) -> Board:
        """The board that a ticket is for. Raises errors.TensorboardEnded, and what `board` raises."""
        known = self._tickets.get(ticket)
        if known is None:
            raise TensorboardEnded()
        try:
            caller = (await self._guard.identify(known.given)).caller
        except TimbreError:
            self._tickets.pop(ticket, None)
            raise TensorboardEnded() from None
        if not caller.may(TRAIN):
            raise TensorboardEnded()
        return await self.board(known.owner)

    async def _anew(self, owner: str | None) -> Board:
        """One that another request has started meanwhile, or else a new one."""
        found = self._boards.get(owner)
        if found is not None and found.process.returncode is None:
            return found
        await self._end([found] if found else [])
        by_use = sorted(self._boards.values(), key=lambda one: one.used)
        await self._end(by_use[: max(len(by_use) - MOST + 1, 0)])
        self._boards[owner] = made = await self._start(owner)
        return made

    async def _start(self, owner: str | None) -> Board:
        """Raises errors.MissingExtra, TensorboardFailed."""
        if importlib.util.find_spec("tensorboard") is None:
            raise MissingExtra(what="TensorBoard", extra="train")
        folder = Path(tempfile.mkdtemp(prefix="timbre-"))  # this user's alone; a socket's path has to be short
        (folder / "logs").mkdir()
        try:
            await asyncio.to_thread(self._link, folder / "logs", owner)
            return await _started(owner, folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _link(self, logs: Path, owner: str | None) -> None:
        """Lets a board see the runs that there are now, by what they are called."""
        with self._database.reading() as session:
            found, _ = rows.listed(session, owner, limit=rows.MOST)
            wanted = {_name(run.row.name, run.row.id): self._home / "runs" / run.row.id for run in found}
        for place in logs.iterdir():
            if place.name not in wanted:
                place.unlink()
        for name, folder in wanted.items():
            events, place = folder / "state" / "tensorboard", logs / name
            if events.is_dir() and not place.is_symlink():
                place.symlink_to(events.resolve())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(IDLE_S / 10)
            async with self._lock:
                await self._end([one for one in self._boards.values() if time.monotonic() - one.used > IDLE_S])

    async def _end(self, boards: Sequence[Board]) -> None:
        for board in boards:
            del self._boards[board.owner]
            await board.end()


async def _started(owner: str | None, folder: Path) -> Board:
    """Raises errors.TensorboardFailed."""
    words = [str(folder / "logs"), str(folder / "socket"), PREFIX, str(os.getpid())]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "timbre.api.board_process", *words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    transport, plain = httpx.AsyncHTTPTransport(uds=words[1]), {"accept-encoding": "identity"}
    http = httpx.AsyncClient(transport=transport, base_url="http://board", headers=plain, timeout=30)
    board = Board(owner, folder, process, http, looked=time.monotonic())
    try:
        await asyncio.wait_for(_ready(board), START_S)
    except (TimeoutError, httpx.TransportError, ValueError) as fault:
        await board.end()
        raise TensorboardFailed(reason=str(fault) or f"it was not ready within {START_S:.0f} seconds") from None
    except BaseException:
        await board.end()
        raise
    return board


async def _ready(board: Board) -> None:
    """Returns once it has read the runs that there are. Raises ValueError where it ended."""
    assert board.process.stdout is not None
    if (await board.process.stdout.readline()).decode().strip() != READY:
        raise ValueError(f"it ended with code {await board.process.wait()}")
    while any(board.logs.iterdir()) and not (await board.http.get(f"{PREFIX}/data/runs")).json():
        await asyncio.sleep(0.1)


def _name(name: str, run: str) -> str:
    """What a run is called there."""
    plain = re.sub(r"[^\w .,()·-]", "_", name).strip(" .")[:60]
    return f"{plain or 'run'} {run[-6:]}"
