"""A dataset's steps as a job: `timbre run JOB` does them, and tells how far it is in the log that people watch."""

import time
from typing import Any, Protocol

from timbre.datasets import events, pipeline, rows
from timbre.datasets.parameters import Parameters
from timbre.datasets.work import Work
from timbre.engine.blocking import Client
from timbre.errors import TimbreError
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database

SAID_S = 1.0
"""Seconds between two words of how far it is, where there is no line to go with them."""


class _Tools(Protocol):
    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def blobs(self) -> Blobs: ...
    @property
    def waiting_engine(self) -> Client: ...


class Run(Protocol):
    """What does the job: `timbre.jobs.run.Run` is one. `progress` and `check` raise when the work is to be left."""

    @property
    def job(self) -> Any: ...
    @property
    def tools(self) -> _Tools: ...
    def check(self) -> None: ...
    def progress(self, share: float, note: str = "") -> None: ...
    def progressed(self) -> None: ...


class _Teller:
    """A `work.Teller` that tells the job."""

    def __init__(self, run: Run, dataset: str) -> None:
        self._run, self._dataset = run, dataset
        self._database = run.tools.database
        self._said, self.stage = 0.0, ""

    def progress(self, share: float, line: str = "") -> None:
        self._run.check()

    def check(self) -> None:
        self._run.check()

    def kept(self) -> None:
        self._run.progressed()

    def heard(self, step: str, share: float, eta_s: float | None, whole: float, line: str) -> None:
        """Told of every step by the pipeline."""
        self._run.progress(min(whole, 0.999), f"{step}: {line}" if line else step)
        if not (line or step != self.stage or share >= 1 or time.monotonic() - self._said > SAID_S):
            return
        self._said, self.stage = time.monotonic(), step
        self.say(line, share, eta_s)

    def say(self, line: str, share: float = 0.0, eta_s: float | None = None) -> None:
        events.say(self._database, self._dataset, self._run.job.id, self.stage, share, line, eta_s)


def work(run: Run) -> dict[str, Any]:
    """Does the steps that the job names. Raises errors.UnknownDataset and what the steps raise."""
    request, tools = run.job.request, run.tools
    dataset_id = str(request["dataset"])
    with tools.database.reading() as session:
        dataset = rows.get(session, dataset_id)
    events.tidy(tools.database, dataset_id)
    teller = _Teller(run, dataset_id)
    parameters = Parameters(request.get("parameters") or {}, tools.settings)
    in_hand = Work(
        dataset_id,
        dataset.language,
        parameters,
        tools.settings,
        tools.database,
        tools.blobs,
        tools.waiting_engine,
        teller,
    )
    try:
        pipeline.run_steps(in_hand, request.get("steps") or (), teller.heard)
        with tools.database.reading() as session:
            found = rows.counts(session, dataset_id)
    except TimbreError as fault:
        teller.say(str(fault))
        raise
    teller.say("Done.", 1.0)
    return {"dataset": dataset_id, "steps": list(request.get("steps") or pipeline.NAMES), **found}
