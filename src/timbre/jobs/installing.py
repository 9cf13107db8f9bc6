"""Installing a model as a job: one at a time for each model, and only after its licence was accepted."""

from pathlib import Path

from sqlalchemy import select

from timbre.access.scopes import Caller
from timbre.errors import ModelInstalled, NotInstallable
from timbre.jobs.states import LONG
from timbre.jobs.submit import Wish, submit
from timbre.models import catalogue, licence
from timbre.models.install import REPOSITORY
from timbre.store.database import Database
from timbre.store.tables import Job

KIND = "install"


def install(database: Database, model: str, home: Path, caller: Caller) -> tuple[Job, bool]:
    """A job that installs a model, or the one that does so already. Returns it, and whether it is new.

    Raises errors.NotInstallable, ModelInstalled, LicenceNotAccepted, and what `submit` raises.
    """
    if model not in REPOSITORY:
        raise NotInstallable(model=model, known=", ".join(REPOSITORY), folder=home / "models")
    if model in catalogue.names():
        raise ModelInstalled(model=model)
    licence.check(home, model)
    if job := under_way(database).get(model):
        return job, False
    # Its model is no column of the job: those in the column wait until that model is loaded.
    return submit(database, Wish(KIND, LONG, name=model, request={"model": model}), caller)


def under_way(database: Database) -> dict[str, Job]:
    """The jobs that install a model and have not ended, by that model."""
    with database.reading() as session:
        found = session.scalars(select(Job).where(Job.kind == KIND, Job.finished_at.is_(None)))
        return {str(job.request.get("model")): job for job in found}
