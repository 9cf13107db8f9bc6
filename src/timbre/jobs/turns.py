"""Which model's turn it is, where jobs ask for several: those for the loaded one first, then the next is loaded.

A model is exchanged only while nothing is being said. Who has waited for a minute is not overtaken any longer.
"""

import logging
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from timbre.errors import EngineStarting, EngineUnavailable, TimbreError
from timbre.jobs import lease, recovery
from timbre.jobs.states import SPEECH, Status
from timbre.jobs.tools import Tools
from timbre.store.tables import Job, now

log = logging.getLogger(__name__)

OVERTAKEN = timedelta(seconds=60)
EXCHANGE = timedelta(seconds=5)


class Turns:
    """What the engine holds, as far as this worker knows, and when another model has its turn."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.model: str | None = None
        self.draining = False

    def look(self) -> None:
        """Exchanges the model when it is time. To be called every few seconds."""
        if (stats := self._ask()) is None:
            return
        waiting = self._first_for_another()
        self.draining = False
        if waiting is None or self.model is None:
            return
        ours = self._some_for_this()
        self.draining = waiting.created_at < now() - OVERTAKEN
        busy = stats.get("running") or stats.get("waiting")
        idle = not busy and not recovery.count(self._tools.database, Job.queue == SPEECH, lease.in_hand())
        if idle and (self.draining or not ours) and recovery.take_chore(self._tools.database, "exchange", EXCHANGE):
            self._exchange(str(waiting.model))

    def loaded(self) -> str | None:
        """The model that the engine holds, as of the last look; asked for where there was none yet."""
        if self.model is None:
            self._ask()
        return self.model

    def _ask(self) -> dict[str, Any] | None:
        try:
            stats = self._tools.waiting_engine.stats()
        except (EngineUnavailable, EngineStarting):
            return None
        self.model = stats.get("model")
        return stats

    def _exchange(self, model: str) -> None:
        log.info("the model %s is loaded, for jobs wait for it", model)
        try:
            self.model = self._tools.waiting_engine.load(model).get("model")
        except TimbreError as fault:
            if fault.status < 500:
                self._fail(model, fault)
            log.warning("the model %s could not be loaded: %s", model, fault)

    def _fail(self, model: str, fault: TimbreError) -> None:
        """Ends the jobs for a model that cannot be had."""
        with self._tools.database.writing() as session:
            for job in session.scalars(select(Job).where(Job.model == model, Job.status == Status.QUEUED)):
                job.version += 1
                lease.end(job, Status.FAILED, error=fault.as_dict())

    def _first_for_another(self) -> Job | None:
        query = select(Job).where(lease.due(SPEECH), Job.model.is_not(None), Job.model != self.model)
        with self._tools.database.reading() as session:
            return session.scalars(query.order_by(Job.created_at).limit(1)).first()

    def _some_for_this(self) -> bool:
        query = select(Job.id).where(lease.due(SPEECH), lease.able_to_speak(self.model))
        with self._tools.database.reading() as session:
            return session.scalar(query.limit(1)) is not None
