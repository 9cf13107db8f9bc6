"""The worker: a pool of threads that Celery feeds, and one loop in which all its jobs wait on the engine.

A message means that there is work in a queue. Whoever gets it takes what is next there, and goes on until nothing is
left. Beside that a thread looks every few seconds for work that nobody was told of, and whether somebody has to give
way to shorter jobs.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any

from celery.signals import worker_ready, worker_shutting_down

from timbre.errors import BrokerAway, TimbreError
from timbre.jobs import lease, recovery
from timbre.jobs.broker import LOOK, Announcer, application
from timbre.jobs.cleanup import clean_up
from timbre.jobs.hold import HAND_BACK, Hold, Keeper
from timbre.jobs.states import LONG, QUEUES, SHORT, SPEECH
from timbre.jobs.tools import Tools
from timbre.jobs.turns import Turns
from timbre.jobs.work import do
from timbre.settings import Settings
from timbre.store.tables import Job

log = logging.getLogger(__name__)

SWEEP_S = 2.0
DEAF_S = 25.0
"""Seconds of work in reach, a free thread, a broker that answers, and no message: then the worker is started anew.

Celery's consumer can go deaf when its broker dies at the wrong moment (celery/celery issue 8030 and others).
"""


class Worker:
    """The jobs of one process."""

    def __init__(self, chosen: Settings) -> None:
        self._settings, self._tools = chosen, Tools.of(chosen)
        self._keeper = Keeper(self._tools.database)
        self._holder = lease.holder_name()
        self._announcer = Announcer(chosen)
        self._turns = Turns(self._tools)
        self._loop = asyncio.new_event_loop()
        self._ending = threading.Event()
        self._heard = self._deaf_since = time.monotonic()

    def run(self) -> None:
        """Works until it is told to end, then hands back what it has."""
        self._tools.database.upgrade()
        if count := lease.give_up_dead(self._tools.database):
            log.info("%d jobs of a worker that is no more are taken on", count)
        threading.Thread(target=self._loop.run_forever, name="jobs", daemon=True).start()
        self._keeper.start()
        threading.Thread(target=self._sweep_on, name="sweeper", daemon=True).start()
        app = application(self._settings)
        app.task(name=LOOK, ignore_result=True)(self._look)
        worker_shutting_down.connect(self._hand_back, weak=False)
        worker_ready.connect(lambda **_: log.info("the worker is ready"), weak=False)
        slots = self._settings.worker_slots + self._settings.long_jobs + self._settings.short_jobs
        app.Worker(
            pool="threads",
            concurrency=slots,
            queues=list(QUEUES),
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()
        self._ending.set()
        self._keeper.close()
        self._tools.close()

    def _look(self, queue: str) -> None:
        """Celery's task."""
        self._heard = time.monotonic()
        while not self._ending.is_set() and self._room(queue):
            try:
                job = self._claim(queue)
            except TimbreError as fault:
                log.warning("no job could be taken: %s", fault)
                return
            if job is None:
                return
            self._do(job)

    def _do(self, job: Job) -> None:
        hold = Hold(job.id, job.lease_number, job.priority, queue=job.queue)
        self._keeper.take(hold)
        try:
            asyncio.run_coroutine_threadsafe(do(job, hold, self._tools), self._loop).result()
        finally:
            self._keeper.drop(hold)

    def _room(self, queue: str) -> bool:
        if queue != SPEECH:
            return True
        held = sum(hold.queue == queue for hold in self._keeper.held)
        return held < self._settings.worker_slots and not self._turns.draining

    def _claim(self, queue: str) -> Job | None:
        database = self._tools.database
        if queue == LONG:
            return lease.claim(database, LONG, self._holder, most=self._settings.long_jobs)
        if queue == SHORT:
            return lease.claim(database, SHORT, self._holder, most=self._settings.short_jobs)
        return lease.claim(database, queue, self._holder, self._turns.loaded())

    def _hand_back(self, **_: Any) -> None:
        """Somebody wants us to end: what is in hand goes back to its queue, and Celery then finds us idle."""
        self._ending.set()
        self._keeper.stop_all(HAND_BACK)

    # Beside the work

    def _sweep_on(self) -> None:
        while not self._ending.wait(SWEEP_S):
            try:
                self._sweep()
            except BrokerAway as fault:
                self._deaf_since = time.monotonic()
                log.warning("%s %s", fault, fault.advice)
            except TimbreError as fault:
                log.warning("%s", fault)
            except Exception:
                log.exception("the look for work failed")

    def _sweep(self) -> None:
        database = self._tools.database
        free = self._settings.worker_slots - sum(hold.queue == SPEECH for hold in self._keeper.held)
        for queue in QUEUES:
            if ids := recovery.unannounced(database, queue, max(free, 1)):
                self._announcer.announce(queue, len(ids))
                recovery.announced(database, ids)
        self._turns.look()
        self._give_way(free)
        self._notice_deafness(free)
        if recovery.take_chore(database, "cleanup", timedelta(minutes=self._settings.cleanup_minutes)):
            done = clean_up(database, self._tools.blobs)
            log.info("cleaned up: %d jobs, %d files, %d bytes", done["jobs"], done["files"], done["bytes"])

    def _give_way(self, free: int) -> None:
        """Hands back long texts while shorter ones wait and no thread is free; what was said of them is kept."""
        held = sorted(
            (hold for hold in self._keeper.held if hold.queue == SPEECH), key=lambda hold: (-hold.priority, hold.since)
        )
        if not held or free > 0:
            return
        shorter = recovery.count(self._tools.database, lease.due(SPEECH), Job.priority < held[0].priority)
        for hold in held[:shorter]:
            hold.stop(HAND_BACK)

    def _notice_deafness(self, free: int) -> None:
        moment = time.monotonic()
        waiting = recovery.count(self._tools.database, lease.due(SPEECH), lease.able_to_speak(self._turns.model))
        if free <= 0 or self._turns.draining or not waiting:
            self._deaf_since = moment
        if moment - max(self._deaf_since, self._heard) > DEAF_S:
            self._announcer.check()
            log.warning("no message has come for %.0f s though there is work: the worker is started anew", DEAF_S)
            self._hand_back()
            time.sleep(1)
            os.kill(os.getpid(), signal.SIGKILL)
