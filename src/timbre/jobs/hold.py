"""A job in a worker's hand, and what keeps watch over all of them: renews their leases and hears what is wished."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from timbre.errors import TimbreError
from timbre.jobs import lease
from timbre.jobs.lease import LeaseLost
from timbre.jobs.states import CANCEL, PAUSE, SPEECH
from timbre.store.database import Database
from timbre.store.tables import Job

log = logging.getLogger(__name__)

LOOK_S = 0.4
"""Seconds between two looks at what is wished: a cancelled job stops within one second."""

RENEW_S = 8.0

LOST, HAND_BACK = "lost", "hand back"
"""Why a job is left beside being cancelled or paused: somebody else has it; the worker ends, or others go first."""


@dataclass(slots=True, eq=False)
class Hold:
    """A job that is being worked on. `stop` ends the work at its next wait; `why` says for what reason."""

    id: str
    number: int
    priority: int = 0
    queue: str = SPEECH
    renewed_elsewhere: bool = False  # by the process that does the work
    since: float = field(default_factory=time.monotonic)
    why: str = ""
    _stop: Callable[[], object] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stoppable(self, stop: Callable[[], object]) -> None:
        """Says how to end the work; at once, where it was to end already."""
        with self._lock:
            self._stop = stop
            told = bool(self.why)
        if told:
            stop()

    def stop(self, why: str) -> None:
        """Ends the work, for the first reason that is given."""
        with self._lock:
            if self.why:
                return
            self.why = why
            stop = self._stop
        if stop:
            stop()

    async def until_stopped(self, work: "asyncio.Task[None]") -> None:
        """Waits for work that a `stop` cancels. Raises what it raises; returns when it was stopped."""
        loop = asyncio.get_running_loop()
        self.stoppable(lambda: loop.call_soon_threadsafe(work.cancel))
        try:
            await work
        except asyncio.CancelledError:
            if not self.why:
                raise


def put_down(hold: Hold, database: Database) -> None:
    """Writes down that work was stopped, and why. What somebody else has by now is left to them."""
    try:
        if hold.why == CANCEL:
            lease.cancelled(database, hold.id, hold.number)
        elif hold.why == PAUSE:
            lease.paused(database, hold.id, hold.number)
        elif hold.why == HAND_BACK:
            lease.put_back(database, hold.id, hold.number)
        else:
            raise LeaseLost(hold.id)
    except LeaseLost:
        log.info("%s is somebody else's now", hold.id)


class Keeper:
    """The jobs in hand, and the thread that watches over them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._held: set[Hold] = set()
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._ending.set()
        self._thread.join(5)

    @property
    def held(self) -> list[Hold]:
        with self._lock:
            return list(self._held)

    def take(self, hold: Hold) -> None:
        with self._lock:
            self._held.add(hold)

    def drop(self, hold: Hold) -> None:
        with self._lock:
            self._held.discard(hold)

    def stop_all(self, why: str) -> None:
        for hold in self.held:
            hold.stop(why)

    def _watch(self) -> None:
        renewed = time.monotonic()
        while not self._ending.wait(LOOK_S):
            held = self.held
            if not held:
                continue
            try:
                self._look(held)
                if time.monotonic() - renewed > RENEW_S:
                    lease.renew(self._database, [(one.id, one.number) for one in held if not one.renewed_elsewhere])
                    renewed = time.monotonic()
            except TimbreError as fault:
                log.warning("the jobs in hand could not be looked after: %s", fault)

    def _look(self, held: Iterable[Hold]) -> None:
        by_id = {hold.id: hold for hold in held}
        with self._database.reading() as session:
            rows = session.execute(select(Job.id, Job.lease_number, Job.wish).where(Job.id.in_(by_id))).all()
        found = {id: (number, wish) for id, number, wish in rows}
        for id, hold in by_id.items():
            number, wish = found.get(id, (-1, ""))
            if number != hold.number:
                hold.stop(LOST)
            elif wish:
                hold.stop(wish)
