"""Training as jobs: what a run needs is looked at before there is one; runs are stopped, paused and gone on with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from timbre.access.scopes import Caller
from timbre.errors import BadTraining, NoActiveRun, RunEnded, RunOfSearch
from timbre.jobs import rows as job_rows
from timbre.jobs.states import LONG, Status
from timbre.jobs.submit import Once, Wish, submit
from timbre.models import catalogue
from timbre.runs import builds, parameters, room, rows
from timbre.runs.rows import PAUSED, QUEUED, RUNNING, SAID, Run
from timbre.settings import Settings
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.room import check_room
from timbre.store.tables import Job, new_id
from timbre.store.tables_training import RunRow

TRAINING, ESTIMATE = "training", "estimate"
DVAE = ("dvae.safetensors", "dvae.pth")


@dataclass(frozen=True, slots=True)
class Store:
    """The rows, the files and the settings."""

    database: Database
    blobs: Blobs
    settings: Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for with: a build, or a dataset's newest one; a model; what differs from the defaults."""

    dataset_id: str = ""
    build_id: str = ""
    base: str = ""  # empty: the model that the service speaks with
    name: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    estimate_job: str = ""  # whose figures the run is kept with


@dataclass(frozen=True, slots=True)
class Plan:
    """The same once it has been looked at."""

    dataset_id: str
    build_id: str
    manifest: str
    language: str
    base: str
    name: str
    parameters: dict[str, Any]

    def as_request(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {"dataset": self.dataset_id, "build": self.build_id, "manifest": self.manifest, "base": self.base}


def plan(store: Store, asked: Asked, owner: str | None) -> Plan:
    """Raises errors.BadTraining, NoBuild, UnknownBuild, UnknownDataset, UnknownModel, NoRoom, LongName, FileGone."""
    chosen = parameters.whole(asked.parameters, store.settings)
    with store.database.reading() as session:
        dataset, build = builds.find(session, asked.dataset_id, asked.build_id, owner)
    manifest = builds.read(store.blobs, build.manifest)
    builds.check(manifest)
    base = asked.base or store.settings.model
    folder = catalogue.folder(base)
    _check_model(base, folder, str(manifest["language"]))
    home = store.settings.home
    home.mkdir(parents=True, exist_ok=True)
    wanted = room.needed(folder, chosen) + builds.bytes_of(manifest)
    check_room("The training", home, wanted, store.settings.disk_reserve_mb * 1_000_000)
    name = rows.checked_name(asked.name) or dataset.name
    return Plan(dataset.id, build.id, build.manifest, str(manifest["language"]), base, name, chosen)


def _check_model(base: str, folder: Path, language: str) -> None:
    """Raises errors.BadTraining."""
    spoken = catalogue.languages(base)
    if spoken and language not in spoken:
        raise BadTraining(reason=f"the model {base} does not speak '{language}', the dataset's language")
    if not any((folder / name).is_file() for name in DVAE):
        raise BadTraining(reason=f"the model {base} came without the {DVAE[1]} that speech is written as codes with")


def start(store: Store, asked: Asked, caller: Caller, once: Once | None = None) -> tuple[Run, Job, bool]:
    """A run and its job, or those that this key made before; and whether they are new.

    Raises what `plan` and `submit` raise.
    """
    chosen = plan(store, asked, seen_by(caller))
    known = _estimated(store, asked.estimate_job, caller)
    run_id = new_id("r")

    def beside(session: Any, job: Job) -> None:
        session.add(_row(run_id, job.id, chosen, caller.owner, known))

    wish = Wish(TRAINING, LONG, name=chosen.name, language=chosen.language, request={"run": run_id})
    job, new = submit(store.database, wish, caller, once, beside)
    with store.database.reading() as session:
        return rows.get(session, str(job.request["run"])), job, new


def _row(run_id: str, job_id: str, chosen: Plan, owner: str, known: dict[str, Any] | None) -> RunRow:
    return RunRow(
        id=run_id,
        owner=owner,
        name=chosen.name,
        dataset_id=chosen.dataset_id,
        build_id=chosen.build_id,
        manifest=chosen.manifest,
        job_id=job_id,
        base=chosen.base,
        method=chosen.parameters["method"],
        language=chosen.language,
        parameters=chosen.parameters,
        steps=chosen.parameters["max_steps"],
        estimate=known,
    )


def _estimated(store: Store, job_id: str, caller: Caller) -> dict[str, Any] | None:
    """The figures of an estimate that was made before. Raises errors.UnknownJob, JobExpired, BadTraining."""
    if not job_id:
        return None
    with store.database.reading() as session:
        job = job_rows.get(session, job_id, seen_by(caller))
    if job.kind != ESTIMATE or job.result is None:
        raise BadTraining(reason=f"the job {job_id} is no estimate that has been made")
    return {name: value for name, value in job.result.items() if not isinstance(value, dict)}


def estimate(store: Store, asked: Asked, caller: Caller, once: Once | None = None) -> tuple[Job, bool]:
    """A job that measures what a run would take. Raises what `plan` and `submit` raise."""
    chosen = plan(store, asked, seen_by(caller))
    request = chosen.as_request() | {"parameters": chosen.parameters}
    wish = Wish(ESTIMATE, LONG, name=chosen.name, language=chosen.language, request=request)
    return submit(store.database, wish, caller, once)


def stop(store: Store, run_id: str, caller: Caller) -> Run:
    """Ends a run, with a last checkpoint where it is running. Raises errors.UnknownRun, RunEnded, NoActiveRun."""
    found = _live(store, run_id, caller, (RUNNING, PAUSED, QUEUED), "waits, runs or is paused")
    if found.job:
        job_rows.remove(store.database, found.job.id)
    rows.settle(store.database)
    return _again(store, found)


def pause(store: Store, run_id: str, caller: Caller) -> Run:
    """Puts a run aside within a step. Raises errors.UnknownRun, RunEnded, NoActiveRun."""
    found = _live(store, run_id, caller, (RUNNING, QUEUED, PAUSED), "waits or runs")
    if found.job and found.status != PAUSED:
        job_rows.pause(store.database, found.job.id)
    return _again(store, found)


def resume(store: Store, run_id: str, caller: Caller) -> tuple[Run, bool]:
    """Lets a run go on that is paused, was stopped or failed. Returns it, and whether there is work for a worker.

    Raises errors.UnknownRun, RunEnded, NoActiveRun, and what `submit` raises.
    """
    found = _one(store, run_id, caller, (PAUSED,), "is paused")
    if found.status == rows.COMPLETED:
        raise RunEnded(run=found.row.id, state=SAID[found.status])
    _check_own(found)
    if found.status in (PAUSED, RUNNING, QUEUED) and found.job:
        job_rows.resume(store.database, found.job.id)
        return _again(store, found), found.status == PAUSED

    def beside(session: Any, job: Job) -> None:
        row = session.get(RunRow, found.row.id, with_for_update=True)
        row.job_id, row.status, row.error, row.finished_at = job.id, QUEUED, None, None

    wish = Wish(TRAINING, LONG, name=found.row.name, language=found.row.language, request={"run": found.row.id})
    submit(store.database, wish, caller, beside=beside)
    return _again(store, found), True


def _live(store: Store, run_id: str, caller: Caller, states: tuple[str, ...], told: str) -> Run:
    found = _one(store, run_id, caller, states, told)
    if found.status in rows.ENDED or found.job is None or found.job.status not in (*_WAITING, Status.PROCESSING):
        raise RunEnded(run=found.row.id, state=SAID[found.status])
    _check_own(found)
    return found


_WAITING = (Status.QUEUED, Status.PAUSED)


def _check_own(found: Run) -> None:
    if found.row.search_id:
        raise RunOfSearch(run=found.row.id, search=found.row.search_id)


def _one(store: Store, run_id: str, caller: Caller, states: tuple[str, ...], told: str) -> Run:
    """The run that is meant: by its id, else the caller's newest in the first of these states that has one."""
    with store.database.reading() as session:
        if run_id:
            return rows.get(session, run_id, seen_by(caller))
        for state in states:
            found, _ = rows.listed(session, caller.owner, (state,), limit=rows.MOST)
            for one in found:
                if not one.row.search_id:
                    return one
    raise NoActiveRun(state=told)


def _again(store: Store, found: Run) -> Run:
    with store.database.reading() as session:
        return rows.get(session, found.row.id)


def seen_by(caller: Caller) -> str | None:
    """Whose datasets and runs a caller may use: an admin everybody's, anybody else their own."""
    return rows.ANYBODY if caller.is_admin else caller.owner
