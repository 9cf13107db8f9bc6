"""Work on a dataset as a job: one at a time for each dataset, and none for one that is not there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from timbre.access.scopes import Caller
from timbre.datasets import pipeline
from timbre.datasets import rows as datasets
from timbre.errors import DatasetBusy, JobExpired, UnknownJob
from timbre.jobs import rows as jobs
from timbre.jobs.states import LONG
from timbre.jobs.submit import Once, Wish, submit
from timbre.store.blobs import Blobs
from timbre.store.database import Database
from timbre.store.tables import Job

KIND = "dataset"


def prepare(
    database: Database,
    dataset_id: str,
    steps: Sequence[str],
    caller: Caller,
    parameters: Mapping[str, Any] | None = None,
    once: Once | None = None,
) -> tuple[Job, bool]:
    """A job that does steps on a dataset; all of them where none is named. parameters: said anew for the dataset, and
    kept with it. Returns the job, and whether it is new.

    Raises errors.UnknownDataset, BadDataset, DatasetBusy, and what `submit` raises.
    """
    names = [step.name for step in pipeline.chosen(steps)]
    owner = datasets.ANYBODY if caller.is_admin else caller.owner
    with database.reading() as session:
        row = datasets.get(session, dataset_id, owner)
    changed = datasets.merged(row.parameters, parameters or {})
    wish = Wish(
        KIND,
        LONG,
        name=row.name,
        language=row.language,
        request={"dataset": dataset_id, "steps": names, "parameters": changed},
    )

    def beside(session: Session, job: Job) -> None:
        fresh = datasets.get(session, dataset_id, owner, locked=True)
        if others := [one for one in _of(session, [dataset_id]) if one.id != job.id]:
            raise DatasetBusy(dataset=dataset_id, job=others[0].id)
        fresh.parameters = changed

    return submit(database, wish, caller, once, beside)


def under_way(session: Session, dataset_ids: Iterable[str]) -> dict[str, Job]:
    """The job that works on each of these datasets and has not ended, by the dataset."""
    return {str(job.request["dataset"]): job for job in _of(session, dataset_ids)}


def latest(session: Session, dataset_id: str) -> Job | None:
    """The last job on a dataset that is still known, whatever became of it."""
    query = select(Job).where(Job.kind == KIND, ~Job.expired).order_by(Job.id.desc()).limit(200)
    return next((job for job in session.scalars(query) if job.request.get("dataset") == dataset_id), None)


def remove(database: Database, blobs: Blobs, dataset_id: str, owner: str | None) -> None:
    """Deletes a dataset, and cancels the job that works on it. Raises errors.UnknownDataset."""
    with database.reading() as session:
        datasets.get(session, dataset_id, owner)
        working = [job.id for job in _of(session, [dataset_id])]
    for job in working:
        try:
            jobs.remove(database, job)
        except (UnknownJob, JobExpired):  # it ended meanwhile
            continue
    datasets.remove(database, blobs, dataset_id, owner)


def _of(session: Session, dataset_ids: Iterable[str]) -> list[Job]:
    wanted = set(dataset_ids)
    query = select(Job).where(Job.kind == KIND, Job.finished_at.is_(None))
    return [job for job in session.scalars(query) if job.request.get("dataset") in wanted]
